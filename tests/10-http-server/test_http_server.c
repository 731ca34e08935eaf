/* test_http_server.c - what a client says and what it hears, byte for byte, but for the time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "sample_server.h"
#include "talk.h"
#include "unit.h"

/* ---- Conversations ------------------------------------------------------------------------- */

struct conversation {
    const char *said; /* then the client ends its side */
    const char *heard;
};

#define HOST       "Host: a\r\n"
#define GET(path)  "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\n" HOST
#define OK         "HTTP/1.1 200 OK\n"
#define TEXT       "Content-Type: text/plain\n"
#define JSON       "Content-Type: application/json; charset=utf-8\n"
#define HELLO      OK "Content-Length: 5\n" TEXT "\nHello"
#define ASKED      "HTTP/1.1 102 Processing\n\n"
#define FAILED                                                      \
    "HTTP/1.1 500 Internal Server Error\nContent-Length: 34\n" JSON \
    "\n{\"error\": \"Internal Server Error\"}"

static const struct conversation CONVERSATIONS[] = {
    {"", ""},
    {"\r\n", ""},
    {GET("/hello"), HELLO},
    {"GET /hello HTTP/1.0\r\n\r\n", OK "Content-Length: 5\nConnection: close\n" TEXT "\nHello"},
    {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" GET("/hello"),
     OK "Content-Length: 5\nConnection: keep-alive\n" TEXT "\nHello" HELLO},
    {"GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n" GET("/hello"),
     OK "Content-Length: 5\nConnection: close\n" TEXT "\nHello"},
    {"HEAD /hello HTTP/1.1\r\n" HOST "\r\n" GET("/hello"),
     OK "Content-Length: 5\n" TEXT "\n" HELLO},
    {"HEAD /stream HTTP/1.1\r\n" HOST "\r\n" GET("/hello"),
     OK "Transfer-Encoding: chunked\n" TEXT "\n" HELLO},

    /* Pipelined: answered in order, the slow one first. While that takes its time the server asks
       the client, who has ended its side, whether it is still there (102). */
    {GET("/sleep") GET("/nowhere") GET("/hello"),
     "HTTP/1.1 102 Processing\n\n" HELLO "HTTP/1.1 404 Not Found\nContent-Length: 22\n" JSON
     "\n{\"error\": \"Not Found\"}" HELLO},

    /* Bodies. */
    {POST("/echo") "Content-Length: 3\r\n\r\nabc" GET("/hello"),
     OK "Content-Length: 3\n" TEXT "\nabc" HELLO},
    {POST("/echo") "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n0\r\nX: y\r\n\r\n" GET(
         "/hello"),
     OK "Content-Length: 3\n" TEXT "\nabc" HELLO},
    {POST("/echo") "\r\n" GET("/hello"), OK "Content-Length: 0\n" TEXT "\n" HELLO},
    {POST("/hello") "Content-Length: 3\r\n\r\nabc" GET("/hello"), HELLO HELLO},
    {POST("/hello") "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" GET("/hello"),
     HELLO HELLO},
    {"GET /hello HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" GET("/hello"), HELLO HELLO},
    {POST("/hello") "Transfer-Encoding: chunked\r\n\r\nx\r\n" GET("/hello"), HELLO},
    {GET("/twice") GET("/hello"), OK "Content-Length: 6\n" TEXT "\nsecond" HELLO},
    {POST("/echo") "Content-Length: 3\r\n\r\nab",
     "HTTP/1.1 400 Bad Request\nContent-Length: 24\nConnection: close\n" JSON
     "\n{\"error\": \"Bad Request\"}"},
    {POST("/echo") "Transfer-Encoding: chunked\r\n\r\nx\r\n",
     "HTTP/1.1 400 Bad Request\nContent-Length: 24\nConnection: close\n" JSON
     "\n{\"error\": \"Bad Request\"}"},
    {POST("/echo") "Content-Length: 2001\r\n\r\n",
     "HTTP/1.1 413 Content Too Large\nContent-Length: 34\nConnection: close\n" JSON
     "\n{\"error\": \"the body is too large\"}"},
    {POST("/echo") "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.1 100 Continue\n\nHTTP/1.1 400 Bad Request\nContent-Length: 24\nConnection: "
     "close\n" JSON "\n{\"error\": \"Bad Request\"}"},
    {POST("/echo") "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc" GET("/hello"),
     OK "Content-Length: 3\n" TEXT "\nabc" HELLO},
    {POST("/hello") "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", HELLO},
    {POST("/echo") "Content-Length: 3\r\nExpect: a miracle\r\n\r\n",
     "HTTP/1.1 417 Expectation Failed\nContent-Length: 60\nConnection: close\n" JSON
     "\n{\"error\": \"the only expectation known here is 100-continue\"}"},

    /* Answers in pieces. */
    {GET("/stream") GET("/hello"),
     OK "Transfer-Encoding: chunked\n" TEXT "\n6\npiece \n6\npiece \n6\npiece \n0\n\n" HELLO},
    {"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     OK "Connection: close\n" TEXT "\npiece piece piece "},
    {GET("/trickle") GET("/hello"), HELLO HELLO},

    /* Faults of a handler: nothing of it shows but 500, or an answer that is visibly cut off. */
    {GET("/fail") GET("/hello"), FAILED HELLO},
    {GET("/nothing") GET("/hello"), FAILED HELLO},
    {GET("/split") GET("/hello"), FAILED HELLO},
    {GET("/fail-half-way") GET("/hello"),
     OK "Transfer-Encoding: chunked\n" TEXT "\n6\npiece \n6\npiece \n6\npiece \n"},
    {GET("/drop") GET("/hello"), ""},

    /* What cannot be read ends the connection; what came before is answered. */
    {GET("/hello") "GET /hello\r\n\r\n" GET("/hello"),
     HELLO "HTTP/1.1 400 Bad Request\nContent-Length: 68\nConnection: close\n" JSON
           "\n{\"error\": \"a request line has three parts: method, target, version\"}"},
    {"GET / HTTP/2.0\r\n",
     "HTTP/1.1 505 HTTP Version Not Supported\nContent-Length: 55\n"
     "Connection: close\n" JSON "\n{\"error\": \"only HTTP/1.0 and HTTP/1.1 are spoken here\"}"},
    {"GET /hello HTTP/1.1\r\nHost: ",
     "HTTP/1.1 400 Bad Request\nContent-Length: 36\nConnection: close\n" JSON
     "\n{\"error\": \"the message was cut off\"}"},
    {"OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 204 No Content\nAllow: POST, OPTIONS\n\n"},
};

static struct talk talk;

static int set_up(void **state)
{
    static struct router router = {.routes = SAMPLE_ROUTES};
    (void)state;
    alarm(60);
    talk =
        (struct talk){.options = {.handler = router_handle, .context = &router, .max_body = 2000},
                      .grace_ns = NS_PER_S};
    return 0;
}

static int have_conversation(struct talk *t)
{
    const struct conversation *conversation = t->script;
    int rc = talk_ask(t, conversation->said);
    return rc < 0 ? rc : 0;
}

static void a_client_hears_what_it_should(void **state)
{
    (void)state;
    talk.client = have_conversation;
    for (size_t i = 0; i < sizeof CONVERSATIONS / sizeof CONVERSATIONS[0]; i++) {
        talk.script = &CONVERSATIONS[i];
        talk_run_virtually(&talk);
        if (strcmp(talk.heard, CONVERSATIONS[i].heard) != 0)
            fail_msg("%s\n-- gave --\n%s\n-- not --\n%s", CONVERSATIONS[i].said, talk.heard,
                     CONVERSATIONS[i].heard);
    }
}

/* All of the above that keep the connection, in one connection, a byte at a time. */
static int dribble(struct talk *t)
{
    const char *text = t->script;
    int fd = talk_connect(t), rc = fd < 0 ? fd : 0;
    for (; rc == 0 && *text; text++) {
        rc = co_write_all(fd, text, 1);
        if (rc == 0)
            rc = co_yield();
    }
    if (rc == 0 && shutdown(fd, SHUT_WR) < 0)
        rc = -errno;
    if (rc == 0)
        rc = talk_hear(t, fd);
    return rc < 0 ? rc : 0;
}

static void it_does_not_matter_how_the_bytes_come(void **state)
{
    (void)state;
    talk.client = dribble;
    talk.script = GET("/hello") POST("/echo") "Content-Length: 3\r\n\r\nabc" GET("/trickle") POST(
        "/echo") "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n" GET("/hello");
    talk_run_everywhere(&talk);
    assert_string_equal(talk.heard, HELLO OK "Content-Length: 3\n" TEXT "\nabc" HELLO OK
                                             "Content-Length: 3\n" TEXT "\nabc" HELLO);
}

static void a_large_answer_arrives_whole(void **state)
{
    static const struct conversation LARGE = {.said = GET("/large") GET("/hello")};
    (void)state;
    talk.client = have_conversation;
    talk.script = &LARGE;
    talk_run_everywhere(&talk);
    assert_int_equal(strlen(talk.heard), strlen(OK "Content-Length: 200000\n\n" HELLO) + 200000);
    assert_string_equal(talk.heard + strlen(talk.heard) - strlen(HELLO), HELLO);
}

/* A body of chunks may be too large without saying so before. */
static void a_body_without_a_length_is_counted(void **state)
{
    static char said[4000];
    static struct conversation too_large = {.said = said};
    (void)state;
    strcpy(said, POST("/echo") "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; i++)
        strcat(said, "1e\r\n123456789012345678901234567890\r\n"); /* 100 times 30 */
    talk.client = have_conversation;
    talk.script = &too_large;
    talk.options.max_body = 900; /* the handler has room for 1024 */
    talk_run_everywhere(&talk);
    assert_string_equal(talk.heard,
                        "HTTP/1.1 413 Content Too Large\nContent-Length: 30\n"
                        "Connection: close\n" JSON "\n{\"error\": \"Content Too Large\"}");
}

/* Far more than the server reads ahead: it stops reading, and goes on when it has answered. The end
 * that comes after all of it is seen nevertheless, and asked about, once. */
static void more_than_is_read_ahead_is_answered_in_the_end(void **state)
{
    enum { COUNT = 500 };
    static char said[COUNT * 60];
    static struct conversation many = {.said = said};
    (void)state;
    strcpy(said, GET("/sleep"));
    for (int i = 1; i < COUNT; i++)
        strcat(said, GET("/hello"));
    talk.client = have_conversation;
    talk.script = &many;
    talk_run_everywhere(&talk);
    assert_int_equal(strlen(talk.heard), strlen(ASKED) + COUNT * strlen(HELLO));
    assert_memory_equal(talk.heard, ASKED HELLO, strlen(ASKED HELLO));
}

/* ---- Many clients -------------------------------------------------------------------------- */

static int ask_beyond_the_limit(struct talk *t)
{
    int first = talk_connect(t), second = talk_connect(t);
    int rc = first < 0 ? first : second < 0 ? second : talk_send(first, GET("/hello"));
    if (rc == 0)
        rc = talk_skip(first, 1); /* the first is certainly in */
    if (rc == 0)
        rc = talk_send(second, GET("/hello"));
    if (rc == 0)
        rc = talk_hear(t, second);
    co_close(first);
    return rc < 0 ? rc : 0;
}

static void one_connection_too_many_is_told_so(void **state)
{
    (void)state;
    talk.client = ask_beyond_the_limit;
    talk.options.max_connections = 1;
    talk_run_everywhere(&talk);
    assert_string_equal(talk.heard, "HTTP/1.1 503 Service Unavailable\nContent-Length: 33\n"
                                    "Connection: close\n" JSON "Retry-After: 1\n"
                                    "\n{\"error\": \"too many connections\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_client_hears_what_it_should, set_up),
        cmocka_unit_test_setup(it_does_not_matter_how_the_bytes_come, set_up),
        cmocka_unit_test_setup(a_large_answer_arrives_whole, set_up),
        cmocka_unit_test_setup(a_body_without_a_length_is_counted, set_up),
        cmocka_unit_test_setup(more_than_is_read_ahead_is_answered_in_the_end, set_up),
        cmocka_unit_test_setup(one_connection_too_many_is_told_so, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
