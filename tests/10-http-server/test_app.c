/* test_app.c - the program around /aio: hostile clients, its logs, its end. */
#include <errno.h>
#include <signal.h>
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

/* ---- Clients ------------------------------------------------------------------------------- */

static void answers_come_in_the_order_of_asking(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=3");
    send_get(&client, "/aio?delay=0");
    send_get(&client, "/bob");
    expect_next_answer(&client, 200, "{\"delay\": 3}");
    expect_next_answer(&client, 200, "{\"delay\": 0}");
    expect_next_answer(&client, 200, "Hello, bob");
    client_close(&client);
    expect_stats(2, 0, 1, 2, 0); /* one after the other */
    stop_server();
}

static void a_client_may_end_its_side_and_is_answered(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=20");
    client_half_close(&client);
    expect_next_answer(&client, 200, "{\"delay\": 20}");
    client_expect_end(&client);
    client_close(&client);
    expect_stats(1, 0, 1, 1, 0);
    stop_server();
}

/* What it sends fills all that the server reads ahead, so its end is behind bytes that nobody
 * reads. With 30 s to go it must not be taken for one who waits. */
static void a_client_that_leaves_a_full_buffer_behind_is_noticed(void **state)
{
    static char bytes[20000];
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=3000");
    assert_int_equal(client_send_bytes(&client, bytes, sizeof bytes), 0);
    wait_for_stats("in_flight", 1);
    client_close(&client);
    wait_for_stats("in_flight", 0);
    expect_stats(1, 0, 1, 0, 1);
    stop_server();
}

