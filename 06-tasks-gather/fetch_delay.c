/* fetch_delay.c - between "begins" and "ended" only this task waits. */
#include "fetch_delay.h"

#include <stdio.h>

static int fetch_and_check(const struct demo *demo, struct fetcher *fetcher, int i)
{
    char target[64], url[384];
    struct fetch_result answer;
    demo_target(demo, i, target, sizeof target);
    snprintf(url, sizeof url, "%s%s", demo->url, target);
    int rc = fetch(fetcher, url, &answer);
    if (rc == 0)
        rc = demo_check_answer(demo, i, (int)answer.status, answer.body, answer.length);
    fetch_result_free(&answer);
    return rc;
}

int fetch_delay(struct demo *demo, struct fetcher *fetcher, int i)
{
    demo_fetch_begins(demo, i);
    int rc = fetch_and_check(demo, fetcher, i);
    demo_fetch_ended(demo, i, rc);
    return rc;
}
