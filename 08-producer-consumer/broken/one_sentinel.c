/* one_sentinel.c - broken on purpose: one sentinel for three workers.
 *
 *     build/08-producer-consumer/broken/one_sentinel
 *
 * Before queues could be shut down their end was an item of its own, a sentinel: who takes it ends.
 * It is taken once. So one worker ends, and two wait for ever beside an empty queue; here somebody
 * loses patience after 100 ms. With one worker, as it is first written and tested, all is well.
 *
 * The mend: queue_shutdown, which is for all who ask. (Or a sentinel for each worker, from somebody
 * who knows how many there are; or each that takes it puts it back.)
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "gather.h"
#include "options.h"
#include "queue.h"

#define WORKERS 3

static struct queue queue;
static char sentinel[] = "the end";

static int worker(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) == 0) {
        if (item == sentinel)
            return 0;
        printf("%s\n", (const char *)item);
    }
    return rc;
}

static int main_task(void *arg)
{
    (void)arg;
    struct task *workers[WORKERS];
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    for (int i = 0; i < WORKERS; i++)
        if (!(workers[i] = task_spawn(co_loop(), worker, NULL, "worker")))
            die_error(ENOMEM, "a task");
    CHECK_RC(queue_try_put(&queue, "one"));
    CHECK_RC(queue_try_put(&queue, "two"));
    CHECK_RC(queue_try_put(&queue, sentinel)); /* the trap */
    int ended = wait_tasks(workers, WORKERS, WAIT_ALL_COMPLETED, 100 * NS_PER_MS);
    printf("%d of %d workers have ended; in the queue: %d\n", ended, WORKERS, queue_size(&queue));
    for (int i = 0; i < WORKERS; i++) {
        task_cancel(workers[i]);
        int rc = task_join(workers[i]);
        if (rc < 0 && rc != -ECANCELED)
            return rc;
    }
    queue_fini(&queue);
    return ended < 0 ? ended : 0;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: an end that only one of three workers hears of.", argc,
                     argv);
    CHECK_RC(run_on_epoll(main_task, NULL));
    return 0;
}
