/* switch_ucontext.c - from one stack to another by the C library: for every other processor.
 *
 * swapcontext(3) does what our assembly does, and more: it keeps each register that a context may
 * have, in a struct of about a kilobyte, and it changes the signal mask, since to POSIX each
 * context has its own. That is a system call in every switch. We need a second one, to undo the
 * first: here the mask belongs to the thread, and one that a coroutine has set must be the others',
 * too (a loop blocks the signals that it has handlers for). It is here so that the course runs
 * where we have written no assembly. `make SWITCH=ucontext` takes it anywhere.
 *
 * A parked stack's "pointer" is the address of its ucontext_t, which lies on that stack.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "switch.h"

void switch_stacks(void **save, void *load)
{
    ucontext_t here, *there = load;
    here.uc_stack = (stack_t){0}; /* the address sanitizer reads it */
    *save = &here;
    pthread_sigmask(SIG_SETMASK, NULL, &there->uc_sigmask);
    swapcontext(&here, there); /* neither can fail: all masks and contexts are whole */
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
