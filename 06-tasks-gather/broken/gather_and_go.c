/* gather_and_go.c - broken on purpose: a function that returns when gather does.
 *
 *     build/06-tasks-gather/broken/gather_and_go
 *
 * A waiter has an order written down, on his own stack, and gives it to the kitchen and to the bar.
 * The bar is closed, so gather returns at once with its error, and the waiter does so, too. The
 * kitchen goes on: that is what gather promises. But its order lies where the waiter stood, and
 * there the next one stands now, with Bob's. Watch what is cooked: nothing for Ada, twice for Bob.
 *
 * group.h is the mend: group_end cancels the kitchen, and waits until it has stopped. Or join every
 * task before you return, whatever gather has said.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "gather.h"
#include "options.h"

#define COOKING 10 /* passes of the loop */

struct order {
    char customer[16];
    char remarks[2000]; /* so that what main_task calls afterwards does not reach the rest */
};

static int bar(void *arg)
{
    (void)arg;
    return -ECONNREFUSED;
}

static int kitchen(void *arg)
{
    const struct order *order = arg;
    int rc = 0;
    for (int i = 0; rc == 0 && i < COOKING; i++)
        rc = co_yield();
    if (rc == 0)
        printf("cooked: for %s\n", order->customer);
    return rc;
}

__attribute__((noinline)) static void serve(const char *customer)
{
    struct order order = {.remarks = "no salt"};
    snprintf(order.customer, sizeof order.customer, "%s", customer);
    struct task *tasks[] = {task_spawn(co_loop(), bar, &order, "bar"),
                            task_spawn(co_loop(), kitchen, &order, "kitchen")};
    if (!tasks[0] || !tasks[1])
        die_error(ENOMEM, "tasks");
    int rc = gather(tasks, 2, NULL, 0);
    printf("%s: %s\n", customer, error_text(rc));
    task_detach(tasks[0]);
    task_detach(tasks[1]);
    /* the trap: `order` ends here, and the kitchen does not */
}

static int main_task(void *arg)
{
    (void)arg;
    int rc = 0;
    serve("Ada");
    serve("Bob");
    for (int i = 0; rc == 0 && i < 2 * COOKING; i++) /* until all is cooked */
        rc = co_yield();
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: siblings outlive the frame that they use.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, main_task, NULL, true));
    loop_free(loop);
    coro_trim();
    return 0;
}
