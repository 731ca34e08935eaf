/* Who is first, who leaves, and a whole site: single_flight, happy_eyeballs, crawl and compare. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "net.h"
#include "programs.h"
#include "runs.h"
#include "site.h"
#include "unit.h"

/* ---- single_flight, happy_eyeballs --------------------------------------------------------- */

/* A caller has to leave while the request is under way. */
static void many_callers_are_one_request(void **state)
{
    (void)state;
    program_expect_in_time(
        "single_flight", "--callers 7 2",
        "nobody leaves:    7 served, 0 cancelled; the server: requests 1, aborted 0\n"
        "one leaves:       6 served, 1 cancelled; the server: requests 2, aborted 0\n"
        "all leave:        0 served, 7 cancelled; the server: requests 3, aborted 1\n");
}

static void the_first_that_answers_wins(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, "happy_eyeballs", LONG " 1"),
                   "*: attempt 1 begins\n"
                   "*: attempt 2 begins\n"
                   "*: attempt 2 answers\n"
                   "*: attempt 1 ECANCELED (Operation canceled)\n"
                   "attempt 2 wins, 2 of 2 were made; the server: aborted 1\n");
    aio_stop(&aio);
}

/* The next attempt would begin after an hour. */
static void a_fast_first_stays_alone(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, "happy_eyeballs", "--unit-ms 60000 --stagger 60 0 1"),
                   "*: attempt 1 begins\n"
                   "*: attempt 1 answers\n"
                   "attempt 1 wins, 1 of 2 were made; the server: aborted 0\n");
    aio_stop(&aio);
}

static void a_failure_does_not_wait_for_the_stagger(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, "happy_eyeballs", "--unit-ms 60000 --stagger 60 drop 1"),
                   "*: attempt 1 begins\n"
                   "*: attempt 1 ECONNRESET (Connection reset by peer)\n"
                   "*: attempt 2 begins\n"
                   "*: attempt 2 answers\n"
                   "attempt 2 wins, 2 of 2 were made; the server: aborted 0\n");
    struct process *program = program_start(&aio, "happy_eyeballs", "drop drop");
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "ECONNRESET"));
    process_free(program);
    aio_stop(&aio);
}

/* ---- crawl --------------------------------------------------------------------------------- */

static const struct site_page pages[] = {
    {"/", 200, "text/html", "<a href=/late> <a href=/b> <a href=/#again> <a href=/gone>"},
    {"/late", 200, "text/html; charset=utf-8", "late\n\x01<a href=/c>"},
    {"/b", 200, "text/plain", "<a href=/not-followed>"},
    {"/c", 200, "text/html",
     "<a href=/><a href=/b><a href=/late>0123456789012345678901234567890123456789"
     "012345678901234567890123\xC3\xA9 and more"},
    {NULL, 0, NULL, NULL},
};

static struct process *start_crawl(const struct site *site, const char *option)
{
    char url[60];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", site->port);
    return process_start(program_path("06-tasks-gather/crawl"), url, option, NULL);
}

/* "/late" is answered after "/b", and printed before it; nothing is fetched twice. */
static void pages_stand_in_the_order_of_discovery(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, pages);
    struct process *program = start_crawl(&site, NULL);
    char expected[1000], url[40];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", site.port);
    snprintf(expected, sizeof expected,
             "1 %s/: 200, 58 bytes\n  <a href=/late> <a href=/b> <a href=/#again> <a href=/gone>\n"
             "2 %s/late: 200, 17 bytes\n  late  <a href=/c>\n"
             "3 %s/b: 200, 22 bytes\n  <a href=/not-followed>\n"
             "4 %s/gone: 404, 12 bytes\n  no such page\n"
             "5 %s/c: 200, 110 bytes\n"
             "  <a href=/><a href=/b><a href=/late>0123456789012345678901234567890123456789"
             "012345678901234567890123\n",
             url, url, url, url, url);
    assert_int_equal(process_wait(program), 0);
    assert_string_equal(process_stdout(program), expected);
    assert_string_equal(process_stderr(program), "");
    process_free(program);
    assert_int_equal(site_close(&site), 5);
}

