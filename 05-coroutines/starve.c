/* starve.c - a calculation that never waits, and somebody who would like to answer meanwhile.
 *
 *     build/05-coroutines/starve                  Bob comes last
 *     build/05-coroutines/starve --yield          a co_yield in the loop, and they take turns
 *     LOOP_DEBUG=1 build/05-coroutines/starve     who was it? The loop tells his name
 *
 * Both are coroutines of the same loop. A coroutine is left alone until it suspends, and a
 * calculation has no reason to: it opens no file and asks no one. Nobody takes the processor away
 * from it, as the kernel does from a thread.
 *
 * It is not: a way to be done sooner. With --yield Bob waits less and the calculation takes as long
 * as before; to calculate and answer at the same time takes a second thread (chapter 09).
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "options.h"

#define PARTS      5
#define PART_TAKES (50 * NS_PER_MS)
#define ANSWERS    5

struct starve {
    bool yields;
    int left; /* coroutines that have not ended */
};

static void leave(struct starve *starve)
{
    if (--starve->left == 0)
        loop_stop(co_loop());
}

/* So many additions as there is time for. */
static unsigned long add_for(int64_t duration_ns)
{
    volatile unsigned long sum = 0; /* or the compiler knows the result without adding */
    for (int64_t end = clock_now() + duration_ns; clock_now() < end;)
        for (int i = 0; i < 1000; i++)
            sum += (unsigned long)i;
    return sum;
}

static int calculate(void *arg)
{
    struct starve *starve = arg;
    unsigned long sum = 0;
    int rc = 0;
    for (int part = 1; part <= PARTS && rc == 0; part++) {
        sum += add_for(PART_TAKES);
        printf("the calculation: part %d of %d\n", part, PARTS);
        if (starve->yields)
            rc = co_yield(); /* the cure */
    }
    printf("the calculation: done%s\n", sum > 0 ? "" : ", without having added anything");
    leave(starve);
    return rc;
}

static int answer(void *arg)
{
    struct starve *starve = arg;
    int rc = 0;
    for (int i = 1; i <= ANSWERS && rc == 0; i++) {
        printf("Bob: answer %d of %d\n", i, ANSWERS);
        rc = co_yield();
    }
    printf("Bob: done\n");
    leave(starve);
    return rc;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct starve *starve = state->input;
    switch (key) {
    case 'y':
        starve->yields = true;
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
        {"yield", 'y', NULL, 0, "The calculation lets others run between its parts", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list, .parser = parse_option, .doc = "A coroutine that starves another one."};
    struct starve starve = {.left = 2};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &starve);
    if (error != 0)
        die_error(error, "options");
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(co_spawn(loop, calculate, &starve, "the calculation"));
    CHECK_RC(co_spawn(loop, answer, &starve, "Bob"));
    CHECK_RC(loop_run_forever(loop));
    loop_free(loop);
    coro_trim();
    return 0;
}
