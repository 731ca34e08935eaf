/* echo.c - greet, then read a line and answer it, again and again: each step may block. */
#include "echo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "io.h"
#include "lines.h"

#define DISCARD_MAX (4 * 1024 * 1024) /* what a client may send after its last answer */

static int write_text(int fd, const char *text)
{
    return write_all(fd, text, strlen(text));
}

static int answer(int fd, const char *line, size_t length)
{
    static const char hello[] = "Hello, ";
    char bytes[sizeof hello + ECHO_LINE_MAX];

    memcpy(bytes, hello, sizeof hello - 1);
    memcpy(bytes + sizeof hello - 1, line, length);
    bytes[sizeof hello - 1 + length] = '\n'; /* in the place of hello's NUL */
    return write_all(fd, bytes, sizeof hello + length);
}

/* Ends the dialogue while the client may still be sending. A socket that is closed with unread
 * bytes in it resets the connection, and a reset may destroy the answer before it is read. So: say
 * that we have ended, then read what still comes, until a second's silence or a limit. */
static int refuse_line(int fd)
{
    int rc = write_text(fd, "Line too long.\n");
    if (rc < 0)
        return rc;
    struct timeval second = {.tv_sec = 1};
    if (shutdown(fd, SHUT_WR) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) < 0)
        return -errno;
    char bytes[4096];
    ssize_t count = 1;
    for (ssize_t total = 0; count > 0 && total < DISCARD_MAX; total += count)
        count = read_some(fd, bytes, sizeof bytes);
    return 0;
}

static bool is_exit(const char *line, size_t length)
{
    return length == 4 && memcmp(line, "exit", 4) == 0;
}

int echo_serve(int fd)
{
    char buffer[ECHO_LINE_MAX + 2];
    struct line_reader reader;
    line_reader_init(&reader, fd, buffer, sizeof buffer);

    int rc = write_text(fd, "Welcome. Type a line, or exit.\n");
    while (rc == 0) {
        const char *line;
        ssize_t length = read_line(&reader, &line);
        if (length == -ENODATA)
            return 0;
        if (length == -EMSGSIZE)
            return refuse_line(fd);
        if (length < 0)
            return (int)length;
        if (is_exit(line, (size_t)length))
            return 0;
        rc = answer(fd, line, (size_t)length);
    }
    return rc;
}
