#!/bin/sh
# setup.sh - installs what the course is built with, and only what is missing of it.
#
#   sh common/setup.sh                   compiler, make, pkg-config, libraries, curl, nc, redis-server
#   sh common/setup.sh --with databases  and the servers that only some tests use
#   sh common/setup.sh --with ci         and clang, clang-format, gdb, valgrind, strace, and what builds
#                                        and runs programs for 64-bit ARM, as .ci/run needs them
#   sh common/setup.sh --check           only says what is missing; exit code 1 if anything is
#
# When nothing is missing it says nothing. Else it says first what it will install and by which
# command. `make` calls it before it builds. It starts no service, whatever it installs.

# What is needed: how to look for it, and the package that brings it (or two, by a comma) for apt, dnf
# and pacman.
needs() {
    cat <<'END'
base      program gcc           gcc                  gcc                       gcc
base      header  stdio.h       libc6-dev            glibc-devel               glibc
base      program make          make                 make                      make
base      program pkg-config    pkg-config           pkgconf-pkg-config        pkgconf
base      library libuv         libuv1-dev           libuv-devel               libuv
base      library libcurl       libcurl4-openssl-dev libcurl-devel             curl
base      library hiredis       libhiredis-dev       hiredis-devel             hiredis
base      library cmocka        libcmocka-dev        libcmocka-devel           cmocka
base      library jansson       libjansson-dev       jansson-devel             jansson
base      library sqlite3       libsqlite3-dev       sqlite-devel              sqlite
base      library libmariadb    libmariadb-dev       mariadb-connector-c-devel mariadb-libs
base      library libpq         libpq-dev            libpq-devel               postgresql-libs
base      program curl          curl                 curl                      curl
base      program nc            netcat-openbsd       nmap-ncat                 openbsd-netcat
base      program redis-server  redis-server         redis                     redis
databases program mariadbd      mariadb-server-core  mariadb-server            mariadb
databases program postgres      postgresql           postgresql-server         postgresql
ci        program clang         clang                clang                     clang
ci        program clang-format  clang-format         clang-tools-extra         clang
ci        program gdb           gdb                  gdb                       gdb
ci        program valgrind      valgrind             valgrind                  valgrind
ci        program strace        strace               strace                    strace
ci        program qemu-aarch64  qemu-user            qemu-user                 qemu-user
ci        program aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu,libc6-dev-arm64-cross gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
END
    # Another compiler than gcc is a package of the same name, as far as we know.
    [ "$compiler" = gcc ] || echo "base program $compiler $compiler $compiler $compiler"
}

usage() {
    echo 'usage: sh common/setup.sh [--check] [--with databases] [--with ci]'
}

say() {
    echo "setup: $*" >&2
}

has() {
    case $1 in
    program) command -v "$2" >/dev/null ;;
    header) [ -e "/usr/include/$2" ] ;;
    library) pkg-config --exists "$2" 2>/dev/null ;;
    esac
}

# Sets $missing to the names of what is not there, and $packages to what brings them.
find_missing() {
    missing='' packages=''
    while read -r part kind name apt dnf pacman; do
        case " $parts " in *" $part "*) ;; *) continue ;; esac
        has "$kind" "$name" && continue
        missing="$missing $name"
        case $manager in
        apt-get) packages="$packages $apt" ;;
        dnf) packages="$packages $dnf" ;;
        pacman) packages="$packages $pacman" ;;
        esac
    done <<END
$(needs)
END
    while [ "$packages" != "${packages#*,}" ]; do
        packages="${packages%%,*} ${packages#*,}"
    done
}

# No package's service may start: invoke-rc.d asks for RUNLEVEL, systemctl for SYSTEMD_OFFLINE.
install_command() {
    case $manager in
    apt-get)
        echo "env RUNLEVEL=1 SYSTEMD_OFFLINE=1 DEBIAN_FRONTEND=noninteractive" \
            "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300$packages"
        ;;
    dnf) echo "dnf install -y$packages" ;;
    pacman) echo "pacman -S --needed --noconfirm$packages" ;;
    esac
}

# Where the list of packages has never been fetched, or is too old to serve, it is fetched.
install_packages() {
    if [ "$manager" = apt-get ]; then
        # shellcheck disable=SC2086 # a list of words, here and below
        apt-get install --simulate $packages >/dev/null 2>&1 || $as_root apt-get update
        $as_root $command || { $as_root apt-get update && $as_root $command; }
    else
        $as_root $command
    fi
}

# Who may install? Root; or who has sudo, and a terminal if it wants a password.
find_root() {
    as_root=''
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || return 1
    as_root=sudo
    sudo -n true 2>/dev/null || [ -t 0 ]
}

parts=base check=no
while [ $# -gt 0 ]; do
    case $1 in
    --check) check=yes ;;
    --with)
        case ${2-} in
        databases | ci) parts="$parts $2" ;;
        *) say "--with: '${2-}' is neither databases nor ci" && usage >&2 && exit 2 ;;
        esac
        shift
        ;;
    --help) usage && exit 0 ;;
    *) say "'$1' is no option of it" && usage >&2 && exit 2 ;;
    esac
    shift
done

compiler=${CC:-gcc}
compiler=${compiler%% *}
PATH=$PATH:/usr/sbin:/sbin # where some systems keep servers, out of an ordinary user's way
for bin in /usr/lib/postgresql/*/bin; do
    PATH=$PATH:$bin
done

manager=none
for candidate in pacman dnf apt-get; do
    command -v "$candidate" >/dev/null && manager=$candidate
done
find_missing
[ -z "$missing" ] && exit 0

say "missing:$missing"
if [ "$manager" = none ]; then
    say 'there is no apt-get, dnf or pacman here: please install these by hand'
    exit 1
fi
command=$(install_command)
if [ "$check" = yes ] || ! find_root; then
    say 'this installs them, as root:'
    echo "    $command" >&2
    exit 1
fi
say "installing by: ${as_root:+$as_root }$command"
if ! install_packages >&2; then
    say 'that failed. When the reason above is mended, run make again, or as root:'
    echo "    $command" >&2
    exit 1
fi
find_missing
[ -z "$missing" ] && exit 0
say "still missing after the installation:$missing"
exit 1
