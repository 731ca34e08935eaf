/* lock_in_the_wrong_place.c - a limit that limits nothing, and the one that does.
 *
 *     build/07-semaphore/lock_in_the_wrong_place                 against the /aio server
 *     build/07-semaphore/lock_in_the_wrong_place --only loop --count 30 --limit 2 1
 *
 * Somebody takes jobs from a list and spawns a task for each. He has heard of semaphores, and so
 * does it between acquire and release. Watch how many requests are under way at once: all of them.
 * Why? Spawning takes no time. His permit is back before the task has taken its first step, and he
 * takes it again for the next. A permit limits what is done while it is held: it has to be held by
 * the task, from the beginning of its work to the end.
 */
#include <stdio.h>
#include <string.h>

#include "aio_client.h"
#include "group.h"
#include "options.h"
#include "semaphore.h"

#define MAX_COUNT 500

struct work {
    struct aio_client client;
    int count, limit;
    const char *only; /* "loop" or "task"; NULL: both, one after the other */
    struct semaphore permits;
    int under_way, most_under_way;
};

static int load(void *arg)
{
    struct work *work = arg;
    struct fetch_result answer;
    if (++work->under_way > work->most_under_way)
        work->most_under_way = work->under_way;
    int rc = aio_get(&work->client, &answer, "/aio?delay=%d", work->client.delays[0]);
    fetch_result_free(&answer);
    work->under_way--;
    return rc;
}

/* ---- In the wrong place -------------------------------------------------------------------- */

static int spawn_with_permit(struct work *work, struct group *group)
{
    int rc = semaphore_acquire(&work->permits);
    if (rc < 0)
        return rc;
    rc = group_spawn(group, load, work, "load");
    int released = semaphore_release(&work->permits); /* and the task has not even begun */
    return rc < 0 ? rc : released;
}

/* ---- In the right place -------------------------------------------------------------------- */

static int load_with_permit(void *arg)
{
    struct work *work = arg;
    int rc = semaphore_acquire(&work->permits);
    if (rc < 0)
        return rc;
    rc = load(work);
    int released = semaphore_release(&work->permits);
    return rc < 0 ? rc : released;
}

static int spawn(struct work *work, struct group *group)
{
    return group_spawn(group, load_with_permit, work, "load");
}

/* ---- Both ---------------------------------------------------------------------------------- */

static const struct place {
    const char *name;
    int (*spawn_one)(struct work *work, struct group *group);
} places[] = {
    {"loop", spawn_with_permit},
    {"task", spawn},
};

static int play(struct work *work, const struct place *place)
{
    struct group group;
    int rc = 0;
    semaphore_init_bounded(&work->permits, work->limit);
    work->most_under_way = 0;
    group_begin(&group);
    for (int i = 0; rc == 0 && i < work->count; i++)
        rc = place->spawn_one(work, &group);
    rc = group_end(&group, rc);
    if (rc == 0)
        printf("the %s holds the permit: %d requests, limit %d, at once %d\n", place->name,
               work->count, work->limit, work->most_under_way);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof places / sizeof places[0]; i++)
        if (!work->only || strcmp(work->only, places[i].name) == 0)
            rc = play(work, &places[i]);
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
    case 'o':
        if (strcmp(text, "loop") != 0 && strcmp(text, "task") != 0)
            argp_failure(state, USAGE_ERROR, 0, "--only \"%s\": expected loop or task", text);
        work->only = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"count", 'n', "N", 0, "So many requests (default 20)", 0},
    {"limit", 'l', "N", 0, "So many permits (default 4)", 0},
    {"only", 'o', "loop|task", 0, "Play only with the permit held there (default: both)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_option};

int main(int argc, char **argv)
{
    static const int delays[] = {2};
    struct work work = {.count = 20, .limit = 4};
    const struct aio_client_about about = {
        .doc = "Who has to hold the permit: the loop that spawns the tasks, or each task?",
        .max_count = 1,
        .delays = delays,
        .count = 1,
        .own = &own_options,
        .own_input = &work,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
