/* toy.c - an event loop in thirty lines: a list of jobs, who is ready runs, who is done leaves.
 *
 *     build/03-epoll-loop/toy
 *
 * Watch that three jobs go on in turn, in one thread, and none of them waits for another: that is
 * all there is to an event loop. Watch also the last line, which says what is wrong with this one:
 * it asks and asks, and most of the time nobody is ready. A real loop sleeps until somebody is.
 *
 * It is not: a loop with descriptors or with time. Time, here, is the number of the round.
 */
#include <stdbool.h>
#include <stdio.h>

#include "options.h"

struct job {
    const char *name;
    int ready_at;   /* the round in which it can go on */
    int pause;      /* rounds between two steps */
    int steps_left; /* 0: done */
};

static bool is_ready(const struct job *job, int round)
{
    return job->steps_left > 0 && round >= job->ready_at;
}

/* One step, short: it must not wait for anything, since everybody waits for it. */
static void run(struct job *job, int round)
{
    job->steps_left--;
    job->ready_at = round + job->pause;
    printf("round %2d: %s%s\n", round, job->name, job->steps_left == 0 ? ", done" : "");
}

static void run_until_all_are_done(struct job *jobs, int count)
{
    int round = 0, idle_rounds = 0, left = count;
    for (; left > 0; round++) {
        bool is_idle = true;
        for (int i = 0; i < count; i++) {
            if (!is_ready(&jobs[i], round))
                continue;
            is_idle = false;
            run(&jobs[i], round);
            if (jobs[i].steps_left == 0)
                left--;
        }
        idle_rounds += is_idle;
    }
    printf("%d rounds, in %d of them nobody was ready\n", round, idle_rounds);
}

int main(int argc, char **argv)
{
    no_options_parse("An event loop in thirty lines.", argc, argv);
    struct job jobs[] = {
        {"tea", .ready_at = 0, .pause = 8, .steps_left = 3},
        {"toast", .ready_at = 1, .pause = 5, .steps_left = 2},
        {"egg", .ready_at = 4, .pause = 12, .steps_left = 2},
    };
    run_until_all_are_done(jobs, sizeof jobs / sizeof jobs[0]);
    return 0;
}