static void no_more_pages_than_asked_for(void **state)
{
    (void)state;
    static const struct site_page ring[] = {
        {"/", 200, "text/html", "<a href=/1><a href=/2><a href=/3>"},
        {"/1", 200, "text/html", "one"},
        {"/2", 200, "text/html", "two"},
        {NULL, 0, NULL, NULL},
    };
    struct site site;
    site_open(&site, ring);
    struct process *program = start_crawl(&site, "--pages=2");
    assert_int_equal(process_wait(program), 0);
    expect_printed(program, "/1: 200");
    assert_null(strstr(process_stdout(program), "/2: "));
    process_free(program);
    assert_int_equal(site_close(&site), 2);
}

static void a_page_that_cannot_be_had_is_told(void **state)
{
    (void)state;
    static const struct site_page bad[] = {
        {"/", 200, "text/html", "<a href=/closes><a href=/ok>"},
        {"/closes", 0, NULL, NULL},
        {"/ok", 200, "text/html", "fine"},
        {NULL, 0, NULL, NULL},
    };
    struct site site;
    site_open(&site, bad);
    struct process *program = start_crawl(&site, NULL);
    assert_int_equal(process_wait(program), 1);
    expect_printed(program, "/closes: ECONNRESET");
    expect_printed(program, "/ok: 200, 4 bytes\n  fine\n");
    process_free(program);
    site_close(&site);
}

/* In the middle of a page: of two, the site answers "/late" only after another one. */
static void a_crawl_is_interrupted(void **state)
{
    (void)state;
    static const struct site_page slow[] = {
        {"/", 200, "text/html", "<a href=/late>"},
        {NULL, 0, NULL, NULL},
    };
    struct site site;
    site_open(&site, slow);
    struct process *program = start_crawl(&site, NULL);
    site_wait_for_late(&site);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stderr(program),
                        "crawl: interrupted: ECANCELED (Operation canceled)\n");
    process_free(program);
    site_close(&site);
}

/* Another server is told from an /aio server, and is not asked for more. */
static void a_stranger_is_named(void **state)
{
    (void)state;
    struct site site;
    struct aio aio;
    site_open(&site, pages);
    snprintf(aio.entry, sizeof aio.entry, "AIO_URL=http://127.0.0.1:%u", site.port);
    struct process *program = program_start(&aio, "get", "0");
    assert_int_equal(process_wait(program), 1);
    char line[200];
    snprintf(line, sizeof line,
             "get: what answers at http://127.0.0.1:%u is no /aio server (/stats: status 404); "
             "name one by --url or AIO_URL\n",
             site.port);
    assert_string_equal(process_stderr(program), line);
    process_free(program);
    assert_int_equal(site_close(&site), 1);
}

static void usage_is_explained(void **state)
{
    (void)state;
    expect_refused("06-tasks-gather/crawl", NULL, "URL");
    expect_refused("06-tasks-gather/crawl", "http://[", "\"http://[\" is no URL");
    expect_refused("06-tasks-gather/crawl", "--pages=0", "--pages \"0\"");
    static const char *const names[] = {"get",          "get_timeout",   "gets",
                                        "gets_timeout", "timeout_it",    "compare",
                                        "crawl",        "single_flight", "happy_eyeballs"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[60];
        snprintf(path, sizeof path, "06-tasks-gather/%s", names[i]);
        expect_help(path);
    }
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(many_callers_are_one_request),
        TEST(the_first_that_answers_wins),
        TEST(a_fast_first_stays_alone),
        TEST(a_failure_does_not_wait_for_the_stagger),
        TEST(pages_stand_in_the_order_of_discovery),
        TEST(no_more_pages_than_asked_for),
        TEST(a_page_that_cannot_be_had_is_told),
        TEST(a_crawl_is_interrupted),
        TEST(a_stranger_is_named),
        TEST(usage_is_explained),
    };
    return cmocka_run_group_tests_name("programs: races", tests, NULL, NULL);
}
