#!/bin/sh
# fresh-machine.sh - proves that two commands are enough on a machine with git, make and a shell.
#
#   sudo sh tests/fresh-machine.sh
#
# debootstrap puts a minimal system of this machine's own release into a temporary folder, from the
# package sources and with the keys that apt has here; the course is cloned into it, as committed;
# there, in a chroot, `make demo` and `make test` do the rest. It needs root, debootstrap and 2 GB,
# takes about ten minutes, and is not part of `make test`. Nothing is left of it.
set -u

say() {
    echo "fresh-machine: $*" >&2
}

if [ "$(id -u)" -ne 0 ]; then
    say 'it needs root, for debootstrap and chroot: sudo sh tests/fresh-machine.sh'
    exit 1
fi
for program in debootstrap unshare apt-get git; do
    command -v "$program" >/dev/null && continue
    say "it needs $program: apt-get install debootstrap util-linux git"
    exit 1
done

# Mounts of its own, which end with it, whatever happens.
if [ -z "${FRESH_MACHINE-}" ]; then
    FRESH_MACHINE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi

course=$(cd "$(dirname "$0")/.." && pwd)
machine=$(mktemp -d /var/tmp/fresh-machine.XXXXXX) || exit 1
chmod 755 "$machine" # it will be /, for others than root too
cleanup() {
    umount -R "$machine/proc" "$machine/dev" 2>/dev/null
    rm -rf --one-file-system "$machine"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The release that runs here, and where apt has it from.
. /etc/os-release
release=$VERSION_CODENAME
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
if [ -z "$mirror" ]; then
    say "apt has no source for $release, main: see /etc/apt/sources.list"
    exit 1
fi

say "a minimal $ID $release with git and make, in $machine"
debootstrap --variant=minbase --include=ca-certificates,git,make "$release" "$machine" "$mirror" \
    >"$machine.log" 2>&1 || {
    tail -n 20 "$machine.log" >&2
    say 'debootstrap failed'
    rm -f "$machine.log"
    exit 1
}
rm -f "$machine.log"

# apt's sources and keys, and the way to them, as they are here.
rm -rf "$machine/etc/apt"
cp -a /etc/apt "$machine/etc/apt"
cp -a /usr/share/keyrings/. "$machine/usr/share/keyrings/"
cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
mount -t proc proc "$machine/proc" && mount --rbind /dev "$machine/dev" || exit 1

git clone --quiet "$course" "$machine/root/course" || exit 1
say "in it, of what the course needs: $(chroot "$machine" sh -c \
    'for p in gcc make pkg-config curl git; do command -v $p; done' | tr '\n' ' ')"

for target in demo test; do
    say "make $target"
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$machine" make -C /root/course "$target" </dev/null || {
        say "make $target failed"
        exit 1
    }
done
say 'make demo and make test passed on a fresh machine'
