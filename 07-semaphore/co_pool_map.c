/* co_pool_map.c - the same job for every item, in a co_pool.
 *
 * The loop that asks for the next result is also what brings the next job. So nothing runs ahead of
 * a consumer who takes his time but what the pool has room for.
 */
#include <errno.h>
#include <stdlib.h>

#include "co_pool.h"

struct co_pool_item {
    struct co_pool_itermap *it;
    struct task *task; /* a reference, until it has ended; NULL: not started, or ended */
    int result;
    struct future_callback on_done;
    TAILQ_ENTRY(co_pool_item) link;
};

int co_pool_itermap_begin(struct co_pool_itermap *it, struct co_pool *pool, coro_fn *fn,
                          void *items, int count, size_t item_size)
{
    *it = (struct co_pool_itermap){
        .pool = pool, .fn = fn, .items = items, .item_size = item_size, .count = count};
    TAILQ_INIT(&it->ended);
    event_init(&it->one_ended);
    if (count <= 0)
        return 0;
    it->jobs = calloc((size_t)count, sizeof *it->jobs);
    return it->jobs ? 0 : -ENOMEM;
}

static void on_item_done(void *arg)
{
    struct co_pool_item *item = arg;
    struct co_pool_itermap *it = item->it;
    item->result = task_result(item->task);
    task_unref(item->task);
    item->task = NULL;
    it->under_way--;
    TAILQ_INSERT_TAIL(&it->ended, item, link);
    event_set(&it->one_ended);
}

static int start_next(struct co_pool_itermap *it)
{
    struct co_pool_item *item = &it->jobs[it->started];
    void *arg = it->items + (size_t)it->started * it->item_size;
    int rc = co_pool_spawn(it->pool, it->fn, arg, &item->task);
    if (rc < 0)
        return rc;
    item->it = it;
    callback_init(&item->on_done.callback, on_item_done, item);
    future_add_done_callback(&item->task->future, &item->on_done);
    it->started++;
    it->under_way++;
    return 0;
}

/* As many as there is room for. Waits for room only if there is nothing else to wait for. */
static int start_what_fits(struct co_pool_itermap *it)
{
    int rc = 0;
    while (rc == 0 && it->started < it->count &&
           (co_pool_free(it->pool) > 0 || (it->under_way == 0 && TAILQ_EMPTY(&it->ended))))
        rc = start_next(it);
    return rc;
}

static int wait_for_one(struct co_pool_itermap *it)
{
    event_clear(&it->one_ended);
    return event_wait(&it->one_ended);
}

/* The first that has ended and was not handed out; NULL: there is none. */
static struct co_pool_item *take_ended(struct co_pool_itermap *it)
{
    struct co_pool_item *item = TAILQ_FIRST(&it->ended);
    if (item)
        TAILQ_REMOVE(&it->ended, item, link);
    return item;
}

int co_pool_itermap_next(struct co_pool_itermap *it, int *index, int *result)
{
    struct co_pool_item *item = NULL;
    int rc = start_what_fits(it);
    while (rc == 0 && !(item = take_ended(it))) {
        if (it->under_way == 0)
            return 0;
        rc = wait_for_one(it);
    }
    if (rc < 0)
        return rc;
    *index = (int)(item - it->jobs);
    *result = item->result;
    return 1;
}

/* Ends what still runs, however often the caller is cancelled meanwhile: -ECANCELED tells that. */
static int stop(struct co_pool_itermap *it)
{
    int cancelled = 0;
    for (int i = 0; i < it->started; i++) {
        if (it->jobs[i].task)
            task_cancel(it->jobs[i].task);
    }
    while (it->under_way > 0) {
        if (wait_for_one(it) < 0)
            cancelled = -ECANCELED;
    }
    return cancelled;
}

int co_pool_itermap_end(struct co_pool_itermap *it, int result)
{
    int cancelled = stop(it);
    free(it->jobs);
    it->jobs = NULL;
    return result < 0 ? result : cancelled;
}

int co_pool_map(struct co_pool *pool, coro_fn *fn, void *items, int count, size_t item_size,
                int results[])
{
    struct co_pool_itermap it;
    int i, result;
    for (i = 0; results && i < count; i++)
        results[i] = -ECANCELED;
    int rc = co_pool_itermap_begin(&it, pool, fn, items, count, item_size);
    while (rc >= 0 && (rc = co_pool_itermap_next(&it, &i, &result)) > 0) {
        if (results)
            results[i] = result;
    }
    return co_pool_itermap_end(&it, rc);
}
