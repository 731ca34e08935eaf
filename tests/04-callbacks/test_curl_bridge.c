/* libcurl on our loop, against a server on the same loop: results, errors, cancels, and the traps
 * that curl_bridge.c names. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "curl_get.h"
#include "net.h"
#include "recorder.h"

/* ---- Results ------------------------------------------------------------------------------- */

static void an_answer(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_run(&get, test, stub_url(&test->stub, "/ok"));
    assert_int_equal(get.error, 0);
    assert_int_equal(get.status, 200);
    assert_string_equal(get.body, "ok");
    get_free(&get);
}

static void one_connection_for_one_after_another(void **state)
{
    struct bridge_test *test = *state;
    for (int i = 0; i < 3; i++) {
        struct get get;
        get_run(&get, test, stub_url(&test->stub, i == 1 ? "/503" : "/ok"));
        assert_int_equal(get.error, 0);
        assert_int_equal(get.status, i == 1 ? 503 : 200);
        get_free(&get);
    }
    assert_int_equal(test->stub.accepted, 1);
    assert_int_equal(test->stub.requests, 3);
}

static void answer_when_all_are_there(struct stub *stub)
{
    if (stub->held == *(const int *)stub->arg)
        stub_answer_held(stub);
}

/* Nobody is answered before all have asked. */
static void many_at_once(void **state)
{
    struct bridge_test *test = *state;
    static struct get gets[200];
    int count = 200;
    test->stub.on_held = answer_when_all_are_there;
    test->stub.arg = &count;
    for (int i = 0; i < count; i++) {
        get_init(&gets[i], test, stub_url(&test->stub, "/hold"));
        get_add(&gets[i]);
    }
    run_until_equal(test->loop, &test->done, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(gets[i].done, 1);
        assert_int_equal(gets[i].error, 0);
        assert_string_equal(gets[i].body, "held");
        get_free(&gets[i]);
    }
    assert_int_equal(test->stub.accepted, count);
}

/* ---- Errors -------------------------------------------------------------------------------- */

static void expect_error(struct bridge_test *test, const char *url, int error)
{
    struct get get;
    get_run(&get, test, url);
    assert_int_equal(get.error, error);
    assert_int_equal(get.done, 1);
    get_free(&get);
}

static void a_refused_port(void **state)
{
    struct bridge_test *test = *state;
    struct stub gone;
    stub_open(&gone, test->loop);
    stub_close(&gone);
    expect_error(test, stub_url(&gone, "/ok"), -ECONNREFUSED);
}

static void a_server_that_closes_early(void **state)
{
    struct bridge_test *test = *state;
    expect_error(test, stub_url(&test->stub, "/close"), -ECONNRESET);
    expect_error(test, stub_url(&test->stub, "/cut"), -ECONNRESET);
}

static void no_http(void **state)
{
    struct bridge_test *test = *state;
    expect_error(test, stub_url(&test->stub, "/junk"), -EPROTO);
    expect_error(test, "gopherus://127.0.0.1/", -EPROTO);
    expect_error(test, "http://[::", -EINVAL);
}

/* The only transfer there is: nothing but libcurl's timer can announce its end. */
static void the_timeout_of_a_single_transfer_is_told(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_init(&get, test, stub_url(&test->stub, "/hold"));
    curl_easy_setopt(get.easy, CURLOPT_TIMEOUT_MS, 100L);
    get_add(&get);
    run_until_equal(test->loop, &get.done, 1);
    assert_int_equal(get.error, -ETIMEDOUT);
    get_free(&get);
}

/* ---- Connections --------------------------------------------------------------------------- */

static void answer_one(struct stub *stub)
{
    stub_answer_held(stub);
}

