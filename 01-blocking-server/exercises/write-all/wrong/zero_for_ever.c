/* FAILS: stuck
 * SAYS: your code called write 1000 times and would not end
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
            return -errno;
        rest += count; /* by nothing, for ever, if nothing is taken */
        size -= (size_t)count;
    }
    return 0;
}
