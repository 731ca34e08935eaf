/* never_ends.c - broken on purpose: the consumer that asks for ever.
 *
 *     build/08-producer-consumer/broken/never_ends
 *
 * The producer puts three items and ends. The consumer takes them, and asks for a fourth: nobody
 * has told it that there is none. Who waits for the consumer waits with it; in the program that
 * this one is drawn from it was Ctrl-C that ended all. Here somebody loses patience after 100 ms.
 *
 * The mend: queue_shutdown after the last put. Then the consumer gets what is left, and -ESHUTDOWN.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "gather.h"
#include "options.h"
#include "queue.h"

static struct queue queue;

static int produce(void *arg)
{
    (void)arg;
    static char *const items[] = {"one", "two", "three"};
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = queue_put(&queue, items[i]);
    printf("the producer has ended\n");
    return rc;
}

static int consume(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) == 0)
        printf("%s\n", (const char *)item);
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
    int produced = task_join(producer);
    int rc = wait_for(consumer, 100 * NS_PER_MS);
    printf("the consumer: %s\n", rc < 0 ? error_text(rc) : "has ended");
    queue_fini(&queue);
    return produced;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: nobody tells the consumer that it was the last item.",
                     argc, argv);
    CHECK_RC(run_on_epoll(main_task, NULL));
    return 0;
}
