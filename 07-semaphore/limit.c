/* limit.c - fifty requests, and five permits: who begins, and when?
 *
 *     build/07-semaphore/limit                       against the /aio server on port 3000
 *     build/07-semaphore/limit --count 12 --limit 3 4 1 2
 *
 * Watch the lines: five begin at once, and from then on one begins whenever one has ended, in the
 * order of asking. And ask the server: its max_in_flight is the limit.
 *
 * All fifty tasks exist from the beginning, and most only wait for a permit. co_pool.h makes them
 * when it is their turn.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "aio_client.h"
#include "check.h"
#include "group.h"
#include "options.h"
#include "semaphore.h"

#define MAX_COUNT 10000

struct work {
    struct aio_client client;
    int count; /* of the requests */
    int limit;
    struct semaphore permits;
    int under_way, most_under_way;
    struct request *requests;
};

struct request {
    struct work *work;
    int index;
};

/* With a permit. */
static int load(struct work *work, int index)
{
    struct fetch_result answer;
    if (++work->under_way > work->most_under_way)
        work->most_under_way = work->under_way;
    printf("fetching %d\n", index);
    int delay = work->client.delays[index % work->client.count];
    int rc = aio_get(&work->client, &answer, "/aio?delay=%d", delay);
    fetch_result_free(&answer);
    work->under_way--;
    if (rc == 0)
        printf("%d done\n", index);
    return rc;
}

/* A task. */
static int load_within_limit(void *arg)
{
    const struct request *request = arg;
    struct work *work = request->work;
    int rc = semaphore_acquire(&work->permits);
    if (rc < 0)
        return rc;
    rc = load(work, request->index);
    int released = semaphore_release(&work->permits);
    return rc < 0 ? rc : released;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    struct group group;
    int64_t begun = loop_time(co_loop());
    int rc = 0;
    semaphore_init_bounded(&work->permits, work->limit);
    group_begin(&group);
    for (int i = 0; rc == 0 && i < work->count; i++) {
        work->requests[i] = (struct request){work, i};
        rc = group_spawn(&group, load_within_limit, &work->requests[i], "request");
    }
    rc = group_end(&group, rc);
    if (rc == 0)
        printf("%d requests, %d at once, %.1f units\n", work->count, work->most_under_way,
               aio_units(&work->client, begun));
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    switch (key) {
    case 'n':
        work->count = (int)option_number(state, "--count", text, 1, MAX_COUNT);
        return 0;
    case 'l':
        work->limit = (int)option_number(state, "--limit", text, 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"count", 'n', "N", 0, "So many requests, with the DELAYs in turn (default 50)", 0},
    {"limit", 'l', "N", 0, "So many at a time (default 5)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_option};

int main(int argc, char **argv)
{
    static const int delays[] = {1, 2, 3};
    struct work work = {.count = 50, .limit = 5};
    const struct aio_client_about about = {
        .doc = "Many requests, but only a few at a time: who begins, and when?",
        .max_count = AIO_CLIENT_DELAYS_MAX,
        .delays = delays,
        .count = sizeof delays / sizeof delays[0],
        .own = &own_options,
        .own_input = &work,
    };
    aio_client_options(&work.client, argc, argv, &about);
    work.requests = calloc((size_t)work.count, sizeof work.requests[0]);
    if (!work.requests)
        die_error(ENOMEM, "%d requests", work.count);
    int rc = aio_client_run(&work.client, main_task, &work);
    free(work.requests);
    return rc;
}
