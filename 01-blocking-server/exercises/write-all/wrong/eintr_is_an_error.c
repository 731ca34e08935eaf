/* FAILS: interrupted
 * SAYS: returned: -4 (-EINTR)
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0)
            return -errno;
        if (count == 0)
            return -EIO;
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}
