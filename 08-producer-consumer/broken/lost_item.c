/* lost_item.c - broken on purpose: the cancel between queue_get and queue_task_done.
 *
 *     build/08-producer-consumer/broken/lost_item
 *
 * A worker is cancelled in the middle of an item, and returns at once, as one should. But it had
 * promised by queue_get to report the item. Nobody else can: the item is in no queue any more. So
 * queue_join waits for a report that never comes, and whoever waits in it with it. Here he loses
 * patience after 100 ms.
 *
 * The mend: report on every way out, before the look at the result (demo.c's worker). Whether the
 * item has to be done again is another question: then put it back before the report.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "options.h"
#include "queue.h"
#include "timeout.h"

static struct queue queue;

static int work(const char *item)
{
    printf("%s: begun\n", item);
    return co_sleep(item[0] == 'a' ? 3600 * NS_PER_S : 0);
}

static int worker(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) == 0) {
        rc = work(item);
        if (rc < 0)
            return rc; /* the trap */
        printf("%s: done\n", (const char *)item);
        queue_task_done(&queue);
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int join_in_time(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 100 * NS_PER_MS);
    return timeout_end(&scope, queue_join(&queue));
}

static int main_task(void *arg)
{
    (void)arg;
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    CHECK_RC(queue_try_put(&queue, "a long one"));
    CHECK_RC(queue_try_put(&queue, "the next"));
    struct task *first = task_spawn(co_loop(), worker, NULL, "first");
    struct task *second = task_spawn(co_loop(), worker, NULL, "second");
    if (!first || !second)
        die_error(ENOMEM, "a task");
    int rc = co_sleep(NS_PER_MS);
    task_cancel(first);
    if (rc == 0)
        rc = join_in_time();
    printf("join: %s; in the queue %d, unfinished %d\n", rc < 0 ? error_text(rc) : "done",
           queue_size(&queue), queue.unfinished);
    queue_shutdown(&queue, true);
    int first_rc = task_join(first), second_rc = task_join(second);
    queue_fini(&queue);
    return first_rc == -ECANCELED && second_rc == 0 ? 0 : -EIO;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a cancelled worker does not report its item.", argc, argv);
    CHECK_RC(run_on_epoll(main_task, NULL));
    return 0;
}
