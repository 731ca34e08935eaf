/* The programs of the lesson, by the server's counters and by the order of what they print. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "net.h"
#include "programs.h"
#include "runs.h"
#include "site.h"
#include "unit.h"

#define IN_07(name) "07-semaphore/" name

/* ---- limit --------------------------------------------------------------------------------- */

/* Number i begins when no more than `limit` - 1 of those before it are under way, and they begin in
 * the order of asking. */
static void expect_turns(const char *printed, int count, int limit)
{
    int begun = 0, done = 0, number;
    char word[20];
    for (const char *line = printed; sscanf(line, "%*d requests%19s", word) != 1;
         line = strchr(line, '\n') + 1) {
        if (sscanf(line, "fetching %d", &number) == 1) {
            assert_int_equal(number, begun++);
            assert_in_range(begun - done, 1, limit);
        } else {
            assert_int_equal(sscanf(line, "%d don%1s", &number, word), 2);
            assert_in_range(number, 0, begun - 1);
            done++;
        }
    }
    assert_int_equal(begun, count);
    assert_int_equal(done, count);
}

static void five_and_then_one_for_each_that_ends(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program = program_start(&aio, IN_07("limit"), "5 7 6");
    assert_int_equal(process_wait(program), 0);
    static const char first[] = "fetching 0\nfetching 1\nfetching 2\nfetching 3\nfetching 4\n";
    assert_int_equal(strncmp(process_stdout(program), first, strlen(first)), 0);
    expect_turns(process_stdout(program), 50, 5);
    expect_printed(program, "50 requests, 5 at once, ");
    process_free(program);
    assert_int_equal(http_stats(aio.port, "max_in_flight"), 5);
    assert_int_equal(http_stats(aio.port, "completed"), 50);
    aio_stop(&aio);
}

/* ---- lock_in_the_wrong_place --------------------------------------------------------------- */

static void only_who_works_may_hold_the_permit(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, IN_07("lock_in_the_wrong_place"), "--only task 5"),
                   "the task holds the permit: 20 requests, limit 4, at once 4\n");
    assert_int_equal(http_stats(aio.port, "max_in_flight"), 4);
    struct process *program =
        program_start(&aio, IN_07("lock_in_the_wrong_place"), "--only loop --limit 1 " LONG);
    aio_wait(&aio, "in_flight", 20);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    process_free(program);
    program_expect(program_start(&aio, IN_07("lock_in_the_wrong_place"), "--count 6 --limit 2 1"),
                   "the loop holds the permit: 6 requests, limit 2, at once 6\n"
                   "the task holds the permit: 6 requests, limit 2, at once 2\n");
    aio_stop(&aio);
}

/* ---- files --------------------------------------------------------------------------------- */

static struct process *start_files(const char *folder, const char *count, const char *limit)
{
    char entry[100];
    const char *const argv[] = {
        program_path(IN_07("files")), "--count", count, "--limit", limit, NULL};
    const char *const environment[] = {entry, NULL};
    snprintf(entry, sizeof entry, "TMPDIR=%s", folder);
    return process_start_argv(argv, environment);
}

static void without_a_limit_files_run_out(void **state)
{
    (void)state;
    char folder[] = "/tmp/test-files-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct process *program = start_files(folder, "300", "40");
    assert_int_equal(process_wait(program), 0);
    int written, refused;
    assert_int_equal(sscanf(process_stdout(program), "without a limit: %d written, %d EMFILE",
                            &written, &refused),
                     2);
    assert_in_range(written, 41, 61); /* 64, without stdin, stdout, stderr and the loop's */
    assert_int_equal(written + refused, 300);
    expect_printed(program, "\n40 at a time: 300 written, 0 EMFILE\n");
    process_free(program);
    assert_int_equal(rmdir(folder), 0); /* it is empty */
}

/* One at a time: three seconds and more, and it is interrupted at their beginning. */
static void its_files_are_taken_away(void **state)
{
    (void)state;
    char folder[] = "/tmp/test-files-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct process *program = start_files(folder, "3000", "1");
    process_wait_stdout(program, "without a limit");
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stderr(program),
                        "files: interrupted: ECANCELED (Operation canceled)\n");
    process_free(program);
    assert_int_equal(rmdir(folder), 0);
    program = start_files("/nowhere", "5", "1");
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "TMPDIR names another place"));
    process_free(program);
}

/* ---- rate ---------------------------------------------------------------------------------- */

/* When they begin is told by test_token_bucket; here a unit is short, and only numbers count. */
static void every_try_takes_a_token(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program =
        program_start(&aio, IN_07("rate"), "--unit-ms 1 --count 9 --failures 2");
    assert_int_equal(process_wait(program), 0);
    expect_printed(program, "\n9 requests, 15 tries, 0 failed\n");
    expect_printed(program, "request 6, try 3\n");
    assert_null(strstr(process_stdout(program), "request 7, try 2"));
    process_free(program);
    assert_int_equal(http_stats(aio.port, "requests"), 15);
    program = program_start(&aio, IN_07("rate"), "--unit-ms 1 --count 4 --failures 9 --tries 3");
    assert_int_equal(process_wait(program), 1);
    expect_printed(program, "request 3 has failed: EREMOTEIO (Remote I/O error)\n");
    expect_printed(program, "\n4 requests, 8 tries, 2 failed\n");
    process_free(program);
    aio_stop(&aio);
}

