/* SAYS: your code crashed: SIGSEGV */
#include "io.h"

#include <stddef.h>

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes, (void)size;
    int *volatile nowhere = NULL;
    return *nowhere;
}
