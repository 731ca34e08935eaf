#include "leaks.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "proc.h"
#include "process_internal.h"
#include "unit.h"

/* The thread sanitizer starts a thread of its own beside the program's first; let it be there
 * before anything is counted. */
#ifdef THREAD_SANITIZER
static void *do_nothing(void *arg)
{
    return arg;
}

static void count_the_sanitizer_in(void)
{
    static bool done;
    pthread_t thread;
    if (!done && pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    done = true;
}
#else
static void count_the_sanitizer_in(void)
{
}
#endif

struct usage own_usage(void)
{
    count_the_sanitizer_in();
    return (struct usage){.fds = proc_count_fds(getpid()), .threads = proc_count_threads(getpid())};
}

static bool is_within(struct usage now, struct usage before)
{
    return now.fds <= before.fds && now.threads <= before.threads &&
           now.children <= before.children;
}

static void print_own_fds(void)
{
    char path[64], target[256];
    for (int fd = 0; fd < 1024; fd++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length >= 0) {
            target[length] = '\0';
            fprintf(stderr, "descriptor %d: %s\n", fd, target);
        }
    }
}

void expect_own_usage(struct usage before)
{
    int64_t deadline = clock_now() + LEAKS_GUARD_S * NS_PER_S;
    struct usage now = own_usage();
    while (!is_within(now, before) && clock_now() < deadline) {
        poll(NULL, 0,
             1); /* a joined thread is a moment longer in /proc; a test's server may be late */
        now = own_usage();
    }
    if (!is_within(now, before)) {
        print_own_fds();
        fail_msg("a leak: %d descriptors, were %d; %d threads, were %d", now.fds, before.fds,
                 now.threads, before.threads);
    }
}

static struct usage look_at(const struct process *process)
{
    return (struct usage){.fds = process_count_fds(process),
                          .threads = process_count_threads(process),
                          .children = process_count_children(process)};
}

struct usage process_usage(const struct process *server)
{
    struct usage now = look_at(server);
    if (now.fds <= 0 || now.threads <= 0 || now.children < 0)
        fail_msg("%s does not run any more", server->name);
    return now;
}

bool server_is_idle_again(const struct process *server, struct usage before)
{
    int64_t deadline = clock_now() + LEAKS_GUARD_S * NS_PER_S;
    for (;;) {
        struct usage now = look_at(server);
        if (now.threads <= 0 || now.fds <= 0) /* it has ended */
            return false;
        if (is_within(now, before))
            return true;
        if (clock_now() > deadline)
            return false;
        poll(NULL, 0, 1);
    }
}

void expect_server_idle_again(struct process *server, struct usage before)
{
    if (server_is_idle_again(server, before))
        return;
    struct usage now = look_at(server);
    process_fail(server,
                 "not idle again: %d descriptors, were %d; %d threads, were %d; %d children, "
                 "were %d",
                 now.fds, before.fds, now.threads, before.threads, now.children, before.children);
}
