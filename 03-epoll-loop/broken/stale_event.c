/* stale_event.c - broken on purpose: an event for a descriptor that was closed in the same batch.
 *
 *     build/03-epoll-loop/broken/stale_event
 *
 * Epoll with nothing around it. One epoll_wait returns two events: Ada has sent "kick Bob", and Bob
 * has hung up. The first is handled, and Bob is closed. A new client comes at once, Cleo, and gets
 * the lowest free number, which was Bob's. Now the second event of the batch: "hung up", says the
 * number. It speaks of Bob, and it is Cleo who is closed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "options.h"

#define FDS_MAX 64

static const char *names[FDS_MAX]; /* of the clients, by descriptor; NULL: nobody */
static int peers[FDS_MAX];         /* the clients' own ends; -1: closed */
static int epoll_fd;

static int add_client(const char *name)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    if (ends[0] >= FDS_MAX)
        die("descriptor %d: more are open than this program expects", ends[0]);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = ends[0]};
    CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, ends[0], &event));
    names[ends[0]] = name;
    peers[ends[0]] = ends[1];
    return ends[0];
}

static void close_client(int fd)
{
    printf("close %s\n", names[fd]);
    names[fd] = NULL;
    close(fd);
    if (peers[fd] >= 0)
        close(peers[fd]);
}

static void handle(const struct epoll_event *event, int bob)
{
    int fd = event->data.fd; /* the trap: of whom does the number speak? */
    char text[16];
    if (!names[fd])
        return; /* he was closed: good, but not enough */
    if (event->events & EPOLLHUP) {
        printf("%s has hung up\n", names[fd]);
        close_client(fd);
    } else if (read(fd, text, sizeof text) > 0) {
        printf("%s says: kick Bob\n", names[fd]);
        close_client(bob);
        int cleo = add_client("Cleo");
        printf("Cleo comes, and gets %s\n", cleo == bob ? "Bob's number" : "a number of her own");
    }
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: believes a stale event.", argc, argv);
    epoll_fd = (int)CHECK(epoll_create1(EPOLL_CLOEXEC));
    int ada = add_client("Ada"), bob = add_client("Bob");
    CHECK(write(peers[ada], "kick Bob", strlen("kick Bob")));
    close(peers[bob]);
    peers[bob] = -1;

    struct epoll_event events[8];
    int count = (int)CHECK(epoll_wait(epoll_fd, events, 8, -1));
    printf("%d events in one batch\n", count);
    for (int i = 0; i < count; i++)
        handle(&events[i], bob);
    if (!names[bob])
        printf("Cleo is gone; she had done nothing\n");
    for (int fd = 0; fd < FDS_MAX; fd++)
        if (names[fd])
            close_client(fd);
    close(epoll_fd);
    return 0;
}
