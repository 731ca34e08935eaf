/* test_postgres.c - postgres.h on epoll, with a real PostgreSQL that is started for it. Left out,
 * and said, where there is none. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "co_io.h"
#include "database_server.h"
#include "net.h"
#include "postgres.h"
#include "timeout.h"
#include "trace.h"
#include "unit.h"

#define GUARD_S 120

static struct database_server server;

/* What a play leaves in the trace. A failed assertion must not leave a coroutine's stack, so plays
 * only say. */
static void expect_play(coro_fn *play, const char *expected)
{
    struct loop *loop = loop_new(&backend_epoll);
    assert_non_null(loop);
    trace_clear();
    int rc = task_run(loop, play, NULL, false);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    coro_trim();
    assert_string_equal(trace_text(), expected);
    assert_int_equal(rc, 0);
    assert_int_equal(left.readers + left.writers + left.timers, 0);
}

static void say_rc(const char *what, int rc, const struct postgres *connection)
{
    if (rc == 0)
        say("%s 0", what);
    else
        say("%s %s (%s)", what, strerrorname_np(-rc), connection ? connection->error : "");
}

static void ask(struct postgres *connection, const char *command, const char *const values[])
{
    PGresult *result = NULL;
    int rc = postgres_query(connection, command, values, &result);
    if (rc == 0 && PQntuples(result) > 0)
        say("%s", PQgetvalue(result, 0, 0));
    else
        say_rc("query", rc, connection);
    if (rc == 0)
        PQclear(result);
}

static struct postgres *connect_to(const char *conninfo)
{
    struct postgres *connection;
    int rc = postgres_connect(&connection, conninfo);
    if (rc < 0)
        say_rc("connect", rc, connection);
    return connection;
}

/* ---- Commands ------------------------------------------------------------------------------ */

static int play_commands(void *arg)
{
    (void)arg;
    struct postgres *connection = connect_to(server.conninfo);
    const char *const values[] = {"Robert'); DROP TABLE students;--", "2", NULL};
    ask(connection, "CREATE TEMPORARY TABLE students (name text, age integer)", NULL);
    ask(connection, "INSERT INTO students VALUES ($1, $2::integer)", values);
    ask(connection, "SELECT name FROM students WHERE age = 2", NULL);
    ask(connection, "SELECT nonsense", NULL);
    say("idle %d", postgres_is_idle(connection));
    ask(connection, "SELECT 1 / $1::integer", (const char *const[]){"0", NULL});
    ask(connection, "SELECT length(repeat('x', 3000000))", NULL);
    ask(connection, "COPY students TO STDOUT", NULL);
    say("idle %d", postgres_is_idle(connection));
    postgres_close(connection);
    return 0;
}

static void commands_and_their_errors(void **state)
{
    (void)state;
    expect_play(play_commands,
                "query 0, query 0, Robert'); DROP TABLE students;--, "
                "query EREMOTEIO (ERROR:  column \"nonsense\" does not exist), idle 1, "
                "query EREMOTEIO (ERROR:  division by zero), 3000000, "
                "query EOPNOTSUPP (COPY cannot be done by postgres_query), idle 0");
}

/* More than any socket takes at once: the command is sent, and the answer comes, in pieces. */
static int play_large(void *arg)
{
    (void)arg;
    enum { SIZE = 8000000 };
    struct postgres *connection = connect_to(server.conninfo);
    char *text = malloc(SIZE + 1);
    const char *const values[] = {text, NULL};
    PGresult *result = NULL;
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    int rc = postgres_query(connection, "SELECT $1::text", values, &result);
    say("%d %d", rc, rc == 0 && strcmp(PQgetvalue(result, 0, 0), text) == 0);
    PQclear(result);
    free(text);
    postgres_close(connection);
    return 0;
}

static void eight_megabytes_there_and_back(void **state)
{
    (void)state;
    expect_play(play_large, "0 1");
}

/* ---- One command at a time ----------------------------------------------------------------- */

static int ask_slowly(void *arg)
{
    return postgres_query(arg, "SELECT pg_sleep(3600)", NULL, NULL);
}

/* While the first command waits in the server, the loop goes on; a second one on the same
 * connection is refused, and one on another is answered. */
static int play_busy(void *arg)
{
    (void)arg;
    struct postgres *busy = connect_to(server.conninfo), *other = connect_to(server.conninfo);
    struct task *slow = task_spawn(co_loop(), ask_slowly, busy, "slow");
    int rc = co_yield();
    ask(busy, "SELECT 1", NULL);
    ask(other, "SELECT 2", NULL);
    task_cancel(slow);
    rc = rc < 0 ? rc : task_join(slow);
    say("%s, idle %d", strerrorname_np(-rc), postgres_is_idle(busy));
    postgres_close(busy);
    postgres_close(other);
    return 0;
}

