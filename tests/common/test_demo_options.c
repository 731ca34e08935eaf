/* A demo's command line, the address of its server, and what it says when nobody is there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"
#include "fake_demo.h"
#include "stub.h"
#include "unit.h"

#define USAGE 2

static void expect_refused(const char *options, const char *sentence)
{
    fake_demo_expect(fake_demo_run(NULL, options), USAGE, sentence);
}

/* ---- Values -------------------------------------------------------------------------------- */

static void test_bad_values_are_named(void **state)
{
    (void)state;
    expect_refused("--unit-ms abc", "--unit-ms \"abc\": expected a whole number from 1 to 60000");
    expect_refused("--unit-ms 0", "--unit-ms \"0\": expected a whole number from 1 to 60000");
    expect_refused("x", "delay \"x\": expected a whole number of units from 0 to 3600");
    expect_refused("5 +7", "delay \"+7\": expected a whole number of units from 0 to 3600");
    expect_refused("3601", "delay \"3601\": expected a whole number of units from 0 to 3600");
    expect_refused("--timeline png", "--timeline \"png\": expected text, svg or trace");
    expect_refused("--output=", "--output \"\": expected the name of a file");
    expect_refused("--fail x", "--fail \"x\": expected a whole number from 1 to 1000");
}

static void test_unknown_options(void **state)
{
    (void)state;
    struct process *demo = fake_demo_run(NULL, "--colour");
    assert_non_null(strstr(process_stderr(demo), "unrecognized option '--colour'"));
    assert_int_equal(process_wait(demo), USAGE);
}

static void test_help(void **state)
{
    (void)state;
    struct process *demo = fake_demo_run(NULL, "--help");
    fake_demo_expect(demo, 0, "");
    const char *const words[] = {"Fetches nothing.", "[DELAY...]", "--url=",    "--unit-ms=",
                                 "--timeline=",      "--output=",  "--summary", "--second="};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_non_null(strstr(process_stdout(demo), words[i]));
}

/* ---- Addresses ----------------------------------------------------------------------------- */

static void test_bad_addresses(void **state)
{
    (void)state;
    const char *const bad[] = {
        "127.0.0.1:3000", "https://127.0.0.1", "http://",         "http://h/path",
        "http://me@h:1",  "http://h:1?query",  "http://h:1#part", "http://h:0",
        "http://h:65536", "http://h:port",     "http://h:1//",    "file:///etc/passwd",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char option[100], sentence[200];
        snprintf(option, sizeof option, "--url %s", bad[i]);
        snprintf(sentence, sizeof sentence, "--url \"%s\": expected http://HOST:PORT", bad[i]);
        expect_refused(option, sentence);
        snprintf(sentence, sizeof sentence, "AIO_URL \"%s\": expected http://HOST:PORT", bad[i]);
        fake_demo_expect(fake_demo_run(bad[i], ""), USAGE, sentence);
    }
}

static void test_an_address_that_is_too_long(void **state)
{
    (void)state;
    char option[400] = "--url http://";
    memset(option + strlen(option), 'h', 200);
    assert_int_equal(process_wait(fake_demo_run(NULL, option)), USAGE);
}

/* The stub's host written as `host` and as `in_url`; what the demo then tells of itself. */
static void expect_address(struct stub *stub, const char *host, const char *in_url, const char *end)
{
    char url[64], expected[200];
    snprintf(url, sizeof url, "http://%s:%d%s", in_url, stub->port, end);
    struct process *demo = fake_demo_run(url, "--tell");
    fake_demo_expect(demo, 0, "");
    snprintf(expected, sizeof expected, "%s %d http://%s:%d 20000000 5\n", host, stub->port, in_url,
             stub->port);
    assert_memory_equal(process_stdout(demo), expected, strlen(expected));
    process_free(demo);
}

static void test_good_addresses(void **state)
{
    (void)state;
    struct stub stub;
    stub_start(&stub, STUB_AIO);
    expect_address(&stub, "127.0.0.1", "127.0.0.1", "");
    expect_address(&stub, "127.0.0.1", "127.0.0.1", "/");
    expect_address(&stub, "localhost", "localhost", "");
    stub_stop(&stub);
}

static void test_the_option_wins_over_the_environment(void **state)
{
    (void)state;
    struct stub stub;
    char options[64];
    stub_start(&stub, STUB_AIO);
    snprintf(options, sizeof options, "--url http://127.0.0.1:%d", stub.port);
    fake_demo_expect(fake_demo_run("http://127.0.0.1:1", options), 0, "");
    stub_stop(&stub);
}

