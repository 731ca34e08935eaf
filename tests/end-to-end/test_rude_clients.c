/* Rude clients against the echo servers of chapters 01 to 05: slow, deaf or suddenly gone. Every
 * server survives each of them and serves the next. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cells.h"
#include "clock.h"
#include "dialogues.h"
#include "unit.h"

/* ---- The slow, the deaf and the gone ------------------------------------------------------- */

static void dribbler(struct cell *cell)
{
    struct client client;
    greeted(&client, cell->port);
    for (const char *byte = "hello\r\nagain\r\n"; *byte; byte++) {
        assert_int_equal(client_send_bytes(&client, byte, 1), 0);
        polite_visit_meanwhile(cell);
    }
    client_expect_line(&client, "Hello, hello");
    client_expect_line(&client, "Hello, again");
    client_close(&client);
}

/* Asks and asks and reads nothing, until the server's answers fill all that the kernel holds and it
 * stops reading too. A server that goes on reading would have to keep the answers: it is not to
 * grow. Ends early, as a milder test, when the server is only slow for 200 ms. */
static void ask_until_full(struct cell *cell, struct client *client)
{
    enum { LINES = 1000, LINE = 64, LIMIT = 64 << 20 };
    static char lines[LINES * LINE];
    size_t sent = 0;
    for (int i = 0; i < LINES; i++) {
        memset(lines + i * LINE, 'x', LINE - 1);
        lines[i * LINE + LINE - 1] = '\n';
    }
    for (;;) {
        size_t at = sent % sizeof lines;
        ssize_t count = client_send_some(client, lines + at, sizeof lines - at);
        if (count == -EAGAIN) {
            struct pollfd room = {.fd = client->fd, .events = POLLOUT};
            if (poll(&room, 1, 200) == 0)
                return;
            continue;
        }
        if (count < 0)
            fail_msg("the server has left a client who does not read: %s", strerror((int)-count));
        sent += (size_t)count;
        if (sent > LIMIT)
            fail_msg("%s takes %zu bytes of a client who reads nothing", cell->server->title, sent);
    }
}

static void never_reader(struct cell *cell)
{
    struct client client;
    long before_kib = process_rss_kib(cell->process);
    client_connect_small(&client, cell->port);
    ask_until_full(cell, &client);
    polite_visit_meanwhile(cell);
    expect_no_growth(cell, before_kib, 4096);
    client_reset(&client);
}

/* Empty lines: a byte of question makes eight bytes of answer. */
static void ask_much(struct client *client, uint16_t port)
{
    static char lines[64 * 1024];
    memset(lines, '\n', sizeof lines);
    greeted(client, port);
    assert_true(client_send_some(client, lines, sizeof lines) > 0);
    client_expect_line(client, "Hello, ");
}

static void reset_while_answered(struct cell *cell)
{
    for (int i = 0; i < 10; i++) {
        struct client client;
        ask_much(&client, cell->port);
        client_reset(&client);
        polite_visit(cell->port);
    }
}

/* An end in order before the reset, and writing gives EPIPE instead of ECONNRESET: with a SIGPIPE,
 * which ends a server that has not seen to it. */
static void leave_while_answered(struct cell *cell)
{
    for (int i = 0; i < 10; i++) {
        struct client client;
        ask_much(&client, cell->port);
        client_half_close(&client);
        client_reset(&client);
        polite_visit(cell->port);
    }
}

static void connect_and_vanish(struct cell *cell)
{
    for (int i = 0; i < 50; i++) {
        struct client client;
        client_connect(&client, cell->port);
        if (i % 2)
            client_reset(&client);
        else
            client_close(&client);
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
        {"a byte at a time", dribbler, NULL},
        {"a client that never reads", never_reader, NULL},
        {"a client that reads late", late_reader, NULL},
        {"a reset while being answered", reset_while_answered, NULL},
        {"leaving while being answered", leave_while_answered, NULL},
        {"connect and vanish", connect_and_vanish, NULL},
        {"out of descriptors", out_of_descriptors, holds_many_clients},
        {"SIGINT with clients in talk", sigint_with_clients, NULL},
    };
    return cells_run("rude clients", tests, sizeof tests / sizeof tests[0], NULL);
}
