/* rate.c - not too often, and again when it has failed: a token bucket, and pauses that grow.
 *
 *     build/07-semaphore/rate                        against the /aio server on port 3000
 *     build/07-semaphore/rate --count 12 --burst 4 --failures 0
 *
 * Twelve requests want to begin at once. The bucket has three tokens at the beginning, and gets one
 * more every unit. Watch when each begins: three at once, then one a unit; for a try more the same
 * holds. A semaphore would not do that: the answers come at once, and so would the next requests.
 *
 * The first tries of every third request are answered by 503 (the program asks the server for
 * that). Each is tried again, after a pause that is drawn from twice the time of the one before.
 * --seed N draws the same pauses again.
 */
#include <errno.h>
#include <stdio.h>

#include "aio_client.h"
#include "backoff.h"
#include "check.h"
#include "clock.h"
#include "group.h"
#include "options.h"
#include "token_bucket.h"

#define MAX_COUNT 1000

struct work {
    struct aio_client client;
    int count, burst, failures, tries;
    long seed;
    int64_t begun_ns;
    struct token_bucket bucket;
    int tried, failed;
    struct request {
        struct work *work;
        int index, tried;
    } requests[MAX_COUNT];
};

/* One try, when there is a token for it. */
static int try_once(void *arg)
{
    struct request *request = arg;
    struct work *work = request->work;
    int rc = token_bucket_take(&work->bucket);
    if (rc < 0)
        return rc;
    bool fails = request->index % 3 == 0 && request->tried < work->failures;
    work->tried++;
    printf("%4.1f: request %d, try %d\n", aio_units(&work->client, work->begun_ns), request->index,
           ++request->tried);
    struct fetch_result answer;
    rc = aio_get(&work->client, &answer, "/aio?delay=0%s", fails ? "&fail=503" : "");
    fetch_result_free(&answer);
    return rc;
}

/* 500 and above: the server may do better in a moment. A mistake of ours it will always refuse. */
static bool is_worth_a_try(int error, void *arg)
{
    (void)arg;
    return error == -EREMOTEIO || error == -ECONNREFUSED || error == -ECONNRESET;
}

/* A task. That a request has failed in the end is told, and ends nobody else. */
static int load(void *arg)
{
    struct request *request = arg;
    struct work *work = request->work;
    int64_t unit_ns = work->client.unit_ns;
    struct backoff backoff;
    backoff_init(&backoff, unit_ns, 16 * unit_ns, work->seed + request->index);
    int rc = retry(&backoff, work->tries, is_worth_a_try, try_once, request);
    if (rc >= 0 || rc == -ECANCELED)
        return rc;
    printf("%4.1f: request %d has failed: %s\n", aio_units(&work->client, work->begun_ns),
           request->index, error_text(rc));
    work->failed++;
    return 0;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    struct group group;
    int rc = 0;
    token_bucket_init(&work->bucket, work->client.unit_ns, work->burst);
    work->begun_ns = loop_time(co_loop());
    group_begin(&group);
    for (int i = 0; rc == 0 && i < work->count; i++) {
        work->requests[i] = (struct request){work, i, 0};
        rc = group_spawn(&group, load, &work->requests[i], "request");
    }
    rc = group_end(&group, rc);
    if (rc == 0)
        printf("%d requests, %d tries, %d failed\n", work->count, work->tried, work->failed);
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
    case 'b':
        work->burst = (int)option_number(state, "--burst", text, 1, MAX_COUNT);
        return 0;
    case 'f':
        work->failures = (int)option_number(state, "--failures", text, 0, MAX_COUNT);
        return 0;
    case 't':
        work->tries = (int)option_number(state, "--tries", text, 1, MAX_COUNT);
        return 0;
    case 's':
        work->seed = option_number(state, "--seed", text, 0, INT32_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"count", 'n', "N", 0, "So many requests (default 12)", 0},
    {"burst", 'b', "N", 0, "So many tokens fit into the bucket (default 3); one a unit comes", 0},
    {"failures", 'f', "N", 0, "Of every third request so many tries fail (default 1)", 0},
    {"tries", 't', "N", 0, "So many for each request, at most (default 4)", 0},
    {"seed", 's', "N", 0, "The pauses follow from it (default 1)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_option};

int main(int argc, char **argv)
{
    static struct work work = {.count = 12, .burst = 3, .failures = 1, .tries = 4, .seed = 1};
    const struct aio_client_about about = {
        .doc = "Requests that begin once a unit, and are tried again when they fail.",
        .own = &own_options,
        .own_input = &work,
    };
    aio_client_options(&work.client, argc, argv, &about);
    int rc = aio_client_run(&work.client, main_task, &work);
    return rc == 0 && work.failed > 0 ? 1 : rc;
}
