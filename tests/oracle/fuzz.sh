#!/bin/sh
# fuzz.sh - random programs of tasks, run by Python's asyncio and by ours: `make fuzz` calls it.
#
#     make -C tests/oracle fuzz                     2,000 programs
#     make -C tests/oracle fuzz SEED=7 COUNT=1      one of them again
set -u
cd "$(dirname "$0")" || exit 1
. ./python.sh
python=$(find_python) || {
    echo "fuzz: left out: $python"
    exit 0
}
exec "$python" -W ignore fuzz.py "${BUILD:-../../build}/tests/oracle/fuzz_play" \
    "${SEED:-1}" "${COUNT:-2000}"
