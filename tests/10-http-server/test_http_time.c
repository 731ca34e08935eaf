/* test_http_time.c - clients that take their time, clients that leave, and the end of the server.
 *
 * On the virtual clock: hours take milliseconds here, and every time is exact.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "router.h"
#include "talk.h"
#include "trace.h"
#include "unit.h"

/* Decided by the linker, for this program: how often accept4 fails before it works. */
static int accept_failures, accept_calls;
int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    accept_calls++;
    if (accept_failures > 0) {
        accept_failures--;
        errno = EMFILE;
        return -1;
    }
    return __real_accept4(fd, address, length, flags);
}

/* ---- The server ---------------------------------------------------------------------------- */

static int64_t begin_ns;

static int elapsed_ms(void)
{
    return (int)((loop_time(co_loop()) - begin_ns) / NS_PER_MS);
}

static int wait_and_answer(int64_t delay_ns, struct http_response *response)
{
    say("begin");
    int rc = co_sleep(delay_ns);
    say("%s after %d ms", rc == 0 ? "done" : strerrorname_np(-rc), elapsed_ms());
    return rc < 0 ? rc : http_respond(response, 200, NULL, "done", 4);
}

static int hour(struct http_request *request, struct http_response *response)
{
    (void)request;
    return wait_and_answer(3600 * NS_PER_S, response);
}

static int second(struct http_request *request, struct http_response *response)
{
    (void)request;
    return wait_and_answer(NS_PER_S, response);
}

static int hello(struct http_request *request, struct http_response *response)
{
    (void)request;
    return http_respond(response, 200, NULL, "Hello", 5);
}

static int huge(struct http_request *request, struct http_response *response)
{
    static char body[4000000];
    (void)request;
    return http_respond(response, 200, NULL, body, sizeof body);
}

static int read_body(struct http_request *request, struct http_response *response)
{
    char bytes[100];
    ssize_t count = 1;
    while (count > 0)
        count = http_request_read(request, bytes, sizeof bytes);
    return count < 0 ? (int)count : hello(request, response);
}

static const struct route ROUTES[] = {
    {"GET", "/hour", hour, ""}, {"GET", "/second", second, ""},   {"GET", "/hello", hello, ""},
    {"GET", "/huge", huge, ""}, {"POST", "/body", read_body, ""}, {0},
};

static struct talk talk;

static int set_up(void **state)
{
    static struct router router = {.routes = ROUTES};
    (void)state;
    alarm(60);
    trace_clear();
    accept_failures = accept_calls = 0;
    talk = (struct talk){.options = {.handler = router_handle, .context = &router},
                         .grace_ns = 10 * NS_PER_S};
    return 0;
}

