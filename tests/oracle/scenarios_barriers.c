/* scenarios_barriers.c - barriers: what sync.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"
#include "sync.h"

/* Where they find it. The scenarios run one after another. */
static struct barrier barrier;

struct party {
    char name[2];
    int rounds;
};

#define PARTIES 6

static struct party everybody[PARTIES];
static struct task *t[PARTIES];
static int count; /* of tasks */

static int comes(void *arg)
{
    const struct party *party = arg;
    int rc = 0;
    for (int i = 0; i < party->rounds && rc >= 0; i++) {
        rc = barrier_wait(&barrier);
        if (rc >= 0)
            p("%s passes %d", party->name, rc);
        else
            p("%s %s", party->name, rc == -ECANCELED ? "cancelled" : rc_text(rc));
    }
    return rc == -EPIPE ? 0 : rc;
}

static void begin(int parties)
{
    CHECK_RC(barrier_init(&barrier, parties));
    count = 0;
}

/* One task for each letter. */
static void come(const char *names, int rounds)
{
    for (; *names; names++, count++) {
        everybody[count] = (struct party){{*names}, rounds};
        t[count] = spawn(comes, (intptr_t)&everybody[count]);
    }
}

static int wait_for_all(void)
{
    int rc = wait_tasks(t, count, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, count);
    count = 0;
    return rc;
}

int barrier_rounds(void)
{
    begin(3);
    come("abc", 2);
    int rc = wait_for_all();
    p("%d %d", barrier_waiting(&barrier), barrier_is_broken(&barrier));
    return rc;
}

int barrier_of_one(void)
{
    begin(1);
    int rc = comes(&(struct party){"a", 2});
    p("%s", rc_text(barrier_init(&barrier, 0)));
    return rc;
}

int barrier_fifth_waits(void)
{
    begin(2);
    come("abcde", 1);
    sleep_ms(1);
    p("%d %d %d %d %d %d", barrier_waiting(&barrier), task_is_done(t[0]), task_is_done(t[1]),
      task_is_done(t[2]), task_is_done(t[3]), task_is_done(t[4]));
    come("f", 1);
    return wait_for_all();
}

int barrier_one_is_cancelled(void)
{
    begin(3);
    come("ab", 1);
    sleep_ms(1);
    task_cancel(t[0]);
    sleep_ms(1);
    p("%d", barrier_waiting(&barrier));
    come("cd", 1);
    return wait_for_all();
}

int barrier_cancelled_while_it_drains(void)
{
    begin(2);
    come("abc", 1);
    yield_times(1);
    task_cancel(t[0]);
    sleep_ms(1);
    p("%d", barrier_waiting(&barrier));
    come("d", 1);
    return wait_for_all();
}

int barrier_is_reset(void)
{
    begin(3);
    come("ab", 1);
    sleep_ms(1);
    CHECK_RC(barrier_reset(&barrier));
    come("cde", 1);
    int rc = wait_for_all();
    p("%d %d", barrier_waiting(&barrier), barrier_is_broken(&barrier));
    CHECK_RC(barrier_reset(&barrier));
    return rc;
}

int barrier_is_aborted(void)
{
    begin(3);
    come("ab", 1);
    sleep_ms(1);
    CHECK_RC(barrier_abort(&barrier));
    p("%d", barrier_is_broken(&barrier));
    come("c", 1);
    CHECK_RC(wait_for_all());
    CHECK_RC(barrier_reset(&barrier));
    p("%d", barrier_is_broken(&barrier));
    come("def", 1);
    return wait_for_all();
}

static int resets(void *arg)
{
    (void)arg;
    return barrier_reset(&barrier);
}

int barrier_reset_while_it_drains(void)
{
    begin(2);
    come("abc", 1);
    struct task *reset = spawn(resets, 0);
    CHECK_RC(wait_tasks(t, 2, WAIT_ALL_COMPLETED, -1));
    p("%d", barrier_waiting(&barrier));
    CHECK_RC(task_join(reset));
    come("d", 1);
    return wait_for_all();
}
