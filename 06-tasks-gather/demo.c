/* demo.c - five delays at once, by gather: results in the order of the arguments.
 *
 *     build/06-tasks-gather/demo                    against the /aio server on port 3000
 *     build/06-tasks-gather/demo 3 1 2
 *     build/06-tasks-gather/demo --timeout 6        and two of the five are ended early
 *
 * Watch the answers below the picture: the bars end in any order, the answers stand in the order of
 * asking. And watch what is gone since chapter 05: nobody counts who is left, nobody stops the
 * loop.
 */
#include <stdio.h>

#include "check.h"
#include "fetch_all.h"
#include "net.h"
#include "options.h"
#include "timeout.h"

#define MAX_TIMEOUT 3600 /* units */

static error_t parse_timeout(int key, char *text, struct argp_state *state)
{
    int *units = state->input;
    if (key != 't')
        return ARGP_ERR_UNKNOWN;
    *units = (int)option_number(state, "--timeout", text, 0, MAX_TIMEOUT);
    return 0;
}

static const struct argp_option option_list[] = {
    {"timeout", 't', "UNITS", 0, "So long may a fetch take (default: 0, as long as it likes)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_timeout};

/* A task: its result is the delay that the server said, in units. */
static int fetch_in_time(void *arg)
{
    struct fetch_job *job = arg;
    const int64_t *timeout_ns = job->context;
    struct timeout_scope scope;
    timeout_begin(&scope, *timeout_ns);
    int rc = fetch_delay(job->demo, job->fetcher, job->index);
    rc = timeout_end(&scope, rc);
    return rc < 0 ? rc : job->demo->delays[job->index];
}

static void print_results(const int results[], int count)
{
    printf("in the order of asking:");
    for (int i = 0; i < count; i++)
        printf(" %d", results[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    int timeout = 0; /* units */
    struct demo demo;
    const struct demo_about about = {
        .chapter = "06-tasks-gather",
        .doc = "Fetches the delays all at once, a task for each, and gathers the results.",
        .title = "gather",
        .own = &own_options,
        .own_input = &timeout,
    };
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    int64_t timeout_ns = timeout == 0 ? -1 : timeout * demo.unit_ns;
    int count = demo.count, results[DEMO_MAX_FETCHES];
    int rc = fetch_all_run(&demo, fetch_in_time, &timeout_ns, results);
    if (rc < 0)
        die_error(rc, "the fetches were not gathered");
    rc = demo_finish(&demo);
    if (demo.format == TIMELINE_TEXT)
        print_results(results, count);
    return rc;
}
