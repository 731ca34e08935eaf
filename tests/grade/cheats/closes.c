/* SAYS: your code closed a descriptor that is not its own */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    for (int other = 0; other < 1024; other++)
        close(other);
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count < 0 ? -errno : -EIO;
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}
