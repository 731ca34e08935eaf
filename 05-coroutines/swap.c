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
#include "switch_words.h"

static _Alignas(16) char stack[64 * 1024]; /* the side's */
static void *main_parked, *side_parked;    /* the stack pointer of each, while it is parked */

static uintptr_t parked_word(const struct switch_word *word)
{
    return *(const uintptr_t *)((const char *)side_parked + word->offset);
}

static void show_parked(void)
{
    printf("side is parked %td bytes below the end of its stack. From %p up lie\n",
           stack + sizeof stack - (char *)side_parked, side_parked);
    for (size_t i = 0; i < SWITCH_WORDS; i++)
        printf("    %-4s %#18jx\n", switch_words[i].name, (uintmax_t)parked_word(&switch_words[i]));
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
#ifndef SWITCH_UCONTEXT /* there it goes on inside of switch_stacks */
    uintptr_t goes_on_at = parked_word(&switch_words[SWITCH_WORDS - 1]);
    printf("the last is where it goes on: %ju bytes behind the beginning of side\n",
           (uintmax_t)(goes_on_at - (uintptr_t)side));
#endif
    return 0;
}
