/* test_queue_select.c - one of several queues: in turn, nothing lost on a cancel, and nobody behind
 * it forgotten. */
#include "queue_select.h"
#include "waiters.h"

static struct queue other; /* `queue` is the first, this one the second */

static struct queue_select both;

static void new_queues(void)
{
    struct queue *const queues[] = {&queue, &other};
    new_queue(0);
    if (queue_init(&other, co_loop(), 0) < 0 || queue_select_init(&both, queues, 2) < 0)
        abort();
}

static void end_queues(void)
{
    queue_fini(&queue);
    queue_fini(&other);
}

static void put_other(int item)
{
    if (queue_try_put(&other, (void *)(intptr_t)item) < 0)
        abort();
}

static int selecter(void *arg)
{
    (void)arg;
    void *item;
    int rc = queue_select(&both, &item);
    if (rc < 0)
        say("s %s", strerrorname_np(-rc));
    else
        say("s got %d of %d", (int)(intptr_t)item, rc);
    return rc < 0 ? rc : 0;
}

static void select_now(void)
{
    int rc = selecter(NULL);
    (void)rc; /* it has been said */
}

static int takes_turns(void *arg)
{
    (void)arg;
    new_queues();
    for (int i = 1; i <= 3; i++)
        try_put(i);
    put_other(11);
    put_other(12);
    for (int i = 0; i < 5; i++)
        select_now();
    end_queues();
    return 0;
}

static int waits_for_either(void *arg)
{
    (void)arg;
    new_queues();
    struct task *s = spawn_number(selecter, 1);
    let_others_run(1);
    put_other(11);
    say_end("s", s);
    s = spawn_number(selecter, 1);
    let_others_run(1);
    try_put(1);
    say_end("s", s);
    say("%d wait", !TAILQ_EMPTY(&queue.getters) + !TAILQ_EMPTY(&other.getters));
    end_queues();
    return 0;
}

/* Both wake it. It takes one item; the getter behind it is told of the other one. */
static int passes_the_second_wake_on(void *arg)
{
    (void)arg;
    new_queues();
    struct task *s = spawn_number(selecter, 1), *g = spawn_number(getter, 2);
    let_others_run(1);
    both.first = 1; /* so that it takes from the other one, though the first wakes it */
    try_put(1);
    put_other(11);
    say_end("s", s);
    say_end("g", g);
    end_queues();
    return 0;
}

/* Woken by the queue and cancelled before it runs. */
static int cancelled_it_takes_nothing(void *arg)
{
    (void)arg;
    new_queues();
    struct task *s = spawn_number(selecter, 1), *g = spawn_number(getter, 2);
    let_others_run(1);
    try_put(1);
    put_other(11);
    task_cancel(s);
    say_end("s", s);
    say_end("g", g);
    say("%d in the other", queue_size(&other));
    end_queues();
    return 0;
}

/* The item that woke it is taken by somebody else: it waits again. */
static int looks_again(void *arg)
{
    (void)arg;
    new_queues();
    struct task *s = spawn_number(selecter, 1);
    let_others_run(1);
    try_put(1);
    try_get();
    let_others_run(2);
    put_other(11);
    say_end("s", s);
    end_queues();
    return 0;
}

static int ends_with_the_last(void *arg)
{
    (void)arg;
    new_queues();
    try_put(1);
    queue_shutdown(&queue, false);
    select_now();
    struct task *s = spawn_number(selecter, 1);
    let_others_run(2);
    say("done %d", task_is_done(s));
    put_other(11);
    say_end("s", s);
    s = spawn_number(selecter, 1);
    let_others_run(1);
    queue_shutdown(&other, false);
    say_end("s", s);
    end_queues();
    return 0;
}

static int refuses_a_silly_number(void *arg)
{
    (void)arg;
    struct queue *queues[QUEUE_SELECT_MAX + 1] = {&queue};
    for (int i = 0; i <= QUEUE_SELECT_MAX; i++)
        queues[i] = &queue;
    say("%d", queue_select_init(&both, queues, 0) == -EINVAL);
    say("%d", queue_select_init(&both, queues, QUEUE_SELECT_MAX + 1) == -EINVAL);
    say("%d", queue_select_init(&both, queues, QUEUE_SELECT_MAX));
    return 0;
}

static const struct scenario scenarios[] = {
    {"takes turns", takes_turns,
     "s got 1 of 0, s got 11 of 1, s got 2 of 0, s got 12 of 1, s got 3 of 0"},
    {"waits for either", waits_for_either, "s got 11 of 1, s 0, s got 1 of 0, s 0, 0 wait"},
    {"passes the second wake on", passes_the_second_wake_on, "s got 11 of 1, g2 got 1, s 0, g 0"},
    {"cancelled, it takes nothing", cancelled_it_takes_nothing,
     "s ECANCELED, g2 got 1, s ECANCELED, g 0, 1 in the other"},
    {"looks again", looks_again, "1, s got 11 of 1, s 0"},
    {"ends with the last", ends_with_the_last,
     "s got 1 of 0, done 0, s got 11 of 1, s 0, s ESHUTDOWN, s ESHUTDOWN"},
    {"refuses a silly number", refuses_a_silly_number, "1, 1, 0"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
