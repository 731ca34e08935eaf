/* test_conn_pool_cancel.c - cancelled at every moment there is, and closed at every moment: no
 * connection is lost, none is used by two, and the next one in line gets his. */
#include "clock.h"
#include "fake_conns.h"
#include "scenario.h"
#include "timeout.h"

static struct conn_pool pool;

static void say_if_wrong(const char *when, int k)
{
    struct conn_pool_counters now = conn_pool_counters(&pool);
    if (now.open != server.open || now.idle != now.open || now.connecting + now.waiting != 0 ||
        pool.permits.value != pool.options.max || server.closed_twice + server.used_twice != 0)
        say("%s %d: %d open of %d, %d idle, %d connecting, %d waiting, %d permits", when, k,
            now.open, server.open, now.idle, now.connecting, now.waiting, pool.permits.value);
}

static int open_pool(int min, int max)
{
    struct conn_pool_options options = fake_options(min, max);
    int rc = conn_pool_open(&pool, &fake_calls_with_check, &options);
    server.connect_passes = 3;
    server.check_passes = 2;
    return rc;
}

static int uses(void *arg)
{
    struct pooled *mine;
    int rc = fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    rc = co_sleep(0);
    rc = rc < 0 ? rc : co_sleep(0);
    if (rc < 0)
        fake_discard(mine);
    else
        fake_release(mine);
    *(int *)arg = 1; /* has been served */
    return rc;
}

/* ---- Cancelled after k passes -------------------------------------------------------------- */

/* Three users of one connection, which is sick at first, so that there is a check, a connect, a
 * wait in line and the use. The `who`-th is cancelled after k passes. False: it had ended. */
static bool cancel_one_after(int who, int k)
{
    struct task *tasks[3];
    int served[3] = {0};
    server.conns[server.made - 1].is_sick = true;
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(uses, &served[i]);
    let_others_run(k);
    bool was_in_time = task_cancel(tasks[who]);
    for (int i = 0; i < 3; i++) {
        int rc = task_join(tasks[i]);
        if (i != who && (rc < 0 || !served[i]))
            say("user %d, when %d was cancelled after %d: %d", i, who, k, rc);
    }
    let_others_run(8); /* the keeper opens another, if there is none */
    say_if_wrong("after", k);
    return was_in_time;
}

static int cancelled_at_every_await(void *arg)
{
    (void)arg;
    int rc = open_pool(1, 1), moments = 0;
    if (rc < 0)
        return rc;
    for (int who = 0; who < 3; who++) {
        for (int k = 0; cancel_one_after(who, k); k++)
            moments++;
    }
    say("%s", moments > 15 ? "at many moments" : "at too few");
    return conn_pool_close(&pool);
}

/* As above, while the server refuses some connects: the error goes to one, not to the next. */
static int cancelled_while_the_server_refuses(void *arg)
{
    (void)arg;
    int rc = open_pool(0, 1), refused = 0;
    for (int k = 0; k < 20 && rc == 0; k++) {
        struct task *tasks[3];
        int served[3] = {0};
        server.refuse = 1;
        for (int i = 0; i < 3; i++)
            tasks[i] = spawn(uses, &served[i]);
        let_others_run(k);
        task_cancel(tasks[1]);
        for (int i = 0; i < 3; i++)
            refused += task_join(tasks[i]) == -ECONNREFUSED;
        say_if_wrong("refused", k);
        struct pooled *mine; /* so that the next round begins without one */
        rc = fake_acquire(&pool, &mine);
        if (rc == 0)
            fake_discard(mine);
    }
    say("%d were refused", refused);
    return rc < 0 ? rc : conn_pool_close(&pool);
}

