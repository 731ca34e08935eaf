/* coro_overflow.c - a fault in a stack's guard is told as what it is: "stack overflow in task
 * NAME".
 *
 * The handler needs a stack that is not the overflown one: sigaltstack(2). Any other fault is left
 * to whoever handled it before. Under AddressSanitizer that is its own report, and we stay away.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coro.h"
#include "coro_stack.h"

#define HANDLER_STACK (32 * 1024)

static struct sigaction before;
static _Thread_local char *handler_stack;

/* Only what is safe in a signal handler (signal-safety(7)). */
static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    (void)context;
    struct coro *coro = coro_current();
    if (coro && coro_guard_holds(coro, info->si_addr)) {
        say("stack overflow in task ");
        say(coro_name(coro));
        say(": large arrays and deep recursion do not fit on a coroutine's stack\n");
        signal(signo, SIG_DFL);
        return; /* the same access faults again, and ends the process with a core dump */
    }
    sigaction(signo, &before, NULL); /* not ours: let it fault again there */
}

static void install_handler(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, &before);
}

static void give_thread_a_handler_stack(void)
{
    if (handler_stack)
        return;
    handler_stack = malloc(HANDLER_STACK);
    stack_t stack = {.ss_sp = handler_stack, .ss_size = HANDLER_STACK};
    if (handler_stack)
        sigaltstack(&stack, NULL);
}

void coro_overflow_unwatch(void)
{
    if (!handler_stack)
        return;
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    free(handler_stack);
    handler_stack = NULL;
}

void coro_overflow_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_handler);
    give_thread_a_handler_stack();
}
