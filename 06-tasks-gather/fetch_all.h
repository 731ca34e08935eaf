/* fetch_all.h - what the demos from this chapter on share: a task for each delay, and the way from
 * main() to them and back.
 *
 * A demo says how one delay is fetched. The rest is the same everywhere: a loop, a fetcher, as many
 * tasks as there are delays, and waiting for all of them.
 */
#ifndef FETCH_ALL_H
#define FETCH_ALL_H

#include "demo.h"
#include "fetch_delay.h"

/* The argument of each of the tasks. */
struct fetch_job {
    struct demo *demo;
    struct fetcher *fetcher;
    int index;     /* of its delay */
    void *context; /* the demo's own: what fetch_all_run was given */
};

/* Runs fetch_one(job) as a task for each of the demo's delays, all at once, on a loop of its own.
 * results[i] is what the i-th returned; NULL: nobody wants them. Ctrl-C cancels all. When it
 * returns none is left. 0, whatever they returned; -ECANCELED; -ENOMEM, or why there is no loop. */
int fetch_all_run(struct demo *demo, coro_fn *fetch_one, void *context, int results[]);

/* The same with a main task of one's own: a new epoll loop runs it until it has ended, and is
 * freed. What it returned, or why there is no loop. */
int run_on_epoll(coro_fn *main_task, void *arg);

#endif
