/* queues.c - what an item costs on its way through a queue, and a permit that is taken and given.
 *
 *     queues queue [COUNT]        from a coroutine to a coroutine
 *     queues inbox [COUNT]        from a thread to a coroutine
 *     queues permit [COUNT]       semaphore_acquire and semaphore_release, nobody else wants it
 *
 * A queue has room for ROOM items. Wall time, since two threads take part in the second; an eighth
 * as many come before and do not count: "queue TAB 08 TAB wall TAB value TAB ns".
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "inbox.h"
#include "options.h"
#include "queue.h"
#include "semaphore.h"

#define ROOM 1000

struct run {
    struct loop *loop;
    long count;
    double ns; /* for each */
};

static int item;

/* ---- From a coroutine to a coroutine ------------------------------------------------------- */

struct flow {
    struct queue queue;
    long count;
};

static int put_all(void *arg)
{
    struct flow *flow = arg;
    int rc = 0;
    for (long i = 0; i < flow->count && rc == 0; i++)
        rc = queue_put(&flow->queue, &item);
    return rc;
}

static int pass_items(struct loop *loop, long count)
{
    struct flow flow = {.count = count};
    void *taken;
    int rc = queue_init(&flow.queue, loop, ROOM);
    if (rc < 0)
        return rc;
    struct task *producer = task_spawn(loop, put_all, &flow, "producer");
    if (!producer)
        return -ENOMEM;
    for (long i = 0; i < count && rc == 0; i++)
        rc = queue_get(&flow.queue, &taken);
    int put = task_join(producer);
    queue_fini(&flow.queue);
    return rc < 0 ? rc : put;
}

/* ---- From a thread to a coroutine ---------------------------------------------------------- */

struct post {
    struct inbox inbox;
    long count;
};

static void *post_all(void *arg)
{
    struct post *post = arg;
    for (long i = 0; i < post->count; i++)
        CHECK_RC(inbox_put(&post->inbox, &item));
    inbox_shutdown(&post->inbox);
    return NULL;
}

static int receive_items(struct loop *loop, long count)
{
    struct post post = {.count = count};
    pthread_t thread;
    void *taken;
    int rc = inbox_init(&post.inbox, loop, ROOM);
    if (rc < 0)
        return rc;
    int error = pthread_create(&thread, NULL, post_all, &post);
    if (error != 0)
        die_error(error, "a thread");
    while ((rc = inbox_get(&post.inbox, &taken)) == 0)
        ;
    pthread_join(thread, NULL);
    inbox_fini(&post.inbox);
    return rc == -ESHUTDOWN ? 0 : rc;
}

/* ---- A permit ------------------------------------------------------------------------------ */

static int take_permits(struct loop *loop, long count)
{
    struct semaphore semaphore;
    int rc = 0;
    (void)loop;
    semaphore_init(&semaphore, 1);
    for (long i = 0; i < count && rc == 0; i++) {
        rc = semaphore_acquire(&semaphore);
        if (rc == 0)
            rc = semaphore_release(&semaphore);
    }
    return rc;
}

/* ---- Which --------------------------------------------------------------------------------- */

struct choice {
    const char *experiment, *subject;
    int (*pass)(struct loop *loop, long count);
    long count;
};

static const struct choice *choice;

static int measure(void *arg)
{
    struct run *run = arg;
    int rc = choice->pass(run->loop, run->count / 8 + 1);
    int64_t begin_ns = clock_now();
    if (rc == 0)
        rc = choice->pass(run->loop, run->count);
    run->ns = (double)(clock_now() - begin_ns) / (double)run->count;
    return rc;
}

int main(int argc, char **argv)
{
    static const struct choice choices[] = {
        {"queue", "08", pass_items, 5000000},
        {"inbox", "08", receive_items, 2000000},
        {"permit", "07", take_permits, 20000000},
    };
    for (size_t i = 0; argc > 1 && i < sizeof choices / sizeof choices[0]; i++)
        if (strcmp(argv[1], choices[i].experiment) == 0)
            choice = &choices[i];
    struct run run = {.count = choice ? choice->count : 0};
    if (!choice || argc > 3 ||
        (argc == 3 && parse_number(argv[2], 1, 1000000000, &run.count) < 0)) {
        fprintf(stderr, "usage: queues queue|inbox|permit [COUNT]\n");
        return USAGE_ERROR;
    }
    run.loop = loop_new(&backend_epoll);
    if (!run.loop)
        die_error(errno, "a loop");
    CHECK_RC(task_run(run.loop, measure, &run, false));
    loop_free(run.loop);
    printf("%s\t%s\twall\t%.2f\tns\n", choice->experiment, choice->subject, run.ns);
    return 0;
}
