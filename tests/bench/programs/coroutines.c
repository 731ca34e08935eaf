/* coroutines.c - what a switch there and back costs, and a task from spawn to join.
 *
 *     coroutines switch ours|swapcontext [COUNT]
 *     coroutines spawn [COUNT]
 *
 * Tasks come in crowds of a hundred, as one waits for a group of them. CPU time, after a tenth as
 * many that do not count: "switch TAB SUBJECT TAB cpu TAB value TAB ns".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "coro.h"
#include "options.h"
#include "task.h"

#define CROWD 100 /* tasks at a time */

static double cpu_ns(void)
{
    struct timespec used;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used));
    return (double)used.tv_sec * NS_PER_S + (double)used.tv_nsec;
}

static double measure(void (*turn)(long count), long count)
{
    turn(count / 10 + 1);
    double begin = cpu_ns();
    turn(count);
    return (cpu_ns() - begin) / (double)count;
}

/* ---- Ours ---------------------------------------------------------------------------------- */

static struct coro *partner;

static int give_back(void *arg)
{
    (void)arg;
    for (;;)
        coro_suspend();
    return 0;
}

static void switch_ours(long count)
{
    for (long i = 0; i < count; i++)
        coro_resume(partner);
}

static double run_ours(long count)
{
    partner = coro_new(give_back, NULL, "partner");
    if (!partner)
        die_error(errno, "a coroutine");
    double cost = measure(switch_ours, count);
    coro_free(partner);
    return cost;
}

/* ---- The C library's ----------------------------------------------------------------------- */

static ucontext_t home, away;

static void give_back_by_context(void)
{
    for (;;)
        CHECK(swapcontext(&away, &home));
}

static void switch_contexts(long count)
{
    for (long i = 0; i < count; i++)
        CHECK(swapcontext(&home, &away));
}

static double run_swapcontext(long count)
{
    static char stack[CORO_STACK_SIZE];
    CHECK(getcontext(&away));
    away.uc_stack.ss_sp = stack;
    away.uc_stack.ss_size = sizeof stack;
    makecontext(&away, give_back_by_context, 0);
    return measure(switch_contexts, count);
}

/* ---- Tasks --------------------------------------------------------------------------------- */

static int empty(void *arg)
{
    (void)arg;
    return 0;
}

static void spawn_and_join(long count)
{
    struct task *tasks[CROWD];
    for (long done = 0; done < count; done += CROWD) {
        for (int i = 0; i < CROWD; i++)
            if (!(tasks[i] = task_spawn(co_loop(), empty, NULL, "empty")))
                die_error(ENOMEM, "a task");
        for (int i = 0; i < CROWD; i++)
            CHECK_RC(task_join(tasks[i]));
    }
}

struct spawning {
    long count;
    double cost;
};

static int spawn_in_a_task(void *arg)
{
    struct spawning *spawning = arg;
    spawning->cost = measure(spawn_and_join, spawning->count);
    return 0;
}

static double run_spawn(long count)
{
    struct spawning spawning = {.count = count};
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "a loop");
    CHECK_RC(task_run(loop, spawn_in_a_task, &spawning, false));
    loop_free(loop);
    return spawning.cost;
}

/* ---- Which --------------------------------------------------------------------------------- */

struct choice {
    const char *experiment, *argument, *subject;
    double (*run)(long count);
    long count;
};

int main(int argc, char **argv)
{
    static const struct choice choices[] = {
        {"switch", "ours", "05", run_ours, 10000000},
        {"switch", "swapcontext", "swapcontext", run_swapcontext, 500000},
        {"spawn", NULL, "06", run_spawn, 1000000},
    };
    for (size_t i = 0; argc > 1 && i < sizeof choices / sizeof choices[0]; i++) {
        const struct choice *choice = &choices[i];
        int used = choice->argument ? 3 : 2;
        long count = choice->count;
        if (strcmp(argv[1], choice->experiment) != 0 || argc < used || argc > used + 1 ||
            (choice->argument && strcmp(argv[2], choice->argument) != 0) ||
            (argc > used && parse_number(argv[used], 1, 1000000000, &count) < 0))
            continue;
        printf("%s\t%s\tcpu\t%.2f\tns\n", choice->experiment, choice->subject, choice->run(count));
        return 0;
    }
    fprintf(stderr, "usage: coroutines switch ours|swapcontext [COUNT] | spawn [COUNT]\n");
    return USAGE_ERROR;
}
