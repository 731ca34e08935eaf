#!/bin/sh
# bench.sh - measures the course's servers and pieces beside others', in turns, and judges the ratios.
#
#   make bench                       everything; ONLY=echo, idle, crowd, timers, switch, spawn,
#                                    sleepers, fetch, queue, inbox or permit: that alone
#   ROUNDS=9 MESSAGES=20000 CONNECTIONS=100 SIZE=1024 IDLE=1000 CROWD=10000 FETCHES=10000
#   SUBJECTS='bare 03'               only these servers
#
# BUILD is where the programs are. What was measured stays in BUILD/bench.tsv, the ladder in
# BUILD/bench.svg. A peer whose tool is missing (go, node, python3, uvloop) says so.
set -u
: "${BUILD:?}"
cd "$(dirname "$0")" || exit 1
rounds=${ROUNDS:-9} messages=${MESSAGES:-20000} connections=${CONNECTIONS:-100}
size=${SIZE:-1024} idle=${IDLE:-1000} crowd=${CROWD:-10000} fetches=${FETCHES:-10000}
subjects=${SUBJECTS:-bare libuv go node asyncio uvloop 01 02 02-pool 02-processes 03 04 05}
all='echo idle crowd timers switch spawn sleepers fetch queue inbox permit'
tools=$BUILD/tests/bench

case " $all " in
*" ${ONLY:-echo} "*) ;;
*) echo "ONLY=$ONLY: expected one of $all" >&2 && exit 2 ;;
esac

raw=$(mktemp) || exit 1
server=
end() {
    rm -f "$raw"
    [ -z "$server" ] || kill "$server"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- Who is there ---------------------------------------------------------------------------

python= # one with uvloop is preferred
for p in python3 /usr/bin/python3; do
    command -v $p >/dev/null || continue
    [ -n "$python" ] || python=$p
    ! $p -c 'import uvloop' 2>/dev/null || { python=$p && break; }
done

build_go() { # build_go: the peers in Go, once
    command -v go >/dev/null || return
    for p in echo coroutines; do
        GO111MODULE=off GOCACHE=$BUILD/go-cache go build -o "$tools/peer-go-$p" peers/$p.go || return
    done
}

missing() { # missing SUBJECT: says what is not installed
    case $1 in
    go) [ -n "$go" ] || echo go ;;
    node) command -v node >/dev/null || echo node ;;
    asyncio) [ -n "$python" ] || echo python3 ;;
    uvloop) [ -n "$python" ] && $python -c 'import uvloop' 2>/dev/null || echo uvloop ;;
    esac
}

command_of() {
    case $1 in
    bare | libuv) echo "$tools/peer-$1" ;;
    go) echo "$tools/peer-go-echo" ;;
    node) echo "node peers/node.js" ;;
    asyncio) echo "$python peers/asyncio_echo.py" ;;
    uvloop) echo "$python peers/asyncio_echo.py uvloop" ;;
    02-pool) echo "$BUILD/02-threaded-server/server --pool $connections --port 0" ;;
    02-processes) echo "$BUILD/02-threaded-server/server --processes --port 0" ;;
    03) echo "$BUILD/03-epoll-loop/server --idle 0 --port 0" ;;
    *) echo "$(echo "$BUILD/$1"-*)/server --port 0" ;;
    esac
}

go=
! build_go || go=yes
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

# ---- The servers ----------------------------------------------------------------------------

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
        [ "$1" != 1 ] || load "echo:$s" "$s" --connections "$n" --messages 2000 --system-calls
    done
}

idle_round() {
    for s in $present; do
        case $s in
        01 | 02-pool) continue ;; # the silent one alone would hold it, or a thread of the pool
        02-processes) n=100 ;;
        *) n=$idle ;;
        esac
        [ "$1" -gt 3 ] || load "idle:$s" "$s" --connections 0 --messages 0 --idle "$n"
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

# ---- The pieces -----------------------------------------------------------------------------

# measure COMMAND...: prints rows, or is said not to.
measure() {
    "$@" >>"$raw" || echo "not measured: $*" >&2
}

timers_round() {
    measure "$tools/timers" ours
    measure "$tools/timers" libuv
}

switch_round() {
    measure "$tools/coroutines" switch ours
    measure "$tools/coroutines" switch swapcontext
    [ -z "$go" ] || measure "$tools/peer-go-coroutines" switch 500000
    [ -z "$python" ] || measure "$python" peers/coroutines.py switch 20000
}

spawn_round() {
    measure "$tools/coroutines" spawn
    [ -z "$go" ] || measure "$tools/peer-go-coroutines" spawn 1000000
    [ -z "$python" ] || measure "$python" peers/coroutines.py spawn 20000
}

queue_round() {
    measure "$tools/queues" queue
    [ -z "$go" ] || measure "$tools/peer-go-coroutines" queue 2000000
    [ -z "$python" ] || measure "$python" peers/coroutines.py queue 200000
}

inbox_round() {
    measure "$tools/queues" inbox
    [ -z "$go" ] || measure "$tools/peer-go-coroutines" inbox 2000000
}

permit_round() {
    measure "$tools/queues" permit
}

sleepers_round() {
    [ "$1" -le 5 ] || return
    million=$BUILD/05-coroutines/million
    measure "$tools/usage" 'sleepers:05 stackless' 1000000 \
        "$million" --count 1000000 --stackful 0 --unit-ms 1
    measure "$tools/usage" 'sleepers:05 stackful' 100000 \
        "$million" --count 0 --stackful 100000 --unit-ms 1
    [ -z "$python" ] ||
        measure "$tools/usage" sleepers:asyncio 100000 "$python" peers/coroutines.py sleepers 100000
}

fetch_round() {
    [ "$1" -le 3 ] || return
    measure "$tools/usage" fetch:06 "$fetches" "$BUILD/06-tasks-gather/gets" --url "$delays" \
        --count "$fetches" 1
}

serve_delays() { # the shared /aio server of chapter 10, for fetch
    "$BUILD/10-http-server/app" --port 0 --unit-ms 1000 --quiet \
        --max-connections 12000 >"$BUILD/bench-aio.txt" &
    server=$!
    delays=
    while [ -z "$delays" ] && kill -0 $server; do
        delays=$(sed -n '1s/^Serving on /http:\/\//p' "$BUILD/bench-aio.txt")
    done
}

# ---- All of it ------------------------------------------------------------------------------

rotate() { # rotate LIST...: nobody is always the first, or always behind the same one
    first=$1
    shift
    echo "$* $first"
}

for experiment in ${ONLY:-$all}; do
    [ "$experiment" != fetch ] || serve_delays
    round=1
    while [ "$round" -le "$rounds" ]; do
        echo "$experiment, round $round of $rounds ..." >&2
        "${experiment}_round" "$round"
        # shellcheck disable=SC2086
        present=$(rotate $present)
        round=$((round + 1))
    done
done

[ -s "$raw" ] || { echo 'nothing was measured' >&2 && exit 1; }
"$tools/report" "$BUILD/bench.tsv" <"$raw" || exit 1
printf '%s' "$absent"
case ${ONLY:-echo} in
echo) "$tools/ladder" <"$BUILD/bench.tsv" >"$BUILD/bench.svg" ;;
esac
