/* test_submit_many.c - four threads hand in a million coroutines, and a million items: every one
 * comes to its end once. Under the thread sanitizer, to which each new coroutine costs some 500
 * microseconds, there are fewer. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend.h"
#include "inbox.h"
#include "loop_thread.h"
#include "unit.h"

#define THREADS   4
#define IN_FLIGHT 64
#define GUARD_S   120

#ifdef THREAD_SANITIZER
#define SUBMISSIONS 20000
#define ITEMS       1000000
#elif defined(ADDRESS_SANITIZER)
#define SUBMISSIONS 200000
#define ITEMS       1000000
#else
#define SUBMISSIONS 200000
#define ITEMS       1000000
#endif

/* ---- Coroutines ---------------------------------------------------------------------------- */

struct submitting {
    struct loop_thread *loop_thread;
    pthread_t thread;
    int first, ran; /* `ran` is the loop's */
    int right, cancelled, wrong;
};

/* One in eight waits, so that a cancel finds it in any state. */
static int count_up(void *arg)
{
    struct submitting *submitting = arg;
    int rc = submitting->ran++ % 8 == 0 ? co_yield() : 0;
    return rc < 0 ? rc : 1;
}

static void note_result(struct submitting *submitting, struct concurrent_future *future)
{
    int result = concurrent_future_result(future, -1);
    submitting->right += result == 1;
    submitting->cancelled += result == -ECANCELED;
    submitting->wrong += result != 1 && result != -ECANCELED;
    concurrent_future_free(future);
}

static void *submit_all(void *arg)
{
    struct submitting *submitting = arg;
    struct concurrent_future *futures[IN_FLIGHT] = {NULL};
    for (int i = 0; i < SUBMISSIONS / THREADS; i++) {
        struct concurrent_future **place = &futures[i % IN_FLIGHT];
        if (*place)
            note_result(submitting, *place);
        submitting->wrong += run_coroutine_threadsafe(submitting->loop_thread->submitter, count_up,
                                                      submitting, "count up", place) < 0;
        if (i % 100 == 0)
            concurrent_future_cancel(*place);
    }
    for (int i = 0; i < IN_FLIGHT; i++)
        note_result(submitting, futures[i]);
    return NULL;
}

static void every_submission_ends_once(void **state)
{
    (void)state;
    struct loop_thread loop_thread;
    struct submitting submitting[THREADS] = {0};
    alarm(GUARD_S);
    assert_int_equal(loop_thread_start(&loop_thread, &backend_epoll, false), 0);
    for (int i = 0; i < THREADS; i++) {
        submitting[i].loop_thread = &loop_thread;
        assert_int_equal(pthread_create(&submitting[i].thread, NULL, submit_all, &submitting[i]),
                         0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(submitting[i].thread, NULL);
    assert_int_equal(loop_thread_stop(&loop_thread), 0);
    alarm(0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(submitting[i].wrong, 0);
        assert_int_equal(submitting[i].right + submitting[i].cancelled, SUBMISSIONS / THREADS);
        assert_in_range(submitting[i].ran, submitting[i].right, SUBMISSIONS / THREADS);
    }
}

/* The loop ends in the middle: who was too late is told so, who was in time has a result. */
static void *submit_until_refused(void *arg)
{
    struct submitting *submitting = arg;
    struct concurrent_future *future;
    int rc;
    while ((rc = run_coroutine_threadsafe(submitting->loop_thread->submitter, count_up, submitting,
                                          "count up", &future)) == 0)
        note_result(submitting, future);
    submitting->wrong += rc != -ESHUTDOWN;
    return NULL;
}

static int wait_for_hundred(void *arg)
{
    struct submitting *submitting = arg;
    while (submitting[0].ran < 100 || submitting[1].ran < 100)
        if (co_yield() < 0)
            return -ECANCELED;
    return 0;
}

struct ending {
    struct submitter *submitter;
    struct submitting *submitting;
};

static int end_in_the_middle(void *arg)
{
    struct ending *ending = arg;
    int rc = wait_for_hundred(ending->submitting);
    int closed = submitter_close(ending->submitter);
    return rc < 0 ? rc : closed;
}

static void the_loop_ends_in_the_middle(void **state)
{
    (void)state;
    struct loop_thread here = {.loop = loop_new(&backend_epoll)};
    struct submitting submitting[THREADS] = {0};
    here.submitter = submitter_new(here.loop);
    struct ending ending = {here.submitter, submitting};
    alarm(GUARD_S);
    for (int i = 0; i < THREADS; i++) {
        submitting[i].loop_thread = &here;
        assert_int_equal(
            pthread_create(&submitting[i].thread, NULL, submit_until_refused, &submitting[i]), 0);
    }
    assert_int_equal(task_run(here.loop, end_in_the_middle, &ending, false), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(submitting[i].thread, NULL);
    alarm(0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(submitting[i].wrong, 0);
    submitter_free(here.submitter);
    loop_free(here.loop);
}

/* ---- Items --------------------------------------------------------------------------------- */

struct feeding {
    struct inbox *inbox;
    pthread_t thread;
    intptr_t number; /* of the thread */
    int rc;
};

static void *feed(void *arg)
{
    struct feeding *feeding = arg;
    for (intptr_t i = 1; i <= ITEMS / THREADS && feeding->rc == 0; i++)
        feeding->rc = inbox_put(feeding->inbox, (void *)(i * THREADS + feeding->number));
    return NULL;
}

/* From each thread in its order. */
static int eat(void *arg)
{
    struct inbox *inbox = arg;
    intptr_t last[THREADS] = {0};
    void *item;
    int rc, count = 0;
    while ((rc = inbox_get(inbox, &item)) == 0) {
        intptr_t number = (intptr_t)item % THREADS, i = (intptr_t)item / THREADS;
        if (i != last[number] + 1)
            return -EIO;
        last[number] = i;
        if (++count == ITEMS)
            inbox_shutdown(inbox);
    }
    return rc == -ESHUTDOWN ? count : rc;
}

static void every_item_comes_once(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_epoll);
    struct inbox inbox;
    struct feeding feeding[THREADS] = {0};
    alarm(GUARD_S);
    assert_int_equal(inbox_init(&inbox, loop, 1000), 0);
    for (int i = 0; i < THREADS; i++) {
        feeding[i] = (struct feeding){.inbox = &inbox, .number = i};
        assert_int_equal(pthread_create(&feeding[i].thread, NULL, feed, &feeding[i]), 0);
    }
    assert_int_equal(task_run(loop, eat, &inbox, false), ITEMS);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(feeding[i].thread, NULL);
        assert_int_equal(feeding[i].rc, 0);
    }
    alarm(0);
    inbox_fini(&inbox);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_submission_ends_once),
        cmocka_unit_test(the_loop_ends_in_the_middle),
        cmocka_unit_test(every_item_comes_once),
    };
    return cmocka_run_group_tests_name("submit, many", tests, NULL, NULL);
}
