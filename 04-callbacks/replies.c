/* replies.c - a callback for each reply: five requests at once, and when a reply has come, one more
 * call is asked of the loop, in one of the four ways that there are.
 *
 *     build/04-callbacks/replies soon          on the next pass: the gap is no time at all
 *     build/04-callbacks/replies threadsafe    the same, as another thread would ask
 *     build/04-callbacks/replies later         five units after the reply
 *     build/04-callbacks/replies at            the same, as a time: now and five units
 *
 * It needs the /aio server (make aio UNIT_MS=100). Watch the time in front of each line, in units
 * since the start (--unit-ms, 100): the longest delay decides when all is over, and five units more
 * with `later` and `at`. What is called is a function of C, as everything on this loop; something
 * that can wait in its middle is chapter 05's.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "aio_url.h"
#include "backend.h"
#include "check.h"
#include "clock.h"
#include "http_fetch.h"
#include "net.h"
#include "options.h"

#define REQUESTS   5
#define GAP_UNITS  5
#define MAX_UNIT_S 60

enum way { SOON, THREADSAFE, LATER, AT };

static const char *const way_names[] = {"soon", "threadsafe", "later", "at"};

struct replies {
    struct loop *loop;
    struct aio_url url;
    int way; /* enum way; -1: not said */
    int64_t unit_ns, start_ns;
    int left; /* requests of which not all has been said */
    bool failed;
};

struct request {
    struct http_fetch http;
    struct replies *replies;
    int number;
    struct timer after; /* its callback alone, or with a time */
};

static double units_since_start(const struct replies *replies)
{
    return (double)(loop_time(replies->loop) - replies->start_ns) / (double)replies->unit_ns;
}

static void finish_request(struct replies *replies)
{
    if (--replies->left == 0)
        loop_stop(replies->loop);
}

static void on_after(void *arg)
{
    struct request *request = arg;
    printf("%4.1f  request %d: success\n", units_since_start(request->replies), request->number);
    finish_request(request->replies);
}

/* 0, or -ENOMEM for want of a place for a timer. */
static int ask_for_a_call(struct request *request)
{
    struct loop *loop = request->replies->loop;
    int64_t gap_ns = GAP_UNITS * request->replies->unit_ns;
    switch (request->replies->way) {
    case SOON:
        loop_call_soon(loop, &request->after.callback);
        return 0;
    case THREADSAFE:
        loop_call_soon_threadsafe(loop, &request->after.callback);
        return 0;
    case LATER:
        return loop_call_later(loop, &request->after, gap_ns);
    default:
        return loop_call_at(loop, &request->after, loop_time(loop) + gap_ns);
    }
}

static void fail(struct request *request, int error)
{
    fprintf(stderr, "request %d: %s\n", request->number, error_text(error));
    request->replies->failed = true;
    finish_request(request->replies);
}

static void on_reply(struct http_fetch *http, int result)
{
    struct request *request = http->arg;
    const struct http_answer *answer = &http->answer;
    if (result == 0 && answer->status != 200)
        result = -EPROTO;
    if (result < 0) {
        fail(request, result);
        return;
    }
    printf("%4.1f  reply to request %d: %.*s\n", units_since_start(request->replies),
           request->number, (int)answer->length, answer->body);
    result = ask_for_a_call(request);
    if (result < 0)
        fail(request, result);
}

static void begin_requests(struct replies *replies, struct request requests[REQUESTS])
{
    static const char *const targets[REQUESTS] = {"/aio?delay=5", "/aio?delay=7", "/aio?delay=5",
                                                  "/aio?delay=5", "/aio?delay=7"};
    for (int i = 0; i < REQUESTS; i++) {
        struct request *request = &requests[i];
        request->replies = replies;
        request->number = i + 1;
        request->http.on_done = on_reply;
        request->http.arg = request;
        timer_init(&request->after, on_after, request);
        int rc = http_fetch_begin(&request->http, replies->loop, replies->url.host,
                                  replies->url.port, targets[i]);
        if (rc < 0)
            die_error(rc, "request %d to %s", request->number, replies->url.text);
    }
}

/* ---- The program --------------------------------------------------------------------------- */

static void take_way(struct replies *replies, const struct argp_state *state, const char *text)
{
    for (int way = SOON; way <= AT; way++)
        if (strcmp(text, way_names[way]) == 0)
            replies->way = way;
    if (state->arg_num > 0 || replies->way < 0)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one of soon, threadsafe, later, at",
                     text);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct replies *replies = state->input;
    switch (key) {
    case 'l':
        aio_url_option(&replies->url, state, text);
        return 0;
    case 'u':
        replies->unit_ns =
            option_number(state, "--unit-ms", text, 1, MAX_UNIT_S * 1000) * NS_PER_MS;
        return 0;
    case ARGP_KEY_ARG:
        take_way(replies, state, text);
        return 0;
    case ARGP_KEY_END:
        if (replies->way < 0)
            argp_failure(state, USAGE_ERROR, 0, "say how: soon, threadsafe, later or at");
        if (!replies->url.port)
            aio_url_option(&replies->url, state, NULL);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_options(struct replies *replies, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"url", 'l', "URL", 0, AIO_URL_HELP, 0},
        {"unit-ms", 'u', "MS", 0, "How long a unit of time is (default 100)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "soon|threadsafe|later|at",
                                     .doc = "A callback for each reply."};
    *replies = (struct replies){.way = -1, .unit_ns = 100 * NS_PER_MS, .left = REQUESTS};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, replies);
    if (error != 0)
        die_error(error, "options");
}

int main(int argc, char **argv)
{
    struct replies replies;
    struct request requests[REQUESTS] = {0};
    parse_options(&replies, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    replies.loop = loop_new(&backend_epoll);
    if (!replies.loop)
        die_error(errno, "cannot make a loop");
    replies.start_ns = loop_time(replies.loop);
    begin_requests(&replies, requests);
    CHECK_RC(loop_run_forever(replies.loop));
    loop_free(replies.loop);
    return replies.failed;
}
