/* stop.c - a signal handler that shuts sockets down, and the accept that understands it. */
#include "stop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "check.h"
#include "clock.h"

#define RETRY_NS (50 * NS_PER_MS)

/* Shared with the handler, which interrupts the only thread there is. */
static volatile sig_atomic_t stop_requested;
static volatile sig_atomic_t listening = -1;
static volatile sig_atomic_t client = -1;

static void on_stop_signalled(int signo)
{
    (void)signo;
    int saved_errno = errno;
    stop_requested = 1;
    if (listening >= 0)
        shutdown(listening, SHUT_RDWR); /* one of the few calls that a handler may make */
    if (client >= 0)
        shutdown(client, SHUT_RDWR);
    errno = saved_errno;
}

int stop_on_signals(int listening_fd)
{
    listening = listening_fd;
    struct sigaction action = {.sa_handler = on_stop_signalled};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    if (sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0)
        return -errno;
    return 0;
}

/* First the descriptor is made known, then the flag is looked at. A signal before the look is seen
 * by it; a signal after the look finds the descriptor. */
bool stop_serving(int client_fd)
{
    client = client_fd;
    return !stop_requested;
}

/* Something that we need is used up. It comes back when a client leaves or when the machine has
 * more; until then, accept would fail again at once, so wait a little. */
static bool wait_if_used_up(int error, bool is_first)
{
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM)
        return false;
    if (is_first)
        fprintf(stderr, "accept: %s: the next client has to wait\n", error_text(error));
    clock_sleep(RETRY_NS);
    return true;
}

int accept_client(int listening_fd, char name[NET_NAME_MAX])
{
    for (bool is_first = true;;) {
        int fd = net_accept_blocking(listening_fd, name);
        if (fd >= 0) {
            net_set_nodelay(fd); /* if that fails the connection is gone, and reading will say so */
            return fd;
        }
        if (fd == -EINVAL)
            return -ECANCELED; /* what accept says of a listening socket that was shut down */
        if (!wait_if_used_up(-fd, is_first))
            return fd;
        if (!net_is_listening(listening_fd))
            return -ECANCELED; /* without a free descriptor, accept does not come to say so */
        is_first = false;
    }
}
