/* The loop when memory runs out: at the first allocation, at the second, and so on for every one
 * that a small life of a loop makes. Each time the call says -ENOMEM (or NULL), nothing is left
 * half done, and the loop goes on. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "leaks.h"
#include "loop.h"
#include "no_memory.h"
#include "unit.h"

#define TIMERS  300 /* more than the heap begins with */
#define HIGH_FD 500 /* more than one page of watches */

/* ---- A small life -------------------------------------------------------------------------- */

struct life {
    struct loop *loop;
    struct timer timers[TIMERS], stop;
    int ran, fd, high_fd;
};

static void on_count(void *arg)
{
    struct life *life = arg;
    life->ran++;
}

static void on_stop(void *arg)
{
    struct life *life = arg;
    loop_stop(life->loop);
}

/* Timers, descriptors and a signal: 0, or the first error. */
static int ask_for_all(struct life *life)
{
    for (int i = 0; i < TIMERS; i++) {
        int rc = loop_call_later(life->loop, &life->timers[i], NS_PER_US);
        if (rc < 0) {
            assert_false(timer_is_scheduled(&life->timers[i]));
            return rc;
        }
    }
    int rc = loop_add_reader(life->loop, life->fd, on_count, life);
    if (rc == 0)
        rc = loop_add_writer(life->loop, life->high_fd, on_count, life);
    if (rc == 0)
        rc = loop_add_signal_handler(life->loop, SIGUSR1, on_count, life);
    return rc;
}

/* Whatever was had of all that works, and is given back. */
static void run_what_there_is(struct life *life)
{
    no_memory_pause();
    struct loop_pending pending = loop_pending(life->loop);
    loop_remove_writer(life->loop, life->high_fd); /* or it would be told of in each pass */
    assert_int_equal(loop_call_later(life->loop, &life->stop, NS_PER_MS), 0);
    assert_int_equal(loop_run_forever(life->loop), 0);
    assert_int_equal(life->ran, pending.timers);
    loop_forget_fd(life->loop, life->fd);
    loop_forget_fd(life->loop, life->high_fd);
    no_memory_resume();
}

static int live(void *backend)
{
    struct life life = {.fd = eventfd(0, EFD_CLOEXEC), .high_fd = HIGH_FD};
    assert_int_equal(dup3(life.fd, HIGH_FD, O_CLOEXEC), HIGH_FD);
    timer_init(&life.stop, on_stop, &life);
    for (int i = 0; i < TIMERS; i++)
        timer_init(&life.timers[i], on_count, &life);
    life.loop = loop_new(backend);
    int rc = life.loop ? ask_for_all(&life) : -errno;
    if (life.loop)
        run_what_there_is(&life);
    loop_free(life.loop);
    close(life.fd);
    close(life.high_fd);
    return rc;
}

static void survives_every_allocation(const struct loop_backend *backend)
{
    /* The loop, its backend, the heap, two pages, the signals. */
    assert_in_range(for_every_allocation(live, (void *)backend, MUST_SAY), 5, 100);
}

static void epoll_survives(void **state)
{
    (void)state;
    survives_every_allocation(&backend_epoll);
}

static void virtual_survives(void **state)
{
    (void)state;
    survives_every_allocation(&backend_virtual);
}

/* ---- Descriptors run out, too -------------------------------------------------------------- */

static void loop_new_without_descriptors(void **state)
{
    (void)state;
    struct usage before = own_usage();
    struct rlimit limit, low;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int next = dup(STDOUT_FILENO);
    close(next);
    for (int spare = 0; spare < 2;
         spare++) { /* the first or the second that epoll's backend opens */
        low = (struct rlimit){.rlim_cur = (rlim_t)(next + spare), .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
        struct loop *loop = loop_new(&backend_epoll);
        int error = errno;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_null(loop);
        assert_int_equal(error, EMFILE);
    }
    expect_own_usage(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epoll_survives),
        cmocka_unit_test(virtual_survives),
        cmocka_unit_test(loop_new_without_descriptors),
    };
    return cmocka_run_group_tests_name("the loop without memory", tests, NULL, NULL);
}
