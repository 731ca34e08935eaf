#!/bin/sh
# python.sh - to be read by other scripts: finds a Python whose asyncio is the one that we follow.
#
# find_python prints the command of the first of $PYTHON, python3.13, python3.12 and python3 that is
# of version 3.12 or later, or says why there is none, and fails.
find_python() {
    for python in ${PYTHON-} python3.13 python3.12 python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || continue
        echo "$python"
        return 0
    done
    echo "no Python 3.12 or later here (PYTHON=... names one)"
    return 1
}
