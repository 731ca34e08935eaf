/* Rude clients against the echo servers of chapters 01 to 05, beside those of the hostile table
 * (test_hostile.c). Every server survives each of them and serves the next. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cells.h"
#include "clock.h"
#include "dialogues.h"
#include "rude.h"
#include "unit.h"

/* ---- The gone -------------------------------------------------------------------------------- */

/* An end in order before the reset, and writing gives EPIPE instead of ECONNRESET: with a SIGPIPE,
 * which ends a server that has not seen to it. */
static void leave_while_answered(struct cell *cell)
{
    for (int i = 0; i < 10; i++) {
        struct client client;
        ask_much(cell, &client);
        client_half_close(&client);
        client_reset(&client);
        polite_visit(cell->port);
    }
}

/* ---- Too many ------------------------------------------------------------------------------ */

static bool holds_many_clients(const struct server *server)
{
    return server->frozen_by != 1 && !strstr(server->title, "processes");
}

static void wait_until_full(const struct cell *cell, int descriptors)
{
    int64_t deadline = clock_now() + PROCESS_GUARD_S * NS_PER_S;
    while (process_count_fds(cell->process) < descriptors && clock_now() < deadline)
        poll(NULL, 0, 1);
    assert_int_equal(process_count_fds(cell->process), descriptors);
}

/* More clients than the server may have descriptors. Those that it has are served meanwhile, and
 * when they have gone it takes others. */
static void out_of_descriptors(struct cell *cell)
{
    enum { LIMIT = 20, CLIENTS = 40 };
    static struct client crowd[CLIENTS];
    struct rlimit limit = {LIMIT, LIMIT};
    assert_int_equal(prlimit(process_pid(cell->process), RLIMIT_NOFILE, &limit, NULL), 0);
    for (int i = 0; i < CLIENTS; i++)
        client_connect(&crowd[i], cell->port);
    wait_until_full(cell, LIMIT);
    client_expect_line(&crowd[0], GREETING);
    says(&crowd[0], "still served");
    for (int i = 0; i < CLIENTS; i++)
        client_close(&crowd[i]);
}

/* ---- The end ------------------------------------------------------------------------------- */

/* Clients in every state, and the server has to end. */
static void sigint_with_clients(struct cell *cell)
{
    struct client silent, asking;
    greeted(&silent, cell->port);
    client_connect_small(&asking, cell->port);
    if (cell->server->frozen_by != 1)
        ask_until_full(cell, &asking);
    process_signal(cell->process, SIGINT);
    assert_int_equal(process_wait(cell->process), 0);
    assert_true(process_group_is_empty(cell->process));
    client_wait_closed(&silent);
    client_wait_closed(&asking);
    client_close(&silent);
    client_close(&asking);
}

int main(void)
{
    static const struct cell_test tests[] = {
        {.name = "a client that reads late", .play = late_reader},
        {.name = "leaving while being answered", .play = leave_while_answered},
        {.name = "out of descriptors", .play = out_of_descriptors, .concerns = holds_many_clients},
        {.name = "SIGINT with clients in talk", .play = sigint_with_clients},
    };
    return cells_run("rude clients", tests, sizeof tests / sizeof tests[0], NULL);
}
