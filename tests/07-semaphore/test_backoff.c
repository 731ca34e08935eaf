/* Tries and pauses: which errors are tried again, how often, and after how long, on the virtual
 * clock. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "backoff.h"
#include "clock.h"
#include "task.h"
#include "trace.h"
#include "unit.h"

#define SEED 7

static void expect(coro_fn *play, void *arg, const char *expected)
{
    struct loop *loop = loop_new(&backend_virtual);
    trace_clear();
    alarm(60);
    int rc = task_run(loop, play, arg, false);
    alarm(0);
    loop_free(loop);
    coro_trim();
    assert_string_equal(trace_text(), expected);
    assert_int_equal(rc, 0);
}

/* ---- The pauses ---------------------------------------------------------------------------- */

/* Each is below a bound that doubles, until it is the largest; and they are spread over it. */
static void pauses_are_drawn_from_a_bound_that_doubles(void **state)
{
    (void)state;
    static const int64_t bounds[] = {100, 200, 400, 800, 1000, 1000, 1000};
    bool low[7] = {false}, high[7] = {false};
    for (long seed = 0; seed < 200; seed++) {
        struct backoff backoff;
        backoff_init(&backoff, 100, 1000, seed);
        for (int i = 0; i < 7; i++) {
            int64_t pause = backoff_next(&backoff);
            assert_in_range(pause, 0, bounds[i] - 1);
            low[i] |= pause < bounds[i] / 4;
            high[i] |= pause >= bounds[i] * 3 / 4;
        }
    }
    for (int i = 0; i < 7; i++)
        assert_true(low[i] && high[i]);
}

static void a_seed_draws_the_same_again(void **state)
{
    (void)state;
    struct backoff one, same, other;
    int different = 0;
    backoff_init(&one, NS_PER_S, 60 * NS_PER_S, SEED);
    backoff_init(&same, NS_PER_S, 60 * NS_PER_S, SEED);
    backoff_init(&other, NS_PER_S, 60 * NS_PER_S, SEED + 1);
    for (int i = 0; i < 20; i++) {
        int64_t pause = backoff_next(&one);
        assert_int_equal(backoff_next(&same), pause);
        different += backoff_next(&other) != pause;
    }
    assert_int_equal(different, 20);
}

static void the_bound_does_not_overflow(void **state)
{
    (void)state;
    struct backoff backoff;
    backoff_init(&backoff, 1, INT64_MAX / 2, SEED);
    for (int i = 0; i < 200; i++)
        assert_true(backoff_next(&backoff) >= 0);
    assert_true(backoff.bound_ns == INT64_MAX / 2);
}

/* ---- The tries ----------------------------------------------------------------------------- */

/* What the tries come to, one after the other. */
struct script {
    const int *results;
    int next;
    int64_t begun_ns;
};

static int try(void *arg)
{
    struct script *script = arg;
    int result = script->results[script->next++];
    say("%d at %ld", result, (long)((loop_time(co_loop()) - script->begun_ns) / NS_PER_MS));
    return result;
}

/* It would try again after a cancel as well, but must never be asked. */
static bool is_reset(int error, void *arg)
{
    (void)arg;
    return error == -ECONNRESET || error == -ECANCELED;
}

/* The pauses that the seed draws, as the test reckons with them. */
static long pause_ms(int number)
{
    struct backoff backoff;
    int64_t sum = 0;
    backoff_init(&backoff, 100 * NS_PER_MS, 200 * NS_PER_MS, SEED);
    for (int i = 0; i < number; i++)
        sum += backoff_next(&backoff);
    return (long)(sum / NS_PER_MS);
}

static int play(void *arg)
{
    struct script script = {.results = arg, .begun_ns = loop_time(co_loop())};
    struct backoff backoff;
    backoff_init(&backoff, 100 * NS_PER_MS, 200 * NS_PER_MS, SEED);
    say("ends with %d", retry(&backoff, 4, is_reset, try, &script));
    return 0;
}

static void it_is_tried_until_it_goes_well(void **state)
{
    (void)state;
    int results[] = {-ECONNRESET, -ECONNRESET, 5};
    char expected[200];
    snprintf(expected, sizeof expected, "%d at 0, %d at %ld, 5 at %ld, ends with 5", -ECONNRESET,
             -ECONNRESET, pause_ms(1), pause_ms(2));
    expect(play, results, expected);
}

static void but_not_for_ever(void **state)
{
    (void)state;
    int results[] = {-ECONNRESET, -ECONNRESET, -ECONNRESET, -ECONNRESET, 1};
    char expected[200];
    snprintf(expected, sizeof expected, "%d at 0, %d at %ld, %d at %ld, %d at %ld, ends with %d",
             -ECONNRESET, -ECONNRESET, pause_ms(1), -ECONNRESET, pause_ms(2), -ECONNRESET,
             pause_ms(3), -ECONNRESET);
    expect(play, results, expected);
}

static void nor_when_it_cannot_help(void **state)
{
    (void)state;
    int refused[] = {-EPERM, 1}, cancelled[] = {-ECANCELED, 1}, well[] = {0, 1};
    expect(play, refused, "-1 at 0, ends with -1");
    expect(play, cancelled, "-125 at 0, ends with -125");
    expect(play, well, "0 at 0, ends with 0");
}

static int play_cancel(void *arg)
{
    struct task *task = task_spawn(co_loop(), play, arg, "who tries");
    int rc = co_yield();
    task_cancel(task);
    return rc < 0 ? rc : task_join(task);
}

static void a_pause_ends_with_a_cancel(void **state)
{
    (void)state;
    int results[] = {-ECONNRESET, 1};
    expect(play_cancel, results, "-104 at 0, ends with -125");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_are_drawn_from_a_bound_that_doubles),
        cmocka_unit_test(a_seed_draws_the_same_again),
        cmocka_unit_test(the_bound_does_not_overflow),
        cmocka_unit_test(it_is_tried_until_it_goes_well),
        cmocka_unit_test(but_not_for_ever),
        cmocka_unit_test(nor_when_it_cannot_help),
        cmocka_unit_test(a_pause_ends_with_a_cancel),
    };
    return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
