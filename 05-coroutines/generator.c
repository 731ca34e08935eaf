/* generator.c - the same two functions, stackful and stackless, and the orders that they print.
 *
 *     build/05-coroutines/generator
 *
 * Two functions take turns: 1 3 2 4. Then the first of them hands on what the second one gives
 * (Python: yield from), 1 3 4 2. Watch where the second one is started. With stacks it is called,
 * like any function, and may stop deep inside that call. Without, a function can stop only itself:
 * the inner frame has to lie in the outer one, and each value passes through both.
 *
 * It is not: a loop. Whoever wants the next value calls, here; nobody waits for anything.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "coro.h"
#include "generator.h"
#include "options.h"

/* ---- Stackful: coro.h ---------------------------------------------------------------------- */

/* A coroutine has a result only at its end; its values go into `place`, which is the argument of
 * them all. */
static void give(int *place, int value)
{
    *place = value;
    coro_suspend();
}

static int give_1_and_2(void *arg)
{
    give(arg, 1);
    give(arg, 2);
    return 0;
}

static int give_3_and_4(void *arg)
{
    give(arg, 3);
    give(arg, 4);
    return 0;
}

static int give_1_others_2(void *arg)
{
    give(arg, 1);
    give_3_and_4(arg); /* an ordinary call */
    give(arg, 2);
    return 0;
}

/* Lets it run until it gives its next value. False: it has ended. */
static bool print_next(struct coro *coro, const int *given)
{
    coro_resume(coro);
    if (coro_is_done(coro))
        return false;
    printf(" %d", *given);
    return true;
}

static struct coro *begin(coro_fn *fn, int *place, const char *name)
{
    struct coro *coro = coro_new(fn, place, name);
    if (!coro)
        die_error(errno, "cannot make the coroutine %s", name);
    return coro;
}

static void stackful(void)
{
    int given;
    struct coro *first = begin(give_1_and_2, &given, "first");
    struct coro *second = begin(give_3_and_4, &given, "second");
    struct coro *outer = begin(give_1_others_2, &given, "outer");
    printf("stackful,  in turns:  ");
    while (print_next(first, &given) && print_next(second, &given))
        ;
    printf("\nstackful,  one inside:");
    while (print_next(outer, &given))
        ;
    printf("\n");
    coro_free(first);
    coro_free(second);
    coro_free(outer);
    coro_trim();
}

/* ---- Stackless: generator.h ---------------------------------------------------------------- */

struct one_two {
    struct generator generator;
};

static bool one_two(struct one_two *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    YIELD(frame, *value = 1);
    YIELD(frame, *value = 2);
    GENERATOR_END(frame);
}

struct three_four {
    struct generator generator;
};

static bool three_four(struct three_four *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    YIELD(frame, *value = 3);
    YIELD(frame, *value = 4);
    GENERATOR_END(frame);
}

struct one_others_two {
    struct generator generator;
    struct three_four others; /* its frame lies in ours */
};

static bool one_others_two(struct one_others_two *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    YIELD(frame, *value = 1);
    YIELD_FROM(frame, three_four(&frame->others, value));
    YIELD(frame, *value = 2);
    GENERATOR_END(frame);
}

static void stackless(void)
{
    struct one_two first = {0};
    struct three_four second = {0};
    struct one_others_two outer = {0};
    int given;
    printf("stackless, in turns:  ");
    while (one_two(&first, &given)) {
        printf(" %d", given);
        if (three_four(&second, &given))
            printf(" %d", given);
    }
    printf("\nstackless, one inside:");
    while (one_others_two(&outer, &given))
        printf(" %d", given);
    printf("\n");
}

int main(int argc, char **argv)
{
    no_options_parse("Two functions that stop in the middle, with and without stacks.", argc, argv);
    stackful();
    stackless();
    printf("a frame: %zu bytes; a stack: %d, of which one page at least is touched\n",
           sizeof(struct one_others_two), CORO_STACK_SIZE);
    return 0;
}
