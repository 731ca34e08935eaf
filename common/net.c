/* net.c - see net.h. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

/* An address of either kind, as the kernel fills it in. */
union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
};

/* ---- From a host and a port to a socket ---------------------------------------------------- */

/* The addresses of a host, to be freed with freeaddrinfo. */
static int resolve(const char *host, uint16_t port, struct addrinfo **addresses)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV,
    };
    switch (getaddrinfo(host, service, &hints, addresses)) {
    case 0:
        return 0;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_SYSTEM:
        return -errno;
    default:
        return -ENXIO;
    }
}

/* Makes a socket of one address; `extra` is the opener's own. A descriptor or -errno. */
typedef int (*opener)(const struct addrinfo *address, int extra);

/* Tries the addresses of one family until one opens. `rc` is what the tries before it gave, if
 * there were any: the first failure is the one to report, it was of the address most wanted. */
static int open_family(const struct addrinfo *addresses, bool v4, opener open_one, int extra,
                       int rc)
{
    for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
        if ((a->ai_family == AF_INET) != v4)
            continue;
        int fd = open_one(a, extra);
        if (fd >= 0)
            return fd;
        if (rc == -ENXIO)
            rc = fd;
    }
    return rc;
}

static int open_host(const char *host, uint16_t port, opener open_one, int extra)
{
    struct addrinfo *addresses;
    int rc = resolve(host, port, &addresses);
    if (rc < 0)
        return rc;
    rc = open_family(addresses, true, open_one, extra, -ENXIO);
    if (rc < 0)
        rc = open_family(addresses, false, open_one, extra, rc);
    freeaddrinfo(addresses);
    return rc;
}

static int close_after(int fd, int rc)
{
    close(fd);
    return rc;
}

static int listen_at(const struct addrinfo *address, int backlog)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, backlog) < 0)
        return close_after(fd, -errno);
    return fd;
}

/* A connect that a signal interrupts goes on in the kernel: to call it again would be an error. */
static int wait_connected(int fd)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    while (poll(&writable, 1, -1) < 0)
        if (errno != EINTR)
            return -errno;
    return net_connect_finish(fd);
}

static int connect_at(const struct addrinfo *address, int flags)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0)
        return -errno;
    int rc = net_set_nodelay(fd);
    if (rc < 0)
        return close_after(fd, rc);
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
        rc = -errno;
    if (rc == -EINPROGRESS)
        rc = 0;
    if (rc == -EINTR)
        rc = flags & SOCK_NONBLOCK ? 0 : wait_connected(fd);
    return rc < 0 ? close_after(fd, rc) : fd;
}

int net_listen(const char *host, uint16_t port, int backlog)
{
    return open_host(host, port, listen_at, backlog);
}

int net_connect(const char *host, uint16_t port)
{
    return open_host(host, port, connect_at, 0);
}

int net_connect_start(const char *host, uint16_t port)
{
    return open_host(host, port, connect_at, SOCK_NONBLOCK);
}

int net_connect_finish(int fd)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    int ready = poll(&writable, 1, 0);
    if (ready < 0)
        return errno == EINTR ? -EINPROGRESS : -errno;
    if (ready == 0)
        return -EINPROGRESS;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    if (error != 0)
        return -error;
    /* SO_ERROR tells a failure once; a socket without a peer tells of it for ever. */
    union address peer;
    size = sizeof peer;
    return getpeername(fd, &peer.any, &size) < 0 ? -errno : 0;
}

/* ---- What a socket is told, and what it tells ---------------------------------------------- */

int net_set_nonblocking(int fd, bool nonblocking)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -errno;
    int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags && fcntl(fd, F_SETFL, wanted) < 0)
        return -errno;
    return 0;
}

int net_set_nodelay(int fd)
{
    int on = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ? -errno : 0;
}

static int port_of(const union address *address)
{
    switch (address->any.sa_family) {
    case AF_INET:
        return ntohs(address->v4.sin_port);
    case AF_INET6:
        return ntohs(address->v6.sin6_port);
    default:
        return -EAFNOSUPPORT;
    }
}

int net_port(int fd)
{
    union address address;
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) < 0)
        return -errno;
    return port_of(&address);
}

static void write_name(const union address *address, char name[NET_NAME_MAX])
{
    char host[INET6_ADDRSTRLEN];
    bool v6 = address->any.sa_family == AF_INET6;
    const void *bytes = v6 ? (const void *)&address->v6.sin6_addr : &address->v4.sin_addr;
    int port = port_of(address);
    if (port < 0 || inet_ntop(address->any.sa_family, bytes, host, sizeof host) == NULL)
        strcpy(name, "?");
    else
        snprintf(name, NET_NAME_MAX, v6 ? "[%s]:%d" : "%s:%d", host, port);
}

void net_local_name(int fd, char name[NET_NAME_MAX])
{
    union address address = {.any.sa_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) < 0)
        address.any.sa_family = AF_UNSPEC;
    write_name(&address, name);
}

void net_peer_name(int fd, char name[NET_NAME_MAX])
{
    union address address = {.any.sa_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    if (getpeername(fd, &address.any, &size) < 0)
        address.any.sa_family = AF_UNSPEC;
    write_name(&address, name);
}

/* ---- Accepting ----------------------------------------------------------------------------- */

/* Did accept fail for what happened to this one connection? See accept(2), "Error handling". */
static bool is_lost_connection(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case EPERM: /* a firewall's rule */
        return true;
    default:
        return false;
    }
}

static int accept_next(int listening_fd, int flags, char name[NET_NAME_MAX])
{
    union address peer = {.any.sa_family = AF_UNSPEC};
    socklen_t size;
    int fd;
    do {
        size = sizeof peer;
        fd = accept4(listening_fd, &peer.any, &size, flags | SOCK_CLOEXEC);
    } while (fd < 0 && is_lost_connection(errno));
    if (fd < 0)
        return -errno;
    if (name)
        write_name(&peer, name);
    return fd;
}

int net_accept(int listening_fd, char name[NET_NAME_MAX])
{
    return accept_next(listening_fd, SOCK_NONBLOCK, name);
}

int net_accept_blocking(int listening_fd, char name[NET_NAME_MAX])
{
    return accept_next(listening_fd, 0, name);
}

bool net_is_listening(int fd)
{
    int is_listening = 0;
    socklen_t size = sizeof is_listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening;
}

void net_ignore_sigpipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    CHECK(sigaction(SIGPIPE, &ignore, NULL));
}
