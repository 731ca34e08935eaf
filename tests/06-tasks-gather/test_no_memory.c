/* Tasks and what waits for them, when memory runs out: whoever asked is told, and all that had
 * begun comes to its end. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

#include "as_completed.h"
#include "clock.h"
#include "fetch.h"
#include "flight.h"
#include "gather.h"
#include "group.h"
#include "no_memory_task.h"
#include "shield.h"
#include "site.h"
#include "timeout.h"
#include "unit.h"

#define COUNT 3

static char url[64]; /* of a page of the site */

/* Sleeps so many units; 0 or why not. */
static int nap(void *arg)
{
    return co_sleep((intptr_t)arg * NS_PER_MS);
}

static int spawn_naps(struct task *tasks[COUNT])
{
    for (int i = 0; i < COUNT; i++) {
        tasks[i] = task_spawn(co_loop(), nap, (void *)(intptr_t)(1 + i), NULL);
        if (!tasks[i])
            return -ENOMEM;
    }
    return 0;
}

/* All end, and are given up; `rc`, or the first error if that was none. */
static int join_naps(struct task *tasks[COUNT], int rc)
{
    for (int i = 0; i < COUNT; i++) {
        int result = tasks[i] ? task_join(tasks[i]) : 0;
        rc = rc == 0 ? result : rc;
    }
    return rc;
}

static int play_gather(void *arg)
{
    (void)arg;
    struct task *tasks[COUNT] = {NULL};
    int results[COUNT], rc = spawn_naps(tasks);
    if (rc == 0)
        rc = gather(tasks, COUNT, results, 0);
    return join_naps(tasks, rc);
}

static int play_wait(void *arg)
{
    (void)arg;
    struct task *tasks[COUNT] = {NULL};
    int rc = spawn_naps(tasks);
    if (rc == 0)
        rc = wait_tasks(tasks, COUNT, WAIT_FIRST_COMPLETED, 10 * NS_PER_MS);
    return join_naps(tasks, rc < 0 ? rc : 0);
}

static int play_as_completed(void *arg)
{
    (void)arg;
    struct task *tasks[COUNT] = {NULL}, *task;
    struct as_completed it;
    int rc = spawn_naps(tasks);
    if (rc == 0) {
        rc = as_completed_begin(&it, tasks, COUNT, NS_PER_S);
        while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0)
            ;
        as_completed_end(&it);
    }
    return join_naps(tasks, rc);
}

/* Without memory for its timer a stretch has no time at all: that is on the safe side. */
static int told_by_the_clock(int rc)
{
    return rc == -ETIMEDOUT ? -ENOMEM : rc;
}

static int play_wait_for(void *arg)
{
    (void)arg;
    struct task *task = task_spawn(co_loop(), nap, (void *)1, "a nap");
    return task ? told_by_the_clock(wait_for(task, 5 * NS_PER_MS)) : -ENOMEM;
}

/* Without any memory at all the task has ended all the same when it returns. */
static int play_no_time(void *arg)
{
    (void)arg;
    struct task *task = task_spawn(co_loop(), nap, (void *)1, "a nap");
    int rc = task ? co_yield() : -ENOMEM;
    if (!task)
        return rc;
    future_ref(&task->future);
    int result = wait_for(task, 0);
    bool has_ended = task_is_done(task);
    task_unref(task);
    if (!has_ended)
        return -EBUSY;
    return result == -ETIMEDOUT ? 0 : result;
}

static int play_shield(void *arg)
{
    (void)arg;
    struct task *task = task_spawn(co_loop(), nap, (void *)1, "a nap");
    if (!task)
        return -ENOMEM;
    int rc = shield(task), end = task_join(task);
    return rc < 0 ? rc : end;
}

static int play_group(void *arg)
{
    (void)arg;
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; i < COUNT && rc == 0; i++)
        rc = group_spawn(&group, nap, (void *)(intptr_t)(1 + i), NULL);
    return group_end(&group, rc);
}

static int fly(void *arg)
{
    return flight_join(arg);
}

static int play_flight(void *arg)
{
    (void)arg;
    struct flight flight;
    flight_init(&flight, nap, (void *)(intptr_t)1);
    struct task *tasks[COUNT] = {NULL};
    int rc = 0;
    for (int i = 0; rc == 0 && i < COUNT; i++)
        if (!(tasks[i] = task_spawn(co_loop(), fly, &flight, NULL)))
            rc = -ENOMEM;
    return join_naps(tasks, rc);
}

static int play_timeout(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, 5 * NS_PER_MS);
    return told_by_the_clock(timeout_end(&scope, co_sleep(NS_PER_MS)));
}

/* libcurl bears to be called too early, for want of a timer. */
static int play_fetch(void *arg)
{
    struct fetch_result result;
    struct fetcher *fetcher = fetcher_new(co_loop());
    (void)arg;
    if (!fetcher)
        return -ENOMEM;
    int rc = fetch(fetcher, url, &result);
    fetch_result_free(&result);
    fetcher_free(fetcher);
    return rc;
}

/* ---- The tests ----------------------------------------------------------------------------- */

#define ALL_SAY(play)                                                                              \
    static void play##_says(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play, MUST_SAY), 4, 100); \
    }
ALL_SAY(play_gather)
ALL_SAY(play_wait)
ALL_SAY(play_as_completed)
ALL_SAY(play_wait_for)
ALL_SAY(play_no_time)
ALL_SAY(play_shield)
ALL_SAY(play_group)
ALL_SAY(play_flight)
ALL_SAY(play_timeout)

static void play_fetch_says(void **state)
{
    (void)state;
    static const struct site_page pages[] = {{"/", 200, "text/plain", "a body"}, {0}};
    struct site site;
    site_open(&site, pages);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", site.port);
    assert_in_range(for_every_allocation_in_a_task(&backend_epoll, play_fetch, MAY_COPE), 8, 100);
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_gather_says),       cmocka_unit_test(play_wait_says),
        cmocka_unit_test(play_as_completed_says), cmocka_unit_test(play_wait_for_says),
        cmocka_unit_test(play_shield_says),       cmocka_unit_test(play_group_says),
        cmocka_unit_test(play_flight_says),       cmocka_unit_test(play_timeout_says),
        cmocka_unit_test(play_fetch_says),        cmocka_unit_test(play_no_time_says),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("06-tasks-gather without memory", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
