/* SAYS: your code wrote to a descriptor that is not its own */
#include "io.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a fact might look like, to whoever listens. */
static void scribble(void)
{
    static const char fact[] = "0123456789abcdefreturned\0"
                               "0";
    for (int other = 3; other < 1024; other++) {
        send(other, fact, sizeof fact, MSG_NOSIGNAL);
        syscall(SYS_write, other, "PASS", 4);
    }
}

int write_all(int fd, const void *bytes, size_t size)
{
    scribble();
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
