/* memcheck.h - a program under valgrind, which must find nothing. */
#ifndef SUPPORT_MEMCHECK_H
#define SUPPORT_MEMCHECK_H

/* Runs it ("05-coroutines/generator --help", as program_path names it, and its arguments) under
 * valgrind: every wrong read and write, every use of what was never set, and every leak fails the
 * test. Where there is no valgrind, or a sanitizer that it cannot run with, the test is left out.
 */
void expect_memcheck_finds_nothing(const char *program_and_arguments);

#endif
