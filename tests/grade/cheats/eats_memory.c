/* SAYS: your code crashed: SIGABRT */
#include "io.h"

#include <stdlib.h>
#include <string.h>

static char *volatile eaten; /* volatile, so that the compiler does not do without */

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes, (void)size;
    for (;;) {
        eaten = malloc(16 << 20);
        if (!eaten)
            abort();
        memset(eaten, 1, 16 << 20);
    }
}
