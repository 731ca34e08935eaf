/* aio.c - see aio.h. Each handler is an ordinary function that waits where it has to wait. */
#include "aio.h"

#include <errno.h>

#include "clock.h"
#include "options.h"

#define MAX_DELAY   86400 /* units */
#define MAX_RANDOM  30
#define MAX_COUNTER 20 /* digits */

static const char JSON[] = "application/json; charset=utf-8";
static const char TEXT[] = "text/plain; charset=utf-8";

void aio_init(struct aio *aio, int64_t unit_ns, uint64_t seed, FILE *out)
{
    *aio = (struct aio){.unit_ns = unit_ns, .random_state = seed, .out = out};
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- What is asked for --------------------------------------------------------------------- */

struct wish {
    long delay, status, drop, trickle;
};

struct number {
    const char *name;
    long min, max;
    long *value; /* left alone when the number is not given */
};

/* 0; -EINVAL: it is not what it should be, and that is the answer. */
static int read_number(const struct http_request *request, struct http_response *response,
                       const struct number *number)
{
    char text[64];
    int rc = http_query(request->head->target, number->name, text, sizeof text);
    if (rc == -ENOENT)
        return 0;
    if (rc < 0)
        rc = http_respond_error(response, 400, "%s: expected one whole number from %ld to %ld",
                                number->name, number->min, number->max);
    else if (parse_number(text, number->min, number->max, number->value) == 0)
        return 0;
    else
        rc = http_respond_error(response, 400, "%s \"%s\": expected a whole number from %ld to %ld",
                                number->name, text, number->min, number->max);
    return rc < 0 ? rc : -EINVAL;
}

static int read_wish(const struct http_request *request, struct http_response *response,
                     struct wish *wish)
{
    const struct number numbers[] = {
        {"delay", 0, MAX_DELAY, &wish->delay},
        {"fail", 400, 599, &wish->status},
        {"drop", 0, 1, &wish->drop},
        {"trickle", 0, 1, &wish->trickle},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof numbers / sizeof numbers[0]; i++)
        rc = read_number(request, response, &numbers[i]);
    return rc;
}

/* ---- /aio ---------------------------------------------------------------------------------- */

static void count_begin(struct aio *aio)
{
    aio->requests++;
    if (++aio->in_flight > aio->max_in_flight)
        aio->max_in_flight = aio->in_flight;
}

static void count_end(struct aio *aio, int result)
{
    aio->in_flight--;
    if (result < 0)
        aio->aborted++;
    else
        aio->completed++;
}

/* Sends the answer here, not after the return: only then is it known whether it went out. */
static int answer(const struct aio *aio, const struct wish *wish, struct http_response *response)
{
    int rc;
    if (wish->drop) {
        http_response_drop(response);
        return 0;
    }
    if (wish->status)
        rc = http_respond_error(response, (int)wish->status, "%s", http_reason((int)wish->status));
    else
        rc = http_respond_format(response, 200, JSON, "{\"delay\": %ld}", wish->delay);
    if (wish->trickle)
        http_response_trickle(response, aio->unit_ns / 100);
    return rc < 0 ? rc : http_response_send(response);
}

static int wait_and_answer(struct http_request *request, struct http_response *response)
{
    struct aio *aio = request->context;
    struct wish wish = {.delay = -1};
    int rc = read_wish(request, response, &wish);
    if (rc < 0)
        return rc == -EINVAL ? 0 : rc;
    if (wish.delay < 0)
        wish.delay = 1 + (long)(next_random(&aio->random_state) % MAX_RANDOM);
    count_begin(aio);
    if (aio->out)
        fprintf(aio->out, "delay: %ld\n", wish.delay);
    rc = co_sleep(wish.delay * aio->unit_ns);
    if (rc == 0)
        rc = answer(aio, &wish, response);
    count_end(aio, rc);
    return rc;
}

/* ---- The others ---------------------------------------------------------------------------- */

static int show_stats(struct http_request *request, struct http_response *response)
{
    const struct aio *aio = request->context;
    return http_respond_format(response, 200, JSON,
                               "{\"requests\": %lld, \"in_flight\": %lld, \"max_in_flight\": %lld, "
                               "\"completed\": %lld, \"aborted\": %lld, \"unit_ms\": %lld}",
                               (long long)aio->requests, (long long)aio->in_flight,
                               (long long)aio->max_in_flight, (long long)aio->completed,
                               (long long)aio->aborted, (long long)(aio->unit_ns / NS_PER_MS));
}

/* What is in flight stays so, and is the new maximum. */
static int reset_stats(struct http_request *request, struct http_response *response)
{
    struct aio *aio = request->context;
    aio->requests = aio->completed = aio->aborted = 0;
    aio->max_in_flight = aio->in_flight;
    return show_stats(request, response);
}

static int say_hello(struct http_request *request, struct http_response *response)
{
    return http_respond_format(response, 200, TEXT, "Hello, %s",
                               http_request_parameter(request, "name"));
}

const struct route AIO_ROUTES[] = {
    {"GET", "/aio", wait_and_answer, "An answer that takes its time"},
    {"GET", "/stats", show_stats, "Counters of the requests to /aio"},
    {"POST", "/stats/reset", reset_stats, "Start the counters over"},
    {"GET", "/{name}", say_hello, "A greeting"},
    {0},
};