static void one_command_at_a_time(void **state)
{
    (void)state;
    expect_play(play_busy, "query EBUSY (another command is already in progress), 2, "
                           "ECANCELED, idle 0");
}

/* ---- Ends ---------------------------------------------------------------------------------- */

static int play_killed(void *arg)
{
    (void)arg;
    struct postgres *victim = connect_to(server.conninfo), *other = connect_to(server.conninfo);
    char pid[20];
    const char *const values[] = {pid, NULL};
    snprintf(pid, sizeof pid, "%d", PQbackendPID(victim->conn));
    struct task *slow = task_spawn(co_loop(), ask_slowly, victim, "slow");
    ask(other, "SELECT pg_terminate_backend($1::integer)", values);
    say_rc("slow", task_join(slow), victim);
    say("idle %d", postgres_is_idle(victim));
    ask(other, "SELECT 'still here'", NULL);
    postgres_close(victim);
    postgres_close(other);
    return 0;
}

static void a_backend_that_is_killed(void **state)
{
    (void)state;
    expect_play(play_killed,
                "t, slow ECONNRESET (FATAL:  terminating connection due to administrator command), "
                "idle 0, still here");
}

static int play_refused(void *arg)
{
    (void)arg;
    char conninfo[160];
    postgres_close(connect_to("host=/nowhere"));
    postgres_close(connect_to("nonsense"));
    snprintf(conninfo, sizeof conninfo, "%s options='-c nonsense=1'", server.conninfo);
    struct postgres *connection;
    int rc = postgres_connect(&connection, conninfo);
    say("%d %d", rc, strstr(connection->error, "unrecognized configuration parameter") != NULL);
    postgres_close(connection);
    return 0;
}

static void who_cannot_connect_is_told_why(void **state)
{
    (void)state;
    char expected[400];
    snprintf(expected, sizeof expected,
             "connect ECONNREFUSED (connection to server on socket \"/nowhere/.s.PGSQL.5432\" "
             "failed: No such file or directory), "
             "connect ECONNREFUSED (missing \"=\" after \"nonsense\" in connection info string), "
             "%d 1",
             -ECONNREFUSED);
    expect_play(play_refused, expected);
}

/* It was started with room for 20. */
static int play_too_many(void *arg)
{
    (void)arg;
    struct postgres *connections[DATABASE_CONNECTIONS + 1];
    int rc = 0, count = 0;
    while (rc == 0 && count <= DATABASE_CONNECTIONS)
        rc = postgres_connect(&connections[count++], server.conninfo);
    say("%d %d", rc, strstr(connections[count - 1]->error, "too many clients already") != NULL);
    while (count > 0)
        postgres_close(connections[--count]);
    return 0;
}

static void too_many_are_told(void **state)
{
    (void)state;
    char expected[40];
    snprintf(expected, sizeof expected, "%d 1", -ECONNREFUSED);
    expect_play(play_too_many, expected);
}

/* A server that accepts and never answers: who has waited long enough leaves nothing behind. */
static int play_silent(void *arg)
{
    const struct sockaddr_un *address = arg;
    char conninfo[160];
    const char *slash = strrchr(address->sun_path, '/');
    snprintf(conninfo, sizeof conninfo, "host=%.*s port=1 user=test",
             (int)(slash - address->sun_path), address->sun_path);
    struct timeout_scope scope;
    timeout_begin(&scope, 20 * NS_PER_MS);
    struct postgres *connection;
    int rc = timeout_end(&scope, postgres_connect(&connection, conninfo));
    say("%s", strerrorname_np(-rc));
    postgres_close(connection);
    return 0;
}

static struct sockaddr_un silent = {.sun_family = AF_UNIX};

static int play_silent_one(void *arg)
{
    (void)arg;
    return play_silent(&silent);
}

static void a_server_that_never_answers(void **state)
{
    (void)state;
    snprintf(silent.sun_path, sizeof silent.sun_path, "%s/.s.PGSQL.1", server.folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&silent, sizeof silent), 0);
    assert_int_equal(listen(fd, 5), 0);
    expect_play(play_silent_one, "ETIMEDOUT");
    close(fd);
}

static int start_server(void **state)
{
    (void)state;
    database_server_start(&server);
    return 0;
}

static int end_server(void **state)
{
    (void)state;
    database_server_end(&server);
    return 0;
}

int main(void)
{
    alarm(GUARD_S);
    net_ignore_sigpipe();
    if (!database_server_is_there())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_their_errors),
        cmocka_unit_test(eight_megabytes_there_and_back),
        cmocka_unit_test(one_command_at_a_time),
        cmocka_unit_test(a_backend_that_is_killed),
        cmocka_unit_test(who_cannot_connect_is_told_why),
        cmocka_unit_test(too_many_are_told),
        cmocka_unit_test(a_server_that_never_answers),
    };
    return cmocka_run_group_tests_name("postgres", tests, start_server, end_server);
}
