/* get_delay.c - between "begins" and "ended" this thread only waits. */
#include "get_delay.h"

#include "get.h"

static int get_and_check(const struct demo *demo, int i)
{
    char target[64];
    struct http_answer answer;
    demo_target(demo, i, target, sizeof target);
    int rc = blocking_get(demo->host, demo->port, target, &answer);
    if (rc < 0)
        return rc;
    return demo_check_answer(demo, i, answer.status, answer.body, answer.length);
}

int get_delay(struct demo *demo, int i)
{
    demo_fetch_begins(demo, i);
    int rc = get_and_check(demo, i);
    demo_fetch_ended(demo, i, rc);
    return rc;
}
