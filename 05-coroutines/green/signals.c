/* signals.c - a signal ends main's wait, as it would end main's blocking call; and sigwait.
 *
 * The kernel gives a process's signal to main, if main does not block it. Here main is in the
 * loop's epoll_wait, or on a stack below some coroutine. So each handler of the program's gets a
 * few lines of ours before and after it. What remains different: the signal mask is one for all.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "green.h"

/* What the program believes to be installed. */
static struct sigaction wanted[NSIG];

/* > 0: a handler is running, perhaps in the middle of one of our own functions, so that no hook may
 * do anything but the call that it stands for. */
volatile sig_atomic_t green_handlers_running;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    const struct sigaction *action = &wanted[signo];
    int saved_errno = errno;
    green_handlers_running++;
    green_note_signal(action->sa_flags & SA_RESTART);
    errno = saved_errno;
    if (action->sa_flags & SA_SIGINFO)
        action->sa_sigaction(signo, info, context);
    else
        action->sa_handler(signo);
    green_handlers_running--;
}

static bool is_function(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

HOOK int sigaction(int signo, const struct sigaction *action, struct sigaction *before)
{
    NEXT(sigaction);
    bool known = signo > 0 && signo < NSIG;
    struct sigaction had = known ? wanted[signo] : (struct sigaction){0};
    struct sigaction ours;
    if (action && known) {
        ours = *action;
        if (is_function(action)) {
            ours.sa_sigaction = on_signal;
            ours.sa_flags |= SA_SIGINFO;
            wanted[signo] = *action; /* before it can come */
        }
    }
    int rc = next(signo, action && known ? &ours : action, before);
    if (rc < 0 && known)
        wanted[signo] = had;
    if (rc == 0 && before && before->sa_flags & SA_SIGINFO && before->sa_sigaction == on_signal)
        *before = had;
    return rc;
}

HOOK sighandler_t signal(int signo, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    return sigaction(signo, &action, &before) < 0 ? SIG_ERR : before.sa_handler;
}

/* The signals of a set as a descriptor, that can be waited for: chapter 03's signalfd. */
HOOK int sigwait(const sigset_t *set, int *signo)
{
    NEXT(sigwait);
    if (!green_may_wait())
        return next(set, signo);
    int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return errno;
    struct signalfd_siginfo info;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    int rc = green_poll(&readable, 1, GREEN_FOR_EVER, GREEN_NEVER);
    if (rc > 0 && read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        *signo = (int)info.ssi_signo;
    else
        rc = rc < 0 ? rc : -EAGAIN; /* another thread was quicker */
    close(fd);
    return rc < 0 ? -rc : 0;
}
