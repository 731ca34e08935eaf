/* executor.c - a coroutine waits, a thread works: run_in_executor on libuv's pool.
 *
 * libuv hands finished work back through a uv_loop_t. The executor has one of its own, which it
 * never waits in: its descriptor is watched by our loop, as a socket would be, and only when that
 * is readable does libuv run, for a look. So it is the same on every backend.
 */
#include "executor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct executor {
    struct loop *loop;
    uv_loop_t uv;
    int jobs; /* with libuv; while there are any, uv's descriptor is watched */
};

/* Lives from the hand-over until libuv gives it back, which may be after its waiter has left. */
struct job {
    struct co_waiter waiter; /* first */
    uv_work_t request;       /* its data is the job */
    struct executor *executor;
    struct co *co; /* who waits; NULL: it was cancelled and has left */
    work_fn *fn;
    void *arg;
    callback_fn *release;
    int result;
};

/* ---- The life of a job --------------------------------------------------------------------- */

/* In a thread of the pool. Of its job it touches fn, arg and result; the loop, meanwhile, co. */
static void work(uv_work_t *request)
{
    struct job *job = request->data;
    job->result = job->fn(job->arg);
}

/* On the loop's thread again: the work has ended, or (status < 0) was taken out of the queue. */
static void on_work_ended(uv_work_t *request, int status)
{
    struct job *job = request->data;
    struct executor *executor = job->executor;
    if (--executor->jobs == 0)
        loop_remove_reader(executor->loop, uv_backend_fd(&executor->uv));
    if (job->release)
        job->release(job->arg);
    if (job->co)
        co_wake(job->co, status < 0 ? status : job->result);
    free(job);
}

static void on_uv_ready(void *arg)
{
    struct executor *executor = arg;
    uv_run(&executor->uv, UV_RUN_NOWAIT);
}

/* uv_cancel takes the job out of the queue if no thread has begun it; else it changes nothing, and
 * the job is an orphan. Either way libuv gives it back later, and on_work_ended frees it. */
static bool cancel_job(struct co_waiter *waiter)
{
    struct job *job = (struct job *)waiter;
    job->co = NULL;
    uv_cancel((uv_req_t *)&job->request);
    return true;
}

/* ---- Handing over -------------------------------------------------------------------------- */

static int hand_over(struct executor *executor, struct job *job)
{
    int rc = 0;
    if (executor->jobs == 0)
        rc = loop_add_reader(executor->loop, uv_backend_fd(&executor->uv), on_uv_ready, executor);
    if (rc == 0)
        rc = uv_queue_work(&executor->uv, &job->request, work, on_work_ended);
    if (rc == 0)
        executor->jobs++;
    return rc;
}

int run_in_executor(struct executor *executor, work_fn *fn, void *arg, callback_fn *release)
{
    int rc = -ENOMEM;
    struct job *job = malloc(sizeof *job);
    if (job) {
        *job = (struct job){.waiter = {cancel_job, "a call in a thread"},
                            .request.data = job,
                            .executor = executor,
                            .co = co_current(),
                            .fn = fn,
                            .arg = arg,
                            .release = release};
        rc = hand_over(executor, job);
    }
    if (rc < 0) {
        free(job);
        if (release)
            release(arg);
        return rc;
    }
    return co_wait(&job->waiter); /* from here on the job is libuv's and on_work_ended's */
}

/* ---- Beginning and end --------------------------------------------------------------------- */

/* libuv puts its descriptors into its epoll set only when it polls, and does not poll while nothing
 * is going on in its loop. So something goes on, once: a handle is closed. */
static void register_descriptors(uv_loop_t *uv)
{
    uv_idle_t handle;
    uv_idle_init(uv, &handle); /* always succeeds */
    uv_close((uv_handle_t *)&handle, NULL);
    uv_run(uv, UV_RUN_NOWAIT);
}

struct executor *executor_new(struct loop *loop)
{
    struct executor *executor = malloc(sizeof *executor);
    if (!executor)
        return NULL;
    *executor = (struct executor){.loop = loop};
    int rc = uv_loop_init(&executor->uv);
    if (rc < 0) {
        free(executor);
        errno = -rc;
        return NULL;
    }
    register_descriptors(&executor->uv);
    return executor;
}

void executor_free(struct executor *executor)
{
    if (!executor)
        return;
    uv_run(&executor->uv, UV_RUN_DEFAULT); /* until libuv has given everything back */
    loop_forget_fd(executor->loop, uv_backend_fd(&executor->uv));
    int rc = uv_loop_close(&executor->uv);
    if (rc < 0) {
        fprintf(stderr, "executor: work was left on the loop: %s\n", uv_strerror(rc));
        abort();
    }
    free(executor);
}
