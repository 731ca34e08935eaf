/* test_http_end.c - clients that leave, and the end of the server. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "slow_server.h"
#include "trace.h"
#include "unit.h"

/* ---- Clients that leave -------------------------------------------------------------------- */

static int leave(struct talk *t)
{
    int fd = slow_begin(t, GET("/hour") GET("/hello")), rc = fd < 0 ? fd : co_sleep(NS_PER_S);
    co_close(fd);
    if (rc == 0)
        rc = slow_say_count_at(t, 2000);
    return rc;
}

static void a_client_that_leaves_cancels_its_handler(void **state)
{
    (void)state;
    slow_expect(leave, "begin, ECANCELED after 1001 ms, 0 at 2000 ms");
}

static int end_sending_only(struct talk *t)
{
    slow_begin_ns = loop_time(co_loop());
    int rc = talk_ask(t, GET("/hour"));
    const char *head = strstr(t->heard, "HTTP/1.1 200");
    say("heard \"%.*s\" after %d ms", head ? (int)(head - t->heard) : 0, t->heard,
        slow_elapsed_ms());
    return rc < 0 ? rc : 0;
}

static void a_client_that_ends_only_its_side_is_answered(void **state)
{
    (void)state;
    slow_expect(end_sending_only, "begin, done after 3600000 ms, "
                                  "heard \"HTTP/1.1 102 Processing\n\n\" after 3600000 ms");
}

static int end_sending_in_1_0(struct talk *t)
{
    slow_begin_ns = loop_time(co_loop());
    int rc = talk_ask(t, "GET /hour HTTP/1.0\r\n\r\n");
    say("heard \"%s\"", t->heard);
    return rc < 0 ? rc : 0;
}

static void nobody_can_be_asked_in_http_1_0(void **state)
{
    (void)state;
    slow_expect(end_sending_in_1_0, "begin, ECANCELED after 1 ms, heard \"\"");
}

/* ---- The end of the server ----------------------------------------------------------------- */

static int stopped_client(void *arg)
{
    struct talk *t = arg;
    return slow_hear(t, slow_begin(t, t->script));
}

/* Returns at once, while a client waits for an answer: the server is stopped then. */
static struct task *client_left_behind;

static int start_a_client_and_stop(struct talk *t)
{
    client_left_behind = task_spawn(co_loop(), stopped_client, t, "client");
    int rc = client_left_behind ? co_sleep(10 * NS_PER_MS) : -ENOMEM;
    if (rc == 0)
        rc = http_server_stop(&t->server, t->grace_ns);
    say("stopped after %d ms", slow_elapsed_ms());
    if (rc == 0)
        rc = task_join(client_left_behind);
    if (talk_connect(t) != -ECONNREFUSED)
        say("it listens");
    /* The harness will stop it once more, which must find one that it can stop. */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return rc < 0 ? rc : http_server_start(&t->server, co_loop(), fd, &t->options);
}

static void what_is_being_answered_may_end(void **state)
{
    (void)state;
    slow_talk.script = GET("/second") GET("/second");
    slow_expect(start_a_client_and_stop, "begin, done after 1000 ms, "
                                         "\"HTTP/1.1 200 OK\" after 1000 ms, "
                                         "stopped after 1000 ms");
}

static void but_not_for_ever(void **state)
{
    (void)state;
    slow_talk.script = GET("/hour");
    slow_expect(start_a_client_and_stop, "begin, ECANCELED after 10010 ms, "
                                         "stopped after 10010 ms, \"\" after 10010 ms");
}

static void who_waits_for_nothing_is_closed_at_once(void **state)
{
    (void)state;
    slow_talk.script = "";
    slow_expect(start_a_client_and_stop, "stopped after 10 ms, \"\" after 10 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_client_that_leaves_cancels_its_handler, slow_set_up),
        cmocka_unit_test_setup(a_client_that_ends_only_its_side_is_answered, slow_set_up),
        cmocka_unit_test_setup(nobody_can_be_asked_in_http_1_0, slow_set_up),
        cmocka_unit_test_setup(what_is_being_answered_may_end, slow_set_up),
        cmocka_unit_test_setup(but_not_for_ever, slow_set_up),
        cmocka_unit_test_setup(who_waits_for_nothing_is_closed_at_once, slow_set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
