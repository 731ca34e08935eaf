/* rows_server.c - a task for each connection, and one for the command that runs on it. */
#include "rows_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "co_server.h"
#include "group.h"
#include "line_iterator.h"
#include "options.h"

#define BACKLOG         1024
#define ACCEPT_PAUSE_NS (10 * NS_PER_MS) /* when descriptors or memory have run out */

/* A connection, as the server has it. */
struct rows_session {
    LIST_ENTRY(rows_session) link;
    struct rows_server *server;
    bool is_welcome; /* there is room for it */
    int fd;          /* until its writer has it; then -1 */
    struct stream_writer writer;
    struct task *command; /* the last one: it runs or has ended; NULL: there was none */
    char text[ROWS_COMMAND_MAX + 1];
};

/* ---- One command --------------------------------------------------------------------------- */

/* What it does to the table. The answer. */
static void run(struct rows_server *server, const char *command, char answer[ROWS_ANSWER_MAX])
{
    long number;
    if (strcmp(command, "count") == 0) {
        snprintf(answer, ROWS_ANSWER_MAX, "ok %ld\n", server->rows);
    } else if (strncmp(command, "insert ", strlen("insert ")) == 0 &&
               parse_number(command + strlen("insert "), INT32_MIN, INT32_MAX, &number) == 0) {
        server->rows++;
        snprintf(answer, ROWS_ANSWER_MAX, "ok\n");
    } else {
        snprintf(answer, ROWS_ANSWER_MAX, "error \"%.40s\" is no command\n", command);
    }
}

static int run_and_answer(struct rows_session *session)
{
    struct rows_server *server = session->server;
    char answer[ROWS_ANSWER_MAX];
    if (++server->running > server->most_running)
        server->most_running = server->running;
    int rc = co_sleep(server->service_ns);
    server->running--;
    if (rc < 0)
        return rc;
    run(server, session->text, answer);
    return stream_write(&session->writer, answer, strlen(answer));
}

/* A task. A client that gets no answer (for want of memory, say) is not to wait for it. */
static int answer_command(void *arg)
{
    struct rows_session *session = arg;
    int rc = run_and_answer(session);
    if (rc == -ECANCELED)
        return rc;
    if (rc < 0)
        shutdown(session->writer.fd, SHUT_RDWR);
    return 0;
}

static bool is_running(const struct rows_session *session)
{
    return session->command && !task_is_done(session->command);
}

static int begin_command(struct rows_session *session, const char *text)
{
    task_unref(session->command);
    snprintf(session->text, sizeof session->text, "%s", text);
    session->command = task_spawn(co_loop(), answer_command, session, "command");
    return session->command ? 0 : -ENOMEM;
}

static int refuse(struct rows_session *session, const char *why)
{
    char answer[ROWS_ANSWER_MAX];
    snprintf(answer, sizeof answer, "error %s\n", why);
    int rc = stream_write(&session->writer, answer, strlen(answer));
    return rc < 0 ? rc : stream_drain(&session->writer);
}

/* ---- One connection ------------------------------------------------------------------------ */

static int take_line(struct rows_session *session, const char *text)
{
    if (!is_running(session))
        return begin_command(session, text);
    session->server->refused++;
    return refuse(session, ROWS_BUSY);
}

/* The client may have sent more, which nobody will read. */
static int turn_away(struct rows_session *session, int fd, const char *why)
{
    int rc = refuse(session, why);
    return rc < 0 ? rc : co_hang_up(fd);
}

/* Until the client ends. */
static int talk(struct rows_session *session, int fd)
{
    char buffer[ROWS_COMMAND_MAX + 2];
    struct lines lines;
    struct line line;
    int rc;
    lines_init(&lines, fd, buffer, sizeof buffer);
    while ((rc = lines_next(&lines, &line)) > 0) {
        rc = take_line(session, line.text);
        if (rc < 0)
            return rc;
    }
    return rc == -EMSGSIZE ? turn_away(session, fd, "the command is too long") : rc;
}

/* What a client has begun is not done when he leaves before its end. */
static void end_command(struct rows_session *session)
{
    if (!session->command)
        return;
    task_cancel(session->command);
    int rc = task_join(session->command);
    (void)rc; /* whatever it came to, it is over */
}

static int serve(struct rows_session *session)
{
    int fd = session->fd;
    session->fd = -1; /* the writer closes it */
    stream_writer_init(&session->writer, fd, 0);
    int rc = session->is_welcome ? talk(session, fd) : turn_away(session, fd, ROWS_TOO_MANY);
    end_command(session);
    stream_close(&session->writer);
    int closed = stream_wait_closed(&session->writer);
    return rc < 0 ? rc : closed;
}

static void free_session(struct rows_session *session)
{
    struct rows_server *server = session->server;
    co_close(session->fd);
    server->connections -= session->is_welcome;
    LIST_REMOVE(session, link);
    free(session);
}

/* A task. What ends a client's connection ends nobody else's. */
static int serve_and_free(void *arg)
{
    int rc = serve(arg);
    free_session(arg);
    return rc == -ECANCELED ? rc : 0;
}

/* ---- All connections ----------------------------------------------------------------------- */

int rows_server_open(struct rows_server *server, int64_t service_ns, int max_connections)
{
    *server = (struct rows_server){.service_ns = service_ns, .max_connections = max_connections};
    server->listening = net_listen("127.0.0.1", 0, BACKLOG);
    if (server->listening < 0)
        return server->listening;
    LIST_INIT(&server->sessions);
    server->port = (uint16_t)net_port(server->listening);
    int rc = net_set_nonblocking(server->listening, true);
    if (rc < 0)
        close(server->listening);
    return rc;
}

static void count(struct rows_server *server, struct rows_session *session)
{
    session->is_welcome = server->connections < server->max_connections;
    server->connects++;
    server->turned_away += !session->is_welcome;
    server->connections += session->is_welcome;
    if (server->connections > server->most_connections)
        server->most_connections = server->connections;
}

/* Takes the descriptor over. */
static int start_session(struct rows_server *server, struct group *group, int fd)
{
    struct rows_session *session = calloc(1, sizeof *session);
    if (!session) {
        co_close(fd);
        return -ENOMEM;
    }
    session->server = server;
    session->fd = fd;
    count(server, session);
    LIST_INSERT_HEAD(&server->sessions, session, link);
    int rc = group_spawn(group, serve_and_free, session, "session");
    if (rc < 0)
        free_session(session);
    return rc;
}

static int accept_sessions(struct rows_server *server, struct group *group)
{
    for (;;) {
        int fd = co_accept(server->listening);
        int rc = fd < 0 ? fd : start_session(server, group, fd);
        if (rc < 0 && rc != -ECANCELED)
            rc = co_sleep(ACCEPT_PAUSE_NS);
        if (rc < 0)
            return rc;
    }
}

int rows_server_run(void *arg)
{
    struct rows_server *server = arg;
    struct group group;
    group_begin(&group);
    int rc = accept_sessions(server, &group);
    rc = group_end(&group, rc);
    while (!LIST_EMPTY(&server->sessions)) /* those that were cancelled before their first step */
        free_session(LIST_FIRST(&server->sessions));
    return rc;
}

void rows_server_close(struct rows_server *server)
{
    co_close(server->listening);
}
