/* A semaphore asks for no memory: those who want its permits do. When one of them cannot have his
 * task, or not the timer for his sleep, the permits still come back. */
#include <errno.h>

#include "clock.h"
#include "no_memory_task.h"
#include "semaphore.h"
#include "unit.h"

#define WORKERS 4

static struct semaphore limit;

static int work(void *arg)
{
    (void)arg;
    int rc = semaphore_acquire(&limit);
    if (rc < 0)
        return rc;
    rc = co_sleep(NS_PER_MS);
    semaphore_release(&limit);
    return rc;
}

static int play_work(void *arg)
{
    (void)arg;
    struct task *tasks[WORKERS] = {NULL};
    int rc = 0;
    semaphore_init_bounded(&limit, 2);
    for (int i = 0; i < WORKERS && rc == 0; i++) {
        tasks[i] = task_spawn(co_loop(), work, NULL, "a worker");
        rc = tasks[i] ? 0 : -ENOMEM;
    }
    for (int i = 0; i < WORKERS; i++) {
        int result = tasks[i] ? task_join(tasks[i]) : 0;
        rc = rc == 0 ? result : rc;
    }
    return limit.value == 2 ? rc : -EPROTO;
}

static void permits_come_back(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_work, MUST_SAY),
                    2 * WORKERS, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(permits_come_back)};
    return cmocka_run_group_tests_name("07-semaphore without memory", tests, NULL, NULL);
}
