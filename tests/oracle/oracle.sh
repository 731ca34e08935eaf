#!/bin/sh
# oracle.sh - plays every scenario on every backend and compares with what CPython printed, to the
# byte. If this machine has a Python, it is asked as well, and random programs are run by both of us
# (COUNT of them, 500). `make oracle` calls it.
set -u
cd "$(dirname "$0")" || exit 1
. ./python.sh
play=${BUILD:-../../build}/tests/oracle/play
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

# compare EXPECTED PRINTED WHO: says nothing when they are the same.
compare() {
    diff -u --label "$1" --label "$3" "$1" "$2" && return
    failed=1
}

# The sections of the expected text that a Python has not left to a younger one. A missing section
# stays in, and so is a difference.
asked() {
    awk 'FNR == 1 { file++ }
        /^== / { name = $2 }
        file == 1 && /^\(of Python/ { younger[name] = 1 }
        file == 2 && !(name in younger)' "$1" "$2"
}

"$play" >"$tmp/suites" || exit 1
count=$(awk '{ n += $3 } END { print n }' "$tmp/suites")
for backend in epoll virtual uv; do
    while read -r program expected _; do
        "$play" "$backend" "$program" >"$tmp/printed" || failed=1
        compare "$expected" "$tmp/printed" "$backend"
    done <"$tmp/suites"
    [ $failed = 0 ] && echo "$backend: $count scenarios, all as CPython printed them"
done

python=$(find_python) || {
    echo "python: not asked: $python"
    exit $failed
}
before=$failed
while read -r program expected _; do
    "$python" -W ignore exact_clock.py "$program" >"$tmp/printed" || failed=1
    asked "$tmp/printed" "$expected" >"$tmp/expected"
    asked "$tmp/printed" "$tmp/printed" >"$tmp/asked"
    compare "$tmp/expected" "$tmp/asked" "$program"
    cat "$tmp/asked" >>"$tmp/all"
done <"$tmp/suites"
version=$("$python" -c 'import platform; print(platform.python_version())')
[ $failed = "$before" ] &&
    echo "$python ($version) was asked $(grep -c '^== ' "$tmp/all") of them just now, and says the same"
PYTHON=$python COUNT=${COUNT:-500} sh fuzz.sh || failed=1
exit $failed
