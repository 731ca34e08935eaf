/* contract_outside.c - what comes from elsewhere: other threads, and signals. */
#include <pthread.h>
#include <signal.h>

#include "backend_virtual.h"
#include "contract_notes.h"
#include "unit.h"

/* The virtual clock must not jump, nor see a deadlock, while another thread is at work. */
static void outside_is_busy(struct contract *contract, int change)
{
    if (contract->backend == &backend_virtual)
        backend_virtual_hold(contract->loop, change);
}

/* ---- Threads ------------------------------------------------------------------------------- */

static void *call_from_thread(void *arg)
{
    struct noter *noter = arg;
    loop_call_soon_threadsafe(noter->contract->loop, &noter->callback);
    return NULL;
}

/* The loop has nothing to do and waits without a deadline, or is about to: either way it hears. */
void play_threadsafe_wakes(struct contract *contract)
{
    for (int i = 0; i < 20; i++) {
        struct noter noter;
        pthread_t thread;
        noter_init(&noter, contract, "woken");
        callback_init(&noter.callback, on_note_and_stop, &noter);
        outside_is_busy(contract, +1);
        assert_int_equal(pthread_create(&thread, NULL, call_from_thread, &noter), 0);
        run(contract);
        pthread_join(thread, NULL);
        outside_is_busy(contract, -1);
    }
}

#define CALLERS          4
#define CALLS_PER_CALLER 500

struct many_calls {
    struct contract *contract;
    int arrived, out_of_order;
    struct caller {
        pthread_t thread;
        struct many_calls *all;
        int last; /* number that arrived */
        struct call {
            struct callback callback;
            struct caller *caller;
            int number;
        } calls[CALLS_PER_CALLER];
    } callers[CALLERS];
};

static void on_call_arrived(void *arg)
{
    struct call *call = arg;
    struct many_calls *all = call->caller->all;
    all->out_of_order += call->number != call->caller->last + 1;
    call->caller->last = call->number;
    if (++all->arrived == CALLERS * CALLS_PER_CALLER)
        loop_stop(all->contract->loop);
}

static void *make_calls(void *arg)
{
    struct caller *caller = arg;
    for (int i = 0; i < CALLS_PER_CALLER; i++) {
        struct call *call = &caller->calls[i];
        *call = (struct call){.caller = caller, .number = i + 1};
        callback_init(&call->callback, on_call_arrived, call);
        loop_call_soon_threadsafe(caller->all->contract->loop, &call->callback);
    }
    return NULL;
}

/* Wake-ups may fall together, calls may not; those of one thread keep their order. */
void play_threadsafe_many(struct contract *contract)
{
    static struct many_calls many;
    many = (struct many_calls){.contract = contract};
    outside_is_busy(contract, +1);
    for (int i = 0; i < CALLERS; i++) {
        many.callers[i].all = &many;
        int rc = pthread_create(&many.callers[i].thread, NULL, make_calls, &many.callers[i]);
        assert_int_equal(rc, 0);
    }
    run(contract);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(many.callers[i].thread, NULL);
    outside_is_busy(contract, -1);
    note(contract, "%d arrived, %d out of order", many.arrived, many.out_of_order);
}

/* Also from the loop's own thread, and before it runs. */
void play_threadsafe_before_run(struct contract *contract)
{
    struct noter first, second;
    noter_init(&first, contract, "a");
    noter_init(&second, contract, "b");
    callback_init(&second.callback, on_note_and_stop, &second);
    loop_call_soon_threadsafe(contract->loop, &first.callback);
    loop_call_soon_threadsafe(contract->loop, &second.callback);
    note(contract, "asked");
    run(contract);
}

/* ---- Signals ------------------------------------------------------------------------------- */

static bool is_blocked(int signo)
{
    sigset_t now;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    return sigismember(&now, signo);
}

static void add_signal(struct contract *contract, int signo, callback_fn *fn, void *arg)
{
    assert_int_equal(loop_add_signal_handler(contract->loop, signo, fn, arg), 0);
}

/* Two of the same before the loop looks are one, as always with signals. */
void play_signal(struct contract *contract)
{
    struct noter noter;
    noter_init(&noter, contract, "handled");
    add_signal(contract, SIGUSR1, on_note_and_stop, &noter);
    raise(SIGUSR1);
    raise(SIGUSR1);
    note(contract, "raised");
    run(contract);
    loop_stop(contract->loop);
    run(contract);
    raise(SIGUSR1);
    run(contract);
    loop_remove_signal_handler(contract->loop, SIGUSR1);
}

void play_signal_removed(struct contract *contract)
{
    struct noter noter;
    noter_init(&noter, contract, "HANDLED");
    add_signal(contract, SIGUSR1, on_note_and_stop, &noter);
    note(contract, is_blocked(SIGUSR1) ? "blocked," : "NOT BLOCKED,");
    loop_remove_signal_handler(contract->loop, SIGUSR1);
    loop_remove_signal_handler(contract->loop, SIGUSR1); /* again: nothing */
    note(contract, is_blocked(SIGUSR1) ? "STILL BLOCKED" : "as before");
}

struct remover {
    struct contract *contract;
    struct noter noter;
};

static void on_signal_removes_itself(void *arg)
{
    struct remover *remover = arg;
    note(remover->contract, "SIGUSR1");
    loop_remove_signal_handler(remover->contract->loop, SIGUSR1);
}

void play_signal_two(struct contract *contract)
{
    struct remover remover = {.contract = contract};
    noter_init(&remover.noter, contract, "SIGUSR2");
    add_signal(contract, SIGUSR1, on_signal_removes_itself, &remover);
    add_signal(contract, SIGUSR2, on_note_and_stop, &remover.noter);
    raise(SIGUSR1);
    raise(SIGUSR2);
    run(contract);
    loop_remove_signal_handler(contract->loop, SIGUSR2);
    note(contract, is_blocked(SIGUSR1) || is_blocked(SIGUSR2) ? "STILL BLOCKED" : "as before");
}
