/* slow_server.c - see slow_server.h. */
#include "slow_server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "router.h"
#include "trace.h"
#include "unit.h"

int64_t slow_begin_ns;

int slow_elapsed_ms(void)
{
    return (int)((loop_time(co_loop()) - slow_begin_ns) / NS_PER_MS);
}

static int wait_and_answer(int64_t delay_ns, struct http_response *response)
{
    say("begin");
    int rc = co_sleep(delay_ns);
    say("%s after %d ms", rc == 0 ? "done" : strerrorname_np(-rc), slow_elapsed_ms());
    return rc < 0 ? rc : http_respond(response, 200, NULL, "done", 4);
}

static int hour(struct http_request *request, struct http_response *response)
{
    (void)request;
    return wait_and_answer(3600 * NS_PER_S, response);
}

static int second(struct http_request *request, struct http_response *response)
{
    (void)request;
    return wait_and_answer(NS_PER_S, response);
}

static int hello(struct http_request *request, struct http_response *response)
{
    (void)request;
    return http_respond(response, 200, NULL, "Hello", 5);
}

static int huge(struct http_request *request, struct http_response *response)
{
    static char body[4000000];
    (void)request;
    return http_respond(response, 200, NULL, body, sizeof body);
}

static int read_body(struct http_request *request, struct http_response *response)
{
    char bytes[100];
    ssize_t count = 1;
    while (count > 0)
        count = http_request_read(request, bytes, sizeof bytes);
    return count < 0 ? (int)count : hello(request, response);
}

static const struct route ROUTES[] = {
    {"GET", "/hour", hour, ""}, {"GET", "/second", second, ""},   {"GET", "/hello", hello, ""},
    {"GET", "/huge", huge, ""}, {"POST", "/body", read_body, ""}, {0},
};

struct talk slow_talk;

int slow_set_up(void **state)
{
    static struct router router = {.routes = ROUTES};
    (void)state;
    alarm(60);
    trace_clear();
    slow_talk = (struct talk){.options = {.handler = router_handle, .context = &router},
                              .grace_ns = 10 * NS_PER_S};
    return 0;
}

void slow_expect(int (*client)(struct talk *talk), const char *expected)
{
    slow_talk.client = client;
    talk_run_virtually(&slow_talk);
    assert_string_equal(trace_text(), expected);
}

/* Connects and sends; the descriptor or -errno. */
int slow_begin(struct talk *t, const char *text)
{
    slow_begin_ns = loop_time(co_loop());
    int fd = talk_connect(t);
    int rc = fd < 0 ? fd : talk_send(fd, text);
    return rc < 0 ? rc : fd;
}

/* Hears to the end, and says the status line and when that was. */
int slow_hear(struct talk *t, int fd)
{
    int rc = fd < 0 ? fd : talk_hear(t, fd);
    if (rc < 0)
        return rc;
    t->heard[strcspn(t->heard, "\n")] = '\0';
    say("\"%s\" after %d ms", t->heard, slow_elapsed_ms());
    return 0;
}

int slow_say_count_at(struct talk *t, int64_t at_ms)
{
    int rc = co_sleep(slow_begin_ns + at_ms * NS_PER_MS - loop_time(co_loop()));
    say("%d at %d ms", t->server.connection_count, slow_elapsed_ms());
    return rc;
}
