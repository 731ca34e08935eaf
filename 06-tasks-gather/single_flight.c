/* single_flight.c - many callers want the same thing: it is fetched once.
 *
 *     build/06-tasks-gather/single_flight                five callers, a delay of 3
 *     build/06-tasks-gather/single_flight --callers 20 1
 *
 * Watch the server's counters. All callers together are one request. One caller that is cancelled
 * leaves, and the others get their answer. When all of them are cancelled, the request is, too.
 */
#include <errno.h>
#include <stdio.h>

#include "aio_client.h"
#include "flight.h"
#include "group.h"
#include "options.h"

#define MAX_CALLERS 100

struct work {
    struct aio_client client;
    int callers;
    struct flight flight;
    struct fetch_result answer; /* the flight's, read by each caller */
    int spawned;
    struct task *tasks[MAX_CALLERS];
};

/* What the callers share. Its result is the status. */
static int load(void *arg)
{
    struct work *work = arg;
    fetch_result_free(&work->answer);
    int rc = aio_get(&work->client, &work->answer, "/aio?delay=%d", work->client.delays[0]);
    return rc < 0 ? rc : (int)work->answer.status;
}

/* A task. */
static int caller(void *arg)
{
    struct work *work = arg;
    return flight_join(&work->flight);
}

/* ---- A scene ------------------------------------------------------------------------------- */

/* A group: whatever becomes of us, no caller outlives the scene. */
static int spawn_callers(struct work *work, struct group *group)
{
    for (int i = 0; i < work->callers; i++) {
        int rc = group_spawn_task(group, caller, work, "caller", &work->tasks[i]);
        if (rc < 0)
            return rc;
        work->spawned++;
    }
    return 0;
}

/* When the server has the request, the first `cancelled` callers are cancelled. */
static int cancel_some(struct work *work, int cancelled)
{
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&work->client, 1, &counters);
    for (int i = 0; rc == 0 && i < cancelled; i++)
        task_cancel(work->tasks[i]);
    return rc;
}

static int tell(struct work *work, const char *scene)
{
    int served = 0, cancelled = 0;
    for (int i = 0; i < work->callers; i++) {
        served += task_result(work->tasks[i]) == 200;
        cancelled += task_is_cancelled(work->tasks[i]);
    }
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&work->client, 0, &counters);
    if (rc == 0)
        printf("%-17s %d served, %d cancelled; the server: requests %ld, aborted %ld\n", scene,
               served, cancelled, counters.requests, counters.aborted);
    return rc;
}

static int play(struct work *work, const char *scene, int cancelled)
{
    struct group group;
    group_begin(&group);
    work->spawned = 0;
    int rc = spawn_callers(work, &group);
    if (rc == 0 && cancelled > 0)
        rc = cancel_some(work, cancelled);
    rc = group_end(&group, rc);
    if (rc == 0)
        rc = tell(work, scene);
    for (int i = 0; i < work->spawned; i++)
        task_unref(work->tasks[i]);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    flight_init(&work->flight, load, work);
    int rc = play(work, "nobody leaves:", 0);
    if (rc == 0)
        rc = play(work, "one leaves:", 1);
    if (rc == 0)
        rc = play(work, "all leave:", work->callers);
    fetch_result_free(&work->answer);
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_callers(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    if (key != 'n')
        return ARGP_ERR_UNKNOWN;
    work->callers = (int)option_number(state, "--callers", text, 2, MAX_CALLERS);
    return 0;
}

static const struct argp_option option_list[] = {
    {"callers", 'n', "N", 0, "So many want the same (default 5)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_callers};

int main(int argc, char **argv)
{
    static const int delays[] = {3};
    struct work work = {.callers = 5};
    const struct aio_client_about about = {
        .doc = "Many callers share one GET, and leave it one by one.",
        .max_count = 1,
        .delays = delays,
        .count = 1,
        .own = &own_options,
        .own_input = &work,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
