/* fuzz_sync.c - the statements of fuzz_sync.py: about a lock, a semaphore, an event, a condition, a
 * barrier and a queue, which all tasks of a program share. */
#include "check.h"
#include "fuzz.h"
#include "queue.h"
#include "semaphore.h"
#include "sync.h"

static struct lock lock;
static struct semaphore semaphore;
static struct event event;
static struct condition condition;
static struct barrier barrier;
static struct queue queue;

void fuzz_sync_begin(void)
{
    lock_init(&lock);
    semaphore_init(&semaphore, 2);
    event_init(&event);
    condition_init(&condition, NULL);
    CHECK_RC(barrier_init(&barrier, 2));
    CHECK_RC(queue_init(&queue, co_loop(), 2));
}

void fuzz_sync_end(void)
{
    queue_fini(&queue);
}

void fuzz_sync_break_lock(void)
{
    if (lock_locked(condition.lock))
        CHECK_RC(condition_release(&condition));
}

static int get(void)
{
    void *item;
    int rc = queue_get(&queue, &item);
    return rc < 0 ? rc : (int)(intptr_t)item;
}

int fuzz_sync_do(const struct fuzz_statement *s)
{
    switch (s->word) {
    case FUZZ_SET:
        event_set(&event);
        return 0;
    case FUZZ_CLEAR:
        event_clear(&event);
        return 0;
    case FUZZ_EVENT_WAIT:
        return event_wait(&event);
    case FUZZ_NOTIFY:
        return condition_notify(&condition, s->a);
    case FUZZ_CONDITION_WAIT:
        return condition_wait(&condition);
    case FUZZ_BARRIER_WAIT:
        return barrier_wait(&barrier);
    case FUZZ_BARRIER_RESET:
        return barrier_reset(&barrier);
    case FUZZ_BARRIER_ABORT:
        return barrier_abort(&barrier);
    case FUZZ_PUT:
        return queue_put(&queue, (void *)7);
    case FUZZ_GET:
        return get();
    case FUZZ_DONE:
        return queue_task_done(&queue);
    default:
        return queue_join(&queue);
    }
}

int fuzz_sync_acquire(enum fuzz_word word)
{
    switch (word) {
    case FUZZ_LOCKED:
        return lock_acquire(&lock);
    case FUZZ_PERMITTED:
        return semaphore_acquire(&semaphore);
    default:
        return condition_acquire(&condition);
    }
}

int fuzz_sync_release(enum fuzz_word word)
{
    switch (word) {
    case FUZZ_LOCKED:
        return lock_release(&lock);
    case FUZZ_PERMITTED:
        return semaphore_release(&semaphore);
    default:
        return condition_release(&condition);
    }
}
