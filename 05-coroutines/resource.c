/* resource.c - `async with`: what is closed on every way out of a block, and the close suspends.
 *
 *     build/05-coroutines/resource
 *
 * A resource takes a unit to open and a unit to close (a connection to a database, say), and
 * answers 666. It is used four times. Each time the block is left in another way: by return, by
 * break, by an error, and by a cancel in the middle. Watch that each line ends with "closed", and
 * that each takes both units and not one: the close has suspended, and it was waited for. The
 * fourth is asked to end while it uses the resource, and once more before it has begun to close:
 * that does not get between the close and its end.
 *
 * It shows no resource. What it opens is a co_sleep.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "co_run.h"
#include "co_scope.h"
#include "options.h"

#define UNIT_NS (100 * NS_PER_MS)

struct resource {
    bool is_open;
};

static int resource_open(struct resource *resource)
{
    int rc = co_sleep(UNIT_NS);
    resource->is_open = rc == 0;
    if (rc == 0)
        printf("open");
    return rc;
}

static int resource_answer(const struct resource *resource)
{
    if (!resource->is_open)
        return -EBADF;
    printf(", 666");
    return 666;
}

/* A coroutine function: what is closed is told goodbye first. */
static int resource_close(void *arg)
{
    struct resource *resource = arg;
    int rc = co_sleep(UNIT_NS);
    resource->is_open = false;
    printf("%s", rc == 0 ? ", closed" : ", the close was cut short");
    return rc;
}

/* ---- Four ways out ------------------------------------------------------------------------- */

static int leave_by_return(int *close_error)
{
    struct resource resource;
    int rc = resource_open(&resource);
    if (rc < 0)
        return rc;
    CO_CLOSE_AT_END(resource_close, &resource, close_error);
    return resource_answer(&resource);
}

static int leave_by_break(int *close_error)
{
    int answer = 0;
    while (answer == 0) {
        struct resource resource;
        int rc = resource_open(&resource);
        if (rc < 0)
            return rc;
        CO_CLOSE_AT_END(resource_close, &resource, close_error);
        answer = resource_answer(&resource);
        if (answer > 0)
            break;
    }
    return answer;
}

static int fail(void)
{
    return -EIO;
}

/* By begin and end: the same, where there is one way out. */
static int leave_by_error(int *close_error)
{
    (void)close_error; /* co_scope_end gives it, if there is no other */
    struct resource resource;
    int rc = resource_open(&resource);
    if (rc < 0)
        return rc;
    rc = fail();
    return co_scope_end(resource_close, &resource, rc);
}

static int leave_by_cancel(int *close_error)
{
    struct resource resource;
    int rc = resource_open(&resource);
    if (rc < 0)
        return rc;
    CO_CLOSE_AT_END(resource_close, &resource, close_error);
    co_cancel(co_current()); /* somebody else would do that */
    rc = co_sleep(3600 * NS_PER_S);
    co_cancel(co_current());
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static void print_way(const char *way, int (*leave)(int *close_error))
{
    int close_error = 0;
    int64_t begin = clock_now();
    printf("%s: ", way);
    int rc = leave(&close_error);
    printf(", %.1f units", (double)(clock_now() - begin) / UNIT_NS);
    if (rc < 0)
        printf(", %s", error_text(rc));
    if (close_error < 0)
        printf(", of the close: %s", error_text(close_error));
    if (co_yield() == -ECANCELED)
        printf(", and then the second cancel");
    printf("\n");
}

static int show(void *arg)
{
    (void)arg;
    print_way("return", leave_by_return);
    print_way("break", leave_by_break);
    print_way("error", leave_by_error);
    print_way("cancel", leave_by_cancel);
    return 0;
}

int main(int argc, char **argv)
{
    no_options_parse("Leaves a block in four ways; what was opened in it is closed.", argc, argv);
    int rc = co_run(show, NULL, "show");
    if (rc < 0)
        die_error(rc, "cannot show it");
    return 0;
}
