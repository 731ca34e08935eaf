#include "demos.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "clock.h"
#include "unit.h"

#define GUARD_S         60
#define PROGRAM_GUARD_S 400
#define MAX_ARGUMENTS   16
#define MAX_UNITS       120

const struct demo_program demos[] = {
    {"01-blocking-server", {{"01-blocking-server", 29, 1, 1}}},
    {"02-threaded-server", {{"02-threaded-server", 7, 5, 6}}},
    {"03-epoll-loop", {{"03-epoll-loop", 7, 5, 1}}},
    {"04-callbacks", {{"04-callbacks", 7, 5, 1}, {"  by libcurl", 7, 5, 1}}},
    {"05-coroutines", {{"05-coroutines", 7, 5, 1}}},
    {"06-tasks-gather", {{"06-tasks-gather", 7, 5, 1}}},
    {"07-semaphore", {{"07-semaphore", 17, 2, 1}}},
    {"08-producer-consumer", {{"08-producer-consumer", 12, 3, 1}}},
    {"09-threadpool-offload",
     {{"09-threadpool-offload", 12, 4, 5}, {"  with five threads", 7, 5, 6}}},
    {"10-http-server", {{"10-http-server", 7, 5, 1}}},
};
const int demo_count = sizeof demos / sizeof demos[0];

struct process *demo_start_in(const struct demo_program *demo, uint16_t port,
                              const char *const *arguments, const char *const *environment)
{
    char program[64], url[64];
    snprintf(program, sizeof program, "%s/demo", demo->chapter);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    const char *argv[MAX_ARGUMENTS + 1] = {program_path(program), "--url", url};
    for (int i = 3; arguments && *arguments && i < MAX_ARGUMENTS; i++)
        argv[i] = *arguments++;
    return process_start_argv(argv, environment);
}

struct process *demo_start(const struct demo_program *demo, uint16_t port,
                           const char *const *arguments)
{
    return demo_start_in(demo, port, arguments, NULL);
}

struct process *aio_start(int unit_ms, uint16_t *port)
{
    char unit[16];
    snprintf(unit, sizeof unit, "%d", unit_ms);
    struct process *aio = process_start(program_path("10-http-server/app"), "--port", "0",
                                        "--unit-ms", unit, "--grace", "0", NULL);
    *port = process_serving_port(aio);
    return aio;
}

void aio_stop(struct process *aio)
{
    assert_int_equal(process_stop(aio), 0);
    process_free(aio);
}

static void wait_stats(uint16_t port, const char *counter, long least, long most)
{
    int64_t deadline = clock_now() + GUARD_S * NS_PER_S;
    long value = http_stats(port, counter);
    while ((value < least || value > most) && clock_now() < deadline) {
        poll(NULL, 0, 2);
        value = http_stats(port, counter);
    }
    if (value < least || value > most)
        fail_msg("%s of /stats stays at %ld", counter, value);
}

void wait_stats_at_least(uint16_t port, const char *counter, long value)
{
    wait_stats(port, counter, value, INT32_MAX);
}

void wait_stats_at_most(uint16_t port, const char *counter, long value)
{
    wait_stats(port, counter, 0, value);
}

char *read_whole_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 20);
    if (!file || !text)
        fail_msg("%s cannot be read", path);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

void expect_exit(struct process *demo, int expected)
{
    int code = process_wait(demo);
    if (code != expected)
        fail_msg("exit code %d, not %d; stderr: %.400s", code, expected, process_stderr(demo));
    assert_true(process_group_is_empty(demo));
}

int reserve_port(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

int count_lines(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* ---- A test for each demo ------------------------------------------------------------------ */

const struct demo_program *demo_of(void **state)
{
    return *state;
}

int demos_run(const char *group, const struct demo_test *tests, int count,
              int (*setup)(void **state), int (*teardown)(void **state))
{
    static struct CMUnitTest units[MAX_UNITS];
    static char names[MAX_UNITS][80];
    size_t unit_count = (size_t)(count * demo_count);
    if (unit_count > MAX_UNITS)
        abort();
    for (size_t i = 0; i < unit_count; i++) {
        const struct demo_program *demo = &demos[i / (size_t)count];
        const struct demo_test *test = &tests[i % (size_t)count];
        snprintf(names[i], sizeof names[i], "%s: %s", demo->chapter, test->name);
        units[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test->test,
                                       .teardown_func = process_teardown,
                                       .initial_state = (void *)demo};
    }
    alarm(PROGRAM_GUARD_S);
    cmocka_set_test_filter(getenv("ONLY")); /* ONLY="03-*" */
    return _cmocka_run_group_tests(group, units, unit_count, setup, teardown);
}
