/* hostile.c - nine clients with bad manners, and what they do to a server.
 *
 * Those who only sit there, or are slow, come in such a number as may freeze the server: one, or as
 * many as a pool has threads. Then another client comes, speaks, and is heard or is not.
 */
#include "hostile.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "dialogues.h"
#include "rude.h"
#include "unit.h"

#define CROWD          1000
#define DRIBBLE_MS     10
#define FROZEN_MS      200         /* unheard for so long, where that is expected */
#define GUARD_MS       (30 * 1000) /* unheard for so long where it is not */
#define GROWTH_MAX_KIB 1024        /* for each client that never reads */

static struct client crowd[CROWD];
static int crowd_count;

static void crowd_leaves(void)
{
    for (int i = 0; i < crowd_count; i++)
        client_reset(&crowd[i]);
    crowd_count = 0;
}

static int enough_to_freeze(const struct cell *cell)
{
    return cell->server->frozen_by ? cell->server->frozen_by : 1;
}

/* Another client speaks while the crowd is there. If it is not heard, that has to be the crowd's
 * doing: when they have left, it is. (A server that is expected to hear it has much time for that:
 * a busy machine is no frozen server.) */
static void another_speaks(struct cell *cell)
{
    struct client other;
    client_connect(&other, cell->port);
    client_send(&other, "Grace\n");
    struct pollfd heard = {.fd = other.fd, .events = POLLIN};
    bool is_heard = poll(&heard, 1, cell->server->frozen_by ? FROZEN_MS : GUARD_MS) > 0;
    cell->saw = is_heard ? SURVIVED : FROZEN;
    if (!is_heard)
        crowd_leaves();
    if (!cell->server->takes_commands)
        client_expect_line(&other, GREETING);
    cell_expect_answer(cell, &other, "Grace");
    client_close(&other);
    crowd_leaves();
}

/* ---- Those who sit there ------------------------------------------------------------------- */

/* The first speaks now and then, so the server is not asleep: it is in talk with those it has, and
 * no time brings the other's turn, only their leaving. */
static void silent(struct cell *cell)
{
    crowd_leaves(); /* one that failed left its own behind */
    for (; crowd_count < enough_to_freeze(cell); crowd_count++)
        cell_greeted(cell, &crowd[crowd_count]);
    for (int round = 0; round < 20; round++)
        cell_says(cell, &crowd[0], "still here");
    another_speaks(cell);
}

static void thousand_idle(struct cell *cell)
{
    crowd_leaves(); /* one that failed left its own behind */
    int count = cell->server->idle_clients;
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    count = count > 100 ? 100 : count;
#endif
    for (; crowd_count < count; crowd_count++)
        client_connect(&crowd[crowd_count], cell->port);
    if (!cell->server->frozen_by) {
        cell_visit(cell); /* those before it have been accepted, then */
        client_send(&crowd[0], "half a li");
        client_send(&crowd[0], "ne\n");
    }
    another_speaks(cell);
}

/* ---- The slow and the deaf ----------------------------------------------------------------- */

static void dribbler(struct cell *cell)
{
    crowd_leaves(); /* one that failed left its own behind */
    for (; crowd_count < enough_to_freeze(cell); crowd_count++)
        cell_greeted(cell, &crowd[crowd_count]);
    for (const char *byte = "hello\r\nagain\r\nand aga"; *byte; byte++) {
        for (int i = 0; i < crowd_count; i++)
            assert_int_equal(client_send_bytes(&crowd[i], byte, 1), 0);
        poll(NULL, 0, DRIBBLE_MS);
    }
    for (int i = 0; i < crowd_count; i++) {
        cell_expect_answer(cell, &crowd[i], "hello");
        cell_expect_answer(cell, &crowd[i], "again");
    }
    another_speaks(cell);
}

static void never_reader(struct cell *cell)
{
    crowd_leaves(); /* one that failed left its own behind */
    long before_kib = cell_memory_kib(cell);
    for (; crowd_count < enough_to_freeze(cell); crowd_count++) {
        client_connect_small(&crowd[crowd_count], cell->port);
        ask_until_full(cell, &crowd[crowd_count]);
    }
    expect_no_growth(cell, before_kib, (long)crowd_count * GROWTH_MAX_KIB);
    another_speaks(cell);
}

/* ---- The gone ------------------------------------------------------------------------------ */

static void reset_while_answered(struct cell *cell)
{
    for (int i = 0; i < 10; i++) {
        struct client client;
        ask_much(cell, &client);
        client_reset(&client);
        cell_visit(cell);
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

static void end_first(struct cell *cell)
{
    struct client client;
    if (!cell->server->takes_commands) {
        half_close(cell);
        return;
    }
    client_connect(&client, cell->port);
    client_send(&client, "add 2\nmultiply 21");
    client_half_close(&client);
    client_expect_line(&client, "Current total: 2");
    client_expect_line(&client, "Current total after multiplication: 42");
    client_expect_end(&client);
    client_close(&client);
}

/* ---- Too much and nonsense ----------------------------------------------------------------- */

static void line_of_a_megabyte(struct cell *cell)
{
    long before_kib = cell_memory_kib(cell);
    refused_line(cell, 1 << 20);
    cell_visit(cell);
    expect_no_growth(cell, before_kib, 900);
}

static void nonsense(struct cell *cell)
{
    struct client client;
    if (!cell->server->takes_commands) {
        garbage(cell);
        return;
    }
    cell_greeted(cell, &client);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(client_send_bytes(&client, "\xff\x00\x01\xfe\r\x80\n", 7), 0);
        cell_expect_answer(cell, &client, "");
    }
    client_close(&client);
}

const struct cell_test hostile_clients[] = {
    {.name = "silent", .play = silent, .expected = FROZEN, .is_for_commands = true},
    {.name = "a byte every 10 ms", .play = dribbler, .expected = FROZEN, .is_for_commands = true},
    {.name = "never reads", .play = never_reader, .expected = FROZEN, .is_for_commands = true},
    {.name = "1,000 idle", .play = thousand_idle, .expected = FROZEN, .is_for_commands = true},
    {.name = "a line of 1 MB",
     .play = line_of_a_megabyte,
     .expected = CLOSED_IT,
     .is_for_commands = true},
    {.name = "half-close", .play = end_first, .is_for_commands = true},
    {.name = "reset when answered", .play = reset_while_answered, .is_for_commands = true},
    {.name = "connect and vanish", .play = connect_and_vanish, .is_for_commands = true},
    {.name = "garbage", .play = nonsense, .is_for_commands = true},
};
const int hostile_count = sizeof hostile_clients / sizeof hostile_clients[0];
