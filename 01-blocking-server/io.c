/* io.c - read and write, and then again for as long as it takes. */
#include "io.h"

#include <errno.h>
#include <unistd.h>

ssize_t read_some(int fd, void *bytes, size_t size)
{
    ssize_t count;
    do
        count = read(fd, bytes, size);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int write_all(int fd, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0 && errno == EINTR)
            continue; /* nothing has gone yet */
        if (count < 0)
            return -errno;
        if (count == 0)
            return -EIO; /* nothing taken and no reason given: asking again might never end */
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}
