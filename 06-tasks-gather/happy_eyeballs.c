/* happy_eyeballs.c - several ways to the same place: the first that answers wins, the others are
 * cancelled.
 *
 *     build/06-tasks-gather/happy_eyeballs           the first way is slow, the second is not
 *     build/06-tasks-gather/happy_eyeballs 0 9       the first is fast: the second never starts
 *     build/06-tasks-gather/happy_eyeballs drop 2    the first fails: the second starts at once
 *
 * A browser does this with the addresses of a name (RFC 8305: IPv6 first, and 250 ms later IPv4).
 * Each attempt begins so much after the one before it, or as soon as that has failed. Here a way is
 * a connection and its first answer, and its argument says how slow it is: on one machine a connect
 * alone takes no time. Watch the server's aborted: it sees the losers leave.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aio_client.h"
#include "check.h"
#include "gather.h"
#include "options.h"

#define MAX_WAYS  10
#define DROP      (-1) /* as a delay: the server hangs up */
#define MAX_DELAY 3600 /* units */

struct race;

struct way {
    struct race *race;
    int number; /* from 1 */
    int delay;  /* units, or DROP */
};

struct race {
    struct aio_client client;
    int stagger; /* units */
    int count, started;
    struct way ways[MAX_WAYS];
    struct task *tasks[MAX_WAYS]; /* of those that were started */
    int64_t begun;
};

/* ---- One attempt --------------------------------------------------------------------------- */

/* A task: 0 when there was an answer. */
static int attempt(void *arg)
{
    struct way *way = arg;
    struct aio_client *client = &way->race->client;
    struct fetch_result answer;
    printf("%.1f: attempt %d begins\n", aio_units(client, way->race->begun), way->number);
    int rc = way->delay == DROP ? aio_get(client, &answer, "/aio?delay=0&drop=1")
                                : aio_get(client, &answer, "/aio?delay=%d", way->delay);
    fetch_result_free(&answer);
    printf("%.1f: attempt %d %s\n", aio_units(client, way->race->begun), way->number,
           rc < 0 ? error_text(rc) : "answers");
    return rc;
}

static int start_next(struct race *race)
{
    struct task *task = task_spawn(co_loop(), attempt, &race->ways[race->started], "attempt");
    if (!task)
        return -ENOMEM;
    race->tasks[race->started++] = task;
    return 0;
}

/* ---- The race ------------------------------------------------------------------------------ */

/* Those that still run come first in `running`; how many there are. */
static int find_running(const struct race *race, struct task *running[])
{
    int count = 0;
    for (int i = 0; i < race->started; i++)
        if (!task_is_done(race->tasks[i]))
            running[count++] = race->tasks[i];
    return count;
}

/* From 0 on; -1: nobody yet. */
static int find_winner(const struct race *race)
{
    for (int i = 0; i < race->started; i++)
        if (task_is_done(race->tasks[i]) && task_result(race->tasks[i]) >= 0)
            return i;
    return -1;
}

/* Until somebody wins or all have failed. The number of the winner, from 0; the last one's error;
 * -ECANCELED. */
static int run_race(struct race *race)
{
    struct task *running[MAX_WAYS];
    int winner, rc = 0;
    while (rc >= 0 && (winner = find_winner(race)) < 0) {
        if (race->started < race->count && (rc = start_next(race)) < 0)
            return rc;
        int count = find_running(race, running);
        if (count == 0)
            return task_result(race->tasks[race->started - 1]);
        bool last = race->started == race->count;
        rc = wait_tasks(running, count, WAIT_FIRST_COMPLETED,
                        last ? -1 : race->stagger * race->client.unit_ns);
    }
    return rc < 0 ? rc : winner;
}

/* The losers are cancelled, and then awaited: they are our children. */
static void end_all(struct race *race)
{
    for (int i = 0; i < race->started; i++)
        task_cancel(race->tasks[i]);
    for (int i = 0; i < race->started; i++) {
        int rc = task_join(race->tasks[i]);
        (void)rc; /* it has lost, or has told that it won */
    }
}

static int main_task(void *arg)
{
    struct race *race = arg;
    race->begun = loop_time(co_loop());
    int winner = run_race(race);
    end_all(race);
    if (winner < 0)
        return winner;
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&race->client, 0, &counters);
    if (rc == 0)
        printf("attempt %d wins, %d of %d were made; the server: aborted %ld\n", winner + 1,
               race->started, race->count, counters.aborted);
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct race *race = state->input;
    switch (key) {
    case 's':
        race->stagger = (int)option_number(state, "--stagger", text, 0, MAX_DELAY);
        return 0;
    case ARGP_KEY_ARG:
        if (race->count == MAX_WAYS)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected %d ways at most", text, MAX_WAYS);
        int delay = DROP;
        if (strcmp(text, "drop") != 0)
            delay = (int)option_number(state, "way", text, 0, MAX_DELAY);
        race->ways[race->count] = (struct way){race, race->count + 1, delay};
        race->count++;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"stagger", 's', "UNITS", 0, "So much later does the next attempt begin (default 1)", 0},
    {0},
};

static const struct argp own_options = {
    .options = option_list,
    .parser = parse_option,
    .args_doc = "[WAY...]",
};

int main(int argc, char **argv)
{
    struct race race = {.stagger = 1};
    const struct aio_client_about about = {
        .doc = "Races some ways to the server; each is so many units slow, or \"drop\".",
        .own = &own_options,
        .own_input = &race,
    };
    aio_client_options(&race.client, argc, argv, &about);
    if (race.count == 0) {
        race.ways[race.count++] = (struct way){&race, 1, 7};
        race.ways[race.count++] = (struct way){&race, 2, 2};
    }
    return aio_client_run(&race.client, main_task, &race);
}
