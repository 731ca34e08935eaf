/* signals.c - signals as one more descriptor (signalfd): the handler is ordinary code on the loop,
 * free to do what no signal handler may. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "loop_internal.h"

struct loop_signals {
    int fd;
    sigset_t handled;
    struct {
        callback_fn *fn;
        void *arg;
    } handlers[_NSIG];
};

static void on_signals_readable(void *arg)
{
    struct loop *loop = arg;
    struct signalfd_siginfo info;
    /* A handler may remove handlers, the last of them too: look again each time. */
    while (loop->signals && read(loop->signals->fd, &info, sizeof info) == (ssize_t)sizeof info) {
        callback_fn *fn = loop->signals->handlers[info.ssi_signo].fn;
        if (fn)
            fn(loop->signals->handlers[info.ssi_signo].arg);
    }
}

static int make_signals(struct loop *loop)
{
    struct loop_signals *signals = calloc(1, sizeof *signals);
    if (!signals)
        return -ENOMEM;
    sigemptyset(&signals->handled);
    signals->fd = signalfd(-1, &signals->handled, SFD_NONBLOCK | SFD_CLOEXEC);
    int rc =
        signals->fd < 0 ? -errno : loop_add_reader(loop, signals->fd, on_signals_readable, loop);
    if (rc < 0) {
        if (signals->fd >= 0)
            close(signals->fd);
        free(signals);
        return rc;
    }
    loop->signals = signals;
    return 0;
}

/* What has come, and will not be handled any more: unblocked, it would end the process. */
static void drop_waiting(const sigset_t *signals)
{
    const struct timespec no_time = {0};
    int rc;
    do {
        rc = sigtimedwait(signals, NULL, &no_time);
    } while (rc > 0 || (rc < 0 && errno == EINTR));
}

/* Blocks or unblocks one signal and tells the signalfd of the new set. */
static int set_mask(struct loop_signals *signals, int how, int signo)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signo);
    if (how == SIG_UNBLOCK)
        drop_waiting(&one);
    int error = pthread_sigmask(how, &one, NULL);
    if (error)
        return -error;
    return signalfd(signals->fd, &signals->handled, 0) < 0 ? -errno : 0;
}

int loop_add_signal_handler(struct loop *loop, int signo, callback_fn *fn, void *arg)
{
    if (signo < 1 || signo >= _NSIG || signo == SIGKILL || signo == SIGSTOP)
        return -EINVAL;
    int rc = loop->signals ? 0 : make_signals(loop);
    if (rc < 0)
        return rc;
    struct loop_signals *signals = loop->signals;
    sigaddset(&signals->handled, signo);
    signals->handlers[signo].fn = fn;
    signals->handlers[signo].arg = arg;
    return set_mask(signals, SIG_BLOCK, signo);
}

void loop_remove_signal_handler(struct loop *loop, int signo)
{
    struct loop_signals *signals = loop->signals;
    if (!signals || signo < 1 || signo >= _NSIG || !signals->handlers[signo].fn)
        return;
    sigdelset(&signals->handled, signo);
    signals->handlers[signo].fn = NULL;
    set_mask(signals, SIG_UNBLOCK, signo);
    if (sigisemptyset(&signals->handled))
        loop_free_signals(loop);
}

void loop_free_signals(struct loop *loop)
{
    struct loop_signals *signals = loop->signals;
    if (!signals)
        return;
    loop->signals = NULL;
    drop_waiting(&signals->handled);
    pthread_sigmask(SIG_UNBLOCK, &signals->handled, NULL);
    loop_forget_fd(loop, signals->fd);
    close(signals->fd);
    free(signals);
}
