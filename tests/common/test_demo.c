/* A demo's runs: the picture, the summary, the row of the table; and all that can go wrong. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "demo.h"
#include "fake_demo.h"
#include "stub.h"
#include "unit.h"

#define BARS(title)                                                                      \
    title "\n"                                                                           \
          "1 delay 5  |########################################                |  5.0\n" \
          "2 delay 7  |########################################################|  7.0\n" \
          "3 delay 5  |########################################                |  5.0\n" \
          "4 delay 5  |########################################                |  5.0\n" \
          "5 delay 7  |########################################################|  7.0\n" \
          "            +-------+-------+-------+-------+-------+-------+-------+\n"      \
          "            0       1       2       3       4       5       6       7 units\n"

#define SUMMARY "00-nothing: 7.0 units, max in flight 4, threads 1\n"
#define ROW     "00-nothing                             7.0               4         1\n"

/* Each test has a server, its address, and a file that is not there yet. */
static struct stub stub;
static char url[64], path[] = "/tmp/test_demo.XXXXXX";

static int set_up(void **state)
{
    (void)state;
    stub_start(&stub, STUB_AIO);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub.port);
    strcpy(path + strlen(path) - 6, "XXXXXX");
    close((int)CHECK(mkstemp(path)));
    CHECK(unlink(path));
    return 0;
}

static int tear_down(void **state)
{
    stub_stop(&stub);
    unlink(path);
    return process_teardown(state);
}

static const char *file_contents(void)
{
    static char text[16384];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static bool file_is_there(void)
{
    return access(path, F_OK) == 0;
}

/* `options` with the file's path in the place of %s. */
static struct process *run(const char *options)
{
    char line[512];
    const char *mark = strstr(options, "%s");
    int before = mark != NULL ? (int)(mark - options) : (int)strlen(options);
    snprintf(line, sizeof line, "%.*s%s%s", before, options, mark != NULL ? path : "",
             mark != NULL ? mark + 2 : "");
    return fake_demo_run(url, line);
}

/* ---- What is printed ----------------------------------------------------------------------- */

static void test_picture_and_summary(void **state)
{
    (void)state;
    struct process *demo = run("");
    fake_demo_expect(demo, 0, "");
    assert_string_equal(process_stdout(demo), BARS("all made up") SUMMARY);
    assert_int_equal(stub.asked, 2);
    assert_int_equal(stub.resets, 1);
}

static void test_rows_stand_in_the_order_of_asking(void **state)
{
    (void)state;
    struct process *demo = run("--backwards");
    fake_demo_expect(demo, 0, "");
    assert_string_equal(process_stdout(demo), BARS("all made up") SUMMARY);
    assert_int_equal(process_wait(run("--backwards --forget 2")), 1);
    demo = run("--backwards 4 2 0 3");
    assert_non_null(strstr(process_stdout(demo), "\n3 delay 0  |#      "));
    assert_non_null(strstr(process_stdout(demo), "|  0.0\n4 delay 3  |###"));
}

static void test_delays_as_arguments(void **state)
{
    (void)state;
    struct process *demo = run("2 0 30");
    fake_demo_expect(demo, 0, "");
    assert_non_null(strstr(process_stdout(demo), "\n3 delay 30  |##########"));
    assert_non_null(strstr(process_stdout(demo), "\n00-nothing: 30.0 units"));
}

static void test_the_row(void **state)
{
    (void)state;
    fake_demo_expect(run("--summary %s"), 0, "");
    assert_string_equal(file_contents(), ROW);
    fake_demo_expect(run("--summary %s"), 0, "");
    assert_string_equal(file_contents(), ROW ROW);
}

static void test_a_second_run(void **state)
{
    (void)state;
    struct process *demo = run("--second by-hand --summary %s");
    fake_demo_expect(demo, 0, "");
    assert_string_equal(
        process_stdout(demo),
        BARS("all made up")
            SUMMARY BARS("by-hand") "00-nothing, by-hand: 7.0 units, max in flight 4, threads 1\n");
    assert_string_equal(file_contents(), ROW
                        "  by-hand                              7.0               4         1\n");
    assert_int_equal(stub.resets, 3); /* before each run, and once more */
}

static void test_from_threads(void **state)
{
    (void)state;
    struct process *demo = run("--threads --summary %s");
    fake_demo_expect(demo, 0, "");
    char chapter[32];
    double units;
    int in_flight, threads;
    assert_int_equal(
        sscanf(file_contents(), "%31s %lf %d %d", chapter, &units, &in_flight, &threads), 4);
    assert_in_range(threads, 2, 6); /* some may have ended before others began */
}

/* ---- Where it goes ------------------------------------------------------------------------- */

static void test_text_into_a_file(void **state)
{
    (void)state;
    struct process *demo = run("--second again --output %s");
    fake_demo_expect(demo, 0, "");
    assert_string_equal(process_stdout(demo),
                        SUMMARY "00-nothing, again: 7.0 units, max in flight 4, threads 1\n");
    assert_string_equal(file_contents(), BARS("all made up") BARS("again"));
}

static void test_a_document_into_a_file(void **state)
{
    (void)state;
    struct process *demo = run("--second again --timeline svg --output %s");
    fake_demo_expect(demo, 0, "");
    const char *svg = file_contents();
    assert_memory_equal(svg, "<?xml", 5);
    assert_string_equal(strstr(svg, "</svg>"), "</svg>\n"); /* the first run's alone */
}

static void test_a_document_on_stdout(void **state)
{
    (void)state;
    struct process *demo = run("--timeline trace");
    assert_string_equal(process_stderr(demo), SUMMARY);
    json_t *trace = json_loads(process_stdout(demo), 0, NULL);
    assert_non_null(trace);
    json_decref(trace);
    assert_int_equal(process_wait(demo), 0);
}

/* ---- What goes wrong ----------------------------------------------------------------------- */

static void test_full_disks(void **state)
{
    (void)state;
    struct process *demo = run("--output /dev/full");
    fake_demo_expect(demo, 1, "/dev/full: ENOSPC (No space left on device)");
    assert_string_equal(process_stdout(demo), SUMMARY);
    fake_demo_expect(run("--output /dev/full --timeline svg"), 1,
                     "/dev/full: ENOSPC (No space left on device)");
    fake_demo_expect(run("--summary /dev/full"), 1, "/dev/full: ENOSPC (No space left on device)");
    fake_demo_expect(run("--stdout /dev/full"), 1, "stdout: ENOSPC (No space left on device)");
    fake_demo_expect(run("--stdout /dev/full --output %s"), 1,
                     "stdout: ENOSPC (No space left on device)");
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    fake_demo_expect(run("--output /dev/null/x"), 1, "/dev/null/x: ENOTDIR (Not a directory)");
}

static void test_a_failed_fetch_is_named(void **state)
{
    (void)state;
    struct process *demo = run("--fail 3 --summary %s");
    fake_demo_expect(demo, 1, "request 3 (delay 5): ECONNRESET (Connection reset by peer)");
    assert_non_null(strstr(process_stdout(demo), "\n3 delay 5  |xxxx"));
    assert_non_null(strstr(process_stdout(demo), " 5.0 ECONNRESET\n"));
    assert_false(file_is_there());
}

static void test_a_fetch_that_never_ended_has_failed(void **state)
{
    (void)state;
    struct process *demo = run("--forget 2 --summary %s");
    fake_demo_expect(demo, 1, "request 2 (delay 7): EINPROGRESS (Operation now in progress)");
    assert_non_null(strstr(process_stdout(demo), "\n2 delay 7  |>>>>"));
    assert_false(file_is_there());
}

static void test_a_failure_of_the_first_run_is_kept(void **state)
{
    (void)state;
    struct process *demo = run("--fail 1 --second again 5");
    assert_int_equal(process_wait(demo), 1);
    assert_int_equal(stub.resets, 3);
}

static void test_the_server_dies_half_way(void **state)
{
    (void)state;
    char sentence[200];
    stub_stop(&stub);
    stub_start_patient(&stub, STUB_AIO, 2);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub.port);
    struct process *demo = run("--summary %s");
    snprintf(sentence, sizeof sentence,
             "no /aio server at %s (ECONNREFUSED (Connection refused)); start one with: make aio",
             url);
    fake_demo_expect(demo, 1, sentence);
    assert_string_equal(process_stdout(demo), BARS("all made up"));
    assert_false(file_is_there());
}

