#include "jobs.h"

int job(void *arg)
{
    const struct job *of = arg;
    int rc = 0;
    say("+%d", of->n);
    for (int i = 0; i < of->passes && rc == 0; i++)
        rc = co_sleep(0);
    if (rc < 0) {
        say("-%d cancelled", of->n);
        return rc;
    }
    if (of->error < 0) {
        say("-%d %s", of->n, rc_name(of->error));
        return of->error;
    }
    say("-%d", of->n);
    return of->n;
}

const char *rc_name(int rc)
{
    static char number[16];
    if (rc < 0)
        return strerrorname_np(-rc);
    snprintf(number, sizeof number, "%d", rc);
    return number;
}

void begin(struct co_pool *pool, int size)
{
    if (co_pool_begin(pool, size) < 0)
        abort();
}

int bring(struct co_pool *pool, struct job *of)
{
    int rc = co_pool_spawn_n(pool, job, of);
    if (rc < 0)
        say("not brought %d: %s", of->n, rc_name(rc));
    else
        say("brought %d", of->n);
    return rc;
}

void say_counts(const struct co_pool *pool)
{
    say("%ld ended, %ld failed, %ld cancelled", pool->ended, pool->failed, pool->cancelled);
}