static void test_brackets_are_not_part_of_the_host(void **state)
{
    (void)state;
    struct stub stub;
    if (!stub_start_at(&stub, "::1", STUB_AIO, -1))
        skip();
    expect_address(&stub, "::1", "[::1]", "");
    stub_stop(&stub);
}

/* ---- The unit ------------------------------------------------------------------------------ */

static void expect_unit(const char *stats, const char *options, const char *unit)
{
    struct stub stub;
    char url[64];
    stub_start(&stub, stats);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub.port);
    struct process *demo = fake_demo_run(url, options);
    fake_demo_expect(demo, 0, "");
    assert_non_null(strstr(process_stdout(demo), unit));
    process_free(demo);
    stub_stop(&stub);
}

static void test_the_unit(void **state)
{
    (void)state;
    expect_unit(STUB_AIO, "--tell", " 20000000 5\n");
    expect_unit(STUB_AIO, "--tell --unit-ms 3", " 3000000 5\n");
    expect_unit("HTTP/1.1 200 OK\r\n\r\n{\"requests\": 0, \"in_flight\": 0, \"max_in_flight\": 0, "
                "\"completed\": 0, \"aborted\": 0}",
                "--tell 1 2", " 1000000000 2\n");
}

/* ---- Nobody there, or somebody else -------------------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    struct stub stub;
    char url[64], sentence[200];
    stub_start_patient(&stub, STUB_AIO, 0); /* bound, and never served */
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub.port);
    stub_stop(&stub);
    struct process *demo = fake_demo_run(url, "");
    snprintf(sentence, sizeof sentence,
             "no /aio server at %s (ECONNREFUSED (Connection refused)); start one with: make aio",
             url);
    fake_demo_expect(demo, 1, sentence);
    assert_string_equal(process_stdout(demo), "");
}

/* `what` is NULL where the words are libcurl's. */
static void expect_stranger(const char *stats, const char *what)
{
    struct stub stub;
    char url[64], sentence[400];
    stub_start(&stub, stats);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub.port);
    struct process *demo = fake_demo_run(url, "");
    snprintf(sentence, sizeof sentence, "what answers at %s is no /aio server (/stats: %s", url,
             what != NULL ? what : "");
    assert_non_null(strstr(process_stderr(demo), sentence));
    if (what != NULL) {
        strcat(sentence, "); name one by --url or AIO_URL");
        fake_demo_expect(demo, 1, sentence);
    }
    assert_int_equal(process_wait(demo), 1);
    assert_int_equal(stub.asked, 1);
    process_free(demo);
    stub_stop(&stub);
}

static void test_strangers(void **state)
{
    (void)state;
    const char *missing = "its counters are not there";
    expect_stranger("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404");
    expect_stranger("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "status 302");
    expect_stranger("HTTP/1.1 200 OK\r\n\r\n<html>", missing);
    expect_stranger("HTTP/1.1 200 OK\r\n\r\n", missing);
    expect_stranger("HTTP/1.1 200 OK\r\n\r\n{\"requests\": 1}", missing);
    expect_stranger("HTTP/1.1 200 OK\r\n\r\n{\"requests\": \"1\", \"in_flight\": 0, "
                    "\"max_in_flight\": 0, \"completed\": 0, \"aborted\": 0}",
                    missing);
    expect_stranger("Welcome. Type a line, or exit.\n", NULL);
    expect_stranger("", NULL);
}

static void test_a_flood_is_not_kept(void **state)
{
    (void)state;
    static char flood[100000] = "HTTP/1.1 200 OK\r\n\r\n";
    memset(flood + strlen(flood), 'x', sizeof flood - 1 - strlen(flood));
    expect_stranger(flood, NULL);
}

#define DEMO_TEST(test) cmocka_unit_test_teardown(test, process_teardown)

int main(int argc, char **argv)
{
    if (fake_demo_wanted())
        return fake_demo_main(argc, argv);
    alarm(300);
    const struct CMUnitTest tests[] = {
        DEMO_TEST(test_bad_values_are_named),
        DEMO_TEST(test_unknown_options),
        DEMO_TEST(test_help),
        DEMO_TEST(test_bad_addresses),
        DEMO_TEST(test_an_address_that_is_too_long),
        DEMO_TEST(test_good_addresses),
        DEMO_TEST(test_the_option_wins_over_the_environment),
        DEMO_TEST(test_brackets_are_not_part_of_the_host),
        DEMO_TEST(test_the_unit),
        DEMO_TEST(test_refused),
        DEMO_TEST(test_strangers),
        DEMO_TEST(test_a_flood_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
