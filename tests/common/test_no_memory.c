/* What all programs share, when memory runs out: sockets by name, and the timeline. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "no_memory.h"
#include "timeline.h"
#include "unit.h"

#define SPANS 70 /* more than a timeline begins with */

static int live_as_sockets(void *arg)
{
    (void)arg;
    int listening = net_listen("127.0.0.1", 0, 8);
    if (listening < 0)
        return listening;
    int client = net_connect("127.0.0.1", (uint16_t)net_port(listening));
    if (client >= 0)
        close(client);
    close(listening);
    return client < 0 ? client : 0;
}

static void sockets(void **state)
{
    (void)state;
    assert_int_equal(for_every_allocation(live_as_sockets, NULL, MUST_SAY), 2);
}

/* A span that cannot be kept is an error of its begin, and needs no end; the others are drawn. */
static int live_as_a_timeline(void *arg)
{
    FILE *out = arg;
    struct timeline timeline;
    int first_error = timeline_init(&timeline, "without memory", NS_PER_MS);
    if (first_error < 0)
        return first_error;
    for (int i = 0; i < SPANS; i++) {
        int span = timeline_begin(&timeline, "span %d", i);
        if (span < 0 && first_error == 0)
            first_error = span;
        timeline_end(&timeline, span, 0);
    }
    for (int format = TIMELINE_TEXT; format <= TIMELINE_TRACE; format++) {
        int rc = timeline_draw(&timeline, (enum timeline_format)format, out, 80);
        first_error = first_error < 0 ? first_error : rc;
    }
    timeline_fini(&timeline);
    return first_error;
}

static void a_timeline(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "we");
    assert_non_null(nowhere);
    /* It copes without knowing how many threads there are. */
    assert_in_range(for_every_allocation(live_as_a_timeline, nowhere, MAY_COPE), 2, 200);
    fclose(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets),
        cmocka_unit_test(a_timeline),
    };
    return cmocka_run_group_tests_name("common without memory", tests, NULL, NULL);
}
