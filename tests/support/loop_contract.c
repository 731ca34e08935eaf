#include "loop_contract.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "contract_notes.h"
#include "leaks.h"
#include "unit.h"

#define GUARD_S 120

const struct loop_scenario loop_scenarios[] = {
    {"call_soon is first in, first out", play_soon_fifo, "asked a b c d"},
    {"what a pass adds waits for the next, a stop lets the batch finish", play_soon_next_pass,
     "add rest of the batch, stopped, added"},
    {"asking again for a queued callback changes nothing", play_soon_twice, "a b"},
    {"a callback asks for itself again", play_soon_again, "3 2 1"},
    {"a cancelled callback does not run, even when it is in the batch", play_soon_cancel,
     "cancel last gone"},
    {"a stop before the run makes one pass", play_stop_before_run, "one pass"},
    {"is_running", play_is_running, "not yet running no more"},
    {"a callback may free itself", play_self_freeing, "freed"},
    {"nobody starves descriptors and timers", play_no_starving, "reader timer"},

    {"equal deadlines are first in, first out", play_timers_equal, "a b c d e f"},
    {"timers run by deadline", play_timers_sorted, "b d f e c a"},
    {"a thousand timers, in order, never early", play_timers_random,
     "666 ran, 0 early, 0 out of order"},
    {"a timer is moved", play_timer_moved, "moved to 1 ms, a moved to 4 ms, b"},
    {"a timer moved to its own time is asked anew", play_timer_moved_among_equals,
     "second first, asked again"},
    {"a timer is cancelled", play_timer_cancelled, "scheduled cancelled a b"},
    {"a timer is cancelled when it is queued", play_timer_cancelled_when_queued, "cancel last"},
    {"a timer is cancelled by its own callback", play_timer_own_cancel, "cancel a"},
    {"a timer asks for itself again", play_timer_repeats, "tick tick tick tick tick"},
    {"a time that has passed is at once, through the queue", play_timer_past,
     "asked, ages ago, 5 ms ago, now,"},
    {"due timers come behind what is ready", play_timer_after_soon, "soon timer"},
    {"a time beyond all bounds", play_timer_far, "a and far is waiting"},

    {"a reader", play_reader, "sent pair:hello"},
    {"a reader is told again while there is something", play_reader_level, "byte:x byte:y byte:z"},
    {"a writer", play_writer, "pair:written pong"},
    {"the reader before the writer", play_reader_and_writer, "pair:ping pair:written"},
    {"a peer that has gone", play_peer_closed, "pair:end pair:error"},
    {"a writer is told until it is removed", play_writer_stays, "1 2 3 removed"},
    {"the second reader replaces the first", play_reader_replaced, "second:hello"},
    {"replaced when its event is queued", play_reader_replaced_when_queued, "replace second:hello"},
    {"removed and added again", play_reader_again, "meanwhile again:hello"},
    {"removed when its event is queued", play_remove_queued, "one only"},
    {"closed, and its number used again, when its event is queued", play_reuse_in_pass,
     "reuse, then new:hello"},
    {"a regular file cannot be watched", play_regular_file, "EPERM EBADF"},

    {"a thread wakes the loop", play_threadsafe_wakes,
     "woken woken woken woken woken woken woken woken woken woken "
     "woken woken woken woken woken woken woken woken woken woken"},
    {"many calls from many threads", play_threadsafe_many, "2000 arrived, 0 out of order"},
    {"a thread-safe call before the run", play_threadsafe_before_run, "asked a b"},
    {"a signal", play_signal, "raised handled handled"},
    {"a signal's handler is removed", play_signal_removed, "blocked, as before"},
    {"two signals, one removes itself", play_signal_two, "SIGUSR1 SIGUSR2 as before"},
};
const size_t loop_scenario_count = sizeof loop_scenarios / sizeof loop_scenarios[0];

/* ---- Notes --------------------------------------------------------------------------------- */

void note(struct contract *contract, const char *format, ...)
{
    size_t room = sizeof contract->trace - contract->length;
    char *end = contract->trace + contract->length;
    const char *blank = contract->length > 0 ? " " : "";
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int length = snprintf(end, room, "%s%s", blank, text);
    if ((size_t)length >= room)
        fail_msg("the trace is full: %.200s", contract->trace);
    contract->length += (size_t)length;
}

void run(struct contract *contract)
{
    int rc = loop_run_forever(contract->loop);
    if (rc != 0)
        note(contract, "loop_run_forever: %d", rc);
}

void on_note(void *arg)
{
    struct noter *noter = arg;
    note(noter->contract, "%s", noter->text);
}

void on_note_and_stop(void *arg)
{
    struct noter *noter = arg;
    on_note(noter);
    loop_stop(noter->contract->loop);
}

void on_stop(void *arg)
{
    struct contract *contract = arg;
    loop_stop(contract->loop);
}

void noter_init(struct noter *noter, struct contract *contract, const char *text)
{
    *noter = (struct noter){.contract = contract, .text = text};
    callback_init(&noter->callback, on_note, noter);
    timer_init(&noter->timer, on_note, noter);
}

/* ---- Checking ------------------------------------------------------------------------------ */

void loop_contract_check(const struct loop_scenario *scenario, const struct loop_backend *backend)
{
    struct usage before = own_usage();
    struct contract contract = {.backend = backend, .loop = loop_new(backend)};
    assert_non_null(contract.loop);
    scenario->play(&contract);
    assert_string_equal(contract.trace, scenario->expected);
    struct loop_pending pending = loop_pending(contract.loop);
    assert_int_equal(pending.callbacks, 0);
    assert_int_equal(pending.timers, 0);
    assert_int_equal(pending.readers, 0);
    assert_int_equal(pending.writers, 0);
    loop_free(contract.loop);
    expect_own_usage(before);
}

struct case_of_backend {
    const struct loop_scenario *scenario;
    const struct loop_backend *backend;
};

static void check_case(void **state)
{
    const struct case_of_backend *one = *state;
    loop_contract_check(one->scenario, one->backend);
}

int loop_contract_run(const struct loop_backend *backend)
{
    struct case_of_backend *cases = calloc(loop_scenario_count, sizeof *cases);
    struct CMUnitTest *tests = calloc(loop_scenario_count, sizeof *tests);
    char group[80];
    if (!cases || !tests)
        abort();
    for (size_t i = 0; i < loop_scenario_count; i++) {
        cases[i] = (struct case_of_backend){&loop_scenarios[i], backend};
        tests[i] = (struct CMUnitTest){
            .name = loop_scenarios[i].name, .test_func = check_case, .initial_state = &cases[i]};
    }
    snprintf(group, sizeof group, "the loop's contract on %s", backend->name);
    signal(SIGPIPE, SIG_IGN);
    alarm(GUARD_S); /* a scenario that hangs ends the program, and so fails */
    int failed = _cmocka_run_group_tests(group, tests, loop_scenario_count, NULL, NULL);
    alarm(0);
    free(tests);
    free(cases);
    return failed;
}
