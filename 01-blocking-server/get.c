/* get.c - three calls that wait, one after another: net_connect, write_all, read_some. */
#include "get.h"

#include <unistd.h>

#include "io.h"
#include "net.h"

static int receive_answer(int fd, struct http_answer *answer)
{
    char bytes[4096];
    int rc = 0;
    while (rc == 0) {
        ssize_t count = read_some(fd, bytes, sizeof bytes);
        rc = count < 0 ? (int)count : http_answer_feed(answer, bytes, (size_t)count);
    }
    return rc < 0 ? rc : 0;
}

int blocking_get(const char *host, uint16_t port, const char *target, struct http_answer *answer)
{
    http_answer_init(answer);
    char request[HTTP_REQUEST_MAX];
    int length = http_get_request(request, sizeof request, host, port, target);
    if (length < 0)
        return length;
    int fd = net_connect(host, port);
    if (fd < 0)
        return fd;
    int rc = write_all(fd, request, (size_t)length);
    if (rc == 0)
        rc = receive_answer(fd, answer);
    close(fd);
    return rc;
}