static void a_client_may_ask_for_the_end(void **state)
{
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    client_connect(&client, port);
    client_send(&client, "GET /bob HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect_next_answer(&client, 200, "Hello, bob");
    client_expect_end(&client);
    client_close(&client);
    stop_server();
}

/* The answer must reach a client that goes on sending: closing at once would destroy it. */
static void a_line_of_a_megabyte_is_answered(void **state)
{
    static char line[1 << 20];
    struct client client;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    memset(line, 'x', sizeof line);
    client_connect(&client, port);
    assert_int_equal(client_send_bytes(&client, line, sizeof line), 0);
    expect_next_answer(&client, 414, "{\"error\": \"the request line is too long\"}");
    client_expect_end(&client);
    client_close(&client);
    stop_server();
}

static void rude_clients_leave_nothing_behind(void **state)
{
    struct client silent, half, rude;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    expect_answer("/bob", 200, "Hello, bob");
    struct usage before = process_usage(server);
    client_connect(&silent, port);
    client_connect(&half, port);
    client_send(&half, "GET /aio?del");
    for (int i = 0; i < 50; i++) {
        client_connect(&rude, port);
        send_get(&rude, i % 2 ? "/aio?delay=86400" : "/bob");
        if (i % 3)
            send_get(&rude, "/aio?delay=0");
        client_reset(&rude);
    }
    expect_answer("/aio?delay=1", 200, "{\"delay\": 1}"); /* and nobody had to wait for them */
    client_close(&silent);
    client_reset(&half);
    expect_server_idle_again(server, before);
    wait_for_stats("in_flight", 0);
    stop_server();
}

/* 60 clients, and descriptors for some 20 of them: the others wait in the backlog. */
static void more_clients_than_descriptors_are_all_answered(void **state)
{
    static struct client clients[60];
    (void)state;
    server = process_start("/bin/sh", "-c", "ulimit -n 32; exec \"$0\" --port 0 --loop \"$1\"",
                           program_path("10-http-server/app"), loop_name, NULL);
    port = process_serving_port(server);
    for (int i = 0; i < 60; i++) {
        client_connect(&clients[i], port);
        client_send(&clients[i], "GET /bob HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
    for (int i = 0; i < 60; i++) {
        expect_next_answer(&clients[i], 200, "Hello, bob");
        client_close(&clients[i]);
    }
    assert_non_null(strstr(process_stderr(server), "accept: EMFILE"));
    stop_server();
}

/* ---- Logs ---------------------------------------------------------------------------------- */

static void what_is_logged_cannot_deceive(void **state)
{
    struct answer answer;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    http_ask(port, "GET /a%0a\"\\\xff\x80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             &answer);
    answer_free(&answer);
    process_wait_stderr(server, "\"GET /a%0a\\x22\\x5C\\xFF\\x80 HTTP/1.1\" 200 13\n");
    http_ask(port, "GET /\n HTTP/1.1\r\n", &answer);
    assert_int_equal(answer.status, 400);
    answer_free(&answer);
    process_wait_stderr(server, "\"-\" 400 26\n");
    stop_server();
}

static void whoever_is_one_too_many_is_in_the_log(void **state)
{
    struct client first, second;
    (void)state;
    start_server("--max-connections", "1", NULL);
    client_connect(&first, port);
    send_get(&first, "/bob");
    expect_next_answer(&first, 200, "Hello, bob");
    client_connect(&second, port);
    expect_next_answer(&second, 503, "{\"error\": \"too many connections\"}");
    process_wait_stderr(server, "\"-\" 503 33\n");
    client_close(&second);
    client_close(&first);
    stop_server();
}

static void another_version_is_not_logged_as_ours(void **state)
{
    struct answer answer;
    (void)state;
    start_server("--unit-ms", "10", NULL);
    http_ask(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &answer); /* how HTTP/2 begins */
    assert_int_equal(answer.status, 505);
    answer_free(&answer);
    process_wait_stderr(server, "\"PRI *\" 505 55\n");
    stop_server();
}

static void the_log_goes_where_it_should(void **state)
{
    char path[] = "/tmp/aio-log-XXXXXX", line[256];
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    start_server("--access-log", path, NULL);
    expect_answer("/bob", 200, "Hello, bob");
    stop_server();
    FILE *log = fdopen(fd, "r");
    assert_non_null(fgets(line, sizeof line, log));
    assert_non_null(strstr(line, "\"GET /bob HTTP/1.1\" 200 10\n"));
    fclose(log);
    unlink(path);

    start_server("--quiet", NULL);
    expect_answer("/bob", 200, "Hello, bob");
    assert_string_equal(process_stderr(server), "");
    stop_server();
}

/* ---- The end ------------------------------------------------------------------------------- */

static void a_request_in_flight_is_answered_before_the_end(int signo)
{
    struct client client, idle;
    struct answer answer;
    char connection[32];
    start_server("--unit-ms", "100", "--grace", "60", NULL);
    client_connect(&idle, port);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=5");
    process_wait_stdout(server, "delay: 5\n");
    process_signal(server, signo);
    client_expect_end(&idle); /* at once */
    assert_int_equal(client_read_answer(&client, false, &answer), 0);
    assert_string_equal(answer.body, "{\"delay\": 5}");
    assert_true(answer_field(&answer, "Connection", connection, sizeof connection) > 0);
    assert_string_equal(connection, "close");
    answer_free(&answer);
    client_close(&client);
    client_close(&idle);
    assert_int_equal(process_wait(server), 0);
    assert_true(process_group_is_empty(server));
    assert_int_equal(client_try_connect(&client, port), -ECONNREFUSED);
}

static void sigterm_and_sigint_end_gracefully(void **state)
{
    (void)state;
    a_request_in_flight_is_answered_before_the_end(SIGTERM);
    a_request_in_flight_is_answered_before_the_end(SIGINT);
}

static void grace_ends(void **state)
{
    struct client client;
    (void)state;
    start_server("--grace", "0", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=86400");
    process_wait_stdout(server, "delay: 86400\n");
    stop_server();
    client_expect_end(&client);
    client_close(&client);
}

static void a_second_signal_ends_at_once(void **state)
{
    struct client client, other;
    (void)state;
    start_server("--grace", "3600", NULL);
    client_connect(&client, port);
    send_get(&client, "/aio?delay=86400");
    process_wait_stdout(server, "delay: 86400\n");
    process_signal(server, SIGTERM);
    while (client_try_connect(&other, port) == 0) /* until it has taken the first one */
        client_close(&other);
    process_signal(server, SIGTERM);
    assert_int_equal(process_wait(server), 128 + SIGTERM);
    client_close(&client);
}

/* ---- Bad beginnings ------------------------------------------------------------------------ */

static void expect_refusal(const char *option, const char *value, int code, const char *text)
{
    struct process *program =
        process_start(program_path("10-http-server/app"), option, value, NULL);
    assert_int_equal(process_wait(program), code);
    const char *message = process_stderr(program);
    if (!strstr(message, text))
        fail_msg("\"%s\" does not say \"%s\"", message, text);
    assert_ptr_equal(strchr(message, '\n'), message + strlen(message) - 1); /* one line */
    process_free(program);
}

static void a_bad_beginning_is_explained(void **state)
{
    char taken[8];
    (void)state;
    start_server("--unit-ms", "1000", NULL);
    snprintf(taken, sizeof taken, "%u", port);
    expect_refusal("--port", taken, 1, "--port 0 finds a free one");
    expect_refusal("--port", taken, 1, "EADDRINUSE");
    stop_server();
    expect_refusal("--port", "65536", 2,
                   "--port \"65536\": expected a whole number from 0 to 65535");
    expect_refusal("--unit-ms", "0", 2, "--unit-ms \"0\": expected");
    expect_refusal("--seed", "x", 2, "--seed \"x\": expected");
    expect_refusal("--loop", "select", 2, "--loop \"select\": expected epoll or uv");
    expect_refusal("--host", "nowhere.invalid", 1, "nowhere.invalid");
    expect_refusal("--access-log", "/nonexistent/log", 1, "/nonexistent/log");
}

static int run_on(const char *name)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_come_in_the_order_of_asking, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(a_client_may_end_its_side_and_is_answered, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_a_full_buffer_behind_is_noticed,
                                        set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_client_may_ask_for_the_end, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_line_of_a_megabyte_is_answered, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(rude_clients_leave_nothing_behind, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(more_clients_than_descriptors_are_all_answered, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(what_is_logged_cannot_deceive, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(whoever_is_one_too_many_is_in_the_log, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(another_version_is_not_logged_as_ours, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(the_log_goes_where_it_should, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(sigterm_and_sigint_end_gracefully, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(grace_ends, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_second_signal_ends_at_once, set_up, process_teardown),
        cmocka_unit_test_setup_teardown(a_bad_beginning_is_explained, set_up, process_teardown),
    };
    loop_name = name;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
    int failed = run_on("epoll");
    return run_on("uv") + failed;
}
