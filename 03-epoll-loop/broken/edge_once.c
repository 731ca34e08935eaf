/* edge_once.c - broken on purpose: edge-triggered epoll, and one read for each event.
 *
 *     build/03-epoll-loop/broken/edge_once
 *
 * A client sends three lines in one piece and waits for three answers. The server has room for 16
 * bytes at a time and reads once. The rest stays in the socket; nothing new comes, so the kernel,
 * which was asked for news (EPOLLET), has none to tell. Server and client wait for each other for
 * ever. Here epoll_wait gives up after 200 ms; with -1 it would not.
 */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "options.h"

#define PATIENCE_MS 200

static void serve(int epoll_fd)
{
    struct epoll_event event;
    char bytes[16];
    while (CHECK(epoll_wait(epoll_fd, &event, 1, PATIENCE_MS)) > 0) {
        ssize_t count = read(event.data.fd, bytes, sizeof bytes); /* the trap: once */
        printf("an event: read %zd bytes\n", count);
    }
    printf("no event any more\n");
}

int main(int argc, char **argv)
{
    static const char lines[] = "Ada Lovelace\nGrace Hopper\nBarbara Liskov\n";
    no_options_parse("Broken on purpose: edge-triggered, and reads once.", argc, argv);
    int ends[2], unread;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    int epoll_fd = (int)CHECK(epoll_create1(EPOLL_CLOEXEC));
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = ends[0]};
    CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, ends[0], &event));
    CHECK(write(ends[1], lines, strlen(lines)));
    serve(epoll_fd);
    CHECK(ioctl(ends[0], FIONREAD, &unread));
    printf("and %d bytes lie unread in the socket\n", unread);
    close(epoll_fd);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
