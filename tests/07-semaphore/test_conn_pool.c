/* test_conn_pool.c - a connection is one task's at a time, there are never too many, and none is
 * lost. */
#include "clock.h"
#include "fake_conns.h"
#include "scenario.h"

static struct conn_pool pool;

static int open_pool(const struct conn_pool_calls *calls, int min, int max)
{
    struct conn_pool_options options = fake_options(min, max);
    server.connect_passes = 2;
    int rc = conn_pool_open(&pool, calls, &options);
    if (rc < 0)
        say("not open: %s", strerrorname_np(-rc));
    return rc;
}

static void say_counters(void)
{
    struct conn_pool_counters now = conn_pool_counters(&pool);
    say("%d open, %d idle, %d in use, %d waiting", now.open, now.idle, now.in_use, now.waiting);
}

/* Closes the pool; says what is not as it has to be. */
static int close_pool(void)
{
    int rc = conn_pool_close(&pool);
    struct conn_pool_counters end = conn_pool_counters(&pool);
    if (server.open != 0 || server.closed_twice + server.used_twice != 0)
        say("%d left open, %d closed twice, %d used twice", server.open, server.closed_twice,
            server.used_twice);
    if (end.open + end.idle + end.connecting + end.waiting != 0)
        say("%d open, %d idle, %d connecting, %d waiting at the end", end.open, end.idle,
            end.connecting, end.waiting);
    return rc;
}

/* Takes one, keeps it for some passes, and gives it back. */
struct user {
    int n;
    int passes;
    bool breaks_it;
};

static int uses(void *arg)
{
    const struct user *user = arg;
    struct pooled *mine;
    int rc = fake_acquire(&pool, &mine);
    if (rc < 0) {
        say("%d %s", user->n, strerrorname_np(-rc));
        return rc;
    }
    say("%d has #%d", user->n, fake_of(mine)->n);
    for (int i = 0; i < user->passes && rc == 0; i++)
        rc = co_sleep(0);
    if (rc < 0 || user->breaks_it)
        fake_discard(mine);
    else
        fake_release(mine);
    return rc;
}

/* All at once, until all have ended. */
static void use_at_once(struct user users[], int count)
{
    struct task *tasks[count];
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(uses, &users[i]);
    let_others_run(1);
    say_counters();
    for (int i = 0; i < count; i++) {
        int rc = task_join(tasks[i]);
        (void)rc; /* it has said it */
    }
}

/* ---- Taking and giving back ----------------------------------------------------------------- */

static int one_after_another_shares_one(void *arg)
{
    (void)arg;
    struct user users[] = {{1, 1, false}, {2, 1, false}};
    int rc = open_pool(&fake_calls, 0, 3);
    say_counters();
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = uses(&users[i]);
    say_counters();
    return rc < 0 ? rc : close_pool();
}

static int who_comes_when_all_are_out_waits(void *arg)
{
    (void)arg;
    struct user users[] = {{1, 5, false}, {2, 3, false}, {3, 1, false}, {4, 1, false}};
    int rc = open_pool(&fake_calls, 0, 2);
    use_at_once(users, 4);
    say("most open: %d", server.most_open);
    return rc < 0 ? rc : close_pool();
}

/* What is not needed lies still: that is what ages. */
static int the_last_one_used_is_the_first_taken(void *arg)
{
    (void)arg;
    struct user users[] = {{1, 1, false}, {2, 4, false}}, third = {3, 1, false};
    int rc = open_pool(&fake_calls, 0, 2);
    use_at_once(users, 2);
    if (rc == 0)
        rc = uses(&third);
    return rc < 0 ? rc : close_pool();
}

static int a_discarded_one_is_replaced_for_the_next(void *arg)
{
    (void)arg;
    struct user users[] = {{1, 1, true}, {2, 1, false}, {3, 1, false}};
    int rc = open_pool(&fake_calls, 0, 1);
    use_at_once(users, 3);
    return rc < 0 ? rc : close_pool();
}

/* ---- A server that fails ------------------------------------------------------------------- */

static int who_cannot_connect_is_told_and_the_next_tries(void *arg)
{
    (void)arg;
    struct user users[] = {{1, 1, false}, {2, 1, false}, {3, 1, false}};
    int rc = open_pool(&fake_calls, 0, 1);
    server.refuse = 2;
    use_at_once(users, 3);
    say("%ld connects, %ld failures", conn_pool_counters(&pool).connects,
        conn_pool_counters(&pool).failures);
    return rc < 0 ? rc : close_pool();
}

static int one_that_fails_its_check_is_not_handed_out(void *arg)
{
    (void)arg;
    struct user one = {1, 1, false};
    int rc = open_pool(&fake_calls_with_check, 3, 3);
    server.check_passes = 1;
    server.conns[2].is_sick = server.conns[1].is_sick = true;
    if (rc == 0)
        rc = uses(&one);
    let_others_run(12);
    say("%ld broken", conn_pool_counters(&pool).broken);
    say_counters();
    return rc < 0 ? rc : close_pool();
}