static int a_timeout_of_the_caller(void *arg)
{
    (void)arg;
    struct pooled *mine, *none;
    struct timeout_scope scope;
    int rc = open_pool(0, 1);
    rc = rc < 0 ? rc : fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    timeout_begin(&scope, 2 * NS_PER_MS);
    rc = timeout_end(&scope, fake_acquire(&pool, &none));
    say("%s, %d waiting", strerrorname_np(-rc), conn_pool_counters(&pool).waiting);
    fake_release(mine);
    rc = fake_acquire(&pool, &mine);
    if (rc == 0)
        fake_release(mine);
    return rc < 0 ? rc : conn_pool_close(&pool);
}

/* ---- Closed -------------------------------------------------------------------------------- */

static int closes(void *arg)
{
    int rc = conn_pool_close(&pool);
    say("%s closes: %s, %d open", (const char *)arg, rc < 0 ? strerrorname_np(-rc) : "0",
        server.open);
    return rc;
}

static int close_waits_for_those_in_use(void *arg)
{
    (void)arg;
    struct pooled *mine;
    int served[2] = {0}, rc = open_pool(0, 1);
    rc = rc < 0 ? rc : fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    struct task *waits = spawn(uses, &served[0]), *end;
    let_others_run(1);
    end = spawn(closes, "it");
    let_others_run(5);
    say("%d open", server.open);
    struct task *late = spawn(uses, &served[1]);
    say_end("late", late);
    fake_release(mine);
    say_end("waits", waits);
    say_end("end", end);
    rc = conn_pool_close(&pool); /* once more is nothing */
    return rc;
}

static int a_close_that_is_cancelled_can_be_repeated(void *arg)
{
    (void)arg;
    struct pooled *mine;
    int rc = open_pool(1, 3);
    rc = rc < 0 ? rc : fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    for (int k = 0; k < 4; k++) {
        struct task *end = spawn(closes, "it");
        let_others_run(k);
        task_cancel(end);
        rc = task_join(end);
    }
    fake_release(mine);
    rc = conn_pool_close(&pool);
    say("%d open", server.open);
    return rc;
}

static int two_close_it_at_once(void *arg)
{
    (void)arg;
    struct pooled *mine;
    int rc = open_pool(0, 2);
    rc = rc < 0 ? rc : fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    struct task *a = spawn(closes, "a"), *b = spawn(closes, "b");
    let_others_run(3);
    fake_release(mine);
    say_end("a", a);
    say_end("b", b);
    return 0;
}

/* ... while a check is made, a connection is opened, or one is in use. */
static int closed_at_every_moment(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int k = 0; k < 25 && rc == 0; k++) {
        struct task *tasks[3];
        int served[3] = {0};
        rc = open_pool(1, 1);
        if (rc < 0)
            return rc;
        server.conns[0].is_sick = true;
        for (int i = 0; i < 3; i++)
            tasks[i] = spawn(uses, &served[i]);
        let_others_run(k);
        rc = conn_pool_close(&pool);
        for (int i = 0; i < 3; i++) {
            int result = task_join(tasks[i]);
            if (result != (served[i] ? 0 : -ESHUTDOWN))
                say("closed after %d: user %d: %d, served %d", k, i, result, served[i]);
        }
        if (server.open + server.closed_twice + server.used_twice != 0)
            say("closed after %d: %d open", k, server.open);
    }
    return rc;
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"cancelled at every await", cancelled_at_every_await, "at many moments"},
    {"cancelled while the server refuses", cancelled_while_the_server_refuses, "20 were refused"},
    {"a timeout of the caller", a_timeout_of_the_caller, "ETIMEDOUT, 0 waiting"},
    {"close waits for those in use", close_waits_for_those_in_use,
     "1 open, late ESHUTDOWN, it closes: 0, 0 open, waits ESHUTDOWN, end 0"},
    {"a close that is cancelled can be repeated", a_close_that_is_cancelled_can_be_repeated,
     "it closes: ECANCELED, 1 open, it closes: ECANCELED, 1 open, it closes: ECANCELED, 1 open, 0 "
     "open"},
    {"two close it at once", two_close_it_at_once,
     "a closes: 0, 0 open, b closes: 0, 0 open, a 0, b 0"},
    {"closed at every moment", closed_at_every_moment, ""},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
