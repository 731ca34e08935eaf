#!/bin/sh
# demo-table.sh README OUTPUT - is the table at the end of `make demo`, whose output is in OUTPUT,
# the one that README shows? Elapsed units within one, all else exactly.
set -u
awk '
    /^chapter  *units/ { reading = 1; next }
    !reading { next }
    NF < 4 || $(NF) !~ /^[0-9]+$/ { reading = 0; next }
    {
        name = $1
        for (i = 2; i < NF - 2; i++) name = name " " $i
    }
    NR == FNR { row[++rows] = name; units[rows] = $(NF - 2); rest[rows] = $(NF - 1) " " $NF; next }
    {
        got++
        off = units[got] - $(NF - 2)
        if (name != row[got] || off > 1 || off < -1 || rest[got] != $(NF - 1) " " $NF) {
            printf "row %d: expected: %s %s %s; got: %s\n", got, row[got], units[got], rest[got], $0
            wrong = 1
        }
    }
    END {
        if (rows < 10 || got != rows) {
            printf "%d rows expected, %d got\n", rows, got
            wrong = 1
        }
        if (!wrong) print "the table is as README.md shows it"
        exit wrong
    }' "$1" "$2"
