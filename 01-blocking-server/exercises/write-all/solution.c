/* write_all.c - writes all the bytes, however many calls of write(2) that takes.
 *
 * The contract is in 01-blocking-server/io.h: 0, or -errno. Grade it: make grade EX=01-write-all
 */
#include "io.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    /* BEGIN SOLUTION */
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            return -EIO;
        rest += count;
        size -= (size_t)count;
    }
    return 0;
    /* END SOLUTION
    (void)fd, (void)bytes, (void)size; // take this line out: it only keeps the compiler quiet
    return -ENOSYS;
    */
}
