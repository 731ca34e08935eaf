/* The options that all servers share: what they take, and the sentence about what they do not. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "child.h"
#include "net.h"
#include "options.h"
#include "unit.h"

#define MAX_ARGUMENTS 6

/* ---- Numbers ------------------------------------------------------------------------------- */

static void expect_number(const char *text, int rc, long expected)
{
    long value = 77;
    assert_int_equal(parse_number(text, -5, 100, &value), rc);
    assert_int_equal(value, rc == 0 ? expected : 77);
}

static void test_numbers(void **state)
{
    (void)state;
    expect_number("0", 0, 0);
    expect_number("100", 0, 100);
    expect_number("-5", 0, -5);
    expect_number("007", 0, 7);
    expect_number("101", -ERANGE, 0);
    expect_number("-6", -ERANGE, 0);
    expect_number("99999999999999999999999", -ERANGE, 0);
    const char *const strange[] = {"", " 1", "1 ", "+1", "-", "--1", "1.0", "1e2", "0x10", "abc"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        expect_number(strange[i], -EINVAL, 0);
}

/* ---- A server's command line --------------------------------------------------------------- */

/* Parses and prints what it has understood. */
static int parse_as_server(void *arg)
{
    char **argv = arg;
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    struct server_options options;
    server_options_parse(&options, 7777, "A server of no use.", argc, argv);
    printf("%s %d\n", options.host, options.port);
    return 0;
}

/* `words`: of the command line, separated by blanks. */
static void run_server(struct child *child, const char *words)
{
    char line[200], *argv[MAX_ARGUMENTS + 1] = {"server"}, *rest = line, *word;
    snprintf(line, sizeof line, "%s", words);
    for (int i = 1; i < MAX_ARGUMENTS && (word = strsep(&rest, " ")) != NULL; i++)
        argv[i] = word;
    run_in_child(child, parse_as_server, argv);
}

static void expect_taken(const char *words, const char *understood)
{
    struct child child;
    run_server(&child, words);
    assert_string_equal(child.err, "");
    assert_string_equal(child.out, understood);
    assert_int_equal(child.status, 0);
}

static void expect_refused(const char *words, const char *sentence)
{
    struct child child;
    run_server(&child, words);
    assert_non_null(strstr(child.err, sentence));
    assert_string_equal(child.out, "");
    assert_int_equal(child.status, 2);
}

static void test_servers_options(void **state)
{
    (void)state;
    expect_taken("--port 0", "127.0.0.1 0\n");
    expect_taken("--port=65535 --host ::1", "::1 65535\n");
    expect_taken("--host=localhost", "localhost 7777\n");
}

static void test_bad_values_are_named(void **state)
{
    (void)state;
    expect_refused("--port abc",
                   "server: --port \"abc\": expected a whole number from 0 to 65535\n");
    expect_refused("--port 65536", "--port \"65536\": expected");
    expect_refused("--port -1", "--port \"-1\": expected");
    expect_refused("--port=", "--port \"\": expected");
    expect_refused("--colour", "unrecognized option '--colour'");
    expect_refused("--host", "'--host' requires an argument");
    expect_refused("x", "server: \"x\": expected no arguments; see --help\n");
}

static void test_help_tells_the_defaults(void **state)
{
    (void)state;
    struct child child;
    run_server(&child, "--help");
    assert_int_equal(child.status, 0);
    assert_non_null(strstr(child.out, "A server of no use."));
    assert_non_null(strstr(child.out, "7777"));
    assert_non_null(strstr(child.out, "127.0.0.1"));
    run_server(&child, "--usage");
    assert_int_equal(child.status, 0);
}

/* ---- As a child of a program's own argp ---------------------------------------------------- */

struct own_options {
    struct server_options server;
    long speed;
};

static error_t parse_own(int key, char *text, struct argp_state *state)
{
    struct own_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->server;
        return 0;
    case 's':
        options->speed = option_number(state, "--speed", text, 1, 9);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int parse_with_own(void *arg)
{
    static const struct argp_option list[] = {{"speed", 's', "N", 0, "How fast", 0}, {0}};
    const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = list, .parser = parse_own, .children = children};
    struct own_options options = {.server = {.port = 3000}};
    char **argv = arg;
    argp_parse(&argp, 3, argv, 0, NULL, &options);
    printf("%ld %s %d\n", options.speed, options.server.host, options.server.port);
    return 0;
}

static void test_a_program_adds_its_own(void **state)
{
    (void)state;
    struct child child;
    run_in_child(&child, parse_with_own, (char *[]){"fast", "--speed=9", "--port=1", NULL});
    assert_string_equal(child.out, "9 127.0.0.1 1\n");
    run_in_child(&child, parse_with_own, (char *[]){"fast", "--speed=10", "--port=1", NULL});
    assert_string_equal(child.err, "fast: --speed \"10\": expected a whole number from 1 to 9\n");
    assert_int_equal(child.status, 2);
    run_in_child(&child, parse_with_own, (char *[]){"fast", "--speed=9", "--what", NULL});
    assert_int_equal(child.status, 2);
}

/* ---- The first line ------------------------------------------------------------------------ */

static int announce(void *arg)
{
    server_announce(*(int *)arg);
    return 0;
}

static int announce_on_full_disk(void *arg)
{
    if (freopen("/dev/full", "w", stdout) == NULL)
        return 99;
    return announce(arg);
}

static void test_announce(void **state)
{
    (void)state;
    struct child child;
    char expected[NET_NAME_MAX + 20];
    int fd = net_listen("127.0.0.1", 0, 1);
    assert_true(fd >= 0);
    run_in_child(&child, announce, &fd);
    snprintf(expected, sizeof expected, "Serving on 127.0.0.1:%d\n", net_port(fd));
    assert_string_equal(child.out, expected);
    run_in_child(&child, announce_on_full_disk, &fd);
    assert_non_null(strstr(child.err, ": stdout: ENOSPC (No space left on device)\n"));
    assert_int_equal(child.status, 1);
}

/* ---- A server that cannot begin ------------------------------------------------------------- */

static int cannot_listen(void *arg)
{
    struct server_options options = {.host = "10.0.0.1", .port = 7777};
    server_cannot_listen(&options, *(int *)arg);
}

static void expect_remedy(int error, const char *sentence)
{
    struct child child;
    run_in_child(&child, cannot_listen, &error);
    assert_int_equal(child.status, 1);
    assert_non_null(strstr(child.err, "cannot listen on 10.0.0.1 port 7777"));
    assert_non_null(strstr(child.err, sentence));
    assert_ptr_equal(strchr(child.err, '\n'), child.err + strlen(child.err) - 1);
}

static void test_what_helps_against_a_port_is_said(void **state)
{
    (void)state;
    expect_remedy(-EADDRINUSE, "; --port 0 finds a free one: EADDRINUSE (");
    expect_remedy(-EACCES, "; one above 1023 is for everybody: EACCES (");
    expect_remedy(-EADDRNOTAVAIL, "; --host wants an address of this machine: EADDRNOTAVAIL (");
    expect_remedy(-ENXIO, "; --host wants an address of this machine: ENXIO (");
    expect_remedy(-EMFILE, ": EMFILE (Too many open files); ulimit -n allows more\n");
}

/* A client would be one descriptor more. */
static int announce_without_a_spare(void *arg)
{
    (void)arg;
    int listening = net_listen("127.0.0.1", 0, 1);
    struct rlimit limit = {.rlim_cur = (rlim_t)listening + 1, .rlim_max = (rlim_t)listening + 1};
    if (listening < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 99;
    server_announce(listening);
    return 0;
}

static void test_a_spare_descriptor_is_wanted(void **state)
{
    (void)state;
    struct child child;
    run_in_child(&child, announce_without_a_spare, NULL);
    assert_int_equal(child.status, 1);
    assert_string_equal(child.out, "");
    assert_non_null(strstr(child.err, "no descriptor is left for a client: EMFILE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_helps_against_a_port_is_said),
        cmocka_unit_test(test_a_spare_descriptor_is_wanted),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_servers_options),
        cmocka_unit_test(test_bad_values_are_named),
        cmocka_unit_test(test_help_tells_the_defaults),
        cmocka_unit_test(test_a_program_adds_its_own),
        cmocka_unit_test(test_announce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
