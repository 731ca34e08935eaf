/* FAILS: parts interrupted
 * SAYS: bytes, wrong from byte 301 on
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    size_t written = 0;
    while (written < size) {
        ssize_t count = write(fd, bytes, size); /* neither the place nor the length moves on */
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            return -EIO;
        written += (size_t)count;
    }
    return 0;
}
