/* contract_notes.h - what the scenarios of the loop's contract share: notes, and the running. */
#ifndef SUPPORT_CONTRACT_NOTES_H
#define SUPPORT_CONTRACT_NOTES_H

#include "loop_contract.h"

/* Adds a note to the trace, after a blank. */
void note(struct contract *contract, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Runs the loop until loop_stop; anything but 0 is noted. */
void run(struct contract *contract);

/* A callback that makes a note: the smallest thing to be ordered. */
struct noter {
    struct callback callback;
    struct timer timer;
    struct contract *contract;
    const char *text;
};
void noter_init(struct noter *noter, struct contract *contract, const char *text);
callback_fn on_note, on_note_and_stop, on_stop;

/* The scenarios, by file. */
typedef void scenario_fn(struct contract *contract);
scenario_fn play_soon_fifo, play_soon_next_pass, play_soon_twice, play_soon_again, play_soon_cancel,
    play_stop_before_run, play_is_running, play_self_freeing, play_no_starving;
scenario_fn play_timers_equal, play_timers_sorted, play_timers_random, play_timer_moved,
    play_timer_moved_among_equals, play_timer_cancelled, play_timer_cancelled_when_queued,
    play_timer_own_cancel, play_timer_repeats, play_timer_past, play_timer_after_soon,
    play_timer_far;
scenario_fn play_reader, play_reader_level, play_writer, play_reader_and_writer, play_peer_closed,
    play_reader_replaced, play_reader_replaced_when_queued, play_reader_again, play_remove_queued,
    play_reuse_in_pass, play_writer_stays, play_regular_file;
scenario_fn play_threadsafe_wakes, play_threadsafe_many, play_threadsafe_before_run, play_signal,
    play_signal_removed, play_signal_two;

#endif