/* More transfers than connections: libcurl makes the rest wait, and all are done in the end. */
static void no_more_connections_than_allowed(void **state)
{
    struct bridge_test *test = *state;
    struct get gets[7];
    curl_bridge_limit_connections(test->bridge, 2);
    test->stub.on_held = answer_one;
    for (int i = 0; i < 7; i++) {
        get_init(&gets[i], test, stub_url(&test->stub, "/hold"));
        get_add(&gets[i]);
    }
    run_until_equal(test->loop, &test->done, 7);
    assert_in_range(test->stub.accepted, 1, 2);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(gets[i].error, 0);
        get_free(&gets[i]);
    }
}

static void on_time_to_answer(void *arg)
{
    stub_answer_held(arg);
}

/* A transfer waits for a connection for longer than its time. It fails as soon as it has one (with
 * a newer libcurl even before), though the server was never slow with it. */
static void waiting_for_a_connection_counts_as_time(void **state)
{
    struct bridge_test *test = *state;
    struct get first, late;
    struct timer answer;
    curl_bridge_limit_connections(test->bridge, 1);
    get_init(&first, test, stub_url(&test->stub, "/hold"));
    get_add(&first);
    run_until_equal(test->loop, &test->stub.held, 1);

    get_init(&late, test, stub_url(&test->stub, "/ok"));
    curl_easy_setopt(late.easy, CURLOPT_TIMEOUT_MS, 50L);
    get_add(&late);
    timer_init(&answer, on_time_to_answer, &test->stub);
    assert_int_equal(loop_call_later(test->loop, &answer, 100 * NS_PER_MS), 0);
    run_until_equal(test->loop, &test->done, 2);
    assert_int_equal(first.error, 0);
    assert_int_equal(late.error, -ETIMEDOUT);
    get_free(&first);
    get_free(&late);
}

/* ---- Cancelling ---------------------------------------------------------------------------- */

static void cancel_it(struct stub *stub)
{
    struct get *get = stub->arg;
    curl_bridge_remove(get->test->bridge, get->easy);
}

static void cancel_in_flight(void **state)
{
    struct bridge_test *test = *state;
    struct get get, other;
    get_init(&get, test, stub_url(&test->stub, "/hold"));
    get_add(&get);
    test->stub.on_held = cancel_it;
    test->stub.arg = &get;
    run_until_equal(test->loop, &test->stub.left, 1); /* the server sees that it has gone */
    assert_int_equal(test->stub.open, 0);
    get_run(&other, test, stub_url(&test->stub, "/ok"));
    assert_int_equal(other.error, 0);
    assert_int_equal(get.done, 0);
    get_free(&get);
    get_free(&other);
}

static void cancel_before_it_began(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_init(&get, test, stub_url(&test->stub, "/ok"));
    get_add(&get);
    curl_bridge_remove(test->bridge, get.easy);
    curl_bridge_remove(test->bridge, get.easy);
    run_passes(test->loop, 5);
    assert_int_equal(get.done, 0);
    assert_int_equal(test->stub.accepted, 0);
    get_free(&get);
}

static void free_with_transfers_under_way(void **state)
{
    struct bridge_test *test = *state;
    struct get gets[3];
    for (int i = 0; i < 3; i++) {
        get_init(&gets[i], test, stub_url(&test->stub, "/hold"));
        get_add(&gets[i]);
    }
    run_until_equal(test->loop, &test->stub.held, 3);
    curl_bridge_free(test->bridge);
    test->bridge = NULL;
    run_until_equal(test->loop, &test->stub.left, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gets[i].done, 0);
        get_free(&gets[i]);
    }
}

/* ---- What may be done where ---------------------------------------------------------------- */

static void adding_twice_is_refused(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_init(&get, test, stub_url(&test->stub, "/ok"));
    get_add(&get);
    assert_int_equal(curl_bridge_add(test->bridge, get.easy, NULL, NULL), -EALREADY);
    run_until_equal(test->loop, &get.done, 1);
    assert_int_equal(get.error, 0);
    get_free(&get);
}

static void add_the_next(struct get *get)
{
    struct get *next = get + 1;
    if (next->easy)
        get_add(next);
}

