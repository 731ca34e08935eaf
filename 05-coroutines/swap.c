/* swap.c - two stacks and one switch, nothing else: where things are, in addresses.
 *
 *     build/05-coroutines/swap
 *
 * Watch the addresses. Each side has a local variable, `turns`, that lies on its own stack and
 * keeps its value while the other side runs. Whoever is parked has left all that it needs on its
 * stack, and the stack pointer leads there: the registers that switch_stacks has pushed, and above
 * them the address at which it will go on. The first time, when nothing has been pushed yet, they
 * are what switch_prepare has laid out.
 *
 * It is not: a coroutine. Nobody knows here who runs, who comes next, and who has ended (coro.h).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "options.h"
#include "switch.h"

/* In the order in which they lie on a stack that is parked, from its stack pointer up. */
#ifdef __aarch64__
static const char *const pushed[] = {"x19", "x20", "x21", "x22", "x23", "x24",
                                     "x25", "x26", "x27", "x28", "x29", "x30: goes on at"};
#define GOES_ON_AT 11
#else
static const char *const pushed[] = {"r15", "r14", "r13", "r12", "rbx", "rbp", "ret: goes on at"};
#define GOES_ON_AT 6
#endif

static _Alignas(16) char stack[64 * 1024]; /* the side's */
static void *main_parked, *side_parked;    /* the stack pointer of each, while it is parked */

static void show_parked(void)
{
    const uintptr_t *words = side_parked;
    printf("side is parked %td bytes below the end of its stack. From %p up lie\n",
           stack + sizeof stack - (char *)side_parked, side_parked);
    for (size_t i = 0; i < sizeof pushed / sizeof pushed[0]; i++)
        printf("    %-16s %#18jx\n", pushed[i], (uintmax_t)words[i]);
}

static void side(void *arg)
{
    for (int turns = 1;; turns++) {
        printf("side: my argument is %p, my turns are at %p: %d\n", arg, (void *)&turns, turns);
        printf("side: main is parked, its stack pointer is %p\n", main_parked);
        switch_stacks(&side_parked, main_parked);
    }
}

int main(int argc, char **argv)
{
    no_options_parse("Two stacks and one switch.", argc, argv);
    int turns = 0;
    printf("main: my turns are at %p; the function side is at %p\n", (void *)&turns,
           (void *)(uintptr_t)side);
    printf("the stack for side: from %p to %p\n", (void *)stack, (void *)(stack + sizeof stack));
    side_parked = switch_prepare(stack + sizeof stack, side, &turns);
    show_parked();
    for (turns = 1; turns <= 2; turns++) {
        switch_stacks(&main_parked, side_parked);
        printf("main: my turns are at %p: %d\n", (void *)&turns, turns);
    }
    show_parked();
    printf("that is %td bytes behind the beginning of side\n",
           (char *)((uintptr_t *)side_parked)[GOES_ON_AT] - (char *)(uintptr_t)side);
    return 0;
}
