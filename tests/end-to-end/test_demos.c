/* The ten demos against the real /aio server. What the mechanism gives is asserted by the server's
 * counters and log; times only as "never early". */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "demos.h"
#include "fake_aio.h"
#include "leaks.h"
#include "unit.h"

/* The first answers come after five units: so long may five requests take to arrive. */
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
#define UNIT_MS 200
#else
#define UNIT_MS 60
#endif

static char folder[] = "/tmp/test-demos-XXXXXX";

static const char *file_in_folder(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(file_in_folder("summary"));
    unlink(file_in_folder("picture"));
    return rmdir(folder);
}

/* ---- What the mechanism gives -------------------------------------------------------------- */

/* "05-coroutines        7.0        5        1": by its columns, the name from the first on. */
static void expect_row(const char *line, const struct expected_row *expected)
{
    double units;
    int in_flight, threads, end = 0;
    size_t length = strlen(expected->name);
    assert_memory_equal(line, expected->name, length);
    assert_int_equal(line[length], ' ');
    int found = sscanf(line + length, " %lf %d %d%n", &units, &in_flight, &threads, &end);
    assert_int_equal(found, 3);
    assert_int_equal(line[length + (size_t)end], '\n');
    if (units < expected->at_least_units)
        fail_msg("%s: %.1f units is too early", expected->name, units);
    assert_int_equal(in_flight, expected->max_in_flight);
#ifndef THREAD_SANITIZER /* it adds a thread of its own when the first is started */
    assert_int_equal(threads, expected->threads);
#endif
}

static int occurrences(const char *text, const char *what)
{
    int count = 0;
    for (const char *found = text; (found = strstr(found, what)); found++)
        count++;
    return count;
}

static void gives_its_row(void **state)
{
    const struct demo_program *demo = demo_of(state);
    const char *summary = file_in_folder("summary");
    unlink(summary);
    uint16_t port;
    struct process *aio = aio_start(UNIT_MS, &port);
    struct usage before = process_usage(aio);
    struct process *process = demo_start(demo, port, (const char *[]){"--summary", summary, NULL});
    expect_exit(process, 0);
    assert_string_equal(process_stderr(process), "");

    int rows = demo->rows[1].name ? 2 : 1;
    char *text = read_whole_file(summary), *line = text;
    assert_int_equal(count_lines(text), rows);
    for (int i = 0; i < rows; i++) {
        expect_row(line, &demo->rows[i]);
        line = strchr(line, '\n') + 1;
    }
    free(text);
    /* A second run, or its being possible, resets the counters; the server's log has them all. */
    assert_int_equal(occurrences(process_stderr(aio), "\"GET /aio?delay=5 HTTP/1.1\" 200 "),
                     3 * rows);
    assert_int_equal(occurrences(process_stderr(aio), "\"GET /aio?delay=7 HTTP/1.1\" 200 "),
                     2 * rows);
    assert_int_equal(http_stats(port, "aborted"), 0);
    assert_int_equal(http_stats(port, "in_flight"), 0);
    expect_server_idle_again(aio, before);
    aio_stop(aio);
}

/* ---- The picture --------------------------------------------------------------------------- */

static char *picture_of(const struct demo_program *demo, const char *format)
{
    const char *picture = file_in_folder("picture");
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_PROPER);
    struct process *process = demo_start(
        demo, fake.port,
        (const char *[]){"--timeline", format, "--output", picture, "1", "2", "3", NULL});
    expect_exit(process, 0);
    fake_aio_stop(&fake);
    return read_whole_file(picture);
}

static void draws_into_a_file(void **state)
{
    char *text = picture_of(demo_of(state), "text");
    assert_non_null(strstr(text, "3 delay 3  |"));
    free(text);
    char *svg = picture_of(demo_of(state), "svg");
    assert_non_null(strstr(svg, "<svg"));
    assert_non_null(strstr(svg, "3 delay 3"));
    assert_string_equal(svg + strlen(svg) - strlen("</svg>\n"), "</svg>\n");
    free(svg);
    char *trace = picture_of(demo_of(state), "trace");
    assert_int_equal(occurrences(trace, "\"ph\":\"X\""), 3);
    assert_non_null(strstr(trace, "\"traceEvents\""));
    free(trace);
}

static const struct demo_test tests[] = {
    {"gives its row", gives_its_row},
    {"draws into a file", draws_into_a_file},
};

int main(void)
{
    return demos_run("the demos", tests, sizeof tests / sizeof tests[0], make_folder,
                     remove_folder);
}
