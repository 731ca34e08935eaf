/* SAYS: your code wrote to descriptor 1, and was given another */
#include "io.h"

#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd;
    return write(STDOUT_FILENO, bytes, size) < 0 ? -1 : 0;
}
