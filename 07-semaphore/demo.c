/* demo.c - five tasks at once, but only two permits to fetch.
 *
 *     build/07-semaphore/demo                       against the /aio server on port 3000
 *     build/07-semaphore/demo --limit 3
 *     build/07-semaphore/demo --limit 1 3 1 2
 *
 * Watch the server's max in flight: it is the limit, whatever the number of delays. And watch who
 * comes next: a bar begins where another ends, in the order of asking.
 */
#include "check.h"
#include "fetch_all.h"
#include "net.h"
#include "options.h"
#include "semaphore.h"

static error_t parse_limit(int key, char *text, struct argp_state *state)
{
    int *limit = state->input;
    if (key != 'l')
        return ARGP_ERR_UNKNOWN;
    *limit = (int)option_number(state, "--limit", text, 1, DEMO_MAX_FETCHES);
    return 0;
}

static const struct argp_option option_list[] = {
    {"limit", 'l', "N", 0, "So many requests at a time (default: 2)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_limit};

/* A task. However the fetch ends, the permit goes back. */
static int fetch_within_limit(void *arg)
{
    struct fetch_job *job = arg;
    struct semaphore *permits = job->context;
    int rc = semaphore_acquire(permits);
    if (rc < 0)
        return rc;
    rc = fetch_delay(job->demo, job->fetcher, job->index);
    int released = semaphore_release(permits);
    return rc < 0 ? rc : released;
}

int main(int argc, char **argv)
{
    int limit = 2;
    struct demo demo;
    const struct demo_about about = {
        .chapter = "07-semaphore",
        .doc = "Fetches the delays with a task for each, and a semaphore that lets only two of "
               "them fetch at a time.",
        .title = "tasks with a semaphore",
        .own = &own_options,
        .own_input = &limit,
    };
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct semaphore permits;
    semaphore_init_bounded(&permits, limit);
    int rc = fetch_all_run(&demo, fetch_within_limit, &permits, NULL);
    if (rc < 0)
        die_error(rc, "the fetches did not all end");
    return demo_finish(&demo); /* how each fetch went stands in the demo, which tells */
}
