/* test_aio.c - the /aio contract, clause by clause, over TCP; on epoll and on libuv. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aio_server.h"

static int set_up(void **state)
{
    (void)state;
    alarm(120);
    return 0;
}

static void expect_field(const struct answer *answer, const char *name, const char *value)
{
    char text[128];
    assert_true(answer_field(answer, name, text, sizeof text) >= 0);
    assert_string_equal(text, value);
}

/* ---- One request --------------------------------------------------------------------------- */

static void an_answer_comes_after_its_delay(void **state)
{
    struct answer answer;
    char date[64];
    (void)state;
    start_server("--unit-ms", "10", NULL);
    http_get(port, "/aio?delay=2", &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "{\"delay\": 2}");
    expect_field(&answer, "Content-Type", "application/json; charset=utf-8");
    expect_field(&answer, "Content-Length", "12");
    assert_int_equal(answer_field(&answer, "Date", date, sizeof date), 29);
    answer_free(&answer);
    assert_string_equal(strchr(process_stdout(server), '\n'), "\ndelay: 2\n");
    expect_stats(1, 0, 1, 1, 0);
    assert_int_equal(http_stats(port, "unit_ms"), 10);
    stop_server();
}

static void the_delay_is_logged_before_it_is_waited_for(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "1000", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=86400");
    process_wait_stdout(server, "delay: 86400\n");
    assert_false(client_is_readable_now(&client));
    expect_stats(1, 1, 1, 0, 0);
    client_close(&client);
    wait_for_stats("in_flight", 0);
    expect_stats(1, 0, 1, 0, 1);
    stop_server();
}

static void head_waits_and_counts_but_sends_no_body(void **state)
{
    struct client client;
    struct answer answer;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    client_send(&client, "HEAD /aio?delay=3 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_read_answer(&client, true, &answer), 0);
    assert_int_equal(answer.status, 200);
    expect_field(&answer, "Content-Length", "12");
    answer_free(&answer);
    send_get(&client, "/bob"); /* no byte of a body came before this answer */
    expect_next_answer(&client, 200, "Hello, bob");
    client_close(&client);
    process_wait_stdout(server, "delay: 3\n");
    expect_stats(1, 0, 1, 1, 0);
    stop_server();
}

/* The delays that a server draws, as text. */
static void draw(const char *seed, char *delays, size_t size)
{
    start_server("--unit-ms", "1", "--seed", seed, NULL);
    delays[0] = '\0';
    for (int i = 0; i < 12; i++) {
        struct answer answer;
        long delay = 0;
        http_get(port, "/aio", &answer);
        assert_int_equal(sscanf(answer.body, "{\"delay\": %ld}", &delay), 1);
        assert_in_range(delay, 1, 30);
        assert_true(strlen(delays) + strlen(answer.body) < size);
        strcat(delays, answer.body);
        answer_free(&answer);
    }
    stop_server();
}

static void a_seed_repeats_the_delays(void **state)
{
    char first[256], second[256], third[256];
    (void)state;
    draw("7", first, sizeof first);
    draw("7", second, sizeof second);
    draw("8", third, sizeof third);
    assert_string_equal(first, second);
    assert_string_not_equal(first, third);
}

/* ---- What can be asked for ----------------------------------------------------------------- */

static void bad_values_are_named(void **state)
{
    static const struct {
        const char *query, *error;
    } CASES[] = {
        {"delay=x", "delay \\\"x\\\": expected a whole number from 0 to 86400"},
        {"delay=", "delay \\\"\\\": expected a whole number from 0 to 86400"},
        {"delay", "delay \\\"\\\": expected a whole number from 0 to 86400"},
        {"delay=-1", "delay \\\"-1\\\": expected a whole number from 0 to 86400"},
        {"delay=%2B1", "delay \\\"+1\\\": expected a whole number from 0 to 86400"},
        {"delay=1.5", "delay \\\"1.5\\\": expected a whole number from 0 to 86400"},
        {"delay=86401", "delay \\\"86401\\\": expected a whole number from 0 to 86400"},
        {"delay=99999999999999999999",
         "delay \\\"99999999999999999999\\\": expected a whole number from 0 to 86400"},
        {"delay=1&delay=1", "delay: expected one whole number from 0 to 86400"},
        {"delay=%zz", "delay: expected one whole number from 0 to 86400"},
        {"delay=%00", "delay: expected one whole number from 0 to 86400"},
        {"fail=399", "fail \\\"399\\\": expected a whole number from 400 to 599"},
        {"fail=600", "fail \\\"600\\\": expected a whole number from 400 to 599"},
        {"drop=yes", "drop \\\"yes\\\": expected a whole number from 0 to 1"},
        {"trickle=2", "trickle \\\"2\\\": expected a whole number from 0 to 1"},
    };
    (void)state;
    start_server("--unit-ms", "1", NULL);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char target[64], body[128];
        snprintf(target, sizeof target, "/aio?%s", CASES[i].query);
        snprintf(body, sizeof body, "{\"error\": \"%s\"}", CASES[i].error);
        expect_answer(target, 400, body);
    }
    expect_stats(0, 0, 0, 0, 0); /* they were never understood */
    expect_answer("/aio?delay=0&unknown=x", 200, "{\"delay\": 0}");
    stop_server();
}

