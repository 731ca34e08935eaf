/* timeout_it.c - broken on purpose: a wrapper that tells how it went, and forgets what came of it.
 *
 *     build/06-tasks-gather/broken/timeout_it
 *
 * It looks right, and its lines are: the second task takes too long, and that is said. But who
 * called the wrapper gets a 0 from it, whatever happened: no result, no number, no error. A program
 * that prints from inside works with it; the day somebody wants the results they are gone. And a
 * cancel is gone, too: nobody above will hear of it.
 *
 * The mend is one word: `return rc`.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "gather.h"
#include "options.h"
#include "timeout.h"

#define TASKS      3
#define TIMEOUT_NS (20 * NS_PER_MS)

/* A result, or a wait that is too long. */
static int answer(int number)
{
    return number == 2 ? co_sleep(3600 * NS_PER_S) : number * 100;
}

static int timeout_it(void *arg)
{
    int number = (int)(intptr_t)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, TIMEOUT_NS);
    int rc = timeout_end(&scope, answer(number));
    printf("task %d %s\n", number, rc == -ETIMEDOUT ? "timeout" : "complete");
    return 0; /* the trap */
}

static int main_task(void *arg)
{
    (void)arg;
    struct task *tasks[TASKS];
    int results[TASKS];
    for (int i = 0; i < TASKS; i++)
        if (!(tasks[i] = task_spawn(co_loop(), timeout_it, (void *)(intptr_t)(i + 1), "task")))
            die_error(ENOMEM, "tasks");
    int rc = gather(tasks, TASKS, results, GATHER_RETURN_ERRORS);
    printf("results: %d %d %d\n", results[0], results[1], results[2]);
    for (int i = 0; i < TASKS; i++)
        task_unref(tasks[i]);
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a wrapper that drops the result.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, main_task, NULL, true));
    loop_free(loop);
    coro_trim();
    return 0;
}
