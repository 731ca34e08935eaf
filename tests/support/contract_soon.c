/* contract_soon.c - the ready queue: first in, first out, and pass by pass. */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "contract_notes.h"
#include "unit.h"

void play_soon_fifo(struct contract *contract)
{
    struct noter noters[4];
    const char *texts[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++) {
        noter_init(&noters[i], contract, texts[i]);
        loop_call_soon(contract->loop, &noters[i].callback);
    }
    struct callback stop;
    callback_init(&stop, on_stop, contract);
    loop_call_soon(contract->loop, &stop);
    note(contract, "asked"); /* none runs inside the asking */
    run(contract);
}

/* ---- Passes -------------------------------------------------------------------------------- */

struct adder {
    struct callback callback;
    struct contract *contract;
    struct noter added;
};

static void on_add_and_stop(void *arg)
{
    struct adder *adder = arg;
    note(adder->contract, "add");
    loop_call_soon(adder->contract->loop, &adder->added.callback);
    loop_stop(adder->contract->loop);
}

/* The stop lets the batch finish; what the batch added belongs to the next run's first pass. */
void play_soon_next_pass(struct contract *contract)
{
    struct adder adder = {.contract = contract};
    struct noter after;
    callback_init(&adder.callback, on_add_and_stop, &adder);
    noter_init(&adder.added, contract, "added");
    noter_init(&after, contract, "rest of the batch,");
    loop_call_soon(contract->loop, &adder.callback);
    loop_call_soon(contract->loop, &after.callback);
    run(contract);
    note(contract, "stopped,");
    loop_stop(contract->loop);
    run(contract);
}

void play_soon_twice(struct contract *contract)
{
    struct noter first, second;
    noter_init(&first, contract, "a");
    noter_init(&second, contract, "b");
    loop_call_soon(contract->loop, &first.callback);
    loop_call_soon(contract->loop, &second.callback);
    loop_call_soon(contract->loop, &first.callback);
    loop_stop(contract->loop);
    run(contract);
}

struct repeater {
    struct callback callback;
    struct contract *contract;
    int left;
};

static void on_repeat(void *arg)
{
    struct repeater *repeater = arg;
    note(repeater->contract, "%d", repeater->left);
    if (--repeater->left > 0)
        loop_call_soon(repeater->contract->loop, &repeater->callback);
    else
        loop_stop(repeater->contract->loop);
}

void play_soon_again(struct contract *contract)
{
    struct repeater repeater = {.contract = contract, .left = 3};
    callback_init(&repeater.callback, on_repeat, &repeater);
    loop_call_soon(contract->loop, &repeater.callback);
    run(contract);
}

/* ---- Cancelling ---------------------------------------------------------------------------- */

struct canceller {
    struct callback callback;
    struct contract *contract;
    struct callback *victim;
};

static void on_cancel(void *arg)
{
    struct canceller *canceller = arg;
    note(canceller->contract, "cancel");
    loop_cancel(canceller->contract->loop, canceller->victim);
}

/* Both are in the batch that is under way when one takes the other out. */
void play_soon_cancel(struct contract *contract)
{
    struct noter victim, last;
    struct canceller canceller = {.contract = contract, .victim = &victim.callback};
    callback_init(&canceller.callback, on_cancel, &canceller);
    noter_init(&victim, contract, "VICTIM");
    noter_init(&last, contract, "last");
    loop_cancel(contract->loop, &victim.callback); /* not scheduled: nothing */
    loop_call_soon(contract->loop, &canceller.callback);
    loop_call_soon(contract->loop, &victim.callback);
    loop_call_soon(contract->loop, &last.callback);
    loop_stop(contract->loop);
    run(contract);
    note(contract, callback_is_scheduled(&victim.callback) ? "STILL SCHEDULED" : "gone");
}

/* ---- The run ------------------------------------------------------------------------------- */

void play_stop_before_run(struct contract *contract)
{
    struct noter noter;
    noter_init(&noter, contract, "one pass");
    loop_call_soon(contract->loop, &noter.callback);
    loop_stop(contract->loop);
    run(contract);
}

static void on_ask_whether_running(void *arg)
{
    struct contract *contract = arg;
    note(contract, loop_is_running(contract->loop) ? "running" : "NOT RUNNING");
    loop_stop(contract->loop);
}

void play_is_running(struct contract *contract)
{
    struct callback callback;
    callback_init(&callback, on_ask_whether_running, contract);
    loop_call_soon(contract->loop, &callback);
    note(contract, loop_is_running(contract->loop) ? "RUNNING" : "not yet");
    run(contract);
    note(contract, loop_is_running(contract->loop) ? "RUNNING" : "no more");
}

static void on_free_itself(void *arg)
{
    struct noter *noter = arg;
    note(noter->contract, "freed");
    loop_stop(noter->contract->loop);
    free(noter);
}

/* A callback may be gone when its function returns: a task that ends, for instance. */
void play_self_freeing(struct contract *contract)
{
    struct noter *noter = malloc(sizeof *noter);
    assert_non_null(noter);
    noter_init(noter, contract, "");
    callback_init(&noter->callback, on_free_itself, noter);
    loop_call_soon(contract->loop, &noter->callback);
    run(contract);
}

static void on_spin(void *arg)
{
    struct repeater *spinner = arg;
    loop_call_soon(spinner->contract->loop, &spinner->callback);
}

/* Somebody who is always ready must not keep descriptors and timers from their turn. */
void play_no_starving(struct contract *contract)
{
    struct repeater spinner = {.contract = contract};
    struct noter timed, readable;
    int fd = eventfd(1, EFD_CLOEXEC);
    callback_init(&spinner.callback, on_spin, &spinner);
    noter_init(&readable, contract, "reader");
    noter_init(&timed, contract, "timer");
    loop_call_soon(contract->loop, &spinner.callback);
    assert_int_equal(loop_add_reader(contract->loop, fd, on_note_and_stop, &readable), 0);
    run(contract);
    loop_forget_fd(contract->loop, fd);
    close(fd);
    timer_init(&timed.timer, on_note_and_stop, &timed);
    assert_int_equal(loop_call_later(contract->loop, &timed.timer, 0), 0);
    run(contract);
    loop_cancel(contract->loop, &spinner.callback);
}