static void expect_trace(int (*client)(struct talk *talk), const char *expected)
{
    talk.client = client;
    talk_run_virtually(&talk);
    assert_string_equal(trace_text(), expected);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

/* Connects and sends; the descriptor or -errno. */
static int begin(struct talk *t, const char *text)
{
    begin_ns = loop_time(co_loop());
    int fd = talk_connect(t);
    int rc = fd < 0 ? fd : talk_send(fd, text);
    return rc < 0 ? rc : fd;
}

/* Hears to the end, and says the status line and when that was. */
static int hear(struct talk *t, int fd)
{
    int rc = fd < 0 ? fd : talk_hear(t, fd);
    if (rc < 0)
        return rc;
    t->heard[strcspn(t->heard, "\n")] = '\0';
    say("\"%s\" after %d ms", t->heard, elapsed_ms());
    return 0;
}

/* ---- Clients that take their time ---------------------------------------------------------- */

static int be_silent(struct talk *t)
{
    return hear(t, begin(t, ""));
}

static void a_silent_client_is_closed_in_the_end(void **state)
{
    (void)state;
    expect_trace(be_silent, "\"\" after 60000 ms");
}

static int be_silent_after_a_request(struct talk *t)
{
    int fd = begin(t, GET("/second") GET("/second"));
    return hear(t, fd);
}

static void a_connection_between_requests_is_closed_in_the_end(void **state)
{
    (void)state;
    expect_trace(be_silent_after_a_request, "begin, done after 1000 ms, begin, done after 2000 ms, "
                                            "\"HTTP/1.1 200 OK\" after 62000 ms");
}

/* A byte a second: each is in time, all of them are not. */
static int dribble_a_head(struct talk *t)
{
    int fd = begin(t, "G"), rc = fd < 0 ? fd : 0;
    for (const char *text = "ET /hell"; rc == 0 && *text; text++) {
        rc = co_sleep(NS_PER_S);
        if (rc == 0)
            rc = co_write_all(fd, text, 1);
    }
    return rc < 0 ? rc : hear(t, fd);
}

static void a_head_has_its_time(void **state)
{
    (void)state;
    expect_trace(dribble_a_head, "\"HTTP/1.1 408 Request Timeout\" after 10000 ms");
}

static int begin_a_body(struct talk *t)
{
    int fd = begin(t, "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    int rc = fd < 0 ? fd : co_sleep(15 * NS_PER_S);
    if (rc == 0)
        rc = talk_send(fd, "b"); /* progress: the time begins again */
    return rc < 0 ? rc : hear(t, fd);
}

static void a_body_must_make_progress(void **state)
{
    (void)state;
    expect_trace(begin_a_body, "\"HTTP/1.1 408 Request Timeout\" after 35000 ms");
}

static int say_count_after(struct talk *t, int64_t delay_ms)
{
    int rc = co_sleep(begin_ns + delay_ms * NS_PER_MS - loop_time(co_loop()));
    say("%d at %d ms", t->server.connection_count, elapsed_ms());
    return rc;
}

static int never_read(struct talk *t)
{
    int fd = begin(t, GET("/huge")), rc = fd < 0 ? fd : say_count_after(t, 29999);
    if (rc == 0)
        rc = say_count_after(t, 30001);
    co_close(fd);
    return rc;
}

static void a_client_that_never_reads_is_given_up(void **state)
{
    (void)state;
    expect_trace(never_read, "1 at 29999 ms, 0 at 30001 ms");
}

static int stay_after_an_error(struct talk *t)
{
    int fd = begin(t, "nonsense\r\n"), rc = fd < 0 ? fd : say_count_after(t, 1999);
    if (rc == 0)
        rc = say_count_after(t, 2001);
    return rc < 0 ? rc : hear(t, fd);
}

static void after_an_error_the_client_may_still_send_for_a_while(void **state)
{
    (void)state;
    expect_trace(stay_after_an_error,
                 "1 at 1999 ms, 0 at 2001 ms, \"HTTP/1.1 400 Bad Request\" after 2001 ms");
}

/* ---- Clients that leave -------------------------------------------------------------------- */

static int leave(struct talk *t)
{
    int fd = begin(t, GET("/hour") GET("/hello")), rc = fd < 0 ? fd : co_sleep(NS_PER_S);
    co_close(fd);
    if (rc == 0)
        rc = say_count_after(t, 2000);
    return rc;
}

static void a_client_that_leaves_cancels_its_handler(void **state)
{
    (void)state;
    expect_trace(leave, "begin, ECANCELED after 1001 ms, 0 at 2000 ms");
}

static int end_sending_only(struct talk *t)
{
    begin_ns = loop_time(co_loop());
    int rc = talk_ask(t, GET("/hour"));
    const char *head = strstr(t->heard, "HTTP/1.1 200");
    say("heard \"%.*s\" after %d ms", head ? (int)(head - t->heard) : 0, t->heard, elapsed_ms());
    return rc < 0 ? rc : 0;
}

static void a_client_that_ends_only_its_side_is_answered(void **state)
{
    (void)state;
    expect_trace(end_sending_only, "begin, done after 3600000 ms, "
                                   "heard \"HTTP/1.1 102 Processing\n\n\" after 3600000 ms");
}

static int end_sending_in_1_0(struct talk *t)
{
    begin_ns = loop_time(co_loop());
    int rc = talk_ask(t, "GET /hour HTTP/1.0\r\n\r\n");
    say("heard \"%s\"", t->heard);
    return rc < 0 ? rc : 0;
}

static void nobody_can_be_asked_in_http_1_0(void **state)
{
    (void)state;
    expect_trace(end_sending_in_1_0, "begin, ECANCELED after 1 ms, heard \"\"");
}

/* ---- No descriptor is left ----------------------------------------------------------------- */

static int ask_when_none_is_left(struct talk *t)
{
    accept_failures = 5;
    accept_calls = 0;
    return hear(t, begin(t, "GET /hello HTTP/1.0\r\n\r\n"));
}

static void without_descriptors_the_server_waits_and_does_not_spin(void **state)
{
    (void)state;
    expect_trace(ask_when_none_is_left, "\"HTTP/1.1 200 OK\" after 250 ms");
    assert_true(accept_calls <= 5 + 1 + 2); /* the one that works, and EAGAIN before and after */
}

/* ---- The end of the server ----------------------------------------------------------------- */

static int stopped_client(void *arg)
{
    struct talk *t = arg;
    return hear(t, begin(t, t->script));
}

/* Returns at once, while a client waits for an answer: the server is stopped then. */
static struct task *client_left_behind;

static int start_a_client_and_stop(struct talk *t)
{
    client_left_behind = task_spawn(co_loop(), stopped_client, t, "client");
    int rc = client_left_behind ? co_sleep(10 * NS_PER_MS) : -ENOMEM;
    if (rc == 0)
        rc = http_server_stop(&t->server, t->grace_ns);
    say("stopped after %d ms", elapsed_ms());
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
    talk.script = GET("/second") GET("/second");
    expect_trace(start_a_client_and_stop, "begin, done after 1000 ms, "
                                          "\"HTTP/1.1 200 OK\" after 1000 ms, "
                                          "stopped after 1000 ms");
}

static void but_not_for_ever(void **state)
{
    (void)state;
    talk.script = GET("/hour");
    expect_trace(start_a_client_and_stop, "begin, ECANCELED after 10010 ms, "
                                          "stopped after 10010 ms, \"\" after 10010 ms");
}

static void who_waits_for_nothing_is_closed_at_once(void **state)
{
    (void)state;
    talk.script = "";
    expect_trace(start_a_client_and_stop, "stopped after 10 ms, \"\" after 10 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_silent_client_is_closed_in_the_end, set_up),
        cmocka_unit_test_setup(a_connection_between_requests_is_closed_in_the_end, set_up),
        cmocka_unit_test_setup(a_head_has_its_time, set_up),
        cmocka_unit_test_setup(a_body_must_make_progress, set_up),
        cmocka_unit_test_setup(a_client_that_never_reads_is_given_up, set_up),
        cmocka_unit_test_setup(after_an_error_the_client_may_still_send_for_a_while, set_up),
        cmocka_unit_test_setup(a_client_that_leaves_cancels_its_handler, set_up),
        cmocka_unit_test_setup(a_client_that_ends_only_its_side_is_answered, set_up),
        cmocka_unit_test_setup(nobody_can_be_asked_in_http_1_0, set_up),
        cmocka_unit_test_setup(without_descriptors_the_server_waits_and_does_not_spin, set_up),
        cmocka_unit_test_setup(what_is_being_answered_may_end, set_up),
        cmocka_unit_test_setup(but_not_for_ever, set_up),
        cmocka_unit_test_setup(who_waits_for_nothing_is_closed_at_once, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
