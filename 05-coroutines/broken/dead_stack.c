/* dead_stack.c - broken on purpose: a coroutine is given a local variable of one that ends before
 * it.
 *
 *     build/05-coroutines/broken/dead_stack
 *
 * A customer orders, starts a baker with the address of the order, and leaves. The order was a
 * local variable, on the customer's stack, and the stack is used again: the next customer gets it,
 * and writes his order into the very same place. When the oven is hot the baker looks: two orders
 * of Bob's, and none of Ada's. With threads this takes bad luck (chapter 02, outlives); here it
 * happens each time, in the same way.
 *
 * AddressSanitizer says nothing, since the memory is there, and is a stack's. With ASAN_OPTIONS=
 * detect_stack_use_after_return=1 it keeps locals elsewhere, and gives that back when a coroutine
 * ends: the baker's first look is a fault, in `bake`.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "co.h"
#include "options.h"

#define CUSTOMERS 2

struct order {
    char customer[16], dish[16];
    char remarks[2000]; /* so that what runs when a coroutine ends does not reach the rest */
};

static const struct order wishes[CUSTOMERS] = {{"Ada", "bread", "well done"},
                                               {"Bob", "cake", "not too sweet"}};
static int left = CUSTOMERS;

static int bake(void *arg)
{
    const struct order *order = arg;
    int rc = co_yield(); /* the oven gets hot; others go on */
    printf("baked: %s for %s\n", order->dish, order->customer);
    if (--left == 0)
        loop_stop(co_loop());
    return rc;
}

static int come_in(void *arg)
{
    struct order order = *(const struct order *)arg;
    printf("%s orders %s and leaves\n", order.customer, order.dish);
    CHECK_RC(co_spawn(co_loop(), bake, &order, "baker")); /* the trap: it lives as long as we do */
    return 0;
}

static int open_shop(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int i = 0; i < CUSTOMERS && rc == 0; i++) {
        CHECK_RC(co_spawn(co_loop(), come_in, (void *)&wishes[i], wishes[i].customer));
        rc = co_yield(); /* until this one has left */
    }
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a pointer into a stack that has ended.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(co_spawn(loop, open_shop, NULL, "shop"));
    CHECK_RC(loop_run_forever(loop));
    loop_free(loop);
    coro_trim();
    return 0;
}
