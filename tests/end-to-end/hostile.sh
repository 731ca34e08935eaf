#!/bin/sh
# hostile.sh - plays the hostile clients and prints the table. ONLY=03: against one chapter's servers.
#
# BUILD is where the programs are. The table stays in BUILD/hostile.txt, what the tests said in
# BUILD/hostile.log. The exit code is 1 when a server has not done what is expected of it.
set -u
: "${BUILD:?}"
if [ -n "${ONLY-}" ]; then
    export ONLY="$ONLY*"
else
    unset ONLY
fi
echo 'Hostile clients against every server; half a minute or so ...' >&2
"$BUILD/tests/end-to-end/test_hostile" "$BUILD/hostile.txt" >"$BUILD/hostile.log" 2>&1
failed=$?
if ! head -n 1 "$BUILD/hostile.txt" | grep -q '[0-9]'; then
    echo "ONLY=${ONLY%?}: no server of that name; 01 to 05 there are" >&2
    exit 2
fi
sed 's/ *$//' "$BUILD/hostile.txt"
[ "$failed" -eq 0 ] || grep -e ERROR -e FAILED "$BUILD/hostile.log" >&2
exit "$((failed != 0))"
