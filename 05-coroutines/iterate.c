/* iterate.c - `async for`: a loop whose next value may have to be waited for.
 *
 *     build/05-coroutines/iterate
 *
 * A reader gives 1, 2, 3, 4, and takes some time for each; then it has no more. Two coroutines have
 * one each, and go through it by a loop that looks like any loop of C. Watch that the two take
 * turns: while one waits inside of `reader_next`, the other goes on. And Bob leaves his loop by
 * break, which needs nothing to be put in order.
 *
 * The iterator that one really uses is line_iterator.h: the lines of a connection.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "options.h"

#define STEP_NS (10 * NS_PER_MS)
#define LAST    4

struct reader {
    int last_given;
};

/* 1: the next value; 0: there are no more; or -errno. Suspends until it is there. */
static int reader_next(struct reader *reader, int *value)
{
    if (reader->last_given == LAST)
        return 0;
    int rc = co_sleep(STEP_NS);
    if (rc < 0)
        return rc;
    *value = ++reader->last_given;
    return 1;
}

struct person {
    const char *name;
    int enough; /* breaks off after this one */
    int *left;  /* who have not come to their end */
};

static int go_through(void *arg)
{
    const struct person *person = arg;
    struct reader reader = {0};
    int rc, value;
    while ((rc = reader_next(&reader, &value)) > 0) {
        printf("%s: %d\n", person->name, value);
        if (value == person->enough)
            break;
    }
    printf("%s: %s\n", person->name, rc == 0 ? "the end" : rc > 0 ? "enough" : error_text(rc));
    if (--*person->left == 0)
        loop_stop(co_loop());
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Two loops that await each of their values.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int left = 2;
    struct person ada = {"Ada", LAST + 1, &left}, bob = {"Bob", 2, &left};
    CHECK_RC(co_spawn(loop, go_through, &ada, "Ada"));
    CHECK_RC(co_spawn(loop, go_through, &bob, "Bob"));
    CHECK_RC(loop_run_forever(loop));
    loop_free(loop);
    coro_trim();
    return 0;
}
