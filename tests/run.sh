#!/bin/sh
# run.sh FOLDER... - runs the tests in tests/FOLDER, all of them, whatever fails, and counts.
#
# The last line is "N passed, N failed"; the exit code is 1 if anything failed. What was exported
# (CC, SANITIZE, WERROR, CFLAGS) says how the tests are built.
set -u
cd "$(dirname "$0")/.." || exit 1

# A finding of a sanitizer ends the program with an error.
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=1:detect_stack_use_after_return=0:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS-print_stacktrace=1:halt_on_error=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS-halt_on_error=1:second_deadlock_stack=1}"

# ThreadSanitizer of older compilers does not start where the kernel shuffles addresses by more
# than 28 bits; without shuffling it does.
plain=''
case ${SANITIZE-} in
*thread*)
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
    [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null && plain='setarch -R'
    ;;
esac

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
unset MAKEFLAGS MFLAGS # of the make that calls: this one takes nothing from it but the environment

for folder; do
    {
        $plain make --no-print-directory -C "tests/$folder" run 2>&1 ||
            echo "FAILED: tests/$folder"
    } | tee -a "$tmp/log"
done

# cmocka's own counts. A program that failed without one of its tests failing (it crashed, or leaked)
# counts as one, and so does a folder that failed without one of its programs (it did not build).
# What a test prints after "left out:" before it skips itself stands in the list of those.
awk '
    /^== / { tests_failed = 0 }
    /^\[==========\] Running/ { running = 1 }
    /^\[==========\] [0-9]+ test\(s\) run/ { running = 0 }
    /^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
    /^\[  FAILED  \] [0-9]+ test/ { failed += $4; tests_failed = 1 }
    /^left out: / { why = substr($0, 10) }
    /^\[  SKIPPED \] / && running { skipped++; left_out = left_out "\n  " $4 (why ? ":" why : ""); why = "" }
    /^FAILED: tests\/[^\/]+\/./ { failed += !tests_failed; known = 1; list = list "\n  " $2 }
    /^FAILED: tests\/[^\/]+$/ { if (!known) { failed++; list = list "\n  " $2 } known = 0 }
    END {
        if (list) print "\nfailed:" list
        if (left_out) print "\nleft out:" left_out
        printf "\n%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
        exit failed > 0
    }' "$tmp/log"
