/* FAILS: gone full
 * SAYS: returned: -1 (-EPERM)
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1; /* which says nothing of why */
        if (count == 0)
            return -EIO;
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}
