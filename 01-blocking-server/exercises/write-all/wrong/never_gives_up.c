/* FAILS: gone full stuck
 * SAYS: your code called write 1000 times and would not end
 */
#include "io.h"

#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = write(fd, rest, size);
        if (count < 0)
            continue; /* whatever it was */
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}
