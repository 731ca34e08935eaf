#include "dialogues.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "unit.h"

void dialogue(struct cell *cell)
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

void half_close(struct cell *cell)
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
void garbage(struct cell *cell)
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

/* The reader who only was late gets all of it, in order. */
void late_reader(struct cell *cell)
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

void refused_line(struct cell *cell, size_t length)
{
    struct client client;
    char *line = malloc(length + 1);
    assert_non_null(line);
    memset(line, 'x', length);
    line[length] = '\n';
    cell_greeted(cell, &client);
    int rc = client_send_bytes(&client, line, length + 1);
    assert_true(rc == 0 || rc == -EPIPE || rc == -ECONNRESET); /* it may close while we send */
    free(line);
    client_expect_line(&client, "Line too long.");
    client_expect_end(&client);
    client_close(&client);
    cell->saw = CLOSED_IT;
}
