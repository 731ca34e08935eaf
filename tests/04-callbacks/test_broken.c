/* The wrong twins show what they say, and their mended runs do not. (broken/keyboard: with the
 * client, in test_client.c.) And the dialogue, which is right and yet a pain. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "net.h"
#include "process.h"
#include "unit.h"

static const char *output_of(const char *name, struct process **program)
{
    *program = process_start(program_path(name), NULL);
    assert_int_equal(process_wait(*program), 0);
    return process_stdout(*program);
}

static void the_tail_is_lost(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/lost_tail", &program);
    assert_non_null(strstr(out, "bytes came, the tail is lost\n"));
    assert_non_null(strstr(out, "by a transport:   4194304 bytes came\n"));
    process_free(program);
}

static void the_end_is_told_inside_a_write(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/lost_inside", &program);
    assert_string_equal(out, "line 1 is answered\n"
                             "  connection_lost, EPIPE (Broken pipe): the protocol frees itself\n"
                             "line 2 is answered, by a protocol that is freed\n"
                             "  connection_lost, again: a second free\n"
                             "line 3 is answered, by a protocol that is freed\n"
                             "  connection_lost, again: a second free\n");
    process_free(program);
}

static long number_after(const char *text, const char *words)
{
    const char *place = strstr(text, words);
    assert_non_null(place);
    return strtol(place + strlen(words), NULL, 10);
}

static void answers_without_a_limit(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/no_limit", &program);
    assert_int_equal(number_after(out, "without pause_writing: the client sent "), 16384);
    assert_in_range(number_after(out, "KiB, the server keeps "), 8 * 1024, 16384);
    const char *mended = strstr(out, "with it:");
    assert_non_null(mended);
    assert_in_range(number_after(mended, "the client sent "), 1, 8 * 1024);
    assert_in_range(number_after(mended, "the server keeps "), 64, 64 + 16);
    process_free(program);
}

/* ---- The dialogue -------------------------------------------------------------------------- */

static struct process *start_dialogue(struct client *peer)
{
    char port[8];
    int listening = net_listen("127.0.0.1", 0, 1);
    assert_true(listening >= 0);
    snprintf(port, sizeof port, "%d", net_port(listening));
    struct process *program =
        process_start(program_path("04-callbacks/dialogue"), "--port", port, "Bob", NULL);
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

int main(void)
{
    net_ignore_sigpipe();
    alarm(240);
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_tail_is_lost),        TEST(the_end_is_told_inside_a_write),
        TEST(answers_without_a_limit), TEST(step_by_step),
        TEST(ended_too_early),         TEST(interrupted),
    };
    return cmocka_run_group_tests_name("04-callbacks broken", tests, NULL, NULL);
}
