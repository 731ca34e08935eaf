/* The client program, against the server and against one that leaves. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "process.h"
#include "unit.h"

/* The client with these lines typed: its exit code; what it printed is `process`'s. */
static struct process *type(const char *lines, uint16_t port, int *code)
{
    char command[512];
    snprintf(command, sizeof command, "printf '%s' | exec %s --port %u", lines,
             program_path("01-blocking-server/client"), port);
    struct process *client = process_start("/bin/sh", "-c", command, NULL);
    *code = process_wait(client);
    return client;
}

static void it_shows_the_dialogue(void **state)
{
    (void)state;
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "0", NULL);
    uint16_t port = process_serving_port(server);
    static const struct {
        const char *typed, *shown;
    } dialogues[] = {
        {"Ada\\nBob\\nexit\\nnot sent\\n",
         "Welcome. Type a line, or exit.\nHello, Ada\nHello, Bob\n"},
        {"no exit", "Welcome. Type a line, or exit.\nHello, no exit\n"},
        {"", "Welcome. Type a line, or exit.\n"},
    };
    for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
        int code;
        struct process *client = type(dialogues[i].typed, port, &code);
        assert_string_equal(process_stdout(client), dialogues[i].shown);
        assert_int_equal(code, 0);
        process_free(client);
    }
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* By a terminal that script(1) makes. It repeats what is typed, in its own time. */
static void at_a_keyboard_it_prompts(void **state)
{
    (void)state;
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "0", NULL);
    uint16_t port = process_serving_port(server);
    char command[512];
    snprintf(command, sizeof command,
             "command -v script >/dev/null || exit 77; "
             "printf 'Ada\\nexit\\n' | script -qec '%s --port %u' /dev/null",
             program_path("01-blocking-server/client"), port);
    struct process *client = process_start("/bin/sh", "-c", command, NULL);
    int code = process_wait(client);
    if (code == 77) {
        printf("left out: a client at a keyboard needs script (package bsdutils or util-linux)\n");
        skip();
    }
    assert_int_equal(code, 0);
    assert_non_null(strstr(process_stdout(client), "Hello, Ada\r\n"));
    assert_non_null(strstr(process_stdout(client), "> "));
    process_free(client);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void it_says_that_the_server_has_gone(void **state)
{
    (void)state;
    int listening = net_listen("127.0.0.1", 0, 1);
    assert_true(listening >= 0);
    uint16_t port = (uint16_t)net_port(listening);
    char text[16];
    snprintf(text, sizeof text, "%u", port);
    struct process *client =
        process_start(program_path("01-blocking-server/client"), "--port", text, NULL);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(process_wait(client), 1);
    assert_non_null(strstr(process_stderr(client), "the server has ended the connection"));
    process_free(client);

    shutdown(listening, SHUT_RDWR); /* the port stays ours, and refuses */
    int code;
    client = type("Ada\\n", port, &code);
    assert_int_equal(code, 1);
    assert_non_null(strstr(process_stderr(client), "ECONNREFUSED"));
    assert_non_null(strstr(process_stderr(client), text));
    process_free(client);
    close(listening);
}

int main(void)
{
    net_ignore_sigpipe();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_shows_the_dialogue, process_teardown),
        cmocka_unit_test_teardown(at_a_keyboard_it_prompts, process_teardown),
        cmocka_unit_test_teardown(it_says_that_the_server_has_gone, process_teardown),
    };
    return cmocka_run_group_tests_name("the client", tests, NULL, NULL);
}