/* ---- crawl --------------------------------------------------------------------------------- */

/* Six slow pages on one server, three on another: each has its own limit. */
static void each_host_has_its_limit(void **state)
{
    (void)state;
    struct aio one, other;
    char words[600] = "--limit 2";
    aio_start(&one);
    aio_start(&other);
    for (int i = 0; i < 9; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), " %s/aio?delay=%s&page=%d",
                 (i < 6 ? one.entry : other.entry) + strlen("AIO_URL="), i < 8 ? "10" : LONG, i);
    struct process *program = program_start(&one, IN_07("crawl"), words);
    aio_wait(&one, "completed", 6);
    aio_wait(&other, "in_flight", 1);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stderr(program),
                        "crawl: interrupted: ECANCELED (Operation canceled)\n");
    process_free(program);
    assert_int_equal(http_stats(one.port, "max_in_flight"), 2);
    assert_int_equal(http_stats(other.port, "max_in_flight"), 2);
    aio_wait(&other, "aborted", 1);
    aio_stop(&one);
    aio_stop(&other);
}

static const struct site_page pages[] = {
    {"/", 200, "text/html", "<a href=/a> <a href=/b>"},
    {"/a", 200, "text/html", "<a href=/b> <a href=/c>"},
    {"/b", 200, "text/html", "b"},
    {"/c", 200, "text/html", "c"},
    {NULL, 0, NULL, NULL},
};

static void one_at_a_time_reads_the_whole_site(void **state)
{
    (void)state;
    struct site site;
    char url[40], expected[400];
    site_open(&site, pages);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", site.port);
    snprintf(expected, sizeof expected,
             "1 %s/: 200, 23 bytes\n  <a href=/a> <a href=/b>\n"
             "2 %s/a: 200, 23 bytes\n  <a href=/b> <a href=/c>\n"
             "3 %s/b: 200, 1 bytes\n  b\n4 %s/c: 200, 1 bytes\n  c\n",
             url, url, url, url);
    program_expect(process_start(program_path(IN_07("crawl")), "--limit=1", url, NULL), expected);
    assert_int_equal(site_close(&site), 4);
}

/* ---- All of them --------------------------------------------------------------------------- */

static void ctrl_c_reaches_the_server(void **state)
{
    (void)state;
    struct aio aio;
    long aborted = 0;
    aio_start(&aio);
    static const struct {
        const char *name, *words;
        long in_flight;
    } endless[] = {
        {IN_07("limit"), LONG, 5},
        {IN_07("lock_in_the_wrong_place"), "--only task " LONG, 4},
    };
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        struct process *program = program_start(&aio, endless[i].name, endless[i].words);
        aio_wait(&aio, "in_flight", endless[i].in_flight);
        process_signal(program, i % 2 ? SIGTERM : SIGINT);
        assert_int_equal(process_wait(program), 1);
        assert_non_null(strstr(process_stderr(program), ": interrupted: ECANCELED"));
        process_free(program);
        aio_wait(&aio, "aborted", aborted += endless[i].in_flight);
        aio_wait(&aio, "in_flight", 0);
    }
    aio_stop(&aio);
}

static void usage_is_explained(void **state)
{
    (void)state;
    static const char *const names[] = {IN_07("limit"), IN_07("lock_in_the_wrong_place"),
                                        IN_07("files"), IN_07("rate"), IN_07("crawl")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_help(names[i]);
        expect_refused(names[i], "--nonsense", "--nonsense");
    }
    expect_refused(IN_07("limit"), "--limit=0", "--limit \"0\"");
    expect_refused(IN_07("lock_in_the_wrong_place"), "--only=me", "--only \"me\": expected loop");
    expect_refused(IN_07("files"), "--descriptors=3", "--descriptors \"3\"");
    expect_refused(IN_07("rate"), "--burst=0", "--burst \"0\"");
    expect_refused(IN_07("rate"), "--seed=x", "--seed \"x\"");
    expect_refused(IN_07("crawl"), "--limit=0", "--limit \"0\"");
    expect_refused(IN_07("crawl"), NULL, "URL");
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(five_and_then_one_for_each_that_ends),
        TEST(only_who_works_may_hold_the_permit),
        TEST(without_a_limit_files_run_out),
        TEST(its_files_are_taken_away),
        TEST(every_try_takes_a_token),
        TEST(each_host_has_its_limit),
        TEST(one_at_a_time_reads_the_whole_site),
        TEST(ctrl_c_reaches_the_server),
        TEST(usage_is_explained),
    };
    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
