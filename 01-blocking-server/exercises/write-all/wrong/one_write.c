/* FAILS: parts interrupted gone full stuck
 * SAYS: received: 300 bytes
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    ssize_t count;
    do
        count = write(fd, bytes, size);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : 0; /* and what if it took less? */
}
