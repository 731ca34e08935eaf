/* demo.c - a producer, a queue with room for two, three workers: and it ends by itself.
 *
 *     build/08-producer-consumer/demo               against the /aio server on port 3000
 *     build/08-producer-consumer/demo --workers 1
 *     build/08-producer-consumer/demo --workers 2 --maxsize 1 3 1 2 1
 *     build/08-producer-consumer/demo --verbose     how far the producer came meanwhile
 *
 * Watch the server's max in flight: it is the number of workers, however many delays there are. The
 * number of tasks is that too. And watch the end: nobody counts, nobody polls; the queue says when
 * all is done, and then that no more will come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fetch_all.h"
#include "net.h"
#include "options.h"
#include "queue.h"

#define MAX_WORKERS 1000

struct work {
    struct demo *demo;
    struct fetcher *fetcher;
    struct queue queue; /* of pointers to the demo's delays */
    int worker_count, maxsize;
    bool verbose;
    int put;                  /* items, so far */
    int put_when_first_ended; /* when the first fetch ended; 0: none has */
    struct task *workers[MAX_WORKERS];
};

enum { KEY_WORKERS = 'w', KEY_MAXSIZE = 'm', KEY_VERBOSE = 'v' };

static error_t parse_own(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    switch (key) {
    case KEY_WORKERS:
        work->worker_count = (int)option_number(state, "--workers", text, 1, MAX_WORKERS);
        return 0;
    case KEY_MAXSIZE:
        work->maxsize = (int)option_number(state, "--maxsize", text, 0, 1000000);
        return 0;
    case KEY_VERBOSE:
        work->verbose = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"workers", KEY_WORKERS, "N", 0, "So many workers (default: 3)", 0},
    {"maxsize", KEY_MAXSIZE, "N", 0, "Room in the queue; 0: no bound (default: 2)", 0},
    {"verbose", KEY_VERBOSE, NULL, 0, "Say how much was put when the first fetch ended", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_own};

static void note_end(struct work *work)
{
    if (work->put_when_first_ended == 0)
        work->put_when_first_ended = work->put;
}

/* A task. Ends when the queue does. A fetch that fails is told by the demo, and is no reason to
 * stop working; a cancel is. */
static int worker(void *arg)
{
    struct work *work = arg;
    void *item;
    int rc;
    while ((rc = queue_get(&work->queue, &item)) == 0) {
        int *delay = item;
        int fetched = fetch_delay(work->demo, work->fetcher, (int)(delay - work->demo->delays));
        note_end(work);
        rc = queue_task_done(&work->queue);
        if (fetched == -ECANCELED)
            return fetched;
        if (rc < 0)
            return rc;
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

/* Waits whenever the queue is full; then until the workers have done all. */
static int produce(struct work *work)
{
    for (int i = 0; i < work->demo->count; i++) {
        int rc = queue_put(&work->queue, &work->demo->delays[i]);
        if (rc < 0)
            return rc;
        work->put++;
    }
    return queue_join(&work->queue);
}

static int start_workers(struct work *work)
{
    for (int i = 0; i < work->worker_count; i++) {
        work->workers[i] = task_spawn(co_loop(), worker, work, "worker");
        if (!work->workers[i])
            return i;
    }
    return work->worker_count;
}

/* They wait for more, which will not come. If things went wrong they may be at work as well. */
static int end_workers(struct work *work, int started, int rc)
{
    queue_shutdown(&work->queue, rc < 0);
    for (int i = 0; i < started && rc < 0; i++)
        task_cancel(work->workers[i]);
    for (int i = 0; i < started; i++) {
        int ended = task_join(work->workers[i]);
        rc = rc < 0 ? rc : ended;
    }
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    int rc = queue_init(&work->queue, co_loop(), work->maxsize);
    if (rc < 0)
        return rc;
    work->fetcher = fetcher_new(co_loop());
    int started = work->fetcher ? start_workers(work) : 0;
    rc = started < work->worker_count ? -ENOMEM : produce(work);
    rc = end_workers(work, started, rc);
    fetcher_free(work->fetcher);
    queue_fini(&work->queue);
    return rc;
}

int main(int argc, char **argv)
{
    struct demo demo;
    struct work work = {.demo = &demo, .worker_count = 3, .maxsize = 2};
    const struct demo_about about = {
        .chapter = "08-producer-consumer",
        .doc = "Fetches the delays by three workers, which take them from a queue with room for "
               "two that a producer fills.",
        .title = "a producer, a queue, workers",
        .own = &own_options,
        .own_input = &work,
    };
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    int rc = run_on_epoll(main_task, &work);
    if (rc < 0)
        die_error(rc, "the work was not done");
    int count = demo.count, code = demo_finish(&demo);
    if (work.verbose) /* beneath the picture */
        fprintf(stderr, "demo: put when the first fetch ended: %d of %d\n",
                work.put_when_first_ended, count);
    return code;
}
