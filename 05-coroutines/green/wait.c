/* wait.c - who is calling, and the one way to wait.
 *
 * A thread that is a coroutine is suspended. main is not one, so it runs the loop until what it
 * waits for has come; all the others run inside.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "green.h"

static struct loop *loop;
static bool is_orphan;               /* the child of a thread's fork: it may only exec */
static struct green_wait *main_wait; /* NULL: main does not wait */

/* What handlers have run since main began to wait. */
static volatile sig_atomic_t any_signal, interrupting_signal;

struct loop *green_loop(void)
{
    return loop;
}

/* ---- Who is calling ------------------------------------------------------------------------ */

/* main's OS thread? Asked once in each OS thread. */
static bool is_here(void)
{
    static _Thread_local enum { UNKNOWN, HERE, ELSEWHERE } place;
    if (place == UNKNOWN)
        place = gettid() == getpid() ? HERE : ELSEWHERE;
    return place == HERE;
}

extern volatile sig_atomic_t green_handlers_running; /* signals.c */

bool green_is_thread(void)
{
    if (!is_here() || green_handlers_running || is_orphan)
        return false;
    return co_current() || !loop || !loop_is_running(loop);
}

bool green_may_wait(void)
{
    return loop && green_is_thread();
}

/* ---- The loop ------------------------------------------------------------------------------ */

/* Of a process that forks, the child has only the thread that forked. If that is main, it begins
 * anew. The others' stacks stay behind, as they do with real threads, and so does the loop in
 * whose queues they may still be. */
static void begin_child(void)
{
    if (!is_here())
        return;
    is_orphan = co_current() != NULL;
    if (is_orphan)
        return;
    loop = NULL;
    main_wait = NULL;
    green_threads_forget();
}

/* Signals are looked for where the loop comes back from the kernel. */
static int poll_and_look(struct loop *polled, int64_t timeout_ns)
{
    int rc = backend_epoll.poll(polled, timeout_ns);
    struct green_wait *wait = main_wait;
    if (wait && ((wait->interrupt == GREEN_BY_A_SIGNAL && interrupting_signal) ||
                 (wait->interrupt == GREEN_BY_ANY && any_signal)))
        green_resume(wait, -EINTR);
    return rc;
}

int green_begin(void)
{
    static struct loop_backend backend;
    static bool has_begun;
    if (loop)
        return 0;
    backend = backend_epoll;
    backend.poll = poll_and_look;
    loop = loop_new(&backend);
    if (!loop)
        return -errno;
    if (!has_begun && pthread_atfork(NULL, NULL, begin_child) != 0)
        return -ENOMEM;
    has_begun = true;
    return 0;
}

void green_note_signal(bool restarts)
{
    any_signal = 1;
    if (!restarts)
        interrupting_signal = 1;
    if (loop)
        backend_epoll.wake(loop);
}

/* ---- Suspend and resume -------------------------------------------------------------------- */

/* Nobody cancels a green thread (pthread_cancel is refused), so this is never asked. */
static bool goes_on_waiting(struct co_waiter *waiter)
{
    (void)waiter;
    return false;
}

void green_wait_init(struct green_wait *wait)
{
    *wait = (struct green_wait){.waiter.cancel = goes_on_waiting, .co = co_current()};
}

void green_resume(struct green_wait *wait, int result)
{
    if (wait->is_over)
        return;
    wait->is_over = true;
    wait->result = result;
    if (wait->co)
        co_wake(wait->co, result);
    else
        loop_stop(loop); /* after this pass: then main looks */
}

static void on_deadline(void *arg)
{
    green_resume(arg, -ETIMEDOUT);
}

/* main: serves everybody until its own wait is over. */
static int run_the_others(struct green_wait *wait)
{
    any_signal = interrupting_signal = 0;
    main_wait = wait;
    while (!wait->is_over) {
        int rc = loop_run_forever(loop);
        if (rc < 0)
            die_error(rc, "green.so: its loop cannot go on");
    }
    main_wait = NULL;
    return wait->result;
}

int green_suspend(struct green_wait *wait, int64_t deadline_ns, enum green_interrupt interrupt)
{
    int saved_errno = errno; /* there is one errno for all: the others will have changed it */
    int rc = green_begin();  /* main may lock what it has locked before there is any thread */
    if (rc < 0)
        return rc;
    wait->interrupt = interrupt;
    timer_init(&wait->timer, on_deadline, wait);
    if (deadline_ns < GREEN_FOR_EVER)
        rc = loop_call_at(loop, &wait->timer, deadline_ns);
    if (rc == 0)
        rc = wait->co ? co_wait(&wait->waiter) : run_the_others(wait);
    loop_cancel_timer(loop, &wait->timer);
    errno = saved_errno;
    return rc;
}

static void on_turn(void *arg)
{
    green_resume(arg, 0);
}

void green_yield(void)
{
    struct green_wait wait;
    struct callback turn;
    green_wait_init(&wait);
    callback_init(&turn, on_turn, &wait);
    loop_call_soon(loop, &turn);
    int rc = green_suspend(&wait, GREEN_FOR_EVER, GREEN_NEVER);
    (void)rc; /* nothing can end it but its turn */
}

/* ---- Lists of waits ------------------------------------------------------------------------ */

void green_list_append(struct green_list *list, struct green_wait *wait)
{
    struct green_wait *first = list->first;
    if (!first) {
        list->first = wait->next = wait->prev = wait;
        return;
    }
    wait->next = first;
    wait->prev = first->prev;
    wait->prev->next = first->prev = wait;
}

void green_list_remove(struct green_list *list, struct green_wait *wait)
{
    if (!wait->next)
        return; /* not on it (any more) */
    if (list->first == wait)
        list->first = wait->next == wait ? NULL : wait->next;
    wait->next->prev = wait->prev;
    wait->prev->next = wait->next;
    wait->next = wait->prev = NULL;
}

struct green_wait *green_list_take(struct green_list *list)
{
    struct green_wait *wait;
    while ((wait = list->first) != NULL) {
        green_list_remove(list, wait);
        if (!wait->is_over)
            break;
    }
    return wait;
}
