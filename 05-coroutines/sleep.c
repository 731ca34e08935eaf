/* sleep.c - the smallest coroutines on a loop: start, sleep, finish. Two of them.
 *
 *     build/05-coroutines/sleep                  a second each
 *     build/05-coroutines/sleep --unit-ms 100    a tenth of one
 *
 * Watch the order and the last line. Each function reads as if it slept alone; both sleep at the
 * same time, so two sleeps of a second take a second. While they do, the thread stands in the
 * loop's epoll_wait, and would have time for others.
 *
 * It is not: sleep(3), which would keep the thread (broken/blocking_sleep.c).
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "options.h"

struct sleepers {
    int64_t nap_ns;
    int left; /* who have not finished */
};

struct sleeper {
    struct sleepers *all;
    const char *name;
};

static int sleep_once(void *arg)
{
    struct sleeper *sleeper = arg;
    printf("%s: start\n", sleeper->name);
    int rc = co_sleep(sleeper->all->nap_ns);
    printf("%s: finish\n", sleeper->name);
    if (--sleeper->all->left == 0)
        loop_stop(co_loop());
    return rc;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    int64_t *unit_ns = state->input;
    switch (key) {
    case 'u':
        *unit_ns = option_number(state, "--unit-ms", text, 1, 60 * 1000) * NS_PER_MS;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"unit-ms", 'u', "MS", 0, "How long each sleeps (default 1000)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list, .parser = parse_option, .doc = "Two coroutines that sleep."};
    struct sleepers all = {.nap_ns = NS_PER_S, .left = 2};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &all.nap_ns);
    if (error != 0)
        die_error(error, "options");
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    struct sleeper ada = {&all, "Ada"}, bob = {&all, "Bob"};
    int64_t begin_ns = loop_time(loop);
    CHECK_RC(co_spawn(loop, sleep_once, &ada, "Ada"));
    CHECK_RC(co_spawn(loop, sleep_once, &bob, "Bob"));
    CHECK_RC(loop_run_forever(loop));
    printf("2 units of sleep in %.1f units\n",
           (double)(loop_time(loop) - begin_ns) / (double)all.nap_ns);
    loop_free(loop);
    coro_trim();
    return 0;
}
