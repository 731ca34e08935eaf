/* listener.c - a listening socket that makes a protocol and a transport for each connection. How to
 * accept is chapter 03's affair. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "protocol.h"

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

static void on_accepted(int fd, const char *name, void *arg)
{
    begin_connection(arg, fd, name);
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
    int rc = acceptor_start(&listener->acceptor, loop, fd, on_accepted, listener);
    if (rc < 0)
        close(fd);
    return rc;
}

void listener_close(struct listener *listener)
{
    acceptor_stop(&listener->acceptor);
}
