/* loop_thread.c - a main task that only waits for the end. */
#include "loop_thread.h"

#include <errno.h>
#include <signal.h>

/* However the wait ends, by loop_thread_stop or by a signal: the door is closed in order. */
static int main_task(void *arg)
{
    struct loop_thread *thread = arg;
    thread->begun = true;
    sem_post(&thread->told);
    int rc = await(&thread->stopped);
    int closed = submitter_close(thread->submitter);
    return rc < 0 ? rc : closed;
}

static void *run(void *arg)
{
    struct loop_thread *thread = arg;
    thread->result = task_run(thread->loop, main_task, thread, thread->signals);
    coro_trim();
    sem_post(&thread->told); /* if it could not begin */
    return NULL;
}

static void wait_until_begun(struct loop_thread *thread)
{
    while (sem_wait(&thread->told) < 0 && errno == EINTR)
        ;
}

static void free_all(struct loop_thread *thread)
{
    sem_destroy(&thread->told);
    submitter_free(thread->submitter);
    loop_free(thread->loop);
}

static void on_stop(void *arg)
{
    struct loop_thread *thread = arg;
    future_set_result(&thread->stopped, 0); /* a signal may have been faster */
}

/* Else the kernel could give it to a thread that does not know what to do with it. */
static void block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int loop_thread_start(struct loop_thread *thread, const struct loop_backend *backend, bool signals)
{
    *thread = (struct loop_thread){.loop = loop_new(backend), .signals = signals};
    if (!thread->loop)
        return -errno;
    thread->submitter = submitter_new(thread->loop);
    callback_init(&thread->stop, on_stop, thread);
    future_init(&thread->stopped, thread->loop);
    thread->stopped.what = "the end of its thread's work";
    sem_init(&thread->told, 0, 0);
    if (signals)
        block_signals();
    int rc = thread->submitter ? -pthread_create(&thread->thread, NULL, run, thread) : -ENOMEM;
    if (rc == 0) {
        wait_until_begun(thread);
        if (thread->begun)
            return 0;
        pthread_join(thread->thread, NULL);
        rc = thread->result;
    }
    free_all(thread);
    return rc;
}

int loop_thread_stop(struct loop_thread *thread)
{
    loop_call_soon_threadsafe(thread->loop, &thread->stop);
    pthread_join(thread->thread, NULL);
    free_all(thread);
    return thread->result;
}
