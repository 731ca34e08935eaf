/* listener.c - a listening socket that makes a protocol and a transport for each connection. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "protocol.h"

#define ACCEPTS_PER_PASS 64                /* then the connections that there are get their turn */
#define RETRY_DELAY_NS   (100 * NS_PER_MS) /* when there was no descriptor to accept with */

static void on_connection_waiting(void *arg);

/* The connection still waits in the kernel's queue, so the listening socket stays readable: without
 * this pause the loop would spin, doing nothing but failing to accept. */
static void pause_accepting(struct listener *listener)
{
    listener->pauses++;
    if (loop_call_later(listener->loop, &listener->retry, RETRY_DELAY_NS) == 0)
        loop_remove_reader(listener->loop, listener->fd);
}

static void start_accepting(void *arg)
{
    struct listener *listener = arg;
    if (loop_add_reader(listener->loop, listener->fd, on_connection_waiting, listener) < 0)
        pause_accepting(listener);
}

static void begin_connection(struct listener *listener, int fd, const char *name)
{
    struct protocol *protocol = listener->make_protocol(listener->arg);
    if (!protocol) {
        close(fd);
        return;
    }
    net_set_nodelay(fd); /* only a matter of speed */
    if (!transport_new(listener->loop, fd, name, protocol)) {
        close(fd);
        if (protocol->calls->connection_lost)
            protocol->calls->connection_lost(protocol, -ENOMEM);
    }
}

static void on_connection_waiting(void *arg)
{
    struct listener *listener = arg;
    for (int i = 0; i < ACCEPTS_PER_PASS; i++) {
        char name[NET_NAME_MAX];
        int fd = net_accept(listener->fd, name);
        if (fd == -EAGAIN)
            return;
        if (fd < 0) { /* EMFILE, ENFILE, ENOBUFS, ENOMEM */
            pause_accepting(listener);
            return;
        }
        begin_connection(listener, fd, name);
    }
}

int listener_open(struct listener *listener, struct loop *loop, const char *host, uint16_t port,
                  protocol_factory *make_protocol, void *arg)
{
    int fd = net_listen(host, port, SOMAXCONN);
    if (fd < 0)
        return fd;
    *listener = (struct listener){
        .loop = loop,
        .fd = fd,
        .make_protocol = make_protocol,
        .arg = arg,
    };
    timer_init(&listener->retry, start_accepting, listener);
    int rc = net_set_nonblocking(fd, true);
    if (rc >= 0)
        rc = loop_add_reader(loop, fd, on_connection_waiting, listener);
    if (rc < 0)
        close(fd);
    return rc < 0 ? rc : 0;
}

void listener_close(struct listener *listener)
{
    loop_cancel_timer(listener->loop, &listener->retry);
    loop_forget_fd(listener->loop, listener->fd);
    close(listener->fd);
}
