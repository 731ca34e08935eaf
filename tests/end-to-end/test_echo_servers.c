/* The same dialogue and the same rude clients against the echo servers of chapters 01 to 05. Who
 * survives whom is the point of those chapters: 01 is frozen by a single silent client, a pool by
 * as many as it has threads, and the others by none. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "unit.h"

/* ---- The dialogue -------------------------------------------------------------------------- */

static void dialogue(struct cell *cell)
{
    struct client client;
    char longest[4097];
    memset(longest, 'x', 4096);
    longest[4096] = '\0';
    greeted(&client, cell->port);
    says(&client, "Ada");
    says(&client, "");
    says(&client, " exit");
    says(&client, "exit ");
    says(&client, longest);
    client_send(&client, "Grace\r\nBarbara\nAlan\r\n"); /* three at once, two with \r */
    client_expect_line(&client, "Hello, Grace");
    client_expect_line(&client, "Hello, Barbara");
    client_expect_line(&client, "Hello, Alan");
    client_send(&client, "last\nexit\nnever answered\n");
    client_expect_line(&client, "Hello, last");
    client_expect_end(&client);
    client_close(&client);
}

static void half_close(struct cell *cell)
{
    struct client client;
    greeted(&client, cell->port);
    client_send(&client, "one\ntwo\nwithout an end");
    client_half_close(&client);
    client_expect_line(&client, "Hello, one");
    client_expect_line(&client, "Hello, two");
    client_expect_line(&client, "Hello, without an end");
    client_expect_end(&client);
    client_close(&client);
}

/* Bytes are bytes: NULs, bytes that are no text in any encoding, a \r in the middle. */
static void garbage(struct cell *cell)
{
    struct client client;
    char line[256], answer[7 + 256];
    for (int i = 0; i < 256; i++)
        line[i] = (char)(i == '\n' ? 0 : i);
    line[255] = '\n';
    greeted(&client, cell->port);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(client_send_bytes(&client, line, sizeof line), 0);
        assert_int_equal(client_read_exactly(&client, answer, sizeof answer), 0);
        assert_memory_equal(answer, "Hello, ", 7);
        assert_memory_equal(answer + 7, line, sizeof line);
    }
    client_close(&client);
}

/* A client's bytes must not pile up in the server. (A sanitizer's own books grow as they like.) */
static void expect_no_growth(const struct cell *cell, long before_kib, long allowed_kib)
{
#if !defined(ADDRESS_SANITIZER) && !defined(THREAD_SANITIZER)
    long grown_kib = process_rss_kib(cell->process) - before_kib;
    if (grown_kib > allowed_kib)
        fail_msg("%s has grown by %ld KiB", cell->server->title, grown_kib);
#else
    (void)cell, (void)before_kib, (void)allowed_kib;
#endif
}

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

/* The reader who only was late gets all of it, in order. */
static void late_reader(struct cell *cell)
{
    enum { LINES = 3000 };
    struct client client;
    static char lines[LINES * 101];
    char expected[101 + 7];
    for (int i = 0; i < LINES; i++)
        snprintf(lines + i * 100, 101, "%099d\n", i);
    greeted(&client, cell->port);
    size_t sent = 0, size = LINES * 100;
    int answered = 0;
    while (answered < LINES) { /* send what goes, and read only when nothing goes any more */
        ssize_t count = sent < size ? client_send_some(&client, lines + sent, size - sent) : 0;
        sent += count > 0 ? (size_t)count : 0;
        if (count > 0)
            continue;
        snprintf(expected, sizeof expected, "Hello, %099d", answered++);
        client_expect_line(&client, expected);
    }
    client_close(&client);
}

static void reset_while_answered(struct cell *cell)
{
    static char lines[32 * 1024];
    for (size_t i = 0; i < sizeof lines; i++)
        lines[i] = i % 32 == 31 ? '\n' : 'x';
    for (int i = 0; i < 10; i++) {
        struct client client;
        greeted(&client, cell->port);
        assert_true(client_send_some(&client, lines, sizeof lines) > 0);
        client_expect_line(&client, "Hello, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
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
    process_free(cell->process);
    cell->process = NULL;
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
        {"a byte at a time", dribbler, NULL},
        {"a client that never reads", never_reader, NULL},
        {"a client that reads late", late_reader, NULL},
        {"a reset while being answered", reset_while_answered, NULL},
        {"connect and vanish", connect_and_vanish, NULL},
        {"SIGINT with clients in talk", sigint_with_clients, NULL},
    };
    return cells_run("rude clients against the echo servers", tests, sizeof tests / sizeof tests[0],
                     NULL);
}
