/* callers.h - coroutines that call the executor, jobs that wait at a gate, and a script beside
 * them.
 *
 * Nothing here sleeps: a job says by a byte in a pipe that a thread has begun it, and goes on when
 * it reads one from its gate.
 */
#ifndef CALLERS_H
#define CALLERS_H

#include <stdatomic.h>
#include <sys/types.h>

#include "backend.h"
#include "co.h"
#include "executor.h"
#include "leaks.h"
#include "unit.h"

#define THREADS 4 /* libuv's own number */

/* The state of a test, by callers_set_up. */
struct test {
    const struct loop_backend *backend;
    struct loop *loop;
    struct executor *executor;
    struct usage before;
    int running; /* coroutines that have not ended */
    int begun[2], gate[2];
};

/* A coroutine that runs one job and keeps what came of it. */
struct caller {
    struct co co; /* first */
    struct test *test;
    work_fn *fn;
    int number;
    int result;
    bool has_ended;      /* the coroutine */
    atomic_int runs;     /* of fn */
    atomic_bool is_done; /* fn has returned */
    int releases;
    pid_t worked_in, released_in, went_on_in;
};

/* One more coroutine, which watches the callers and moves things on. */
struct script {
    struct co co; /* first */
    struct test *test;
    struct caller *callers;
    int outcome;
};

/* Starts call(caller), which offloads fn(caller); by start_caller as a coroutine of its own. */
int call(void *arg);
void start_caller(struct test *test, struct caller *caller, work_fn *fn);
void start_caller_by(struct test *test, struct caller *caller, work_fn *fn, coro_fn *by);

/* What `call` gives as the job's release: counts, and notes in which thread. */
void release(void *arg);

/* Runs the script (NULL: none) beside the callers until all have ended; the script's result. */
int run(struct test *test, coro_fn *fn, struct caller *callers);

/* In a script: waits until threads have begun `count` jobs more. */
int await_begun(struct test *test, int count) CO_MUST_CHECK;

/* Lets `count` jobs through. 0 or -errno. */
int open_gate(struct test *test, int count);

/* Ends the executor before the test does. */
void end_executor(struct test *test);

/* ---- Jobs: each gets its caller ------------------------------------------------------------ */

int sum_of_squares(void *arg); /* 328350 */
int fail_to_work(void *arg);   /* -EDOM */
int wait_at_gate(void *arg);   /* its caller's number */

/* ---- The tests of a program, on each backend ----------------------------------------------- */

int callers_set_up(void **state); /* its first state is the backend */
int callers_tear_down(void **state);

#define ON(backend, test)                                                 \
    {                                                                     \
#test, test, callers_set_up, callers_tear_down, (void *)(backend) \
    }

/* Calls run_on for epoll, libuv and the virtual clock; how many tests failed. */
int on_each_backend(int (*run_on)(const struct loop_backend *backend));

#endif
