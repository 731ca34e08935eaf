/* timeout_it.c - a timeout wrapped around any function, as a decorator does it in Python.
 *
 *     build/06-tasks-gather/timeout_it
 *     build/06-tasks-gather/timeout_it --timeout 3 1 5
 *
 * Watch the last line: the results of all twenty, in the order of asking. A wrapper that only
 * prints "complete" and returns nothing has lost them (broken/timeout_it.c does that).
 */
#include <errno.h>
#include <stdio.h>

#include "aio_client.h"
#include "gather.h"
#include "timeout.h"

#define MAX_GETS 20

/* ---- The wrapper --------------------------------------------------------------------------- */

/* Another function, and how long it may take. It is itself the argument of one: timeout_it. */
struct timeout_it {
    int64_t timeout_ns;
    coro_fn *fn;
    void *arg;
};

/* fn(arg) with its own result; -ETIMEDOUT when it takes longer. */
static int timeout_it(void *arg)
{
    const struct timeout_it *wrapped = arg;
    struct timeout_scope scope;
    timeout_begin(&scope, wrapped->timeout_ns);
    return timeout_end(&scope, wrapped->fn(wrapped->arg));
}

/* ---- What is wrapped ----------------------------------------------------------------------- */

struct get {
    struct aio_client *client;
    int number; /* from 1 */
    int delay;  /* units */
    struct timeout_it with_timeout;
};

/* Its result is the delay, in units. It knows nothing of a timeout. */
static int get(void *arg)
{
    struct get *get = arg;
    struct fetch_result answer;
    int rc = aio_get(get->client, &answer, "/aio?delay=%d", get->delay);
    fetch_result_free(&answer);
    return rc < 0 ? rc : get->delay;
}

/* A task: tells how it went, and passes the result on. */
static int get_and_tell(void *arg)
{
    struct get *get = arg;
    int rc = timeout_it(&get->with_timeout);
    if (rc == -ETIMEDOUT)
        printf("task %d (delay %d) timeout\n", get->number, get->delay);
    else if (rc >= 0)
        printf("task %d (delay %d) complete\n", get->number, get->delay);
    return rc;
}

/* ---- All of them --------------------------------------------------------------------------- */

struct work {
    struct aio_client client;
    int timeout; /* units */
    int spawned;
    struct get gets[MAX_GETS];
    struct task *tasks[MAX_GETS];
};

static int spawn_all(struct work *work)
{
    for (int i = 0; i < work->client.count; i++) {
        struct get *one = &work->gets[i];
        *one = (struct get){.client = &work->client,
                            .number = i + 1,
                            .delay = work->client.delays[i],
                            .with_timeout = {work->timeout * work->client.unit_ns, get, one}};
        work->tasks[i] = task_spawn(co_loop(), get_and_tell, one, "get");
        if (!work->tasks[i])
            return -ENOMEM;
        work->spawned++;
    }
    return 0;
}

static int print_results(struct work *work, const int results[])
{
    int timeouts = 0;
    printf("results:");
    for (int i = 0; i < work->spawned; i++) {
        printf(" %d", results[i]);
        timeouts += results[i] == -ETIMEDOUT;
    }
    printf("\n");
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&work->client, 0, &counters);
    if (rc == 0)
        printf("timeouts %d; the server: aborted %ld\n", timeouts, counters.aborted);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    int results[MAX_GETS];
    int rc = spawn_all(work);
    if (rc == 0)
        rc = gather(work->tasks, work->spawned, results, GATHER_RETURN_ERRORS);
    for (int i = 0; i < work->spawned; i++) {
        if (rc < 0)
            task_cancel(work->tasks[i]);
        results[i] = task_join(work->tasks[i]);
    }
    return rc < 0 ? rc : print_results(work, results);
}

int main(int argc, char **argv)
{
    static const int delays[MAX_GETS] = {3, 8, 1, 9, 4, 2, 7, 5, 3, 8,
                                         1, 9, 4, 2, 7, 5, 3, 8, 1, 9};
    struct work work = {.timeout = 6};
    const struct aio_client_about about = {
        .doc = "Twenty GETs, each with a timeout wrapped around it.",
        .max_count = MAX_GETS,
        .delays = delays,
        .count = MAX_GETS,
        .own = &aio_timeout_argp,
        .own_input = &work.timeout,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
