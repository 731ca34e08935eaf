/* The small database and its client, on the virtual clock: both ends are in the same loop. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_io.h"
#include "rows_client.h"
#include "trace.h"
#include "unit.h"

#define SERVICE_NS (10 * NS_PER_MS)

static struct rows_server server;
static coro_fn *play;

static int serve_and_play(void *arg)
{
    (void)arg;
    int rc = rows_server_open(&server, SERVICE_NS, 3);
    if (rc < 0)
        return rc;
    struct task *serving = task_spawn(co_loop(), rows_server_run, &server, "server");
    rc = play(NULL);
    task_cancel(serving);
    int ended = task_join(serving);
    rows_server_close(&server);
    say("open %d", server.connections);
    return rc < 0 || ended == -ECANCELED ? rc : ended;
}

static void expect(coro_fn *fn, const char *expected)
{
    struct loop *loop = loop_new(&backend_virtual);
    trace_clear();
    play = fn;
    alarm(60);
    int rc = task_run(loop, serve_and_play, NULL, false);
    alarm(0);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    coro_trim();
    assert_string_equal(trace_text(), expected);
    assert_int_equal(rc, 0);
    assert_int_equal(left.readers + left.writers + left.timers + left.callbacks, 0);
}

static struct rows_client *connect_client(void)
{
    struct rows_client *client = NULL;
    int rc = rows_connect(&client, server.port);
    if (rc < 0)
        say("connect %d", rc);
    return client;
}

static void ask(struct rows_client *client, const char *command)
{
    long number = -1;
    int64_t begun = loop_time(co_loop());
    int rc = rows_query(client, command, strcmp(command, "count") == 0 ? &number : NULL);
    if (rc < 0)
        say("%s (%s)", strerrorname_np(-rc), client->error);
    else
        say("%ld after %ld ms", number, (long)((loop_time(co_loop()) - begun) / NS_PER_MS));
}

/* ---- The plays ----------------------------------------------------------------------------- */

static int commands(void *arg)
{
    (void)arg;
    struct rows_client *client = connect_client();
    ask(client, "count");
    ask(client, "insert 5");
    ask(client, "insert -2147483648");
    ask(client, "count");
    ask(client, "insert five");
    ask(client, "insert 99999999999");
    ask(client, "drop");
    char long_command[ROWS_COMMAND_MAX + 10];
    memset(long_command, 'x', sizeof long_command);
    long_command[sizeof long_command - 1] = '\0';
    ask(client, long_command);
    ask(client, "count");
    rows_close(client);
    return 0;
}

static void a_command_takes_its_time(void **state)
{
    (void)state;
    expect(commands, "0 after 10 ms, -1 after 10 ms, -1 after 10 ms, 2 after 10 ms, "
                     "EREMOTEIO (\"insert five\" is no command), "
                     "EREMOTEIO (\"insert 99999999999\" is no command), "
                     "EREMOTEIO (\"drop\" is no command), EREMOTEIO (the command is too long), "
                     "2 after 10 ms, open 0");
}

static int insert(void *client)
{
    return rows_query(client, "insert 1", NULL);
}

/* The client refuses it by itself: the server has seen one command. */
static int busy(void *arg)
{
    (void)arg;
    struct rows_client *client = connect_client();
    struct task *task = task_spawn(co_loop(), insert, client, "insert");
    int rc = co_yield();
    ask(client, "count");
    rc = rc < 0 ? rc : task_join(task);
    say("%d, refused %ld", rc, server.refused);
    ask(client, "count");
    rows_close(client);
    return 0;
}

static void a_busy_client_refuses(void **state)
{
    (void)state;
    expect(busy, "EBUSY (another command is already in progress), 0, refused 0, 1 after 10 ms, "
                 "open 0");
}

