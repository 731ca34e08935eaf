/* SAYS: your code did not come to an end in 2 s of processor time */
#include "io.h"

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes;
    for (volatile size_t i = 0; i < size || i >= size; i++)
        ;
    return 0;
}
