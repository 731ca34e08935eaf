/* processes.c - fork, serve, reap.
 *
 * The table of children is changed by the main program and by the handler of SIGCHLD. The main
 * program blocks all signals while it uses the table, so the two never meet.
 */
#include "processes.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "echo.h"
#include "net.h"
#include "stop.h"

static pid_t children[PROCESSES_MAX];
static int child_count;

/* SIGCHLD says that at least one child has ended; signals are not counted, so look for all. */
static void on_child_ended(int signo)
{
    (void)signo;
    int saved_errno = errno;
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        for (int i = 0; i < child_count; i++)
            if (children[i] == pid)
                children[i] = children[--child_count];
    errno = saved_errno;
}

static int reap_from_now_on(void)
{
    struct sigaction action = {.sa_handler = on_child_ended, .sa_flags = SA_NOCLDSTOP};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGCHLD, &action, NULL) < 0 ? -errno : 0;
}

/* The child's life. A signal that came since the fork is still blocked: it is let in when the
 * handler knows of this client, and no longer of the listening socket, which parent and child
 * share; to shut it down would be to shut down the parent's. */
static void __attribute__((noreturn))
run_child(int listening_fd, int fd, const char *name, const sigset_t *unblocked, pid_t parent)
{
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* should the parent be killed, we do not stay behind */
    close(listening_fd);
    stop_on_signals(-1);
    if (stop_serving(fd) && getppid() == parent) {
        sigprocmask(SIG_SETMASK, unblocked, NULL);
        int rc = echo_serve(fd);
        if (rc < 0)
            fprintf(stderr, "%s: %s\n", name, error_text(rc));
    }
    printf("disconnect %s\n", name);
    fflush(stdout);
    _exit(0); /* not exit: what was set up to run at the end is the parent's */
}

/* A child for this client. 0 or -errno. */
static int start_child(int listening_fd, int fd, const char *name)
{
    sigset_t all, unblocked;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &unblocked);
    int rc = -EAGAIN;
    if (child_count < PROCESSES_MAX) {
        pid_t parent = getpid();
        pid_t pid = fork();
        if (pid == 0)
            run_child(listening_fd, fd, name, &unblocked, parent);
        rc = pid < 0 ? -errno : 0;
        if (pid > 0)
            children[child_count++] = pid;
    }
    sigprocmask(SIG_SETMASK, &unblocked, NULL);
    return rc;
}

/* All are told first and waited for afterwards: they end side by side. */
static void end_children(void)
{
    signal(SIGCHLD, SIG_DFL); /* from here on nobody but us reaps */
    for (int i = 0; i < child_count; i++)
        kill(children[i], SIGTERM);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    child_count = 0;
}

int serve_by_processes(int listening_fd)
{
    int rc = reap_from_now_on();
    if (rc < 0)
        return rc;
    int fd;
    char name[NET_NAME_MAX];
    while ((fd = accept_client(listening_fd, name)) >= 0) {
        printf("connect %s\n", name);
        rc = start_child(listening_fd, fd, name);
        if (rc < 0) {
            fprintf(stderr, "no process for %s: %s: it is turned away\n", name, error_text(rc));
            printf("disconnect %s\n", name);
        }
        close(fd); /* the child has its own */
    }
    end_children();
    return fd;
}