/* Then a new one is opened for whoever asked. */
static int none_passes_its_check(void *arg)
{
    (void)arg;
    struct user one = {1, 1, false};
    int rc = open_pool(&fake_calls_with_check, 1, 1);
    server.conns[0].is_sick = true;
    if (rc == 0)
        rc = uses(&one);
    return rc < 0 ? rc : close_pool();
}

/* ---- Many ---------------------------------------------------------------------------------- */

#define HERD 200

static int next_in_line, out_of_turn;

static int member_of_the_herd(void *arg)
{
    struct pooled *mine;
    int rc = fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    out_of_turn += next_in_line++ != (intptr_t)arg;
    rc = co_sleep(0);
    fake_release(mine);
    return rc;
}

static int a_herd_opens_no_more_than_it_may(void *arg)
{
    (void)arg;
    struct task *tasks[HERD];
    int rc = open_pool(&fake_calls, 0, 5);
    next_in_line = out_of_turn = 0;
    for (int i = 0; i < HERD; i++)
        tasks[i] = spawn(member_of_the_herd, (void *)(intptr_t)i);
    for (int i = 0; i < HERD; i++) {
        int result = task_join(tasks[i]);
        rc = rc < 0 ? rc : result;
    }
    say("%d served, %d out of turn, %d made, at most %d open", next_in_line, out_of_turn,
        server.made, server.most_open);
    return rc < 0 ? rc : close_pool();
}

/* ---- The least ----------------------------------------------------------------------------- */

static int the_least_number_is_kept(void *arg)
{
    (void)arg;
    struct user breaks = {1, 1, true};
    int rc = open_pool(&fake_calls, 2, 3);
    say_counters();
    if (rc == 0)
        rc = uses(&breaks);
    say_counters();
    let_others_run(6);
    say_counters();
    return rc < 0 ? rc : close_pool();
}

static int it_cannot_be_opened(void *arg)
{
    (void)arg;
    const struct conn_pool_options bad[] = {
        {-1, 1, -1, NS_PER_S, NULL},
        {0, 0, -1, NS_PER_S, NULL},
        {2, 1, -1, NS_PER_S, NULL},
        {1, 1, -1, 0, NULL},
    };
    for (int i = 0; i < 4; i++)
        say("%s", strerrorname_np(-conn_pool_open(&pool, &fake_calls, &bad[i])));
    struct conn_pool_options options = fake_options(3, 3);
    server.refuse = 1;
    say("%s", strerrorname_np(-conn_pool_open(&pool, &fake_calls, &options)));
    options = fake_options(0, 1);
    int rc = conn_pool_open(&pool, &fake_calls, &options);
    return rc < 0 ? rc : close_pool();
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"one after another shares one", one_after_another_shares_one,
     "0 open, 0 idle, 0 in use, 0 waiting, 1 has #1, 2 has #1, 1 open, 1 idle, 0 in use, 0 "
     "waiting"},
    {"who comes when all are out waits", who_comes_when_all_are_out_waits,
     "0 open, 0 idle, 0 in use, 2 waiting, 1 has #1, 2 has #2, 3 has #2, 4 has #2, most open: 2"},
    {"the last one used is the first taken", the_last_one_used_is_the_first_taken,
     "0 open, 0 idle, 0 in use, 0 waiting, 1 has #1, 2 has #2, 3 has #2"},
    {"a discarded one is replaced for the next", a_discarded_one_is_replaced_for_the_next,
     "0 open, 0 idle, 0 in use, 2 waiting, 1 has #1, 2 has #2, 3 has #2"},
    {"who cannot connect is told, and the next tries",
     who_cannot_connect_is_told_and_the_next_tries,
     "0 open, 0 idle, 0 in use, 2 waiting, 1 ECONNREFUSED, 2 ECONNREFUSED, 3 has #1, 1 connects, 2 "
     "failures"},
    {"one that fails its check is not handed out", one_that_fails_its_check_is_not_handed_out,
     "1 has #1, 2 broken, 3 open, 3 idle, 0 in use, 0 waiting"},
    {"none passes its check", none_passes_its_check, "1 has #2"},
    {"a herd opens no more than it may", a_herd_opens_no_more_than_it_may,
     "200 served, 0 out of turn, 5 made, at most 5 open"},
    {"the least number is kept", the_least_number_is_kept,
     "2 open, 2 idle, 0 in use, 0 waiting, 1 has #2, 1 open, 1 idle, 0 in use, 0 waiting, 2 open, "
     "2 idle, 0 in use, 0 waiting"},
    {"it cannot be opened", it_cannot_be_opened, "EINVAL, EINVAL, EINVAL, EINVAL, ECONNREFUSED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
