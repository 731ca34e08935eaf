/* The same dialogue with the echo servers of chapters 01 to 05, and clients who only sit there. Who
 * survives whom is the point of those chapters: 01 is frozen by a single silent client, a pool by
 * as many as it has threads, and the others by none. test_rude_clients.c has the others. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "dialogues.h"
#include "unit.h"

/* ---- Lines that are too long --------------------------------------------------------------- */

static void expect_refused_line(struct cell *cell, size_t length)
{
    struct client client;
    char *line = malloc(length + 1);
    assert_non_null(line);
    memset(line, 'x', length);
    line[length] = '\n';
    greeted(&client, cell->port);
    int rc = client_send_bytes(&client, line, length + 1);
    assert_true(rc == 0 || rc == -EPIPE || rc == -ECONNRESET); /* it may close while we send */
    free(line);
    client_expect_line(&client, "Line too long.");
    client_expect_end(&client);
    client_close(&client);
}

static void line_a_byte_too_long(struct cell *cell)
{
    expect_refused_line(cell, 4097);
}

static void line_of_a_megabyte(struct cell *cell)
{
    long before_kib = process_rss_kib(cell->process);
    expect_refused_line(cell, 1 << 20);
    polite_visit(cell->port);
    expect_no_growth(cell, before_kib, 900);
}

/* ---- Those who only sit there -------------------------------------------------------------- */

#define MAX_CLIENTS 1000

static struct client crowd[MAX_CLIENTS];

static void crowd_leaves(int count)
{
    for (int i = 0; i < count; i++)
        client_close(&crowd[i]);
}

/* As many as it takes to stop the server, and one more, who speaks and is not heard. The server is
 * not asleep: those that are in talk with it, and no time makes the one more's turn come, only
 * another's leaving. */
static void expect_frozen(struct cell *cell)
{
    int count = cell->server->frozen_by;
    struct client late;
    char name[64], left[80];
    for (int i = 0; i < count; i++)
        greeted(&crowd[i], cell->port);
    client_connect(&late, cell->port);
    client_send(&late, "hello?\n");
    for (int round = 0; round < 20; round++)
        for (int i = 0; i < count; i++)
            says(&crowd[i], "still here");
    assert_false(client_is_readable_now(&late));

    client_name(&crowd[0], name, sizeof name);
    snprintf(left, sizeof left, "disconnect %s\n", name);
    assert_null(strstr(process_stdout(cell->process), left));
    client_close(&crowd[0]);
    client_expect_line(&late, GREETING);
    assert_non_null(strstr(process_stdout(cell->process), left)); /* one had to leave first */
    client_expect_line(&late, "Hello, hello?");
    client_close(&late);
    crowd_leaves(count);
}

static void silent_client(struct cell *cell)
{
    if (cell->server->frozen_by) {
        expect_frozen(cell);
        return;
    }
    client_connect(&crowd[0], cell->port); /* does not even read the greeting */
    greeted(&crowd[1], cell->port);
    client_send(&crowd[1], "half a li");
    polite_visit(cell->port);
    assert_false(process_has_ended(cell->process));
    client_send(&crowd[1], "ne\n"); /* nobody lost patience */
    client_expect_line(&crowd[1], "Hello, half a line");
    crowd_leaves(2);
}

static void sit_there(struct cell *cell, int count)
{
    for (int i = 0; i < count; i++)
        client_connect(&crowd[i], cell->port);
    if (!cell->server->frozen_by) {
        for (int i = 0; i < count; i++)
            client_expect_line(&crowd[i], GREETING);
        polite_visit(cell->port);
        says(&crowd[0], "first");
        says(&crowd[count - 1], "last");
    }
    crowd_leaves(count);
}

static void idle_clients(struct cell *cell)
{
    sit_there(cell, cell->server->idle_clients);
}

static void thousand_idle_clients(struct cell *cell)
{
    sit_there(cell, MAX_CLIENTS);
}

static bool has_one_thread_for_all(const struct server *server)
{
    return server->idle_clients == 200 && strncmp(server->title, "02", 2) != 0;
}

int main(void)
{
    static const struct cell_test tests[] = {
        {"the dialogue", dialogue, NULL},
        {"half-close", half_close, NULL},
        {"garbage with NULs", garbage, NULL},
        {"a line of a byte too many", line_a_byte_too_long, NULL},
        {"a line of 1 MB", line_of_a_megabyte, NULL},
        {"a silent client", silent_client, NULL},
        {"idle clients", idle_clients, NULL},
        {"a thousand idle clients", thousand_idle_clients, has_one_thread_for_all},
    };
    return cells_run("the echo servers", tests, sizeof tests / sizeof tests[0], NULL);
}
