/* loading.c - one thread, raw epoll: what measures must not be what is measured. */
#include "loading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "proc.h"
#include "stats.h"
#include "tracing.h"
#include "watching.h"

#define GREETING "Welcome. Type a line, or exit.\n"
#define HELLO    (int)strlen("Hello, ")

struct connection {
    int fd;
    int received; /* of the answer */
    int64_t sent_ns;
};

struct loading {
    const struct loading_options *options;
    struct connection *connections; /* the silent ones first */
    int count;
    int epoll;
    char line[4096];
    double *latencies_us;
    int to_send, answered; /* of this run */
};

/* ---- Connections --------------------------------------------------------------------------- */

static int connect_one(struct loading *loading, uint16_t port)
{
    char greeting[sizeof GREETING];
    int fd = net_connect("127.0.0.1", port);
    if (fd < 0)
        return fd;
    loading->connections[loading->count++] = (struct connection){.fd = fd};
    struct timeval guard = {.tv_sec = LOADING_GUARD_S};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard) < 0)
        return -errno;
    ssize_t length = recv(fd, greeting, strlen(GREETING), MSG_WAITALL);
    if (length < 0)
        return errno == EAGAIN ? -ETIMEDOUT : -errno;
    return length == (ssize_t)strlen(GREETING) && memcmp(greeting, GREETING, (size_t)length) == 0
               ? 0
               : -EPROTO;
}

static int connect_more(struct loading *loading, uint16_t port, int count)
{
    int rc = 0;
    for (int i = 0; i < count && rc == 0; i++)
        rc = connect_one(loading, port);
    return rc;
}

static int watch(struct loading *loading)
{
    for (int i = loading->options->idle; i < loading->count; i++) {
        struct connection *connection = &loading->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        int rc = net_set_nonblocking(connection->fd, true);
        if (rc < 0)
            return rc;
        if (epoll_ctl(loading->epoll, EPOLL_CTL_ADD, connection->fd, &event) < 0)
            return -errno;
    }
    return 0;
}

/* ---- Ping-pong ----------------------------------------------------------------------------- */

/* At most a line is on its way in a direction, so the kernel has room for all of it. */
static int send_line(struct loading *loading, struct connection *connection)
{
    if (loading->to_send == 0)
        return 0;
    loading->to_send--;
    connection->received = 0;
    connection->sent_ns = clock_now();
    ssize_t count =
        send(connection->fd, loading->line, (size_t)loading->options->size, MSG_NOSIGNAL);
    return count == loading->options->size ? 0 : count < 0 ? -errno : -EPROTO;
}

static int receive(struct loading *loading, struct connection *connection)
{
    static char answer[8192];
    int size = HELLO + loading->options->size;
    ssize_t count = read(connection->fd, answer, sizeof answer);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    connection->received += (int)count;
    if (count == 0 || connection->received > size)
        return -EPROTO;
    if (connection->received < size)
        return 0;
    if (answer[count - 1] != '\n')
        return -EPROTO;
    int64_t taken_ns = clock_now() - connection->sent_ns;
    loading->latencies_us[loading->answered++] = (double)taken_ns / NS_PER_US;
    return send_line(loading, connection);
}

static int play(struct loading *loading, int messages)
{
    struct epoll_event events[256];
    int rc = 0;
    loading->to_send = messages;
    loading->answered = 0;
    for (int i = loading->options->idle; i < loading->count && rc == 0; i++)
        rc = send_line(loading, &loading->connections[i]);
    while (rc == 0 && loading->answered < messages) {
        int count = epoll_wait(loading->epoll, events, 256, LOADING_GUARD_S * 1000);
        if (count == 0)
            return -ETIMEDOUT;
        if (count < 0 && errno != EINTR)
            return -errno;
        for (int i = 0; i < count && rc == 0; i++)
            rc = receive(loading, events[i].data.ptr);
    }
    return rc;
}

/* ---- Measuring ----------------------------------------------------------------------------- */

static int play_traced(struct loading *loading, pid_t pid, struct loading_result *result)
{
    struct tracing tracing;
    int messages = loading->options->messages;
    result->calls = -1;
    int rc = tracing_begin(&tracing, pid);
    if (rc == -ENOENT || rc == -EPERM)
        return 0;
    if (rc < 0)
        return rc;
    rc = play(loading, messages);
    long calls = tracing_end(&tracing);
    result->calls = (double)calls / messages;
    return rc < 0 ? rc : calls < 0 ? (int)calls : 0;
}

static int play_timed(struct loading *loading, pid_t pid, struct loading_result *result)
{
    struct watched before, after;
    int messages = loading->options->messages;
    int rc = watched_read(pid, &before);
    int64_t begin_ns = clock_now();
    if (rc == 0)
        rc = play(loading, messages);
    int64_t taken_ns = clock_now() - begin_ns;
    if (rc < 0 || (rc = watched_read(pid, &after)) < 0)
        return rc;
    result->messages_per_s = messages * 1e9 / (double)taken_ns;
    result->p50_us = stats_quantile(loading->latencies_us, (size_t)messages, 0.50);
    result->p99_us = stats_quantile(loading->latencies_us, (size_t)messages, 0.99);
    result->cpu_us = (double)(after.cpu_ns - before.cpu_ns) / NS_PER_US / messages;
    result->switches = (double)(after.switches - before.switches) / messages;
    result->threads = after.threads;
    return 0;
}

static int measure(struct loading *loading, pid_t pid, struct loading_result *result)
{
    if (loading->options->messages == 0)
        return 0;
    int rc = play(loading, loading->options->messages / 10 + 1);
    if (rc < 0)
        return rc;
    return loading->options->traced ? play_traced(loading, pid, result)
                                    : play_timed(loading, pid, result);
}

static int run(struct loading *loading, uint16_t port, pid_t pid, struct loading_result *result)
{
    const struct loading_options *options = loading->options;
    int warm = options->idle ? 1 : 0; /* what the first connection costs, all the others share */
    int rc = connect_more(loading, port, warm);
    long before_kib = proc_own_memory_kib(pid);
    if (rc == 0)
        rc = connect_more(loading, port, options->idle - warm);
    if (rc == 0 && options->idle > 1)
        result->idle_bytes =
            (double)(proc_own_memory_kib(pid) - before_kib) * 1024 / (options->idle - 1);
    if (rc == 0)
        rc = connect_more(loading, port, options->connections);
    if (rc == 0)
        rc = watch(loading);
    return rc < 0 ? rc : measure(loading, pid, result);
}

int loading_run(const struct loading_options *options, uint16_t port, pid_t pid,
                struct loading_result *result)
{
    struct loading loading = {.options = options};
    size_t connections = (size_t)(options->connections + options->idle);
    *result = (struct loading_result){0};
    loading.connections = calloc(connections + 1, sizeof *loading.connections);
    loading.latencies_us = calloc((size_t)options->messages + 1, sizeof *loading.latencies_us);
    loading.epoll = epoll_create1(EPOLL_CLOEXEC);
    int rc = loading.epoll < 0 ? -errno : -ENOMEM;
    memset(loading.line, 'x', sizeof loading.line);
    loading.line[options->size - 1] = '\n';
    if (loading.epoll >= 0 && loading.connections && loading.latencies_us)
        rc = run(&loading, port, pid, result);
    for (int i = 0; i < loading.count; i++)
        close(loading.connections[i].fd);
    if (loading.epoll >= 0)
        close(loading.epoll);
    free(loading.latencies_us);
    free(loading.connections);
    return rc;
}
