#include "programs.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells.h"
#include "unit.h"

#define GUARD_S 300

/* ---- Visits: true, if all was as it should be ---------------------------------------------- */

static bool reads_line(struct client *client, const char *expected)
{
    char line[256];
    return client_read_line(client, line, sizeof line) >= 0 && strcmp(line, expected) == 0;
}

static bool visit_echo(uint16_t port)
{
    struct client client;
    static const char words[] = "Ada\nexit\n";
    if (client_try_connect(&client, port) < 0)
        return false;
    bool is_served = reads_line(&client, GREETING) &&
                     client_send_bytes(&client, words, strlen(words)) == 0 &&
                     reads_line(&client, "Hello, Ada");
    client_close(&client);
    return is_served;
}

static bool visit_commands(uint16_t port)
{
    struct client client;
    if (client_try_connect(&client, port) < 0)
        return false;
    bool is_served =
        client_send_bytes(&client, "add 4\n", 6) == 0 && reads_line(&client, "Current total: 4");
    client_close(&client);
    return is_served;
}

static bool visit_http(uint16_t port)
{
    struct client client;
    struct answer answer;
    static const char request[] = "GET /Ada HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    if (client_try_connect(&client, port) < 0)
        return false;
    bool is_served = client_send_bytes(&client, request, strlen(request)) == 0 &&
                     client_read_answer(&client, false, &answer) == 0;
    if (is_served) {
        is_served = answer.status == 200;
        answer_free(&answer);
    }
    client_close(&client);
    return is_served;
}

/* ---- The programs -------------------------------------------------------------------------- */

static const struct program programs[] = {
    {"01", "01-blocking-server/server", {NULL}, visit_echo},
    {"02", "02-threaded-server/server", {NULL}, visit_echo},
    {"02 --pool 3", "02-threaded-server/server", {"--pool", "3"}, visit_echo},
    {"02 --processes", "02-threaded-server/server", {"--processes"}, visit_echo},
    {"03", "03-epoll-loop/server", {NULL}, visit_echo},
    {"03 select", "03-epoll-loop/echo_select", {NULL}, visit_echo},
    {"03 poll", "03-epoll-loop/echo_poll", {NULL}, visit_echo},
    {"03 edges", "03-epoll-loop/echo_edge", {NULL}, visit_echo},
    {"04", "04-callbacks/server", {NULL}, visit_echo},
    {"04 commands", "04-callbacks/command_server", {NULL}, visit_commands},
    {"05", "05-coroutines/server", {NULL}, visit_echo},
    {"05 commands", "05-coroutines/command_server", {NULL}, visit_commands},
    {"10", "10-http-server/app", {NULL}, visit_http},
};

/* ---- Their lives --------------------------------------------------------------------------- */

void program_arguments(const struct program *program, const char *argv[PROGRAM_ARGUMENTS])
{
    int count = 0;
    argv[count++] = program_path(program->path);
    argv[count++] = "--port";
    argv[count++] = "0";
    for (int i = 0; i < 3 && program->arguments[i]; i++)
        argv[count++] = program->arguments[i];
    argv[count] = NULL;
}

bool program_is_serving(struct process *process)
{
    while (!process_has_ended(process)) {
        if (strstr(process_stdout(process), "Serving on "))
            return true;
        poll(NULL, 0, 1);
    }
    return false;
}

void program_expect_refusal(const struct program *program, const char *said, int code)
{
    const char *end = strchr(said, '\n');
    if (code != 1 || !end || end[1] != '\0' || end - said < 20)
        fail_msg("%s: exit %d, and it says \"%s\"", program->title, code, said);
}

int programs_run(const char *group, void (*test)(void **state))
{
    enum { COUNT = sizeof programs / sizeof programs[0] };
    struct CMUnitTest tests[COUNT];
    for (int i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = programs[i].title,
                                       .test_func = test,
                                       .teardown_func = process_teardown,
                                       .initial_state = (void *)&programs[i]};
    alarm(GUARD_S);
    cmocka_set_test_filter(getenv("ONLY")); /* ONLY="02*" */
    return _cmocka_run_group_tests(group, tests, COUNT, NULL, NULL);
}
