/* The bricks without memory: an error where one is promised, and nothing is lost or left.
 * (libcurl's own allocations are not touched.) */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "curl_bridge.h"
#include "net.h"
#include "pending_table.h"
#include "recorder.h"

/* ---- The n-th allocation fails, and all after it ------------------------------------------- */

static int left = -1; /* allocations that succeed; -1: all */

static int must_fail(void)
{
    if (left < 0)
        return 0;
    if (left == 0)
        return 1;
    left--;
    return 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail() ? NULL : __real_realloc(old, size);
}

/* ---- Transports ---------------------------------------------------------------------------- */

static void no_transport(void **state)
{
    struct pair *pair = *state;
    struct recorder other;
    recorder_init(&other);
    pair_begin(pair);
    left = 0;
    assert_null(transport_new(pair->loop, STDERR_FILENO, "the peer", &other.protocol));
    left = -1;
    run_passes(pair->loop, 2);
    assert_int_equal(other.lost, 0); /* nothing has happened */
    pair_end(pair);
}

/* What cannot be kept ends the connection, and connection_lost says why. */
static void no_room_for_what_is_not_taken(void **state)
{
    struct pair *pair = *state;
    static const char page[4 * 1024 * 1024];
    pair_begin(pair);
    left = 0;
    transport_write(pair->recorder.transport, page, sizeof page);
    left = -1;
    assert_int_equal(pair->recorder.lost, 0); /* not inside the call */
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, lost ENOMEM");
}

/* ---- Listeners ----------------------------------------------------------------------------- */

static struct recorder accepted;

static struct protocol *make_recorder(void *arg)
{
    (void)arg;
    recorder_init(&accepted);
    return &accepted.protocol;
}

static struct protocol *make_none(void *arg)
{
    ++*(int *)arg;
    return NULL;
}

/* The client is closed, and the listener goes on. */
static void no_memory_for_a_connection(void **state)
{
    (void)state;
    struct usage before = own_usage();
    struct loop *loop = loop_new(&backend_epoll);
    struct listener listener;
    int refused = 0;
    char byte;
    assert_int_equal(listener_open(&listener, loop, "127.0.0.1", 0, make_none, &refused), 0);
    int client = net_connect("127.0.0.1", (uint16_t)net_port(listener.fd));
    run_until_equal(loop, &refused, 1);
    assert_int_equal(read(client, &byte, 1), 0);
    close(client);

    trace_clear();
    accepted.lost = 0;
    listener.make_protocol = make_recorder;
    client = net_connect("127.0.0.1", (uint16_t)net_port(listener.fd));
    left = 0;
    run_until_equal(loop, &accepted.lost, 1);
    left = -1;
    assert_string_equal(trace_text(), "lost ENOMEM");
    assert_int_equal(read(client, &byte, 1), 0);
    close(client);
    listener_close(&listener);
    loop_free(loop);
    expect_own_usage(before);
}

/* ---- The rest ------------------------------------------------------------------------------ */

static void ignore_done(CURL *easy, CURLcode code, void *arg)
{
    (void)easy;
    (void)code;
    (void)arg;
}

static void no_memory_for_a_transfer(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_epoll);
    left = 0;
    assert_null(curl_bridge_new(loop));
    left = -1;
    struct curl_bridge *bridge = curl_bridge_new(loop);
    CURL *easy = curl_easy_init();
    assert_non_null(bridge);
    curl_easy_setopt(easy, CURLOPT_URL, "http://127.0.0.1:1/");
    left = 0;
    assert_int_equal(curl_bridge_add(bridge, easy, ignore_done, NULL), -ENOMEM);
    left = -1;
    assert_int_equal(curl_bridge_add(bridge, easy, ignore_done, NULL), 0); /* it is not "there" */
    curl_bridge_remove(bridge, easy);
    curl_easy_cleanup(easy);
    curl_bridge_free(bridge);
    loop_free(loop);
}

static void on_time(void *arg)
{
    (void)arg;
}

static void no_memory_for_a_table(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_epoll);
    struct timer timer;
    timer_init(&timer, on_time, NULL);
    assert_int_equal(loop_call_later(loop, &timer, NS_PER_S), 0);
    left = 0;
    assert_int_equal(pending_print(loop, stderr), -ENOMEM);
    left = -1;
    loop_free(loop);
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)
    const struct CMUnitTest tests[] = {
        PAIR_TEST(no_transport),
        PAIR_TEST(no_room_for_what_is_not_taken),
        cmocka_unit_test(no_memory_for_a_connection),
        cmocka_unit_test(no_memory_for_a_transfer),
        cmocka_unit_test(no_memory_for_a_table),
    };
    int failed = cmocka_run_group_tests_name("04-callbacks without memory", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
