/* SAYS: your code ended the process (exit status 0) instead of returning */
#include "io.h"

#include <stdlib.h>

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes, (void)size;
    exit(0);
}
