/* locks.c - mutexes and condition variables, with one OS thread: an owner and those who wait.
 *
 * No atomic instruction and no system call: between two waits nobody else runs. What is kept lies
 * in the program's own pthread_mutex_t and pthread_cond_t, which are all zeros when they were
 * initialised statically. Of glibc's fields only those are used that its pthread_mutex_init and
 * pthread_cond_init (not hooked) have written: the mutex's kind, and the condition's clock.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "green.h"

struct mutex {
    struct green_thread *owner; /* NULL: nobody */
    struct green_list waits;
    int kind; /* glibc's, in its place */
    int unused;
    long depth; /* of a recursive mutex: how often more than once */
};
_Static_assert(offsetof(struct mutex, kind) == offsetof(pthread_mutex_t, __data.__kind), "glibc");
_Static_assert(sizeof(struct mutex) <= sizeof(pthread_mutex_t), "room for ours");

#define KIND_MASK   3 /* the other bits: robust, priorities, between processes */
#define MONOTONIC   2 /* in the condition's __wrefs: it was made for that clock */
#define as_mutex(m) ((struct mutex *)(m))

struct condition {
    struct green_list waits;
};

static struct green_list *waits_of(pthread_cond_t *condition)
{
    return &((struct condition *)condition)->waits;
}

/* ---- Mutexes ------------------------------------------------------------------------------- */

/* 0: it is ours now; or an error of pthread_mutex_trylock(3). */
static int try_lock(struct mutex *mutex)
{
    if (!mutex->owner) {
        mutex->owner = green_self();
        return 0;
    }
    if (mutex->owner == green_self() && (mutex->kind & KIND_MASK) == PTHREAD_MUTEX_RECURSIVE_NP) {
        mutex->depth++;
        return 0;
    }
    return EBUSY;
}

static int lock(struct mutex *mutex, int64_t deadline_ns)
{
    if (try_lock(mutex) == 0)
        return 0;
    if (mutex->owner == green_self() && (mutex->kind & KIND_MASK) == PTHREAD_MUTEX_ERRORCHECK_NP)
        return EDEADLK;
    struct green_wait wait;
    green_wait_init(&wait);
    green_list_append(&mutex->waits, &wait);
    int rc = green_suspend(&wait, deadline_ns, GREEN_NEVER);
    green_list_remove(&mutex->waits, &wait);
    return -rc; /* 0: unlock has made us the owner */
}

/* The one who has waited longest gets it here and now, so that nobody who comes later is first. */
static int unlock(struct mutex *mutex)
{
    if (mutex->owner != green_self() && (mutex->kind & KIND_MASK) != PTHREAD_MUTEX_TIMED_NP)
        return EPERM;
    if (mutex->depth > 0) {
        mutex->depth--;
        return 0;
    }
    struct green_wait *heir = green_list_take(&mutex->waits);
    mutex->owner = heir ? green_thread_of(heir->co) : NULL;
    if (heir)
        green_resume(heir, 0);
    return 0;
}

HOOK int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    NEXT(pthread_mutex_lock);
    return green_is_thread() ? lock(as_mutex(mutex), GREEN_FOR_EVER) : next(mutex);
}

HOOK int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *moment)
{
    NEXT(pthread_mutex_timedlock);
    return green_is_thread() ? lock(as_mutex(mutex), green_deadline(CLOCK_REALTIME, moment))
                             : next(mutex, moment);
}

HOOK int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    NEXT(pthread_mutex_trylock);
    return green_is_thread() ? try_lock(as_mutex(mutex)) : next(mutex);
}

HOOK int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    NEXT(pthread_mutex_unlock);
    return green_is_thread() ? unlock(as_mutex(mutex)) : next(mutex);
}

/* ---- Conditions ---------------------------------------------------------------------------- */

/* To give the mutex back and to wait is one step here without any effort: nobody runs between. */
static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_ns)
{
    struct green_wait wait;
    green_wait_init(&wait);
    green_list_append(waits_of(condition), &wait);
    int error = unlock(as_mutex(mutex));
    int rc = error ? -error : green_suspend(&wait, deadline_ns, GREEN_NEVER);
    green_list_remove(waits_of(condition), &wait);
    if (!error)
        lock(as_mutex(mutex), GREEN_FOR_EVER); /* without a deadline it does not fail */
    return -rc;
}

static clockid_t clock_of(const pthread_cond_t *condition)
{
    return condition->__data.__wrefs & MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

HOOK int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    NEXT(pthread_cond_wait);
    return green_is_thread() ? wait_until(condition, mutex, GREEN_FOR_EVER)
                             : next(condition, mutex);
}

HOOK int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                const struct timespec *moment)
{
    NEXT(pthread_cond_timedwait);
    if (!green_is_thread())
        return next(condition, mutex, moment);
    return wait_until(condition, mutex, green_deadline(clock_of(condition), moment));
}

HOOK int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                                const struct timespec *moment)
{
    NEXT(pthread_cond_clockwait);
    if (!green_is_thread())
        return next(condition, mutex, clock, moment);
    return wait_until(condition, mutex, green_deadline(clock, moment));
}

HOOK int pthread_cond_signal(pthread_cond_t *condition)
{
    NEXT(pthread_cond_signal);
    if (!green_is_thread())
        return next(condition);
    struct green_wait *one = green_list_take(waits_of(condition));
    if (one)
        green_resume(one, 0);
    return 0;
}

HOOK int pthread_cond_broadcast(pthread_cond_t *condition)
{
    NEXT(pthread_cond_broadcast);
    if (!green_is_thread())
        return next(condition);
    struct green_wait *one;
    while ((one = green_list_take(waits_of(condition))) != NULL)
        green_resume(one, 0);
    return 0;
}
