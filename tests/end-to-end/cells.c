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

#define UNKNOWN_COMMAND "Unknown command. Available commands: add <number>, "

const struct server servers[] = {
    {"01", "01-blocking-server/server", {NULL}, 1, 10, true, false},
    {"02", "02-threaded-server/server", {NULL}, 0, 1000, false, false},
    {"02 --processes", "02-threaded-server/server", {"--processes"}, 0, 200, true, false},
    {"02 --pool 3", "02-threaded-server/server", {"--pool", "3"}, 3, 20, false, false},
    {"03", "03-epoll-loop/server", {NULL}, 0, 1000, false, false},
    {"04", "04-callbacks/server", {NULL}, 0, 1000, false, false},
    {"04 commands", "04-callbacks/command_server", {NULL}, 0, 1000, false, true},
    {"05", "05-coroutines/server", {NULL}, 0, 1000, false, false},
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

/* ---- In the words of the cell's server ------------------------------------------------------- */

void cell_greeted(const struct cell *cell, struct client *client)
{
    client_connect(client, cell->port);
    if (!cell->server->takes_commands)
        client_expect_line(client, GREETING);
}

void cell_expect_answer(const struct cell *cell, struct client *client, const char *word)
{
    char line[64] = UNKNOWN_COMMAND;
    if (!cell->server->takes_commands) {
        snprintf(line, sizeof line, "Hello, %s", word);
        client_expect_line(client, line);
        return;
    }
    char answer[256];
    ssize_t length = client_read_line(client, answer, sizeof answer);
    assert_true(length >= (ssize_t)strlen(line));
    assert_memory_equal(answer, line, strlen(line));
}

void cell_says(const struct cell *cell, struct client *client, const char *word)
{
    client_send(client, word);
    client_send(client, "\n");
    cell_expect_answer(cell, client, word);
}

void cell_visit(const struct cell *cell)
{
    struct client client;
    cell_greeted(cell, &client);
    cell_says(cell, &client, "Ada");
    if (cell->server->takes_commands)
        client_half_close(&client);
    else
        client_send(&client, "exit\n");
    client_expect_end(&client);
    client_close(&client);
}

/* ---- Memory -------------------------------------------------------------------------------- */

long cell_memory_kib(const struct cell *cell)
{
    return process_own_memory_kib(cell->process);
}

void expect_no_growth(const struct cell *cell, long before_kib, long allowed_kib)
{
#if !defined(ADDRESS_SANITIZER) && !defined(THREAD_SANITIZER)
    long now_kib = cell_memory_kib(cell);
    if (before_kib <= 0 || now_kib <= 0)
        fail_msg("the memory of %s cannot be read", cell->server->title);
    if (now_kib - before_kib > allowed_kib)
        fail_msg("%s has grown by %ld KiB, allowed are %ld", cell->server->title,
                 now_kib - before_kib, allowed_kib);
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
    cell_visit(cell);
    process_wait_stdout(cell->process,
                        cell->server->takes_commands ? "Connection closed" : "disconnect ");
    cell->before = usage_of_idle(cell->process);
}

void cell_finish(struct cell *cell)
{
    cell_visit(cell);
    expect_server_idle_again(cell->process, cell->before);
    assert_int_equal(process_stop(cell->process), 0);
    assert_true(process_group_is_empty(cell->process));
}

/* ---- The table ----------------------------------------------------------------------------- */

struct planned {
    struct cell cell;
    const struct cell_test *test;
    const char *const *environment;
    enum outcome *outcome; /* where it is wanted, or NULL */
    char name[120];
};

static const char *const outcome_names[] = {"survived", "closed it", "frozen", "-"};

const char *outcome_name(enum outcome outcome)
{
    return outcome_names[outcome];
}

static void expect_outcome(const struct planned *planned)
{
    const struct server *server = planned->cell.server;
    enum outcome expected = planned->test->expected;
    if (expected == FROZEN && !server->frozen_by)
        expected = SURVIVED;
    if (planned->cell.saw != expected)
        fail_msg("%s: expected %s, got %s", planned->name, outcome_name(expected),
                 outcome_name(planned->cell.saw));
}

static void play_planned(void **state)
{
    struct planned *planned = *state;
    cell_begin(&planned->cell, planned->environment);
    planned->test->play(&planned->cell);
    if (!process_has_ended(planned->cell.process))
        cell_finish(&planned->cell);
    process_free(planned->cell.process);
    if (planned->outcome)
        *planned->outcome = planned->cell.saw;
    expect_outcome(planned);
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

static bool is_planned(const struct cell_test *test, const struct server *server)
{
    return !is_hopeless(server) && (!server->takes_commands || test->is_for_commands) &&
           (!test->concerns || test->concerns(server));
}

int cells_run(const char *group, const struct cell_test *tests, int count,
              const char *const environment[])
{
    return cells_run_outcomes(group, tests, count, environment, NULL);
}

int cells_run_outcomes(const char *group, const struct cell_test *tests, int count,
                       const char *const environment[], enum outcome *outcomes)
{
    struct planned *plan = calloc((size_t)(count * server_count), sizeof *plan);
    struct CMUnitTest *units = calloc((size_t)(count * server_count), sizeof *units);
    size_t planned = 0;
    if (!plan || !units)
        abort();
    for (int i = 0; i < count * server_count; i++) {
        const struct server *server = &servers[i / count];
        const struct cell_test *test = &tests[i % count];
        if (outcomes)
            outcomes[i] = NOT_PLAYED;
        if (!is_planned(test, server))
            continue;
        struct planned *one = &plan[planned];
        *one = (struct planned){.cell.server = server,
                                .test = test,
                                .environment = environment,
                                .outcome = outcomes ? &outcomes[i] : NULL};
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
