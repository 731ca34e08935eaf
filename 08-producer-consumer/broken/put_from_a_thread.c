/* put_from_a_thread.c - broken on purpose: a thread puts into a queue that is the loop's.
 *
 *     build/08-producer-consumer/broken/put_from_a_thread
 *
 * The queue takes the item and makes its getter ready: by loop_call_soon, which is for the loop's
 * own thread. The loop sleeps in epoll_wait, and nobody wakes it. The getter runs when the loop
 * happens to wake for another reason: here a timer, a second later; with none, never. Besides it is
 * a data race on the queue and on the loop, which is worse: it often goes well. (The thread
 * sanitizer names it.)
 *
 * The mend: inbox_put, or run_coroutine_threadsafe.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "options.h"
#include "queue.h"

static struct queue queue;
static int64_t begun;

static double seconds(void)
{
    return (double)(clock_now() - begun) / NS_PER_S;
}

static void *put(void *arg)
{
    (void)arg;
    clock_sleep(100 * NS_PER_MS); /* the loop is asleep by then */
    int rc = queue_try_put(&queue, "the item");
    printf("after %.1f s the thread has put it: %s\n", seconds(), rc < 0 ? error_text(rc) : "0");
    return NULL;
}

static int get(void *arg)
{
    (void)arg;
    void *item;
    int rc = queue_get(&queue, &item);
    if (rc == 0)
        printf("after %.1f s the getter has got %s\n", seconds(), (const char *)item);
    return rc;
}

static int main_task(void *arg)
{
    (void)arg;
    pthread_t thread;
    begun = clock_now();
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *getter = task_spawn(co_loop(), get, NULL, "getter");
    if (!getter)
        die_error(ENOMEM, "a task");
    CHECK_RC(-pthread_create(&thread, NULL, put, NULL));
    int slept = co_sleep(NS_PER_S); /* the other reason to wake */
    int rc = task_join(getter);
    pthread_join(thread, NULL);
    queue_fini(&queue);
    return slept < 0 ? slept : rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: another thread puts into the loop's queue.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    CHECK_RC(run_on_epoll(main_task, NULL));
    return 0;
}
