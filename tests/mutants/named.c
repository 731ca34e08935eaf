/* named.c - linked into the test programs of the mutants: only the test that MUTANT_TEST names is
 * run, and what is printed is not lost when the program crashes. */
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

__attribute__((constructor)) static void run_only_the_named(void)
{
    const char *name = getenv("MUTANT_TEST");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (name)
        cmocka_set_test_filter(name);
}
