/* client_cases.c - the client at the keyboard, with a stdin of every kind. */
#include "client_cases.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "typing.h"
#include "unit.h"

static const char *client_program; /* for program_path */

/* Both ways, in turn: an answer is printed before the next line is typed. */
static void talk(struct typing *typing, int keyboard)
{
    client_send(&typing->peer, "Welcome\n");
    process_wait_stdout(typing->program, "Welcome\n");
    type(keyboard, "Ada\n");
    client_expect_line(&typing->peer, "Ada");
    client_send(&typing->peer, "Hello, Ada\n");
    process_wait_stdout(typing->program, "Hello, Ada\n");
    client_send(&typing->peer, "Nobody asked\n");
    process_wait_stdout(typing->program, "Nobody asked\n");
}

/* At a keyboard of the kind that `make` makes: the client has begun, and talked. */
static int sit_down(struct typing *typing, int (*make)(char *path, size_t size), char path[100])
{
    int keyboard = make(path, 100);
    typing_begin(typing, client_program, path);
    talk(typing, keyboard);
    return keyboard;
}

static void expect_orderly_end(struct typing *typing)
{
    client_expect_end(&typing->peer);
    client_close(&typing->peer);
    typing_end(typing, 0);
}

/* Exit code 1, and this is said on stderr. */
static void expect_failure(struct typing *typing, const char *text)
{
    assert_int_equal(process_wait(typing->program), 1);
    assert_non_null(strstr(process_stderr(typing->program), text));
    process_free(typing->program);
}

static void a_terminal(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = sit_down(&typing, terminal_make, path);
    type(keyboard, "exit\n");
    client_expect_line(&typing.peer, "exit");
    client_expect_end(&typing.peer);
    client_send(&typing.peer, "Bye\n");
    client_close(&typing.peer);
    process_wait_stdout(typing.program, "Bye\n");
    typing_end(&typing, 0);
    close(keyboard);
}

/* Ctrl-D at the beginning of a line is the end. */
static void the_end_at_a_terminal(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = sit_down(&typing, terminal_make, path);
    type(keyboard, "\x04");
    expect_orderly_end(&typing);
    close(keyboard);
}

/* "exit" in two pieces, and not the end of "no exit". What follows it is not sent. */
static void a_pipe(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = sit_down(&typing, pipe_make, path);
    type(keyboard, "no exit\nexits\nex");
    client_expect_line(&typing.peer, "no exit");
    client_expect_line(&typing.peer, "exits");
    type(keyboard, "it\nBob\n");
    client_expect_line(&typing.peer, "exit");
    expect_orderly_end(&typing);
    pipe_close(keyboard, path);
}

/* The last line has no end. Answers that come later are printed. */
static void a_pipe_that_ends(void **state)
{
    (void)state;
    char path[100], all[100];
    struct typing typing;
    int keyboard = sit_down(&typing, pipe_make, path);
    type(keyboard, "Bob");
    pipe_close(keyboard, path);
    assert_int_equal(client_read_to_end(&typing.peer, all, sizeof all), 3);
    assert_string_equal(all, "Bob");
    client_send(&typing.peer, "Hello, Bob\n");
    client_close(&typing.peer);
    assert_int_equal(process_wait(typing.program), 0);
    assert_non_null(strstr(process_stdout(typing.program), "Hello, Bob\n"));
    process_free(typing.program);
}

#define BIG   (8 * 1024 * 1024)
#define TICKS (BIG / 4096 + 50) /* passes in which it could have read all, a piece at a time */

/* epoll refuses a file: it is read in pieces. And no more of it than the peer takes, who takes
 * nothing at first: many answers get through, and meanwhile the file is not read to its end. */
static void a_file(void **state)
{
    (void)state;
    char path[100], *sent = malloc(BIG), *received = malloc(BIG);
    struct typing typing;
    assert_non_null(sent);
    assert_non_null(received);
    for (size_t i = 0; i < BIG; i++)
        sent[i] = i % 61 == 60 ? '\n' : (char)('A' + i % 53 % 26);
    file_make(path, sizeof path, sent, BIG);
    typing_begin(&typing, client_program, path);
    client_send(&typing.peer, "Welcome\n");
    process_wait_stdout(typing.program, "Welcome\n");
    for (int i = 0; i < TICKS; i++) {
        char tick[40];
        snprintf(tick, sizeof tick, "tick %d\n", i);
        client_send(&typing.peer, tick);
        process_wait_stdout(typing.program, tick);
    }
    assert_in_range(typing_place(&typing), 1, BIG - 1);
    assert_int_equal(client_read_exactly(&typing.peer, received, BIG), 0);
    assert_memory_equal(sent, received, BIG);
    expect_orderly_end(&typing);
    unlink(path);
    free(sent);
    free(received);
}

static void an_empty_file_and_none(void **state)
{
    (void)state;
    const char *const paths[] = {"/dev/null", NULL};
    for (int i = 0; i < 2; i++) {
        struct typing typing;
        typing_begin(&typing, client_program, paths[i]);
        client_send(&typing.peer, "Welcome\n");
        client_expect_end(&typing.peer);
        client_close(&typing.peer);
        assert_int_equal(process_wait(typing.program), 0);
        assert_string_equal(process_stdout(typing.program), "Welcome\n");
        process_free(typing.program);
    }
}

static void something_that_cannot_be_read(void **state)
{
    (void)state;
    struct typing typing;
    typing_begin(&typing, client_program, "/");
    client_expect_end(&typing.peer);
    client_close(&typing.peer);
    expect_failure(&typing, "stdin: EISDIR");
}

/* ---- Other ends ---------------------------------------------------------------------------- */

static void the_server_goes(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = sit_down(&typing, pipe_make, path);
    client_close(&typing.peer);
    expect_failure(&typing, "the server has ended");

    typing_begin(&typing, client_program, path);
    talk(&typing, keyboard);
    client_reset(&typing.peer);
    expect_failure(&typing, "ECONNRESET");
    pipe_close(keyboard, path);
}

static void interrupted(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = sit_down(&typing, pipe_make, path);
    process_signal(typing.program, SIGINT);
    client_expect_end(&typing.peer);
    typing_end(&typing, 128 + SIGINT);
    pipe_close(keyboard, path);
}

static void nobody_there(void **state)
{
    (void)state;
    char port[8];
    int listening = net_listen("127.0.0.1", 0, 1);
    assert_true(listening >= 0);
    snprintf(port, sizeof port, "%d", net_port(listening));
    close(listening);
    struct process *program = process_start(program_path(client_program), "--port", port, NULL);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "ECONNREFUSED"));
    assert_non_null(strstr(process_stderr(program), port));
    process_free(program);
    program = process_start(program_path(client_program), "--port", "99999", NULL);
    assert_int_equal(process_wait(program), 2);
    process_free(program);
    program = process_start(program_path(client_program), "somewhere", NULL);
    assert_int_equal(process_wait(program), 2);
    assert_non_null(strstr(process_stderr(program), "\"somewhere\""));
    process_free(program);
}

int run_client_cases(const char *program)
{
    client_program = program;
    net_ignore_sigpipe();
    alarm(240);
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_terminal),
        TEST(the_end_at_a_terminal),
        TEST(a_pipe),
        TEST(a_pipe_that_ends),
        TEST(a_file),
        TEST(an_empty_file_and_none),
        TEST(something_that_cannot_be_read),
        TEST(the_server_goes),
        TEST(interrupted),
        TEST(nobody_there),
    };
    return cmocka_run_group_tests_name(program, tests, NULL, NULL);
}
