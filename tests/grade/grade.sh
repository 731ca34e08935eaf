#!/bin/sh
# grade.sh EXERCISE [--file FILE] - grades one exercise: make grade EX=01-write-all
# grade.sh                        - lists the exercises: make grade
#
# EXERCISE is a chapter's number and the exercise's name; FILE is graded in the place of the file
# in the exercise's folder. That file is made from the starter the first time, is yours from then
# on, and is never written again. Exit code: 0 for all the points, 1 for less, 2 for misuse.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 2

misuse()
{
    echo "grade: $*" >&2
    list_exercises >&2
    exit 2
}

list_exercises()
{
    echo "usage: make grade EX=EXERCISE, or tests/grade/grade.sh EXERCISE [--file FILE]"
    echo "exercises:"
    for ini in "$root"/[0-9][0-9]-*/exercises/*/exercise.ini; do
        [ -e "$ini" ] || continue
        folder=${ini%/exercise.ini}
        chapter=${folder%/exercises/*}
        chapter=${chapter##*/}
        echo "  ${chapter%%-*}-${folder##*/}  $(sed -n 's/^title *= *//p' "$ini" | head -n 1)"
    done
}

# ---- What to grade --------------------------------------------------------------------------

exercise='' file=''
while [ $# -gt 0 ]; do
    case $1 in
    --file) [ $# -ge 2 ] || misuse "--file needs a file"; file=$2; shift ;;
    -*) misuse "unknown option \"$1\"" ;;
    *) [ -z "$exercise" ] || misuse "one exercise at a time, not also \"$1\""; exercise=$1 ;;
    esac
    shift
done
if [ -z "$exercise" ]; then
    [ -z "$file" ] || misuse "which exercise is \"$file\" an answer to?"
    list_exercises
    exit 0
fi
folder=''
case $exercise in
[0-9][0-9]-*[!a-z0-9-]* | [0-9][0-9]-) ;;
[0-9][0-9]-*)
    for candidate in "$root/${exercise%%-*}"-*/exercises/"${exercise#*-}"; do
        [ -e "$candidate/exercise.ini" ] && folder=$candidate
    done ;;
esac
[ -n "$folder" ] || misuse "there is no exercise \"$exercise\""
ini=$folder/exercise.ini

said() # KEY: its value in the head of the ini
{
    sed -n "/^\[/q; s/^$1 *= *//p" "$ini"
}

name=$(said file)
if [ -z "$file" ]; then
    file=$folder/$name
    if [ ! -e "$file" ]; then
        awk -f "$root/tests/grade/starter.awk" "$folder/solution.c" >"$file" || exit 2
        echo "Your file is ${file#"$root"/}: edit it, then grade again."
        echo "The task is in ${folder#"$root"/}/README.md."
        echo
    fi
fi
if [ ! -f "$file" ] || [ -h "$file" ] || [ ! -r "$file" ]; then
    misuse "\"$file\" is no file that can be read"
fi
[ "$(wc -c <"$file")" -le 262144 ] || misuse "\"$file\" is larger than 256 KiB"

# ---- Build it -------------------------------------------------------------------------------

unset MAKEFLAGS MFLAGS MAKELEVEL
build=$(make -s --no-print-directory -f - <<EOF
include $root/common/build.mk
all: ; @echo \$(BUILD)/tests/grade
EOF
) || exit 2
make -s --no-print-directory -C "$root/tests/grade" judge >/dev/null || exit 2
tmp=$(mktemp -d "$build/$exercise.XXXXXX") || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

points=$(sed -n 's/^points *= *//p' "$ini" | awk '{ sum += $1 } END { print sum }')
give_up() # SENTENCE: with what the compiler said
{
    echo "$exercise: $(said title)"
    echo "  $1:"
    sed "s|$tmp/||g" "$tmp/log" | head -n 40
    echo "0 of $points points"
    exit 1
}

# Only the one file is taken, and away from where the solution is.
cp "$file" "$tmp/$name" || exit 2
includes="-iquote $root/common -iquote $root/tests/grade"
for i in $(said include); do includes="$includes -iquote $root/$i"; done
flags='-std=gnu11 -D_GNU_SOURCE -O1 -g -pthread -Wall -Wextra -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes'
compile="${CC:-gcc} $flags $includes"
limited() { (ulimit -t 60; ulimit -c 0; exec "$@"); }

# shellcheck disable=SC2086 # the flags are words
limited $compile -c -o "$tmp/student.o" "$tmp/$name" 2>"$tmp/log" || give_up "$name does not compile"
if [ -s "$tmp/log" ]; then
    echo "The compiler warns:"
    sed "s|$tmp/||g" "$tmp/log" | head -n 40
    echo
fi
nm -g --defined-only "$tmp/student.o" | awk '{ print $3 }' | while read -r symbol; do
    case " $(said defines) " in
    *" $symbol "*) ;;
    *) echo "$name defines $symbol: what only your file uses is static" ;;
    esac
done >"$tmp/log"
[ ! -s "$tmp/log" ] || give_up "$name may define only: $(said defines)"
wrap=''
for i in $(said wrap); do wrap="$wrap -Wl,--wrap=$i"; done
# facts.c comes first: what it does before main is done before anything of the student's is.
# shellcheck disable=SC2086
limited $compile $wrap -o "$tmp/program" "$root/tests/grade/facts.c" "$folder/driver.c" \
    "$tmp/student.o" 2>"$tmp/log" || give_up "$name does not link"

# ---- Run and judge it -----------------------------------------------------------------------

printf '%s: ' "$exercise"
"$build/judge" "$ini" "$tmp/program"
