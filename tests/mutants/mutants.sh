#!/bin/sh
# mutants.sh - makes each of the mistakes in tests/mutants/*.patch, one at a time, in a copy of the
# tree, and looks whether the test that the patch names turns red. ONLY=NAME: only those whose
# file's name contains it. The exit code is 1 when one survives, or could not be tried.
#
# A patch begins with lines of its own:
#   What: the mistake, in a line
#   Killed-by: FOLDER/PROGRAM: NAME        the test tests/FOLDER/PROGRAM.c, the beginning of NAME
#   Green: FOLDER/PROGRAM ...              programs that do not see it, if that is the point
#
# Red means: the named test, alone, is green without the patch; with it the program is built, and
# that test fails, crashes or does not end. All is built with the address sanitizer.
set -u
unset MAKEFLAGS MFLAGS LOWER_DONE LOOP_EXPLORE LOOP_DEBUG # of whoever calls
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
out=$root/build/mutants
tree=$out/tree
limit=100 # seconds for a test
patches=$root/tests/mutants/*.patch
failed=0 killed=0 number=0

header() { sed -n "s/^$2: *//p" "$1" | head -n 1; }

say_progress() {
    [ -t 2 ] && printf '\r\033[K%s' "$*" >&2
}

# The working tree as it is. Only what differs is copied, and is newer then than what was built of
# it, also after a run that was killed in the middle.
copy_tree() {
    mkdir -p "$tree" && cd "$root" || return
    { git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
        while read -r file; do
            if [ -f "$file" ] && ! cmp -s "$file" "$tree/$file"; then
                mkdir -p "$tree/$(dirname "$file")" && cp "$file" "$tree/$file" || return
            fi
        done || return
    (cd "$tree" && find . -path ./build -prune -o -type f -print) |
        while read -r file; do [ -f "$file" ] || rm "$tree/$file"; done
}

# build FOLDER/PROGRAM...
build() {
    for one; do
        make -j"$(nproc)" --no-print-directory -C "$tree/tests/${one%/*}" SETUP_DONE=yes SANITIZE=address \
            WERROR= CFLAGS='-O1 -g' BUILD="$tree/build" LDFLAGS="$tree/build/named.o" \
            "$tree/build/tests/$one" >"$out/log" 2>&1 </dev/null || return
    done
}

# run FOLDER/PROGRAM [NAME]: its exit code, and what it prints in $out/log.
run() {
    (
        [ $# -lt 2 ] || export MUTANT_TEST="$2*"
        export ROOT="$tree" BUILD="$tree/build" ASAN_OPTIONS=detect_stack_use_after_return=0
        timeout "$limit" "$tree/build/tests/$1" >"$out/log" 2>&1 </dev/null
    )
}

was_run() { grep -q '^\[ RUN ' "$out/log"; }

# In what way it was seen, from the log of the run that ended with the exit code $1.
how() {
    path=$(sed -n 's/.*simplest: LOOP_EXPLORE=//p' "$out/log" | head -n 1)
    report=$(sed -n 's/.*ERROR: AddressSanitizer: \([^ ]*\).*/\1/p' "$out/log" | head -n 1)
    if [ -n "$report" ]; then
        echo "$report"
    elif [ -n "$path" ]; then
        echo "$path"
    elif [ "$1" -eq 142 ] || [ "$1" -eq 124 ]; then
        echo 'does not end'
    elif [ "$1" -gt 128 ]; then
        echo "killed by signal $(($1 - 128))"
    elif grep -q '^\[  ERROR   \] --- ".*" != "' "$out/log"; then
        echo 'another trace'
    elif ! grep -q '^\[  FAILED' "$out/log" && grep -q 'ERROR: LeakSanitizer' "$out/log"; then
        echo 'leak'
    else
        echo 'another result'
    fi
}

# judge PATCH: says in $verdict what became of it; false unless the named test has seen it.
judge() {
    killer=$(header "$1" Killed-by)
    program=${killer%%: *} test=${killer#*: } green=$(header "$1" Green)
    verdict='the patch names no test'
    [ -n "$killer" ] && [ "$program" != "$killer" ] || return
    verdict='NOT BUILT before the patch'
    build "$program" || return
    verdict='NO SUCH TEST'
    run "$program" "$test"
    code=$?
    was_run || return
    verdict='RED WITHOUT THE PATCH'
    [ $code -eq 0 ] || return

    verdict='DOES NOT APPLY'
    (cd "$tree" && GIT_CEILING_DIRECTORIES=$out git apply "$1") >"$out/log" 2>&1 || return
    verdict='NOT BUILT with the patch'
    # shellcheck disable=SC2086 # a list of words
    build "$program" $green || return
    verdict='SURVIVES'
    run "$program" "$test"
    code=$?
    was_run && [ $code -ne 0 ] || return
    seen=$(how $code)
    for other in $green; do
        verdict="SEEN BY $other, too"
        run "$other" || return
    done
    verdict=$seen
}

# What was changed is as it was, but newer than what was built of it.
mend() {
    for file in $(files "$1"); do
        cp "$root/$file" "$tree/$file" || return
    done
}

files() { sed -n 's|^+++ b/||p' "$1"; }

tries() {
    case $(basename "$1") in *"${ONLY-}"*) return 0 ;; esac
    return 1
}

copy_tree || exit 1
mkdir -p "$tree/build"
say_progress 'building what all have in common'
# shellcheck disable=SC2086 # as above
${CC:-gcc} -std=gnu11 -iquote "$root/tests/support" -c -o "$tree/build/named.o" \
    "$root/tests/mutants/named.c" || exit 1

count=0
for patch in $patches; do tries "$patch" && count=$((count + 1)); done
if [ $count -eq 0 ]; then
    echo "mutants: no file in tests/mutants has \"${ONLY-}\" in its name" >&2
    exit 2
fi
say_progress ''
row='%-30s %-28s %-24s %s\n'
# shellcheck disable=SC2059 # a format
printf "$row" mutant changes 'seen as' 'by the test'
for patch in $patches; do
    tries "$patch" || continue
    name=$(basename "$patch" .patch) number=$((number + 1))
    say_progress "$number of $count: $name"
    if judge "$patch"; then
        killed=$((killed + 1))
    else
        failed=$((failed + 1))
        cp "$out/log" "$out/$name.log"
        killer="$killer (build/mutants/$name.log)"
    fi
    mend "$patch" || exit 1
    say_progress ''
    # shellcheck disable=SC2059 # a format
    printf "$row" "$name" "$(files "$patch" | tr '\n' ' ')" "$verdict" "$killer"
done
printf '\n%d of %d mutants were killed by the test that is named\n' $killed $count
[ $failed -eq 0 ]
