/* test_coro.c - the mechanism alone: who runs when, what survives a switch, what is left. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "coro.h"
#include "coro_tools.h"
#include "trace.h"
#include "unit.h"

static int say_twice(void *arg)
{
    const char *name = arg;
    say("%s begins", name);
    coro_suspend();
    say("%s ends", name);
    return 7;
}

static void they_take_turns(void **state)
{
    (void)state;
    trace_clear();
    struct coro *a = coro_new(say_twice, "a", "a"), *b = coro_new(say_twice, "b", "b");
    assert_non_null(a);
    assert_non_null(b);
    say("made");
    coro_resume(a);
    coro_resume(b);
    say("resumer");
    coro_resume(b);
    coro_resume(a);
    assert_true(coro_is_done(a) && coro_is_done(b));
    assert_int_equal(coro_result(a), 7);
    coro_free(a);
    coro_free(b);
    assert_string_equal(trace_text(), "made, a begins, b begins, resumer, b ends, a ends");
}

static int resume_another(void *arg)
{
    struct coro *inner = arg, *self = coro_current();
    say("outer");
    coro_resume(inner);
    say(coro_current() == self ? "outer again" : "lost");
    coro_suspend();
    coro_resume(inner);
    say("outer ends");
    return 0;
}

static void one_resumes_another(void **state)
{
    (void)state;
    trace_clear();
    struct coro *inner = coro_new(say_twice, "inner", "inner");
    struct coro *outer = coro_new(resume_another, inner, "outer");
    assert_null(coro_current());
    coro_resume(outer);
    say("thread");
    coro_resume(outer);
    assert_null(coro_current());
    assert_true(coro_is_done(inner) && coro_is_done(outer));
    coro_free(outer);
    coro_free(inner);
    assert_string_equal(trace_text(),
                        "outer, inner begins, outer again, thread, inner ends, outer ends");
}

struct keeper {
    long n;     /* what it begins with, then what it has come to */
    double sum; /* the same in floating point */
    bool suspends;
};

/* More whole numbers and doubles alive over the switch than there are registers for them: some lie
 * in each of the callee-saved ones (ARM has eight for doubles). */
static int keep_values(void *arg)
{
    struct keeper *keeper = arg;
    long n = keeper->n, a = n, b = n + 1, c = n + 2, d = n + 3, e = n + 4, f = n + 5, g = n + 6,
         h = n + 7, i = n + 8, j = n + 9, k = n + 10, l = n + 11;
    double q = (double)n, r = q / 2, s = q / 3, t = q / 4, u = q / 5, v = q / 6, w = q / 7,
           x = q / 8, y = q / 9, z = q / 10;
    for (int turn = 0; turn < 100; turn++) {
        if (keeper->suspends)
            coro_suspend();
        a += turn, b ^= a, c += b, d ^= c, e += d, f ^= e, g += f, h ^= g, i += h, j ^= i, k += j,
            l ^= k;
        q = r - q, r = s - r, s = t - s, t = u - t, u = v - u, v = w - v, w = x - w, x = y - x,
        y = z - y, z = q / 2;
    }
    keeper->n = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l;
    keeper->sum = q + r + s + t + u + v + w + x + y + z;
    return 0;
}

/* Compared with an ordinary call, in which nobody switches. */
static void locals_survive_switches(void **state)
{
    (void)state;
    struct keeper plain = {.n = 41}, first = {.n = 41, .suspends = true};
    struct keeper second = {.n = 1000, .suspends = true};
    keep_values(&plain);
    struct coro *a = coro_new(keep_values, &first, "a"), *b = coro_new(keep_values, &second, "b");
    while (!coro_is_done(a)) {
        coro_resume(a);
        coro_resume(b);
    }
    assert_int_equal(first.n, plain.n);
    assert_int_not_equal(second.n, plain.n);
    assert_true(first.sum == plain.sum);
    coro_free(a);
    coro_free(b);
}

static int suspend_once(void *arg)
{
    coro_suspend();
    return arg != NULL;
}

static void stacks_are_used_again_and_given_back(void **state)
{
    (void)state;
    coro_trim();
    struct coro *many[100];
    int before = coro_count();
    for (int i = 0; i < 100; i++) {
        many[i] = coro_new(suspend_once, NULL, "one of many");
        assert_non_null(many[i]);
        coro_resume(many[i]);
    }
    assert_int_equal(coro_count(), before + 100);
    for (int i = 0; i < 100; i++) /* half of them in the middle of what they do */
        coro_free(many[i]);
    assert_int_equal(coro_count(), before);
    assert_int_equal(coro_stacks_kept(), 100);
    coro_free(coro_new(suspend_once, NULL, "never resumed"));
    assert_int_equal(coro_stacks_kept(), 100);
    coro_trim();
    assert_int_equal(coro_stacks_kept(), 0);
}

static int block_sigusr1(void *arg)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    coro_suspend();
    return pthread_sigmask(*(int *)arg, &set, NULL);
}

static bool sigusr1_is_blocked(void)
{
    sigset_t set;
    return pthread_sigmask(SIG_BLOCK, NULL, &set) == 0 && sigismember(&set, SIGUSR1) == 1;
}

static int look_later(void *arg)
{
    coro_suspend();
    *(bool *)arg = sigusr1_is_blocked();
    return 0;
}

/* Not each coroutine's, as ucontext would have it: a loop blocks the signals that it handles. */
static void the_signal_mask_is_the_threads(void **state)
{
    (void)state;
    int how = SIG_BLOCK;
    bool seen = false;
    struct coro *blocker = coro_new(block_sigusr1, &how, "blocker");
    struct coro *looker = coro_new(look_later, &seen, "looker");
    coro_resume(looker);
    coro_resume(blocker);
    coro_resume(blocker);
    assert_true(coro_is_done(blocker) && coro_result(blocker) == 0);
    assert_true(sigusr1_is_blocked());
    coro_resume(looker);
    assert_true(seen);
    coro_free(blocker);
    coro_free(looker);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

static void a_long_name_is_cut(void **state)
{
    (void)state;
    struct coro *coro =
        coro_new(suspend_once, NULL, "a name that is longer than what there is room for");
    assert_int_equal(strlen(coro_name(coro)), 31);
    assert_memory_equal(coro_name(coro), "a name that is longer than what", 31);
    coro_free(coro);
}

#ifdef CORO_TSAN
enum { MANY = 5000 }; /* ThreadSanitizer counts each as a thread, and knows 8,128 */
#else
enum { MANY = 10000 };
#endif

/* Only address space is taken for each, and one page is touched. */
static void thousands_live_at_once(void **state)
{
    (void)state;
    static struct coro *many[MANY];
    for (int i = 0; i < MANY; i++) {
        many[i] = coro_new(suspend_once, many, "one of many");
        assert_non_null(many[i]);
        coro_resume(many[i]);
    }
    for (int i = 0; i < MANY; i++) {
        coro_resume(many[i]);
        assert_true(coro_is_done(many[i]));
        assert_int_equal(coro_result(many[i]), 1);
        coro_free(many[i]);
    }
    coro_trim();
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_take_turns),
        cmocka_unit_test(one_resumes_another),
        cmocka_unit_test(locals_survive_switches),
        cmocka_unit_test(stacks_are_used_again_and_given_back),
        cmocka_unit_test(the_signal_mask_is_the_threads),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(thousands_live_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
