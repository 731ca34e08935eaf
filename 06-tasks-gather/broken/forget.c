/* forget.c - broken on purpose: fire and forget.
 *
 *     build/06-tasks-gather/broken/forget
 *
 * A page is saved and answered. Three things more have to be done, and nobody wants to wait for
 * them: each becomes a task that is detached at once. The first is done in time. The second fails,
 * when the answer has gone long ago; all that is left of its error is a line on stderr, and no code
 * can act on it. The third is still at work when the program ends, and is cancelled in the middle:
 * nobody says a word about the mail that was never sent.
 *
 * The mend: a group that lives as long as the program, and is ended before it.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "options.h"
#include "task.h"

static int count_visit(void *arg)
{
    (void)arg;
    printf("the visit is counted\n");
    return 0;
}

static int drop_from_cache(void *arg)
{
    (void)arg;
    return -ECONNREFUSED;
}

static int send_mail(void *arg)
{
    (void)arg;
    int rc = co_sleep(3600 * NS_PER_S);
    if (rc == 0)
        printf("the mail is sent\n");
    return rc;
}

static void fire_and_forget(coro_fn *fn, const char *name)
{
    struct task *task = task_spawn(co_loop(), fn, NULL, name);
    if (!task)
        die_error(ENOMEM, "a task");
    task_detach(task);
}

static int save_page(void *arg)
{
    (void)arg;
    fire_and_forget(count_visit, "count visit");
    fire_and_forget(drop_from_cache, "drop from cache");
    fire_and_forget(send_mail, "send mail");
    printf("the page is saved\n");
    return co_yield(); /* they begin, and we end */
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: tasks that nobody awaits.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, save_page, NULL, true));
    loop_free(loop);
    coro_trim();
    printf("the program ends without an error\n");
    return 0;
}
