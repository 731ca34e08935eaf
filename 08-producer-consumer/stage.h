/* stage.h - a stage of a pipeline: a bounded queue, and workers that take from it and hand on.
 *
 *     stage_init(&parse, co_loop(), 4);        each needs name, work, arg, workers, next
 *     group_begin(&group);
 *     rc = stage_spawn(&parse, &group);        ... for all of them, and somebody who feeds the
 * first: rc = queue_put(&first.in, item);         and at its end queue_shutdown(&first.in, false)
 *     rc = group_end(&group, rc);
 *
 * The stages end one after another: the last worker of a stage shuts the next one's queue down. The
 * first error ends them all, by the group. Loop's thread only.
 */
#ifndef STAGE_H
#define STAGE_H

#include "group.h"
#include "queue.h"

struct stage {
    const char *name;
    int (*work)(void *item, void *arg); /* a coroutine function: 0 or -errno */
    void *arg;
    int workers;
    struct stage *next; /* gets the item afterwards; NULL: nobody does */
    struct queue in;
    /* What it has done so far: */
    int running; /* workers that have not ended */
    int items;
    int64_t busy_ns; /* in `work`, of all its workers */
};

/* Room for `room` items in its queue. 0 or -ENOMEM. */
int stage_init(struct stage *stage, struct loop *loop, int room);
void stage_fini(struct stage *stage);

/* Its workers, as children of the group. 0, or group_spawn's error. */
int stage_spawn(struct stage *stage, struct group *group) CO_MUST_CHECK;

#endif
