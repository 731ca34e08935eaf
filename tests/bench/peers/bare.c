/* bare.c - the same echo job on epoll alone: no loop, no timers, none of the course's bricks. The
 * measure of what bricks cost. It cuts corners: an answer that does not go out at once ends the
 * client. Prints "Serving on 127.0.0.1:PORT". */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING "Welcome. Type a line, or exit.\n"

struct client {
    int fd;
    size_t length;
    char line[4098];
};

static void welcome(int epoll, int listening)
{
    int one = 1, fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
    struct client *client = fd < 0 ? NULL : malloc(sizeof *client);
    if (!client)
        return;
    client->fd = fd;
    client->length = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ||
        write(fd, GREETING, strlen(GREETING)) < 0) {
        close(fd);
        free(client);
    }
}

/* False: the client has ended, or will not be served any more. */
static int serve(struct client *client)
{
    char answer[sizeof client->line + 8] = "Hello, ";
    char *end = client->line + client->length;
    ssize_t count = read(client->fd, end, sizeof client->line - client->length);
    if (count <= 0)
        return 0;
    client->length += (size_t)count;
    while ((end = memchr(client->line, '\n', client->length))) {
        size_t size = (size_t)(end + 1 - client->line);
        memcpy(answer + 7, client->line, size);
        if (write(client->fd, answer, size + 7) != (ssize_t)size + 7)
            return 0;
        client->length -= size;
        memmove(client->line, end + 1, client->length);
    }
    return client->length < sizeof client->line;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct epoll_event events[256], event = {.events = EPOLLIN};
    int epoll = epoll_create1(0), listening = socket(AF_INET, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    if (bind(listening, (struct sockaddr *)&address, size) < 0 || listen(listening, 4096) < 0 ||
        getsockname(listening, (struct sockaddr *)&address, &size) < 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event) < 0)
        return perror("bare"), 1;
    printf("Serving on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (!client) {
                welcome(epoll, listening);
            } else if (!serve(client)) {
                close(client->fd);
                free(client);
            }
        }
    }
}
