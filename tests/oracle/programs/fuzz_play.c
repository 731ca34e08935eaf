/* fuzz_play.c - runs the random program on stdin: what fuzz.py compares with its own run. */
#include <unistd.h>

#include "check.h"
#include "fuzz.h"

int main(void)
{
    static struct fuzz_program program;
    alarm(60);
    fuzz_read(&program);
    int rc = fuzz_run(&program);
    if (rc < 0)
        die_error(rc, "the program did not end");
    return 0;
}
