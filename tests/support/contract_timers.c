/* contract_timers.c - never early, by deadline, and first asked first run. */
#include <stdlib.h>

#include "clock.h"
#include "contract_notes.h"
#include "unit.h"

/* `count` noters with these deadlines, counted from `now`, and a stop behind the last of them. (All
 * deadlines of a scenario count from one moment, so that a slow machine sees the same order.) */
static void run_timers(struct contract *contract, int64_t now, struct noter *noters,
                       const int *delays_ms, int count)
{
    static const char *const texts[] = {"a", "b", "c", "d", "e", "f"};
    int latest = 0;
    for (int i = 0; i < count; i++) {
        noter_init(&noters[i], contract, texts[i]);
        int64_t when = now + delays_ms[i] * NS_PER_MS;
        assert_int_equal(loop_call_at(contract->loop, &noters[i].timer, when), 0);
        latest = delays_ms[i] > latest ? delays_ms[i] : latest;
    }
    struct timer stop;
    timer_init(&stop, on_stop, contract);
    assert_int_equal(loop_call_at(contract->loop, &stop, now + latest * NS_PER_MS), 0);
    run(contract);
}

void play_timers_equal(struct contract *contract)
{
    struct noter noters[6];
    run_timers(contract, loop_time(contract->loop), noters, (int[]){2, 2, 2, 2, 2, 2}, 6);
}

void play_timers_sorted(struct contract *contract)
{
    struct noter noters[6];
    run_timers(contract, loop_time(contract->loop), noters, (int[]){5, 1, 4, 1, 3, 2}, 6);
}

/* ---- A thousand ---------------------------------------------------------------------------- */

#define MANY 1000

struct many {
    struct contract *contract;
    struct one {
        struct timer timer;
        struct many *all;
        int64_t when_ns;
        int asked; /* its number in the order of asking */
    } timers[MANY];
    const struct one *last;
    int ran, early, out_of_order;
};

static void on_one_of_many(void *arg)
{
    struct one *one = arg;
    struct many *many = one->all;
    const struct one *last = many->last;
    many->ran++;
    many->early += loop_time(many->contract->loop) < one->when_ns;
    many->out_of_order += last && (one->when_ns < last->when_ns ||
                                   (one->when_ns == last->when_ns && one->asked < last->asked));
    many->last = one;
}

/* Deadlines of 0 to 19.9 ms in steps of 0.1 ms, so that many are equal; each third is cancelled. */
void play_timers_random(struct contract *contract)
{
    struct many *many = calloc(1, sizeof *many);
    assert_non_null(many);
    many->contract = contract;
    unsigned seed = 20240229;
    int64_t now = loop_time(contract->loop);
    for (int i = 0; i < MANY; i++) {
        struct one *one = &many->timers[i];
        *one = (struct one){.all = many, .asked = i};
        one->when_ns = now + rand_r(&seed) % 200 * NS_PER_MS / 10;
        timer_init(&one->timer, on_one_of_many, one);
        assert_int_equal(loop_call_at(contract->loop, &one->timer, one->when_ns), 0);
    }
    for (int i = 0; i < MANY; i += 3)
        loop_cancel_timer(contract->loop, &many->timers[i].timer);
    struct timer stop;
    timer_init(&stop, on_stop, contract);
    assert_int_equal(loop_call_at(contract->loop, &stop, now + 20 * NS_PER_MS), 0);
    run(contract);
    note(contract, "%d ran, %d early, %d out of order", many->ran, many->early, many->out_of_order);
    free(many);
}

/* ---- Moving and cancelling ----------------------------------------------------------------- */

static void ask_at(struct noter *noter, int64_t when_ns)
{
    assert_int_equal(loop_call_at(noter->contract->loop, &noter->timer, when_ns), 0);
}

void play_timer_moved(struct contract *contract)
{
    struct noter later, sooner, others[2];
    int64_t now = loop_time(contract->loop);
    noter_init(&later, contract, "moved to 4 ms,");
    noter_init(&sooner, contract, "moved to 1 ms,");
    ask_at(&later, now + 1 * NS_PER_MS);
    ask_at(&sooner, now + 9 * NS_PER_S);
    ask_at(&later, now + 4 * NS_PER_MS);
    ask_at(&sooner, now + 1 * NS_PER_MS);
    run_timers(contract, now, others, (int[]){2, 5}, 2);
}

void play_timer_moved_among_equals(struct contract *contract)
{
    struct noter first, second;
    noter_init(&first, contract, "first, asked again");
    noter_init(&second, contract, "second");
    int64_t when = loop_time(contract->loop) + 2 * NS_PER_MS;
    ask_at(&first, when);
    ask_at(&second, when);
    ask_at(&first, when);
    struct timer stop;
    timer_init(&stop, on_stop, contract);
    assert_int_equal(loop_call_at(contract->loop, &stop, when), 0);
    run(contract);
}