static void on_done_may_add(void **state)
{
    struct bridge_test *test = *state;
    struct get gets[4] = {0};
    for (int i = 0; i < 3; i++) {
        get_init(&gets[i], test, stub_url(&test->stub, "/ok"));
        gets[i].on_done = add_the_next;
    }
    get_add(&gets[0]);
    run_until_equal(test->loop, &test->done, 3);
    for (int i = 0; i < 3; i++)
        get_free(&gets[i]);
    assert_int_equal(test->stub.requests, 3);
}

static struct get *second;

static void remove_the_second(struct get *get)
{
    if (second->done == 0)
        curl_bridge_remove(get->test->bridge, second->easy);
}

/* Whether the second is still under way then, or has ended and waits to be told. */
static void on_done_may_remove_another(void **state)
{
    struct bridge_test *test = *state;
    struct get gets[2];
    for (int i = 0; i < 2; i++) {
        get_init(&gets[i], test, stub_url(&test->stub, "/ok"));
        gets[i].on_done = remove_the_second;
        get_add(&gets[i]);
    }
    second = &gets[1];
    run_until_equal(test->loop, &gets[0].done, 1);
    run_passes(test->loop, 20);
    assert_int_equal(test->done, 1 + gets[1].done);
    get_free(&gets[0]);
    get_free(&gets[1]);
}

static int inner_rc;

static void add_inside(struct get *get)
{
    inner_rc = curl_bridge_add(get->test->bridge, second->easy, NULL, NULL);
}

static void libcurl_cannot_be_entered_twice(void **state)
{
    struct bridge_test *test = *state;
    struct get get, other;
    get_init(&other, test, stub_url(&test->stub, "/ok"));
    second = &other;
    get_init(&get, test, stub_url(&test->stub, "/ok"));
    get.on_body = add_inside;
    get_add(&get);
    run_until_equal(test->loop, &get.done, 1);
    assert_int_equal(inner_rc, -EDEADLK);
    get_add(&other); /* no harm was done */
    run_until_equal(test->loop, &other.done, 1);
    get_free(&get);
    get_free(&other);
}

/* ---- Descriptors --------------------------------------------------------------------------- */

static void on_ours(void *arg)
{
    ++*(int *)arg;
}

/* libcurl closes its socket; the next one of ours gets the same number, and must be heard. */
static void a_number_that_libcurl_had_is_ours_again(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_init(&get, test, stub_url(&test->stub, "/ok"));
    curl_easy_setopt(get.easy, CURLOPT_FORBID_REUSE, 1L);
    get_add(&get);
    run_until_equal(test->loop, &get.done, 1);
    run_until_equal(test->loop, &test->stub.open, 0);
    get_free(&get);

    int ends[2], heard = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(loop_add_reader(test->loop, ends[i], on_ours, &heard), 0);
        assert_int_equal(write(ends[1 - i], "x", 1), 1);
    }
    run_passes(test->loop, 1);
    assert_int_equal(heard, 2);
    for (int i = 0; i < 2; i++) {
        loop_forget_fd(test->loop, ends[i]);
        close(ends[i]);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bridge_setup, bridge_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer),
        TEST(one_connection_for_one_after_another),
        TEST(many_at_once),
        TEST(a_refused_port),
        TEST(a_server_that_closes_early),
        TEST(no_http),
        TEST(the_timeout_of_a_single_transfer_is_told),
        TEST(no_more_connections_than_allowed),
        TEST(waiting_for_a_connection_counts_as_time),
        TEST(cancel_in_flight),
        TEST(cancel_before_it_began),
        TEST(free_with_transfers_under_way),
        TEST(adding_twice_is_refused),
        TEST(on_done_may_add),
        TEST(on_done_may_remove_another),
        TEST(libcurl_cannot_be_entered_twice),
        TEST(a_number_that_libcurl_had_is_ours_again),
    };
    return cmocka_run_group_tests_name("curl_bridge", tests, NULL, NULL);
}
