#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "process_internal.h"
#include "unit.h"

#define PIPE_BYTES (1 << 20)

int captured_open(struct captured *captured, int *writing_end)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    /* The larger pipe is a comfort; where the user's share of pipes is used up, 64 KiB do. */
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *captured = (struct captured){.fd = ends[0]};
    *writing_end = ends[1];
    return 0;
}

void captured_close(struct captured *captured)
{
    if (captured->fd > 0)
        close(captured->fd);
    free(captured->text);
    *captured = (struct captured){.fd = -1};
}

static void captured_reserve(struct captured *captured, size_t more)
{
    if (captured->capacity - captured->length > more)
        return;
    captured->capacity = captured->capacity * 2 + more + 1;
    captured->text = realloc(captured->text, captured->capacity);
    assert_non_null(captured->text);
}

static void captured_drain(struct captured *captured)
{
    while (captured->fd >= 0) {
        captured_reserve(captured, 65536);
        ssize_t count = read(captured->fd, captured->text + captured->length, 65536);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            break;
        if (count <= 0) {
            close(captured->fd);
            captured->fd = -1;
            break;
        }
        captured->length += (size_t)count;
    }
    captured->text[captured->length] = '\0';
}

void process_drain(struct process *process)
{
    captured_drain(&process->out);
    captured_drain(&process->err);
}

const char *process_stdout(struct process *process)
{
    process_drain(process);
    return process->out.text;
}

const char *process_stderr(struct process *process)
{
    process_drain(process);
    return process->err.text;
}

void process_fail(struct process *process, const char *format, ...)
{
    char reason[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s (process %d), its stderr:\n%s\n", process->name, process->pid,
            process_stderr(process));
    fail_msg("%s: %s", process->name, reason);
    abort(); /* fail_msg does not return, but its declaration does not say so */
}

void process_wait_event(struct process *process, int64_t deadline, const char *what)
{
    int64_t left_ms = (deadline - clock_now()) / NS_PER_MS;
    if (left_ms <= 0)
        process_fail(process, "waited in vain for %s", what);
    struct pollfd watched[] = {{.fd = process->pidfd, .events = POLLIN},
                               {.fd = process->out.fd, .events = POLLIN},
                               {.fd = process->err.fd, .events = POLLIN}};
    if (poll(watched, 3, (int)left_ms) < 0 && errno != EINTR)
        process_fail(process, "poll: %s", strerror(errno));
    process_drain(process);
}

static void wait_text(struct process *process, const struct captured *where, const char *text)
{
    const char *what = strcmp(text, "\n") == 0 ? "a line" : text;
    int64_t deadline = clock_now() + PROCESS_GUARD_S * NS_PER_S;
    process_drain(process);
    while (!strstr(where->text, text)) {
        if (process_has_ended(process) && !strstr(where->text, text))
            process_fail(process, "ended with %d without writing %s", process->status, what);
        if (!strstr(where->text, text))
            process_wait_event(process, deadline, what);
    }
}

void process_wait_stdout(struct process *process, const char *text)
{
    wait_text(process, &process->out, text);
}

void process_wait_stderr(struct process *process, const char *text)
{
    wait_text(process, &process->err, text);
}

uint16_t process_serving_port(struct process *process)
{
    process_wait_stdout(process, "\n");
    unsigned port;
    const char *line = process->out.text;
    const char *colon = memrchr(line, ':', strcspn(line, "\n"));
    if (strncmp(line, "Serving on ", 11) != 0 || !colon || sscanf(colon, ":%u", &port) != 1 ||
        port == 0 || port > UINT16_MAX)
        process_fail(process, "its first line is not \"Serving on HOST:PORT\" but: %.100s", line);
    return (uint16_t)port;
}