void play_timer_cancelled(struct contract *contract)
{
    struct noter victim, others[2];
    int64_t now = loop_time(contract->loop);
    noter_init(&victim, contract, "VICTIM");
    ask_at(&victim, now + NS_PER_MS);
    note(contract, timer_is_scheduled(&victim.timer) ? "scheduled" : "NOT SCHEDULED");
    loop_cancel_timer(contract->loop, &victim.timer);
    loop_cancel_timer(contract->loop, &victim.timer); /* again: nothing */
    note(contract, timer_is_scheduled(&victim.timer) ? "STILL SCHEDULED" : "cancelled");
    run_timers(contract, now, others, (int[]){1, 3}, 2);
}

struct killer {
    struct timer timer;
    struct contract *contract;
    struct timer *victim;
};

static void on_kill(void *arg)
{
    struct killer *killer = arg;
    note(killer->contract, "cancel");
    loop_cancel_timer(killer->contract->loop, killer->victim);
}

/* Both are due, so both are in the ready queue when the first cancels the second. */
void play_timer_cancelled_when_queued(struct contract *contract)
{
    struct noter victim, last;
    struct killer killer = {.contract = contract, .victim = &victim.timer};
    int64_t when = loop_time(contract->loop) + NS_PER_MS;
    timer_init(&killer.timer, on_kill, &killer);
    noter_init(&victim, contract, "VICTIM");
    noter_init(&last, contract, "last");
    timer_init(&last.timer, on_note_and_stop, &last);
    assert_int_equal(loop_call_at(contract->loop, &killer.timer, when), 0);
    ask_at(&victim, when);
    ask_at(&last, when);
    run(contract);
}

void play_timer_own_cancel(struct contract *contract)
{
    struct killer suicide = {.contract = contract, .victim = &suicide.timer};
    struct noter others[1];
    timer_init(&suicide.timer, on_kill, &suicide);
    assert_int_equal(loop_call_later(contract->loop, &suicide.timer, NS_PER_MS), 0);
    run_timers(contract, loop_time(contract->loop), others, (int[]){2}, 1);
}

struct ticker {
    struct timer timer;
    struct contract *contract;
    int left;
};

static void on_tick(void *arg)
{
    struct ticker *ticker = arg;
    struct loop *loop = ticker->contract->loop;
    note(ticker->contract, loop_time(loop) >= ticker->timer.when_ns ? "tick" : "EARLY");
    if (--ticker->left == 0)
        loop_stop(loop);
    else
        assert_int_equal(loop_call_at(loop, &ticker->timer, ticker->timer.when_ns + NS_PER_MS), 0);
}

void play_timer_repeats(struct contract *contract)
{
    struct ticker ticker = {.contract = contract, .left = 5};
    timer_init(&ticker.timer, on_tick, &ticker);
    assert_int_equal(loop_call_later(contract->loop, &ticker.timer, NS_PER_MS), 0);
    run(contract);
}

/* ---- The edges of time --------------------------------------------------------------------- */

/* What has passed runs at once, but through the queue, and by deadline like all others. */
void play_timer_past(struct contract *contract)
{
    struct noter noters[3];
    int64_t now = loop_time(contract->loop);
    noter_init(&noters[0], contract, "now,");
    noter_init(&noters[1], contract, "5 ms ago,");
    noter_init(&noters[2], contract, "ages ago,");
    assert_int_equal(loop_call_later(contract->loop, &noters[0].timer, 0), 0);
    ask_at(&noters[1], now - 5 * NS_PER_MS);
    assert_int_equal(loop_call_later(contract->loop, &noters[2].timer, INT64_MIN), 0);
    note(contract, "asked,");
    loop_stop(contract->loop);
    run(contract);
}

/* Timers that are due join the ready queue after the poll, behind what was there. */
void play_timer_after_soon(struct contract *contract)
{
    struct noter timed, soon;
    noter_init(&timed, contract, "timer");
    noter_init(&soon, contract, "soon");
    assert_int_equal(loop_call_later(contract->loop, &timed.timer, 0), 0);
    loop_call_soon(contract->loop, &soon.callback);
    loop_stop(contract->loop);
    run(contract);
}

void play_timer_far(struct contract *contract)
{
    struct noter far, others[1];
    noter_init(&far, contract, "FAR");
    assert_int_equal(loop_call_later(contract->loop, &far.timer, INT64_MAX), 0);
    run_timers(contract, loop_time(contract->loop), others, (int[]){1}, 1);
    note(contract, timer_is_scheduled(&far.timer) ? "and far is waiting" : "FAR IS LOST");
    loop_cancel_timer(contract->loop, &far.timer);
}
