/* libuv's backend and the executor, when memory runs out. (libuv's own allocations are not
 * touched.) */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backend_uv.h"
#include "clock.h"
#include "executor.h"
#include "no_memory_task.h"
#include "unit.h"

#define FDS  40
#define JOBS 6

static int square(void *arg)
{
    return (int)((intptr_t)arg * (intptr_t)arg);
}

static int play_offload(void *arg)
{
    (void)arg;
    int rc = 0;
    struct executor *executor = executor_new(co_loop());
    if (!executor)
        return -errno;
    for (intptr_t i = 0; i < JOBS && rc >= 0; i++) {
        rc = run_in_executor(executor, square, (void *)i, NULL);
        if (rc >= 0 && rc != i * i)
            rc = -EPROTO;
    }
    executor_free(executor);
    return rc < 0 ? rc : 0;
}

static void the_executor_on_libuv(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_uv, play_offload, MUST_SAY), 4 + JOBS,
                    100);
}

static void the_executor_on_epoll(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_epoll, play_offload, MUST_SAY),
                    4 + JOBS, 100);
}

static void do_nothing(void *arg)
{
    (void)arg;
}

/* Many descriptors, both ways: each is a handle of libuv's, in a table that grows. */
static int watch_them(struct loop *loop, const int fds[FDS])
{
    int rc = 0;
    for (int i = 0; i < FDS && rc == 0; i++) {
        rc = loop_add_reader(loop, fds[i], do_nothing, NULL);
        if (rc == 0)
            rc = loop_add_writer(loop, fds[i], do_nothing, NULL);
    }
    loop_stop(loop);
    int end = loop_run_forever(loop);
    for (int i = 0; i < FDS; i++)
        loop_forget_fd(loop, fds[i]);
    return rc < 0 ? rc : end;
}

static int live_with_descriptors(void *arg)
{
    (void)arg;
    int fds[FDS], rc = -ENOMEM;
    for (int i = 0; i < FDS; i++)
        fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct loop *loop = loop_new(&backend_uv);
    if (loop)
        rc = watch_them(loop, fds);
    loop_free(loop);
    for (int i = 0; i < FDS; i++)
        close(fds[i]);
    return rc;
}

static void the_backend(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live_with_descriptors, NULL, MUST_SAY), FDS, 200);
}

/* The pool's threads live as long as the program: let them be there before anything is counted. */
static int start_the_pool(void **state)
{
    (void)state;
    struct task_life life = {&backend_uv, play_offload};
    for (int i = 0; i < 4; i++)
        if (live_in_a_task(&life) < 0)
            return -1;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_executor_on_libuv),
        cmocka_unit_test(the_executor_on_epoll),
        cmocka_unit_test(the_backend),
    };
    return cmocka_run_group_tests_name("09-threadpool-offload without memory", tests,
                                       start_the_pool, NULL);
}
