/* sample_server.c - see sample_server.h. */
#include "sample_server.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "co_io.h"

static int hello(struct http_request *request, struct http_response *response)
{
    (void)request;
    return http_respond(response, 200, "text/plain", "Hello", 5);
}

static int sleep_first(struct http_request *request, struct http_response *response)
{
    int rc = co_sleep(30 * NS_PER_MS);
    return rc < 0 ? rc : hello(request, response);
}

static int echo(struct http_request *request, struct http_response *response)
{
    char body[1024];
    size_t length = 0;
    ssize_t count;
    while ((count = http_request_read(request, body + length, sizeof body - length)) > 0)
        length += (size_t)count;
    return count < 0 ? (int)count : http_respond(response, 200, "text/plain", body, length);
}

static int stream(struct http_request *request, struct http_response *response)
{
    (void)request;
    int rc = http_response_begin(response, 200, "text/plain");
    for (int i = 0; rc == 0 && i < 3; i++)
        rc = http_response_write(response, "piece ", 6);
    return rc;
}

static int fail_half_way(struct http_request *request, struct http_response *response)
{
    int rc = stream(request, response);
    return rc < 0 ? rc : -EIO;
}

static int fail_at_once(struct http_request *request, struct http_response *response)
{
    http_write_field(&response->fields, "X-Secret", "x");
    int rc = hello(request, response);
    return rc < 0 ? rc : -EIO;
}

static int answer_twice(struct http_request *request, struct http_response *response)
{
    int rc = hello(request, response);
    return rc < 0 ? rc : http_respond(response, 200, "text/plain", "second", 6);
}

static int say_nothing(struct http_request *request, struct http_response *response)
{
    (void)request, (void)response;
    return 0;
}

static int split_the_answer(struct http_request *request, struct http_response *response)
{
    http_write_field(&response->fields, "X", "a\r\nSet-Cookie: b");
    return hello(request, response);
}

static int drop(struct http_request *request, struct http_response *response)
{
    http_response_drop(response);
    return hello(request, response);
}

static int large(struct http_request *request, struct http_response *response)
{
    static char body[200000];
    (void)request;
    memset(body, 'x', sizeof body);
    return http_respond(response, 200, NULL, body, sizeof body);
}

static int trickle(struct http_request *request, struct http_response *response)
{
    http_response_trickle(response, NS_PER_US);
    return hello(request, response);
}

const struct route SAMPLE_ROUTES[] = {
    {"GET", "/hello", hello, ""},
    {"GET", "/sleep", sleep_first, ""},
    {"POST", "/hello", hello, ""}, /* does not read the body */
    {"POST", "/echo", echo, ""},
    {"GET", "/stream", stream, ""},
    {"GET", "/fail-half-way", fail_half_way, ""},
    {"GET", "/fail", fail_at_once, ""},
    {"GET", "/nothing", say_nothing, ""},
    {"GET", "/twice", answer_twice, ""},
    {"GET", "/split", split_the_answer, ""},
    {"GET", "/drop", drop, ""},
    {"GET", "/large", large, ""},
    {"GET", "/trickle", trickle, ""},
    {0},
};
