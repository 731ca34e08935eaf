/* test_inbox.c - the queue with two doors: order, bound, cancel, and the end for both sides. */
#include <pthread.h>

#include "inbox.h"
#include "scenario.h"

static struct inbox inbox;

static void new_inbox(int maxsize)
{
    if (inbox_init(&inbox, co_loop(), maxsize) < 0)
        abort();
}

static void put(int item)
{
    int rc = inbox_try_put(&inbox, (void *)(intptr_t)item);
    if (rc < 0)
        say("put %s", strerrorname_np(-rc));
}

static int get(void *arg)
{
    (void)arg;
    void *item;
    int rc = inbox_get(&inbox, &item);
    if (rc == 0)
        say("%d", (int)(intptr_t)item);
    else
        say("get %s", strerrorname_np(-rc));
    return rc;
}

static void get_one(void)
{
    int rc = get(NULL);
    (void)rc; /* it has been said */
}

/* To its end, so that the loop knows of it no more. */
static int end(void)
{
    inbox_shutdown(&inbox);
    get_one();
    inbox_fini(&inbox);
    return 0;
}

/* When what has come is taken over there is room for as many again. */
static int bound_and_order(void *arg)
{
    (void)arg;
    new_inbox(2);
    for (int i = 1; i <= 3; i++)
        put(i);
    get_one();
    for (int i = 4; i <= 6; i++)
        put(i);
    for (int i = 0; i < 3; i++)
        get_one();
    return end();
}

static int waits_for_an_item(void *arg)
{
    (void)arg;
    new_inbox(2);
    struct task *getter = spawn(get, NULL);
    let_others_run(1);
    put(1);
    say_end("getter", getter);
    return end();
}

/* Woken and then cancelled: the item is there for the next. */
static int a_cancel_takes_nothing(void *arg)
{
    (void)arg;
    new_inbox(2);
    struct task *getter = spawn(get, NULL);
    let_others_run(1);
    put(1);
    task_cancel(getter);
    say_end("getter", getter);
    get_one();
    return end();
}

static int shutdown_leaves_what_came(void *arg)
{
    (void)arg;
    new_inbox(2);
    put(1);
    inbox_shutdown(&inbox);
    put(2);
    get_one();
    get_one();
    get_one();
    inbox_fini(&inbox);
    return 0;
}

static int shutdown_wakes_the_getter(void *arg)
{
    (void)arg;
    new_inbox(1);
    struct task *getter = spawn(get, NULL);
    let_others_run(1);
    inbox_shutdown(&inbox);
    say_end("getter", getter);
    inbox_fini(&inbox);
    return 0;
}

/* ---- With a thread ------------------------------------------------------------------------- */

static int thread_rc;

static void *put_two(void *arg)
{
    int rc = inbox_put(&inbox, arg);
    thread_rc = rc < 0 ? rc : inbox_put(&inbox, arg);
    return NULL;
}

static int is_blocked(void)
{
    pthread_mutex_lock(&inbox.lock);
    int blocked = inbox.blocked;
    pthread_mutex_unlock(&inbox.lock);
    return blocked;
}

/* Starts a thread, and waits until it stands before the full inbox. */
static pthread_t block_a_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, put_two, (void *)7) != 0)
        abort();
    while (!is_blocked())
        sched_yield();
    return thread;
}

static int a_get_lets_a_thread_go_on(void *arg)
{
    (void)arg;
    new_inbox(1);
    pthread_t thread = block_a_thread();
    get_one();
    pthread_join(thread, NULL);
    say("thread %d", thread_rc);
    get_one();
    return end();
}

static int shutdown_wakes_a_thread(void *arg)
{
    (void)arg;
    new_inbox(1);
    pthread_t thread = block_a_thread();
    inbox_shutdown(&inbox);
    pthread_join(thread, NULL);
    say("thread %s", strerrorname_np(-thread_rc));
    get_one();
    get_one();
    inbox_fini(&inbox);
    return 0;
}

static int nothing_has_no_room(void *arg)
{
    (void)arg;
    int rc = inbox_init(&inbox, co_loop(), 0);
    say("%s", strerrorname_np(-rc));
    return 0;
}

static const struct scenario scenarios[] = {
    {"bound and order", bound_and_order, "put EAGAIN, 1, put EAGAIN, 2, 4, 5, get ESHUTDOWN"},
    {"waits for an item", waits_for_an_item, "1, getter 0, get ESHUTDOWN"},
    {"a cancel takes nothing", a_cancel_takes_nothing,
     "get ECANCELED, getter ECANCELED, 1, get ESHUTDOWN"},
    {"shutdown leaves what came", shutdown_leaves_what_came,
     "put ESHUTDOWN, 1, get ESHUTDOWN, get ESHUTDOWN"},
    {"shutdown wakes the getter", shutdown_wakes_the_getter, "get ESHUTDOWN, getter ESHUTDOWN"},
    {"a get lets a thread go on", a_get_lets_a_thread_go_on, "7, thread 0, 7, get ESHUTDOWN"},
    {"shutdown wakes a thread", shutdown_wakes_a_thread, "thread ESHUTDOWN, 7, get ESHUTDOWN"},
    {"nothing has no room", nothing_has_no_room, "EINVAL"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
