/* fetcher.c - a producer, a consumer that starts a task for each item, and an end that nobody polls
 * for.
 *
 *     build/08-producer-consumer/fetcher                     an item every 2 units
 *     build/08-producer-consumer/fetcher --every 0 --timeout 4
 *     build/08-producer-consumer/fetcher --every 1 3 9 3
 *     build/08-producer-consumer/fetcher --every 0 --connections 1 --timeout 4 9 1
 *
 * The consumer takes an item, starts its fetch as a task and goes back to the queue: it does not
 * wait for the fetch. So the next "fetching..." is printed while earlier ones are under way, and
 * nothing limits how many that are; the queue is never full, since somebody always takes.
 *
 * Watch the end. Each fetch reports its item as done, however it went; the producer waits for all
 * of these reports (queue_join) and shuts the queue down, and that is what ends the consumer. A
 * consumer that asks for ever, or that looks once a second whether the queue happens to be empty,
 * would not know (broken/never_ends.c).
 *
 * With few --connections a fetch may have to wait for one, and that counts into its timeout: who
 * gets none in time never reaches the server.
 */
#include <errno.h>
#include <stdio.h>

#include "aio_client.h"
#include "check.h"
#include "group.h"
#include "options.h"
#include "queue.h"
#include "timeout.h"

#define MAX_ITEMS AIO_CLIENT_DELAYS_MAX
#define ROOM      2

struct work;

struct item {
    struct work *work;
    int number; /* from 1 */
    int delay;  /* units */
};

struct work {
    struct aio_client client;
    int every, timeout; /* units */
    int connections;    /* at once; 0: as many as libcurl may have */
    struct queue queue; /* of pointers to items */
    struct item items[MAX_ITEMS];
    struct group fetches; /* of the consumer */
    int complete, timed_out;
    int64_t begun;
};

/* ---- The tasks ----------------------------------------------------------------------------- */

static int fetch_in_time(struct item *item)
{
    struct work *work = item->work;
    struct fetch_result answer = {0};
    struct timeout_scope scope;
    timeout_begin(&scope, work->timeout * work->client.unit_ns);
    int rc = timeout_end(&scope, aio_get(&work->client, &answer, "/aio?delay=%d", item->delay));
    fetch_result_free(&answer);
    return rc;
}

/* A task for each item. A fetch that is too late or fails is no reason for the others to end. */
static int fetch_one(void *arg)
{
    struct item *item = arg;
    struct work *work = item->work;
    int rc = fetch_in_time(item);
    if (rc != -ECANCELED)
        printf("task %d (delay %d) %s\n", item->number, item->delay,
               rc == 0            ? "complete"
               : rc == -ETIMEDOUT ? "timeout"
                                  : error_text(rc));
    work->complete += rc == 0;
    work->timed_out += rc == -ETIMEDOUT;
    int done = queue_task_done(&work->queue);
    return rc == -ECANCELED ? rc : done;
}

static int spawn_for_each(struct work *work)
{
    void *item;
    int rc;
    while ((rc = queue_get(&work->queue, &item)) == 0) {
        printf("fetching... %d\n", ((struct item *)item)->number);
        rc = group_spawn(&work->fetches, fetch_one, item, "fetch");
        if (rc < 0)
            return rc;
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int consume(void *arg)
{
    struct work *work = arg;
    group_begin(&work->fetches);
    return group_end(&work->fetches, spawn_for_each(work));
}

/* The end of the work is known here, and from here it goes to the consumer. */
static int produce(void *arg)
{
    struct work *work = arg;
    for (int i = 0; i < work->client.count; i++) {
        int rc = i > 0 && work->every > 0 ? co_sleep(work->every * work->client.unit_ns) : 0;
        if (rc == 0)
            rc = queue_put(&work->queue, &work->items[i]);
        if (rc < 0)
            return rc;
    }
    int rc = queue_join(&work->queue);
    queue_shutdown(&work->queue, false);
    return rc;
}

/* ---- Together ------------------------------------------------------------------------------ */

static int run_both(struct work *work)
{
    struct group both;
    group_begin(&both);
    int rc = group_spawn(&both, consume, work, "consumer");
    if (rc == 0)
        rc = group_spawn(&both, produce, work, "producer");
    return group_end(&both, rc);
}

static int print_end(struct work *work)
{
    double units = aio_units(&work->client, work->begun);
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&work->client, 0, &counters);
    if (rc == 0)
        printf("all is done after %.1f units: %d complete, %d timeouts; the server: aborted %ld\n",
               units, work->complete, work->timed_out, counters.aborted);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    for (int i = 0; i < work->client.count; i++)
        work->items[i] = (struct item){work, i + 1, work->client.delays[i]};
    int rc = queue_init(&work->queue, co_loop(), ROOM);
    if (rc < 0)
        return rc;
    if (work->connections > 0)
        fetcher_limit_connections(work->client.fetcher, work->connections);
    work->begun = loop_time(co_loop());
    rc = run_both(work);
    queue_fini(&work->queue);
    return rc < 0 ? rc : print_end(work);
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_own(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    switch (key) {
    case 'e':
        work->every = (int)option_number(state, "--every", text, 0, 3600);
        return 0;
    case 't':
        work->timeout = (int)option_number(state, "--timeout", text, 0, 3600);
        return 0;
    case 'c':
        work->connections = (int)option_number(state, "--connections", text, 1, 1000);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"every", 'e', "UNITS", 0, "An item each so many units; 0: all at once (default: 2)", 0},
    {"timeout", 't', "UNITS", 0, "For each fetch (default: 10)", 0},
    {"connections", 'c', "N", 0, "At most so many at once", 0},
    {0},
};

int main(int argc, char **argv)
{
    static const int delays[] = {5, 12, 3, 8, 15, 2, 9, 4, 11, 6};
    static const struct argp own = {.options = option_list, .parser = parse_own};
    struct work work = {.every = 2, .timeout = 10};
    const struct aio_client_about about = {
        .doc = "Puts an item every two units; a consumer starts a fetch for each.",
        .max_count = MAX_ITEMS,
        .delays = delays,
        .count = sizeof delays / sizeof delays[0],
        .own = &own,
        .own_input = &work,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
