#!/bin/sh
# help.sh - what `make` alone prints: every target, a line each.
cat <<'END'
async in C, step by step

  make demo       the ten chapters' demos, one after another, and the table of what was measured
  make test       every test
  make all        builds everything but the tests (make -j2 all: two files at a time)
  make tests      builds the tests too, and runs none

  make 05         builds a chapter and what it stands on; also: make -C 05-coroutines
  make run-05     runs its demo; against a server of its own, or the one that AIO_URL names
  make test-05    runs its tests
  make mutants    makes mistakes in the bricks, one by one, and names the test that sees each; ONLY=NAME: one
  make explore    tests played with events in every order that there can be (tests/explore/README.md)
  make hostile    who survives whom: nine rude clients against every echo server; ONLY=03: against one
  make explain-cancel   what a cancel does to tasks in a gather in a timeout, drawn from a real run
  make oracle     scenarios of tasks on three backends, compared with Python's asyncio, to the byte
  make bench      messages a second, CPU, memory, against others; ONLY=NAME: one experiment
  make aio        the delay server, on port 3000, until Ctrl-C; a unit is a second, or UNIT_MS=100
  make grade      lists the exercises; EX=NAME judges your answer to that one

  make setup      installs the packages that are missing; the targets above do it by themselves
  make check-format, make format   compares the code with .clang-format; makes it so
  make clean      deletes build/

  Each takes CC=clang, SANITIZE=address,undefined or SANITIZE=thread, WERROR=1, CFLAGS=..., V=1.

The chapters:
END
for chapter in [0-9][0-9]-*; do
    echo "  $chapter"
done
