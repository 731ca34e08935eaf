#include "demos.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "clock.h"
#include "unit.h"

#define GUARD_S       60
#define MAX_ARGUMENTS 16

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

struct process *demo_start(const struct demo_program *demo, uint16_t port,
                           const char *const *arguments)
{
    char program[64], url[64];
    snprintf(program, sizeof program, "%s/demo", demo->chapter);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    const char *argv[MAX_ARGUMENTS + 1] = {program_path(program), "--url", url};
    for (int i = 3; arguments && *arguments && i < MAX_ARGUMENTS; i++)
        argv[i] = *arguments++;
    return process_start_argv(argv, NULL);
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