static void failing_comes_after_the_delay(void **state)
{
    (void)state;
    start_server("--unit-ms", "10", NULL);
    expect_answer("/aio?delay=1&fail=503", 503, "{\"error\": \"Service Unavailable\"}");
    expect_answer("/aio?delay=1&fail=418", 418, "{\"error\": \"Unknown\"}");
    assert_non_null(strstr(process_stdout(server), "delay: 1\ndelay: 1\n"));
    expect_stats(2, 0, 1, 2, 0);
    stop_server();
}

static void dropping_closes_without_a_byte(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=1&drop=1");
    client_expect_end(&client);
    client_close(&client);
    process_wait_stdout(server, "delay: 1\n");
    expect_stats(1, 0, 1, 1, 0); /* the client did not leave: it got what it asked for */
    stop_server();
}

static void a_trickled_answer_arrives_whole(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=1&trickle=1");
    expect_next_answer(&client, 200, "{\"delay\": 1}");
    send_get(&client, "/bob"); /* at full speed again */
    expect_next_answer(&client, 200, "Hello, bob");
    client_close(&client);
    expect_stats(1, 0, 1, 1, 0);
    stop_server();
}

/* 0.6 s for each byte: the client is certainly gone before the last. */
static void a_trickled_answer_can_be_aborted(void **state)
{
    struct client client;
    char byte;
    (void)state;
    start_server("--unit-ms", "60000", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=0&trickle=1");
    assert_int_equal(client_read_exactly(&client, &byte, 1), 0);
    assert_int_equal(byte, 'H');
    assert_false(client_is_readable_now(&client));
    expect_stats(1, 1, 1, 0, 0);
    client_reset(&client);
    wait_for_stats("aborted", 1);
    expect_stats(1, 0, 1, 0, 1);
    stop_server();
}

/* ---- The other pages ----------------------------------------------------------------------- */

static void expect_allow(const char *request, int status, const char *allow)
{
    struct answer answer;
    http_ask(port, request, &answer);
    assert_int_equal(answer.status, status);
    expect_field(&answer, "Allow", allow);
    answer_free(&answer);
}

static void other_methods_are_not_allowed(void **state)
{
    (void)state;
    start_server("--unit-ms", "1", NULL);
    expect_allow("POST /aio HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405,
                 "GET, HEAD, OPTIONS");
    expect_allow("DELETE /aio HTTP/1.1\r\nHost: a\r\n\r\n", 405, "GET, HEAD, OPTIONS");
    expect_allow("GET /stats/reset HTTP/1.1\r\nHost: a\r\n\r\n", 405, "POST, OPTIONS");
    expect_allow("OPTIONS /aio HTTP/1.1\r\nHost: a\r\n\r\n", 204, "GET, HEAD, OPTIONS");
    expect_allow("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, "GET, HEAD, POST, OPTIONS");
    expect_stats(0, 0, 0, 0, 0);
    stop_server();
}

static void everybody_is_greeted(void **state)
{
    struct answer answer;
    (void)state;
    start_server("--unit-ms", "1", NULL);
    http_get(port, "/bob", &answer);
    expect_field(&answer, "Content-Type", "text/plain; charset=utf-8");
    answer_free(&answer);
    expect_answer("/bob?x=y", 200, "Hello, bob");
    expect_answer("/Ada%20L%2E", 200, "Hello, Ada L.");
    expect_answer("/", 404, "{\"error\": \"Not Found\"}");
    expect_answer("/aio/", 404, "{\"error\": \"Not Found\"}");
    expect_answer("/%", 400, "{\"error\": \"a malformed escape in the path\"}");
    stop_server();
}

static void the_counters_start_over(void **state)
{
    struct client clients[5];
    struct answer answer;
    (void)state;
    start_server("--unit-ms", "1000", NULL);
    for (int i = 0; i < 5; i++) {
        client_connect(&clients[i], port);
        send_get(&clients[i], "/aio?delay=86400");
    }
    wait_for_stats("in_flight", 5);
    client_close(&clients[0]); /* by FIN, */
    client_reset(&clients[1]); /* or by RST */
    wait_for_stats("aborted", 2);
    expect_stats(5, 3, 5, 0, 2);
    http_ask(port, "POST /stats/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    expect_stats(0, 3, 3, 0, 0);
    for (int i = 2; i < 5; i++)
        client_close(&clients[i]);
    wait_for_stats("in_flight", 0);
    expect_stats(0, 0, 3, 0, 3);
    stop_server();
}

static int run_on(const char *name)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_after_its_delay, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(the_delay_is_logged_before_it_is_waited_for, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(head_waits_and_counts_but_sends_no_body, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(a_seed_repeats_the_delays, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(bad_values_are_named, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(failing_comes_after_the_delay, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(dropping_closes_without_a_byte, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_trickled_answer_arrives_whole, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_trickled_answer_can_be_aborted, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(other_methods_are_not_allowed, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(everybody_is_greeted, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(the_counters_start_over, set_up, process_teardown),
    };
    loop_name = name;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
    int failed = run_on("epoll");
    return run_on("uv") + failed;
}
