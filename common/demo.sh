#!/bin/sh
# demo.sh BUILD CHAPTER... - runs the chapters' demos against the /aio server of chapter 10.
#
# The server is started on a free port, with a unit of 100 ms, and stopped whatever happens; if
# AIO_URL names one that runs, that is asked instead. When more than one chapter has run, a table
# of what was measured ends it. The exit code is 1 if a demo failed, or if it measured something
# else than its mechanism must give.
set -u
build=$1
shift

# What the mechanism must give: units, and the server's max_in_flight. A chapter with two runs has
# a second line.
expected() {
    case $1 in
    01-*) echo '29 1' ;;
    02-* | 03-* | 05-* | 06-* | 10-*) echo '7 5' ;;
    04-*) printf '7 5\n7 5\n' ;;
    07-*) echo '17 2' ;;
    08-*) echo '12 3' ;;
    09-*) printf '12 4\n7 5\n' ;;
    esac
}

say() {
    echo "demo: $*" >&2
}

# Ends a process that this script has started, by force if it does not end by itself; $? is its
# exit code.
stop() {
    kill "$1" 2>/dev/null
    tries=0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -le 100 ] || kill -9 "$1" 2>/dev/null
        sleep 0.05
    done
    wait "$1"
}

# Whichever way the script ends: no process and no file is left.
tmp=''
cleanup() {
    trap '' INT TERM
    [ -n "$tmp" ] || return
    jobs -p >"$tmp/jobs"
    while read -r job; do
        stop "$job"
    done <"$tmp/jobs"
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sets $url, once the server has said on which port it is.
start_server() {
    : >"$tmp/server.out"
    "$build/10-http-server/app" --port 0 --unit-ms 100 >"$tmp/server.out" 2>"$tmp/server.err" &
    server=$!
    tries=0
    while :; do
        url=$(sed -n 's|^Serving on \(.*\)$|http://\1|p;1q' "$tmp/server.out")
        [ -n "$url" ] && return
        tries=$((tries + 1))
        if ! kill -0 "$server" 2>/dev/null || [ "$tries" -gt 600 ]; then
            say "the server $build/10-http-server/app does not start:"
            cat "$tmp/server.err" >&2
            exit 1
        fi
        sleep 0.05
    done
}

stop_server() {
    stop "$server"
    code=$?
    server=''
    [ "$code" -eq 0 ] && return
    say "the server ended with exit code $code:"
    cat "$tmp/server.err" >&2
    failed="$failed server"
}

# In the background and waited for, so that a signal to this script is answered at once.
run_demo() {
    "$build/$1/demo" --url "$url" --summary "$tmp/$1" &
    wait $! || failed="$failed $1"
}

# A row ends with: units, max in flight, threads.
compare() {
    expected "$1" >"$tmp/expected"
    paste -d' ' "$tmp/expected" "$tmp/$1" | awk -v chapter="$1" '
        NF < 6 {
            printf "demo: %s: a row of the table is missing, or one too many\n", chapter
            wrong = 1
            next
        }
        { off = $(NF - 2) - $1; at_once = $(NF - 1) }
        off > 1 || off < -1 || at_once != $2 {
            printf "demo: %s took %s units with %s in flight; its mechanism must give %s with %s\n",
                chapter, $(NF - 2), at_once, $1, $2
            wrong = 1
        }
        END { exit wrong }' >&2 || failed="$failed $1"
}

failed='' server=''
tmp=$(mktemp -d) || exit 1
url=${AIO_URL-}
[ -n "$url" ] || start_server

for chapter; do
    printf '\n== %s\n\n' "$chapter"
    run_demo "$chapter"
done
[ -z "$server" ] || stop_server

if [ $# -gt 1 ]; then
    printf '\n%-34s %7s %15s %9s\n' chapter units 'max in flight' threads
    for chapter; do
        cat "$tmp/$chapter" 2>/dev/null
    done
fi
for chapter; do
    case " $failed " in *" $chapter "*) ;; *) compare "$chapter" ;; esac
done
[ -z "$failed" ] && exit 0
say "failed:$failed"
exit 1
