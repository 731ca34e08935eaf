/* awaits_in_accept.c - broken on purpose: a server of coroutines that serves one client at a time.
 *
 *     build/05-coroutines/broken/awaits_in_accept
 *
 * It has all that the chapter has to give: a loop, non-blocking sockets, co_accept, co_read. And in
 * its accept loop it serves its client, by an ordinary call, before it accepts the next one. So
 * the thread is free, and the coroutine that accepts is not: it stands in co_read, waiting for Ada,
 * who says nothing. Bob's connection lies in the kernel's queue. That is chapter 01 again.
 *
 * Ada and Bob are coroutines of the same program. Bob lets the loop make a hundred passes before he
 * says that nobody greets him; then Ada goes, and his turn comes. Both are served in the end.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "co_io.h"
#include "net.h"
#include "options.h"

#define CLIENTS         2
#define PASSES_PATIENCE 100

static const char hello[] = "Hello!\n";
static int served;

struct place {
    int listening;
    bool ada_may_go;
};

/* ---- The server ---------------------------------------------------------------------------- */

/* A coroutine: greets a client, and waits until it leaves. */
static int serve(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char bytes[64];
    ssize_t rc = co_write_all(fd, hello, strlen(hello));
    while (rc >= 0 && (rc = co_read(fd, bytes, sizeof bytes)) > 0)
        ;
    co_close(fd);
    if (++served == CLIENTS)
        loop_stop(co_loop());
    return (int)rc;
}

static int accept_clients(void *arg)
{
    const struct place *place = arg;
    for (int i = 0; i < CLIENTS; i++) {
        int fd = co_accept(place->listening);
        if (fd < 0)
            return fd;
        int rc = serve((void *)(intptr_t)fd); /* the trap: until this client has left */
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- The clients --------------------------------------------------------------------------- */

static void leave(int fd, const char *name)
{
    printf("%s leaves\n", name);
    co_close(fd);
}

static int connect_as(const struct place *place, const char *name)
{
    int fd = co_connect("127.0.0.1", (uint16_t)net_port(place->listening));
    if (fd < 0)
        die_error(fd, "%s cannot connect", name);
    return fd;
}

static int be_ada(void *arg)
{
    struct place *place = arg;
    char bytes[sizeof hello];
    int fd = connect_as(place, "Ada");
    ssize_t rc = co_read(fd, bytes, strlen(hello));
    printf("Ada is greeted, and says nothing\n");
    while (rc >= 0 && !place->ada_may_go)
        rc = co_yield();
    leave(fd, "Ada");
    return (int)rc;
}

/* Is there something to read, within so many passes of the loop? */
static bool is_greeted_soon(int fd)
{
    char bytes[sizeof hello];
    int rc = 0;
    for (int pass = 0; pass < PASSES_PATIENCE && rc == 0; pass++) {
        if (read(fd, bytes, sizeof bytes) > 0)
            return true;
        rc = co_yield();
    }
    return false;
}

static int be_bob(void *arg)
{
    struct place *place = arg;
    char bytes[sizeof hello];
    ssize_t rc = 1;
    int fd = connect_as(place, "Bob");
    if (is_greeted_soon(fd)) {
        printf("Bob is greeted\n");
    } else {
        printf("Bob has waited for %d passes of the loop, and nobody greets him\n",
               PASSES_PATIENCE);
        place->ada_may_go = true;
        rc = co_read(fd, bytes, sizeof bytes);
        printf("Bob is %s\n", rc > 0 ? "greeted, at last" : "never greeted");
    }
    place->ada_may_go = true;
    leave(fd, "Bob");
    return (int)rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: awaits its client in the accept loop.", argc, argv);
    net_ignore_sigpipe();
    struct place place = {.ada_may_go = false};
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    place.listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, CLIENTS));
    CHECK_RC(net_set_nonblocking(place.listening, true));
    CHECK_RC(co_spawn(loop, accept_clients, &place, "the server"));
    CHECK_RC(co_spawn(loop, be_ada, &place, "Ada"));
    CHECK_RC(co_spawn(loop, be_bob, &place, "Bob"));
    CHECK_RC(loop_run_forever(loop));
    close(place.listening);
    loop_free(loop);
    coro_trim();
    return 0;
}
