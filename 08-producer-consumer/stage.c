/* stage.c - take, work, hand on. */
#include "stage.h"

#include <errno.h>

int stage_init(struct stage *stage, struct loop *loop, int room)
{
    stage->running = stage->items = 0;
    stage->busy_ns = 0;
    return queue_init(&stage->in, loop, room);
}

void stage_fini(struct stage *stage)
{
    queue_fini(&stage->in);
}

static int work_on(struct stage *stage, void *item)
{
    struct loop *loop = co_loop();
    int64_t begun = loop_time(loop);
    int rc = stage->work(item, stage->arg);
    stage->busy_ns += loop_time(loop) - begun;
    stage->items += rc == 0;
    return rc;
}

/* A task. What it hands on it waits for room for: so it is no faster than the next stage. */
static int worker(void *arg)
{
    struct stage *stage = arg;
    void *item;
    int rc;
    while ((rc = queue_get(&stage->in, &item)) == 0) {
        rc = work_on(stage, item);
        if (rc == 0 && stage->next)
            rc = queue_put(&stage->next->in, item);
        if (rc < 0)
            break;
    }
    if (--stage->running == 0 && stage->next)
        queue_shutdown(&stage->next->in, false);
    return rc == -ESHUTDOWN ? 0 : rc;
}

int stage_spawn(struct stage *stage, struct group *group)
{
    int rc = 0;
    stage->running = stage->workers; /* when one cannot begin, the group ends them all */
    for (int i = 0; i < stage->workers && rc == 0; i++)
        rc = group_spawn(group, worker, stage, stage->name);
    return rc;
}