/* ---- Answers ------------------------------------------------------------------------------- */

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        int expected;
    } cases[] = {
        {200, "{\"delay\": 5}", 0},
        {200, "{\"delay\":5}\n", 0},
        {200, "{\"delay\": 7}", -EPROTO},
        {200, "{\"delay\": \"5\"}", -EPROTO},
        {200, "{\"delay\": 5} x", -EPROTO},
        {200, "{}", -EPROTO},
        {200, "[5]", -EPROTO},
        {200, "", -EPROTO},
        {404, "{\"delay\": 5}", -EPROTO},
        {204, "", -EPROTO},
        {500, "", -EREMOTEIO},
        {503, "{\"delay\": 5}", -EREMOTEIO},
        {200, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", -EPROTO},
    };
    struct demo demo = {.count = 1, .delays = (int[]){5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            demo_check_answer(&demo, 0, cases[i].status, cases[i].body, strlen(cases[i].body)),
            cases[i].expected);
    char target[64];
    demo_target(&demo, 0, target, sizeof target);
    assert_string_equal(target, "/aio?delay=5");
}

#define DEMO_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    if (fake_demo_wanted())
        return fake_demo_main(argc, argv);
    alarm(300);
    const struct CMUnitTest tests[] = {
        DEMO_TEST(test_picture_and_summary),
        DEMO_TEST(test_rows_stand_in_the_order_of_asking),
        DEMO_TEST(test_delays_as_arguments),
        DEMO_TEST(test_the_row),
        DEMO_TEST(test_a_second_run),
        DEMO_TEST(test_from_threads),
        DEMO_TEST(test_text_into_a_file),
        DEMO_TEST(test_a_document_into_a_file),
        DEMO_TEST(test_a_document_on_stdout),
        DEMO_TEST(test_full_disks),
        DEMO_TEST(test_a_folder_that_is_not_there),
        DEMO_TEST(test_a_failed_fetch_is_named),
        DEMO_TEST(test_a_fetch_that_never_ended_has_failed),
        DEMO_TEST(test_a_failure_of_the_first_run_is_kept),
        DEMO_TEST(test_the_server_dies_half_way),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
