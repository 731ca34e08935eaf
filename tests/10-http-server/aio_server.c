/* aio_server.c - see aio_server.h. */
#include "aio_server.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct process *server;
uint16_t port;
const char *loop_name = "epoll";

void start_server(const char *option, ...)
{
    const char *argv[16] = {program_path("10-http-server/app"), "--port", "0", "--loop", loop_name};
    va_list options;
    va_start(options, option);
    for (int i = 5; option && i < 15; i++) {
        argv[i] = option;
        option = va_arg(options, const char *);
    }
    va_end(options);
    server = process_start_argv(argv, NULL);
    port = process_serving_port(server);
}

void stop_server(void)
{
    assert_int_equal(process_stop(server), 0);
    assert_true(process_group_is_empty(server));
    process_free(server);
    server = NULL;
}

void wait_for_stats(const char *counter, long value)
{
    while (http_stats(port, counter) != value)
        process_stderr(server); /* each question is a line in its log, which must not fill up */
}

void expect_stats(long requests, long in_flight, long max_in_flight, long completed, long aborted)
{
    char expected[200];
    snprintf(expected, sizeof expected,
             "{\"requests\": %ld, \"in_flight\": %ld, \"max_in_flight\": %ld, \"completed\": %ld, "
             "\"aborted\": %ld, \"unit_ms\": ",
             requests, in_flight, max_in_flight, completed, aborted);
    struct answer answer;
    http_get(port, "/stats", &answer);
    assert_int_equal(answer.status, 200);
    answer.body[strlen(answer.body) < strlen(expected) ? 0 : strlen(expected)] = '\0';
    assert_string_equal(answer.body, expected);
    answer_free(&answer);
}

void expect_answer(const char *target, int status, const char *body)
{
    struct answer answer;
    http_get(port, target, &answer);
    assert_string_equal(answer.body, body);
    assert_int_equal(answer.status, status);
    answer_free(&answer);
}

void send_get(struct client *client, const char *target)
{
    client_send(client, "GET ");
    client_send(client, target);
    client_send(client, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

void expect_next_answer(struct client *client, int status, const char *body)
{
    struct answer answer;
    assert_int_equal(client_read_answer(client, false, &answer), 0);
    assert_string_equal(answer.body, body);
    assert_int_equal(answer.status, status);
    answer_free(&answer);
}