/* Who sends three commands all the same gets two refusals before the first answer. */
static int pushy(void *arg)
{
    (void)arg;
    char buffer[200], *line;
    struct stream_reader reader;
    int fd = co_connect("127.0.0.1", server.port);
    stream_reader_init(&reader, fd, buffer, sizeof buffer);
    static const char three[] = "insert 1\ncount\ninsert 3\n";
    int rc = co_write_all(fd, three, strlen(three));
    for (int i = 0; rc >= 0 && i < 3; i++) {
        rc = (int)stream_read_line(&reader, &line);
        if (rc >= 0)
            say("%s", line);
    }
    say("rows %ld, refused %ld, most %d", server.rows, server.refused, server.most_running);
    co_close(fd);
    return rc < 0 ? rc : 0;
}

static void a_busy_server_refuses(void **state)
{
    (void)state;
    expect(pushy, "error another command is already in progress, "
                  "error another command is already in progress, ok, rows 1, refused 2, most 1, "
                  "open 0");
}

/* On three connections three run at a time; a fourth is turned away, until one has left. */
static int crowd(void *arg)
{
    (void)arg;
    struct rows_client *clients[4];
    struct task *tasks[3];
    int64_t begun = loop_time(co_loop());
    for (int i = 0; i < 4; i++)
        clients[i] = connect_client();
    ask(clients[3], "count");
    for (int i = 0; i < 3; i++)
        tasks[i] = task_spawn(co_loop(), insert, clients[i], "insert");
    for (int i = 0; i < 3; i++)
        say("%d", task_join(tasks[i]));
    say("%ld ms, %d at once", (long)((loop_time(co_loop()) - begun) / NS_PER_MS),
        server.most_running);
    rows_close(clients[0]);
    int rc = co_sleep(NS_PER_MS);
    rows_close(clients[3]);
    clients[3] = connect_client();
    ask(clients[3], "count");
    for (int i = 1; i < 4; i++)
        rows_close(clients[i]);
    say("connects %ld, turned away %ld, most %d", server.connects, server.turned_away,
        server.most_connections);
    return rc;
}

static void only_so_many_connections(void **state)
{
    (void)state;
    expect(crowd, "EREMOTEIO (too many clients already), 0, 0, 0, 10 ms, 3 at once, 3 after 10 ms, "
                  "connects 5, turned away 1, most 3, open 0");
}

/* What he has begun is not done; his connection stays busy, and the server takes others. */
static int leave(void *arg)
{
    (void)arg;
    struct rows_client *client = connect_client();
    struct task *task = task_spawn(co_loop(), insert, client, "insert");
    int rc = co_sleep(SERVICE_NS / 2);
    task_cancel(task);
    say("%s", strerrorname_np(-task_join(task)));
    ask(client, "count");
    rows_close(client);
    client = connect_client();
    ask(client, "count");
    rows_close(client);
    return rc;
}

static void who_leaves_has_done_nothing(void **state)
{
    (void)state;
    expect(leave, "ECANCELED, EBUSY (another command is already in progress), 0 after 10 ms, "
                  "open 0");
}

/* The server ends in the middle of a command, and the client does not hang. */
static int end_of_the_server(void *arg)
{
    (void)arg;
    struct rows_server other;
    int rc = rows_server_open(&other, SERVICE_NS, 3);
    struct task *serving = task_spawn(co_loop(), rows_server_run, &other, "server");
    struct rows_client *client = NULL;
    if (rc == 0)
        rc = rows_connect(&client, other.port);
    struct task *task = task_spawn(co_loop(), insert, client, "insert");
    rc = rc < 0 ? rc : co_sleep(SERVICE_NS / 2);
    task_cancel(serving);
    say("%s", strerrorname_np(-task_join(serving)));
    rows_server_close(&other);
    say("%s (%s)", strerrorname_np(-task_join(task)), client->error);
    rows_close(client);
    say("%d", rows_connect(&client, other.port));
    return rc;
}

static void an_end_in_the_middle(void **state)
{
    (void)state;
    char expected[100];
    snprintf(expected, sizeof expected,
             "ECANCELED, ECONNRESET (the connection is lost), %d, open 0", -ECONNREFUSED);
    expect(end_of_the_server, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_takes_its_time),    cmocka_unit_test(a_busy_client_refuses),
        cmocka_unit_test(a_busy_server_refuses),       cmocka_unit_test(only_so_many_connections),
        cmocka_unit_test(who_leaves_has_done_nothing), cmocka_unit_test(an_end_in_the_middle),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
