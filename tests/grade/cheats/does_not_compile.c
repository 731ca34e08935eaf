/* SAYS: write_all.c:6: */
#include "io.h"

int write_all(int fd, const void *bytes, size_t size)
{
    return fd + (bytes == 0) + (int)size
}
