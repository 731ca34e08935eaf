/* dialogue_cases.c - the dialogue of three steps, with a server that keeps to it or not. */
#include "dialogue_cases.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "net.h"
#include "process.h"
#include "unit.h"

static const char *dialogue_program; /* for program_path */

static struct process *start_dialogue(struct client *peer)
{
    char port[8];
    int listening = net_listen("127.0.0.1", 0, 1);
    assert_true(listening >= 0);
    snprintf(port, sizeof port, "%d", net_port(listening));
    struct process *program =
        process_start(program_path(dialogue_program), "--port", port, "Bob", NULL);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    close(listening);
    client_adopt(peer, fd);
    return program;
}

static void step_by_step(void **state)
{
    (void)state;
    struct client peer;
    struct process *program = start_dialogue(&peer);
    client_send(&peer, "Wel");
    client_send(&peer, "come\n");
    client_expect_line(&peer, "Bob");
    client_send(&peer, "Hello, Bob\r\n");
    client_expect_line(&peer, "exit");
    client_close(&peer);
    assert_int_equal(process_wait(program), 0);
    assert_string_equal(process_stdout(program), "Welcome\nHello, Bob\n");
    process_free(program);
}

static void ended_too_early(void **state)
{
    (void)state;
    static char megabyte[1024 * 1024];
    struct client peer;
    struct process *program = start_dialogue(&peer);
    client_send(&peer, "Welcome\n");
    client_expect_line(&peer, "Bob");
    client_close(&peer);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "too early"));
    process_free(program);

    program = start_dialogue(&peer);
    memset(megabyte, 'x', sizeof megabyte);
    client_send_bytes(&peer, megabyte, sizeof megabyte); /* it may be cut off while we send */
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "EMSGSIZE"));
    client_close(&peer);
    process_free(program);
}

static void interrupted(void **state)
{
    (void)state;
    struct client peer;
    struct process *program = start_dialogue(&peer);
    client_send(&peer, "Welcome\n");
    client_expect_line(&peer, "Bob");
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 128 + SIGINT);
    client_close(&peer);
    process_free(program);
}

int run_dialogue_cases(const char *program)
{
    dialogue_program = program;
    net_ignore_sigpipe();
    alarm(240);
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(step_by_step),
        TEST(ended_too_early),
        TEST(interrupted),
    };
    return cmocka_run_group_tests_name(program, tests, NULL, NULL);
}
