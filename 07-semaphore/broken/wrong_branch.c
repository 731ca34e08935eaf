/* wrong_branch.c - broken on purpose: a permit is given back by one who never had it.
 *
 *     build/07-semaphore/broken/wrong_branch
 *
 * "Release on every way out", says the lesson, so all ways lead to one label, and there stands the
 * release. One of them leads there from the acquire that has failed: he was cancelled while he
 * waited for a permit. Each who gives up waiting makes a permit out of nothing. Watch how many are
 * inside: the limit is two, and after three have given up it is five. Nothing fails, nothing is
 * logged; the server behind the limit notices it on the day when many clients give up at once,
 * which is the day when it has too much to do already.
 *
 * The mend: `return rc;` where it says `goto out`. semaphore_init_bounded would have helped to find
 * it: the release that is one too many returns -EOVERFLOW, for who looks at it.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "options.h"
#include "semaphore.h"

#define LIMIT    2
#define VISITORS 5
#define STAY     10 /* passes of the loop */

struct house {
    struct semaphore permits;
    int inside, most_inside;
};

static int look_around(struct house *house)
{
    int rc = 0;
    if (++house->inside > house->most_inside)
        house->most_inside = house->inside;
    for (int i = 0; rc == 0 && i < STAY; i++)
        rc = co_yield();
    house->inside--;
    return rc;
}

static int visit(void *arg)
{
    struct house *house = arg;
    int rc = semaphore_acquire(&house->permits);
    if (rc < 0)
        goto out; /* the trap */
    rc = look_around(house);
out:
    semaphore_release(&house->permits);
    return rc;
}

/* Of those that come, the first two get in. `given_up` of the others are cancelled. */
static int play(struct house *house, int given_up)
{
    struct task *visitors[VISITORS];
    house->most_inside = 0;
    for (int i = 0; i < VISITORS; i++) {
        visitors[i] = task_spawn(co_loop(), visit, house, "visitor");
        if (!visitors[i])
            die_error(ENOMEM, "a visitor");
    }
    int rc = co_yield();
    for (int i = 0; i < given_up; i++)
        task_cancel(visitors[LIMIT + i]);
    for (int i = 0; i < VISITORS; i++) {
        int end = task_join(visitors[i]);
        (void)end; /* some were cancelled */
    }
    printf("%d came, %d gave up waiting: at most %d inside, %d permits afterwards\n", VISITORS,
           given_up, house->most_inside, house->permits.value);
    return rc;
}

static int main_task(void *arg)
{
    struct house house = {.inside = 0};
    (void)arg;
    semaphore_init(&house.permits, LIMIT);
    int rc = play(&house, 0);
    if (rc == 0)
        rc = play(&house, VISITORS - LIMIT);
    if (rc == 0)
        rc = play(&house, 0);
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a permit is given back by one who never had it.", argc,
                     argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, main_task, NULL, false));
    loop_free(loop);
    coro_trim();
    return 0;
}
