#include "cells.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"

#define GUARD_S       400 /* of a whole test program */
#define MAX_ARGUMENTS 8

const struct server servers[] = {
    {"01", "01-blocking-server/server", {NULL}, 1, 10, true},
    {"02", "02-threaded-server/server", {NULL}, 0, 200, false},
    {"02 --processes", "02-threaded-server/server", {"--processes"}, 0, 50, true},
    {"02 --pool 3", "02-threaded-server/server", {"--pool", "3"}, 3, 20, false},
    {"03", "03-epoll-loop/server", {NULL}, 0, 200, false},
    {"04", "04-callbacks/server", {NULL}, 0, 200, false},
    {"05", "05-coroutines/server", {NULL}, 0, 200, false},
};
const int server_count = sizeof servers / sizeof servers[0];

/* ---- Being polite -------------------------------------------------------------------------- */

void greeted(struct client *client, uint16_t port)
{
    client_connect(client, port);
    client_expect_line(client, GREETING);
}

void says(struct client *client, const char *text)
{
    char line[8192];
    snprintf(line, sizeof line, "%s\n", text);
    client_send(client, line);
    snprintf(line, sizeof line, "Hello, %s", text);
    client_expect_line(client, line);
}

void polite_visit(uint16_t port)
{
    struct client client;
    greeted(&client, port);
    says(&client, "Ada");
    client_send(&client, "exit\n");
    client_expect_end(&client);
    client_close(&client);
}

void polite_visit_meanwhile(const struct cell *cell)
{
    if (cell->server->frozen_by != 1)
        polite_visit(cell->port);
}

void expect_no_growth(const struct cell *cell, long before_kib, long allowed_kib)
{
#if !defined(ADDRESS_SANITIZER) && !defined(THREAD_SANITIZER)
    long grown_kib = process_rss_kib(cell->process) - before_kib;
    if (grown_kib > allowed_kib)
        fail_msg("%s has grown by %ld KiB", cell->server->title, grown_kib);
#else
    (void)cell, (void)before_kib, (void)allowed_kib;
#endif
}

/* ---- A cell -------------------------------------------------------------------------------- */

/* The server logs the end of a client a moment before or after it has forgotten it, so the counts
 * are the smallest of some looks. One too many would only make the test milder. */
static struct usage usage_of_idle(struct process *process)
{
    struct usage least = process_usage(process);
    for (int looks = 0; looks < 20; looks++) {
        poll(NULL, 0, 1);
        struct usage now = process_usage(process);
        least.fds = now.fds < least.fds ? now.fds : least.fds;
        least.threads = now.threads < least.threads ? now.threads : least.threads;
        least.children = now.children < least.children ? now.children : least.children;
    }
    return least;
}

static void cell_begin(struct cell *cell, const char *const environment[])
{
    const char *instead = getenv("SERVER"); /* for test_harness.c */
    const char *program = instead ? instead : program_path(cell->server->program);
    const char *argv[MAX_ARGUMENTS] = {program, "--port", "0"};
    for (int i = 0; i < 3 && cell->server->options[i]; i++)
        argv[3 + i] = cell->server->options[i];
    cell->process = process_start_argv(argv, environment);
    cell->port = process_serving_port(cell->process);
    polite_visit(cell->port);
    process_wait_stdout(cell->process, "disconnect ");
    cell->before = usage_of_idle(cell->process);
}

void cell_finish(struct cell *cell)
{
    polite_visit(cell->port);
    expect_server_idle_again(cell->process, cell->before);
    assert_int_equal(process_stop(cell->process), 0);
    assert_true(process_group_is_empty(cell->process));
}

/* ---- The table ----------------------------------------------------------------------------- */

struct planned {
    struct cell cell;
    const struct cell_test *test;
    const char *const *environment;
    char name[120];
};

static void play_planned(void **state)
{
    struct planned *planned = *state;
    cell_begin(&planned->cell, planned->environment);
    planned->test->play(&planned->cell);
    if (!process_has_ended(planned->cell.process))
        cell_finish(&planned->cell);
    process_free(planned->cell.process);
}

/* A thousand clients are a thousand descriptors, on either side. */
static void allow_many_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The thread sanitizer keeps signals back until a blocking call has returned, so a program of one
 * thread that lives by being interrupted does not end under it; nor has it races to be found. */
static bool is_hopeless(const struct server *server)
{
#ifdef THREAD_SANITIZER
    return server->is_interrupted;
#else
    (void)server;
    return false;
#endif
}

int cells_run(const char *group, const struct cell_test *tests, int count,
              const char *const environment[])
{
    struct planned *plan = calloc((size_t)(count * server_count), sizeof *plan);
    struct CMUnitTest *units = calloc((size_t)(count * server_count), sizeof *units);
    size_t planned = 0;
    if (!plan || !units)
        abort();
    for (int i = 0; i < count * server_count; i++) {
        const struct server *server = &servers[i / count];
        const struct cell_test *test = &tests[i % count];
        if (is_hopeless(server) || (test->concerns && !test->concerns(server)))
            continue;
        struct planned *one = &plan[planned];
        *one = (struct planned){.cell.server = server, .test = test, .environment = environment};
        snprintf(one->name, sizeof one->name, "%s: %s", server->title, test->name);
        units[planned++] = (struct CMUnitTest){.name = one->name,
                                               .test_func = play_planned,
                                               .teardown_func = process_teardown,
                                               .initial_state = one};
    }
    allow_many_descriptors();
    cmocka_set_test_filter(getenv("ONLY")); /* ONLY="03: *" */
    alarm(GUARD_S);
    int failed = _cmocka_run_group_tests(group, units, planned, NULL, NULL);
    alarm(0);
    free(units);
    free(plan);
    return failed;
}
