/* switch_ucontext.c - from one stack to another by the C library: for every other processor.
 *
 * swapcontext(3) does what our assembly does, and more: it also keeps the signal mask, which takes
 * a system call for every switch, and it keeps each register that a context may have, in a struct
 * of about a kilobyte. It is here so that the course runs where we have written no assembly. `make
 * SWITCH=ucontext` takes it anywhere.
 *
 * A parked stack's "pointer" is the address of its ucontext_t, which lies on that stack.
 */
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "switch.h"

void switch_stacks(void **save, void *load)
{
    ucontext_t here;
    here.uc_stack = (stack_t){0}; /* the address sanitizer reads it */
    *save = &here;
    swapcontext(&here, load); /* it can fail only with a signal mask that is none */
}

/* At the top of a new stack. */
struct beginning {
    ucontext_t context;
    void (*fn)(void *);
    void *arg;
};

/* makecontext passes ints; a pointer goes through in two halves. */
static void first_frame(unsigned high, unsigned low)
{
    struct beginning *beginning = (struct beginning *)(((uintptr_t)high << 16 << 16) | low);
    beginning->fn(beginning->arg);
    __builtin_trap(); /* the function never returns */
}

/* We are not told where the stack's memory begins, and makecontext only wants to know where it
 * ends. */
#define SOME_SIZE 4096

void *switch_prepare(void *top, void (*fn)(void *), void *arg)
{
    struct beginning *beginning =
        (struct beginning *)(((uintptr_t)top - sizeof *beginning) & ~(uintptr_t)63);
    beginning->fn = fn;
    beginning->arg = arg;
    getcontext(&beginning->context);
    beginning->context.uc_link = NULL;
    beginning->context.uc_stack =
        (stack_t){.ss_sp = (char *)beginning - SOME_SIZE, .ss_size = SOME_SIZE};
    uintptr_t address = (uintptr_t)beginning;
    makecontext(&beginning->context, (void (*)(void))first_frame, 2,
                (unsigned)(address >> 16 >> 16), (unsigned)address);
    return &beginning->context;
}
