/* polls_empty.c - broken on purpose: "the queue is empty, so we are done".
 *
 *     build/08-producer-consumer/broken/polls_empty
 *
 * The consumer of never_ends.c would not end, so somebody looks at the queue from time to time, and
 * ends the program when it is empty. But a queue is empty each time that the consumer is faster
 * than the producer; and it is empty while the last item is being worked on. Both happen here:
 * three items were to come, one has begun, and none is done.
 *
 * The mend: queue_join, which counts what was put and not yet reported, called by the one who knows
 * that all was put.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "options.h"
#include "queue.h"

static struct queue queue;
static int put, begun, done;

static int produce(void *arg)
{
    (void)arg;
    int rc = 0;
    while (put < 3 && rc == 0) {
        rc = queue_put(&queue, "an item");
        put += rc == 0;
        rc = rc < 0 ? rc : co_sleep(3600 * NS_PER_S); /* until there is another one */
    }
    return rc;
}

static int consume(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) == 0) {
        begun++;
        rc = co_sleep(3600 * NS_PER_S); /* it takes its time */
        done += rc == 0;
        queue_task_done(&queue);
        if (rc < 0)
            return rc;
    }
    return rc;
}

static int main_task(void *arg)
{
    (void)arg;
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *producer = task_spawn(co_loop(), produce, NULL, "producer");
    struct task *consumer = task_spawn(co_loop(), consume, NULL, "consumer");
    if (!producer || !consumer)
        die_error(ENOMEM, "a task");
    do
        CHECK_RC(co_sleep(10 * NS_PER_MS));
    while (!queue_empty(&queue)); /* the trap */
    printf("the queue is empty: %d of 3 put, %d begun, %d done\n", put, begun, done);
    task_cancel(producer);
    task_cancel(consumer);
    int produced = task_join(producer), consumed = task_join(consumer);
    queue_fini(&queue);
    return produced == -ECANCELED && consumed == -ECANCELED ? 0 : -EIO;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: takes an empty queue for the end of the work.", argc,
                     argv);
    CHECK_RC(run_on_epoll(main_task, NULL));
    return 0;
}
