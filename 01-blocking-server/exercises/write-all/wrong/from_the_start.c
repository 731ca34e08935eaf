/* FAILS: parts interrupted
 * SAYS: received: 1000 bytes, wrong from byte 301 on
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size); /* always the first bytes */
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            return -EIO;
        size -= (size_t)count;
    }
    return 0;
}
