/* timers.c - a million timers, added and fired: ours, or libuv's.
 *
 *     timers ours|libuv [COUNT]
 *
 * Their delays are the same pseudo-random milliseconds for both, up to half a second. What is
 * printed is CPU time, so that waiting for the last one costs nothing: "timers TAB SUBJECT TAB cpu
 * TAB value TAB ns/timer".
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "loop.h"
#include "options.h"

#define DELAY_MS_MAX 500

static long left;

static int next_delay_ms(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return 1 + (int)((state >> 33) % DELAY_MS_MAX);
}

static double cpu_ns(void)
{
    struct timespec used;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used));
    return (double)used.tv_sec * NS_PER_S + (double)used.tv_nsec;
}

/* ---- Ours ---------------------------------------------------------------------------------- */

static void on_ours(void *arg)
{
    if (--left == 0)
        loop_stop(arg);
}

static double run_ours(long count)
{
    struct loop *loop = loop_new(&backend_epoll);
    struct timer *timers = calloc((size_t)count, sizeof *timers);
    if (!loop || !timers)
        die_error(errno, "timers");
    memset(timers, 1, (size_t)count * sizeof *timers); /* page faults are not what is measured */
    double begin = cpu_ns();
    for (long i = 0; i < count; i++) {
        timer_init(&timers[i], on_ours, loop);
        CHECK_RC(loop_call_later(loop, &timers[i], next_delay_ms() * NS_PER_MS));
    }
    CHECK_RC(loop_run_forever(loop));
    double used = cpu_ns() - begin;
    loop_free(loop);
    free(timers);
    return used;
}

/* ---- libuv's ------------------------------------------------------------------------------- */

static void on_libuv(uv_timer_t *timer)
{
    if (--left == 0)
        uv_stop(timer->loop);
}

static double run_libuv(long count)
{
    uv_loop_t loop;
    uv_timer_t *timers = calloc((size_t)count, sizeof *timers);
    if (!timers || uv_loop_init(&loop) < 0)
        die("timers: no memory");
    memset(timers, 1, (size_t)count * sizeof *timers);
    double begin = cpu_ns();
    for (long i = 0; i < count; i++) {
        uv_timer_init(&loop, &timers[i]);
        if (uv_timer_start(&timers[i], on_libuv, (uint64_t)next_delay_ms(), 0) < 0)
            die("uv_timer_start failed");
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    double used = cpu_ns() - begin;
    free(timers); /* the process ends: its handles need no closing */
    return used;
}

int main(int argc, char **argv)
{
    long count = 1000000;
    bool is_ours = argc > 1 && strcmp(argv[1], "ours") == 0;
    bool is_libuv = argc > 1 && strcmp(argv[1], "libuv") == 0;
    if (!(is_ours || is_libuv) || argc > 3 ||
        (argc == 3 && parse_number(argv[2], 1, 100000000, &count) < 0)) {
        fprintf(stderr, "usage: timers ours|libuv [COUNT]\n");
        return USAGE_ERROR;
    }
    left = count;
    double used = is_ours ? run_ours(count) : run_libuv(count);
    printf("timers\t%s\tcpu\t%.2f\tns/timer\n", is_ours ? "03" : "libuv", used / (double)count);
    return 0;
}
