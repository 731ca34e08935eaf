/* self_check.c - coroutines on 64-bit ARM: who runs when, what survives a switch, how many there
 * can be. test_aarch64.c cross-builds it with the bricks and runs it by qemu. It prints what it has
 * seen and ends with 1 if anything was wrong. No cmocka: there is none for this processor here. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "coro.h"

#define MANY 5000

static bool all_right = true;

static void expect(bool right, const char *what)
{
    printf("%s: %s\n", what, right ? "yes" : "NO");
    all_right = all_right && right;
}

static struct coro *begin(coro_fn *fn, void *arg)
{
    struct coro *coro = coro_new(fn, arg, "checked");
    if (!coro)
        die_error(errno, "cannot make a coroutine");
    return coro;
}

/* ---- Turns --------------------------------------------------------------------------------- */

static char turns[32];

static int take_turns(void *arg)
{
    strcat(turns, arg);
    coro_suspend();
    strcat(turns, arg);
    return 7;
}

static void check_turns(void)
{
    struct coro *a = begin(take_turns, "a"), *b = begin(take_turns, "b");
    for (int i = 0; i < 2; i++) {
        coro_resume(a);
        strcat(turns, "-");
        coro_resume(b);
    }
    expect(strcmp(turns, "a-ba-b") == 0, "they take turns");
    expect(coro_is_done(a) && coro_is_done(b) && coro_result(a) == 7, "they end with a result");
    coro_free(a);
    coro_free(b);
}

/* ---- What survives ------------------------------------------------------------------------- */

/* More whole numbers and doubles alive over the switch than there are registers for them. */
struct mix {
    long seed;
    bool suspends;
    long whole; /* the results */
    double broken;
};

static int keep_values(void *arg)
{
    struct mix *mix = arg;
    long n = mix->seed, a = n, b = n + 1, c = n + 2, d = n + 3, e = n + 4, f = n + 5, g = n + 6,
         h = n + 7, i = n + 8, j = n + 9, k = n + 10, l = n + 11;
    double q = (double)n, r = q / 2, s = q / 3, t = q / 4, u = q / 5, v = q / 6, w = q / 7,
           x = q / 8, y = q / 9, z = q / 10;
    for (int turn = 0; turn < 100; turn++) {
        if (mix->suspends)
            coro_suspend();
        a += turn, b ^= a, c += b, d ^= c, e += d, f ^= e, g += f, h ^= g, i += h, j ^= i, k += j,
            l ^= k;
        q = r - q, r = s - r, s = t - s, t = u - t, u = v - u, v = w - v, w = x - w, x = y - x,
        y = z - y, z = q / 2;
    }
    mix->whole = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l;
    mix->broken = q + r + s + t + u + v + w + x + y + z;
    return 0;
}

static bool same(const struct mix *a, const struct mix *b)
{
    return a->whole == b->whole && memcmp(&a->broken, &b->broken, sizeof a->broken) == 0;
}

/* Two in turns must come to what each comes to when it is called, and never stops. */
static void check_survivors(void)
{
    struct mix right[] = {{.seed = 41}, {.seed = 1000}}, mixes[2];
    struct coro *coros[2];
    for (int i = 0; i < 2; i++) {
        keep_values(&right[i]);
        mixes[i] = (struct mix){.seed = right[i].seed, .suspends = true};
        coros[i] = begin(keep_values, &mixes[i]);
    }
    while (!coro_is_done(coros[0]))
        for (int i = 0; i < 2; i++)
            coro_resume(coros[i]);
    expect(!same(&right[0], &right[1]), "different seeds, different results");
    expect(same(&mixes[0], &right[0]) && same(&mixes[1], &right[1]), "all locals survive");
    for (int i = 0; i < 2; i++)
        coro_free(coros[i]);
}

/* ---- Thousands ----------------------------------------------------------------------------- */

static int add_twice(void *arg)
{
    long *sum = arg;
    ++*sum;
    coro_suspend();
    ++*sum;
    return 0;
}

static void check_thousands(void)
{
    static struct coro *many[MANY];
    long sum = 0;
    for (int i = 0; i < MANY; i++) {
        many[i] = begin(add_twice, &sum);
        coro_resume(many[i]);
    }
    expect(sum == MANY && coro_count() == MANY, "thousands live at once");
    for (int i = 0; i < MANY; i++) {
        coro_resume(many[i]);
        coro_free(many[i]);
    }
    expect(sum == 2 * MANY && coro_count() == 0, "and all of them end");
    coro_trim();
    expect(coro_stacks_kept() == 0, "no stack is left");
}

int main(void)
{
    check_turns();
    check_survivors();
    check_thousands();
    return all_right ? 0 : 1;
}
