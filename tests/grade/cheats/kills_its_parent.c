/* SAYS: your code tried to start a process, a thread or a program */
#include "io.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    kill(getppid(), SIGKILL);
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
