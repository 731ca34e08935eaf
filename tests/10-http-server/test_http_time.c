/* test_http_time.c - clients that take their time, and a server without descriptors. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "slow_server.h"
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

/* ---- Clients that take their time ---------------------------------------------------------- */

static int be_silent(struct talk *t)
{
    return slow_hear(t, slow_begin(t, ""));
}

static void a_silent_client_is_closed_in_the_end(void **state)
{
    (void)state;
    slow_expect(be_silent, "\"\" after 60000 ms");
}

static int be_silent_after_a_request(struct talk *t)
{
    int fd = slow_begin(t, GET("/second") GET("/second"));
    return slow_hear(t, fd);
}

static void a_connection_between_requests_is_closed_in_the_end(void **state)
{
    (void)state;
    slow_expect(be_silent_after_a_request, "begin, done after 1000 ms, begin, done after 2000 ms, "
                                           "\"HTTP/1.1 200 OK\" after 62000 ms");
}

/* A byte a second: each is in time, all of them are not. */
static int dribble_a_head(struct talk *t)
{
    int fd = slow_begin(t, "G"), rc = fd < 0 ? fd : 0;
    for (const char *text = "ET /hell"; rc == 0 && *text; text++) {
        rc = co_sleep(NS_PER_S);
        if (rc == 0)
            rc = co_write_all(fd, text, 1);
    }
    return rc < 0 ? rc : slow_hear(t, fd);
}

static void a_head_has_its_time(void **state)
{
    (void)state;
    slow_expect(dribble_a_head, "\"HTTP/1.1 408 Request Timeout\" after 10000 ms");
}

static int begin_a_body(struct talk *t)
{
    int fd = slow_begin(t, "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    int rc = fd < 0 ? fd : co_sleep(15 * NS_PER_S);
    if (rc == 0)
        rc = talk_send(fd, "b"); /* progress: the time begins again */
    return rc < 0 ? rc : slow_hear(t, fd);
}

static void a_body_must_make_progress(void **state)
{
    (void)state;
    slow_expect(begin_a_body, "\"HTTP/1.1 408 Request Timeout\" after 35000 ms");
}

static int never_read(struct talk *t)
{
    int fd = slow_begin(t, GET("/huge")), rc = fd < 0 ? fd : slow_say_count_at(t, 29999);
    if (rc == 0)
        rc = slow_say_count_at(t, 30001);
    co_close(fd);
    return rc;
}

static void a_client_that_never_reads_is_given_up(void **state)
{
    (void)state;
    slow_expect(never_read, "1 at 29999 ms, 0 at 30001 ms");
}

static int stay_after_an_error(struct talk *t)
{
    int fd = slow_begin(t, "nonsense\r\n"), rc = fd < 0 ? fd : slow_say_count_at(t, 1999);
    if (rc == 0)
        rc = slow_say_count_at(t, 2001);
    return rc < 0 ? rc : slow_hear(t, fd);
}

static void after_an_error_the_client_may_still_send_for_a_while(void **state)
{
    (void)state;
    slow_expect(stay_after_an_error,
                "1 at 1999 ms, 0 at 2001 ms, \"HTTP/1.1 400 Bad Request\" after 2001 ms");
}

/* ---- No descriptor is left ----------------------------------------------------------------- */

static int ask_when_none_is_left(struct talk *t)
{
    accept_failures = 5;
    accept_calls = 0;
    return slow_hear(t, slow_begin(t, "GET /hello HTTP/1.0\r\n\r\n"));
}

static void without_descriptors_the_server_waits_and_does_not_spin(void **state)
{
    (void)state;
    slow_expect(ask_when_none_is_left, "\"HTTP/1.1 200 OK\" after 250 ms");
    assert_true(accept_calls <= 5 + 1 + 2); /* the one that works, and EAGAIN before and after */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_silent_client_is_closed_in_the_end, slow_set_up),
        cmocka_unit_test_setup(a_connection_between_requests_is_closed_in_the_end, slow_set_up),
        cmocka_unit_test_setup(a_head_has_its_time, slow_set_up),
        cmocka_unit_test_setup(a_body_must_make_progress, slow_set_up),
        cmocka_unit_test_setup(a_client_that_never_reads_is_given_up, slow_set_up),
        cmocka_unit_test_setup(after_an_error_the_client_may_still_send_for_a_while, slow_set_up),
        cmocka_unit_test_setup(without_descriptors_the_server_waits_and_does_not_spin, slow_set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
