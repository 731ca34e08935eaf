/* threads.c - pthread_create makes a coroutine; join, detach, self and exit to go with it.
 *
 * A pthread_t of ours is the address of a struct green_thread. libc's own functions cannot follow
 * it; those that are often asked to are refused here, which is better than a crash.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "green.h"

struct green_thread {
    struct co co; /* first, so that co_current() leads to it */
    void *(*start)(void *arg);
    void *arg, *result;
    char name[32];  /* "thread 7": in a message about its stack */
    jmp_buf bottom; /* of its stack: pthread_exit returns from there */
    bool is_detached, has_ended;
    struct green_list joiner; /* who waits for its end */
    struct green_keys keys;
};

static struct green_thread main_thread;
static int threads_alive;
static struct green_list last_leaves; /* main, when it has ended by pthread_exit */

static struct green_thread *thread_by(pthread_t id)
{
    return (struct green_thread *)id;
}

struct green_thread *green_thread_of(struct co *co)
{
    return co ? (struct green_thread *)co : &main_thread;
}

struct green_thread *green_self(void)
{
    return green_thread_of(co_current());
}

struct green_keys *green_own_keys(void)
{
    struct green_thread *self = green_self();
    return self == &main_thread ? NULL : &self->keys;
}

void green_threads_forget(void)
{
    threads_alive = 0;
}

/* ---- Its life ------------------------------------------------------------------------------ */

static int run_thread(void *arg)
{
    struct green_thread *thread = arg;
    if (setjmp(thread->bottom) == 0)
        thread->result = thread->start(thread->arg);
    green_keys_destroy(&thread->keys);
    return 0;
}

/* On the loop's stack: the coroutine and its stack are gone. A thread that is not detached stays
 * until it has been joined. */
static void on_thread_end(struct co *co, int result)
{
    (void)result; /* always 0: what it has returned is in the thread */
    struct green_thread *thread = (struct green_thread *)co;
    thread->has_ended = true;
    if (--threads_alive == 0 && last_leaves.first)
        green_resume(last_leaves.first, 0);
    if (thread->is_detached)
        free(thread);
    else if (thread->joiner.first)
        green_resume(thread->joiner.first, 0);
}

static bool is_to_be_detached(const pthread_attr_t *attributes)
{
    int state = PTHREAD_CREATE_JOINABLE;
    return attributes && pthread_attr_getdetachstate(attributes, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

static int create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
                  void *arg)
{
    static unsigned number;
    if (green_begin() < 0)
        return EAGAIN;
    struct green_thread *thread = malloc(sizeof *thread);
    if (!thread)
        return EAGAIN;
    *thread = (struct green_thread){.start = start, .arg = arg};
    thread->is_detached = is_to_be_detached(attributes);
    snprintf(thread->name, sizeof thread->name, "thread %u", ++number);
    int rc = co_start_at(&thread->co, green_loop(), run_thread, thread, thread->name, on_thread_end,
                         "pthread_create");
    if (rc < 0) {
        free(thread);
        return EAGAIN;
    }
    threads_alive++;
    *id = (pthread_t)thread;
    return 0;
}

/* Is it the id that libc knows? */
static bool is_main(pthread_t id)
{
    NEXT(pthread_self);
    return id == next();
}

/* ---- The hooks ----------------------------------------------------------------------------- */

HOOK int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
                        void *arg)
{
    NEXT(pthread_create);
    return green_is_thread() ? create(id, attributes, start, arg)
                             : next(id, attributes, start, arg);
}

HOOK pthread_t pthread_self(void)
{
    NEXT(pthread_self);
    struct co *co = green_is_thread() ? co_current() : NULL;
    return co ? (pthread_t)co : next();
}

HOOK int pthread_join(pthread_t id, void **result)
{
    NEXT(pthread_join);
    if (!green_may_wait())
        return next(id, result);
    struct green_thread *thread = thread_by(id);
    if (thread == green_self())
        return EDEADLK;
    if (is_main(id) || thread->is_detached || thread->joiner.first)
        return EINVAL;
    struct green_wait wait;
    green_wait_init(&wait);
    green_list_append(&thread->joiner, &wait);
    int rc = thread->has_ended ? 0 : green_suspend(&wait, GREEN_FOR_EVER, GREEN_NEVER);
    if (result)
        *result = thread->result;
    free(thread);
    return -rc;
}

HOOK int pthread_detach(pthread_t id)
{
    NEXT(pthread_detach);
    if (!green_may_wait())
        return next(id);
    struct green_thread *thread = thread_by(id);
    if (thread->is_detached)
        return EINVAL;
    thread->is_detached = true;
    if (thread->has_ended)
        free(thread);
    return 0;
}

/* main ends, and the others go on: the process ends with the last of them. */
static void __attribute__((noreturn)) end_main(void)
{
    struct green_wait wait;
    green_wait_init(&wait);
    green_list_append(&last_leaves, &wait);
    if (threads_alive > 0 && green_suspend(&wait, GREEN_FOR_EVER, GREEN_NEVER) < 0)
        die("green.so: main cannot wait for the other threads");
    exit(EXIT_SUCCESS);
}

HOOK void __attribute__((noreturn)) pthread_exit(void *result)
{
    NEXT(pthread_exit);
    struct green_thread *self = green_self();
    if (!green_may_wait()) {
        next(result);
        abort(); /* it does not come back */
    }
    if (self == &main_thread)
        end_main();
    self->result = result;
    longjmp(self->bottom, 1);
}

HOOK int sched_yield(void)
{
    NEXT(sched_yield);
    if (!green_may_wait())
        return next();
    green_yield();
    return 0;
}

/* It is the coroutine's name from now on: a message about its stack says it. */
HOOK int pthread_setname_np(pthread_t id, const char *name)
{
    NEXT(pthread_setname_np);
    if (!green_may_wait() || is_main(id))
        return next(id, name);
    if (thread_by(id)->has_ended)
        return ESRCH;
    coro_set_name(thread_by(id)->co.coro, name);
    return 0;
}

/* ---- Refused ------------------------------------------------------------------------------- */

HOOK int pthread_cancel(pthread_t id)
{
    NEXT(pthread_cancel);
    return green_may_wait() && !is_main(id) ? ENOSYS : next(id);
}

HOOK int pthread_kill(pthread_t id, int signo)
{
    NEXT(pthread_kill);
    return green_may_wait() && !is_main(id) ? ENOSYS : next(id, signo);
}
