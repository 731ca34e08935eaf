#!/bin/sh
# bench.sh - measures the course's servers beside others', in turns, and judges the ratios.
#
#   make bench                       everything; ONLY=echo, idle, crowd or timers: that alone
#   ROUNDS=5 MESSAGES=40000 CONNECTIONS=100 SIZE=1024 IDLE=1000 CROWD=10000
#   SUBJECTS='bare 03'               only these servers
#
# BUILD is where the programs are. What was measured stays in BUILD/bench.tsv, the ladder in
# BUILD/bench.svg. A peer whose tool is missing (go, node, python3, uvloop) says so.
set -u
: "${BUILD:?}"
cd "$(dirname "$0")" || exit 1
rounds=${ROUNDS:-5} messages=${MESSAGES:-40000} connections=${CONNECTIONS:-100}
size=${SIZE:-1024} idle=${IDLE:-1000} crowd=${CROWD:-10000} only=${ONLY:-}
subjects=${SUBJECTS:-bare libuv go node asyncio uvloop 01 02 03 04 05}
tools=$BUILD/tests/bench

case $only in
'' | echo | idle | crowd | timers) ;;
*) echo "ONLY=$only: expected echo, idle, crowd or timers" >&2 && exit 2 ;;
esac

raw=$(mktemp) || exit 1
trap 'rm -f "$raw"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

go_built=
missing() { # missing SUBJECT: says what is not installed
    case $1 in
    go)
        [ -n "$go_built" ] || { command -v go >/dev/null || { echo go && return; }
            GO111MODULE=off GOCACHE=$BUILD/go-cache go build -o "$tools/peer-go" peers/main.go &&
            go_built=yes || echo go; } ;;
    node) command -v node >/dev/null || echo node ;;
    asyncio) command -v python3 >/dev/null || echo python3 ;;
    uvloop) python3 -c 'import uvloop' 2>/dev/null || echo uvloop ;;
    esac
}

command_of() {
    case $1 in
    bare | libuv | go) echo "$tools/peer-$1" ;;
    node) echo "node peers/node.js" ;;
    asyncio) echo "python3 peers/asyncio_echo.py" ;;
    uvloop) echo "python3 peers/asyncio_echo.py uvloop" ;;
    03) echo "$BUILD/03-epoll-loop/server --idle 0 --port 0" ;;
    *) echo "$(echo "$BUILD/$1"-*)/server --port 0" ;;
    esac
}

# load LABEL SUBJECT OPTION...: a server that cannot be measured is said, and the others go on.
load() {
    label=$1 command=$(command_of "$2")
    shift 2
    # The command is words without blanks in them.
    # shellcheck disable=SC2086
    "$tools/load" --label "$label" --size "$size" "$@" -- $command >>"$raw" ||
        echo "$label was not measured" >&2
}

echo_round() {
    for s in $present; do
        n=$connections
        [ "$s" = 01 ] && n=1 # its others would wait until that one has gone
        load "echo:$s" "$s" --connections "$n" --messages "$messages"
    done
}

idle_round() {
    for s in $present; do
        [ "$s" = 01 ] || load "idle:$s" "$s" --connections 0 --messages 0 --idle "$idle"
    done
}

crowd_round() {
    for s in $present; do
        case $s in
        bare | 03 | 04 | 05)
            load "crowd:$s" "$s" --connections "$connections" --messages "$messages"
            load "crowd:$s and 10,000 idle" "$s" --connections "$connections" \
                --messages "$messages" --idle "$crowd" ;;
        esac
    done
}

timers_round() {
    "$tools/timers" ours >>"$raw" && "$tools/timers" libuv >>"$raw"
}

present=
absent=
for s in $subjects; do
    what=$(missing "$s")
    if [ -z "$what" ]; then
        present="$present $s"
    else
        absent="$absent$s: $what is not installed
"
    fi
done

for experiment in ${only:-echo idle crowd timers}; do
    round=1
    while [ "$round" -le "$rounds" ]; do
        echo "$experiment, round $round of $rounds ..." >&2
        "${experiment}_round"
        round=$((round + 1))
    done
done

[ -s "$raw" ] || { echo 'nothing was measured' >&2 && exit 1; }
"$tools/report" "$BUILD/bench.tsv" <"$raw" || exit 1
printf '%s' "$absent"
[ -n "$only" ] && [ "$only" != echo ] || "$tools/ladder" <"$BUILD/bench.tsv" >"$BUILD/bench.svg"
