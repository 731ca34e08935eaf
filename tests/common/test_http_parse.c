/* test_http_parse.c - messages and what the parser makes of them, however they are cut. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_events.h"
#include "unit.h"

#define LOG_SIZE 16384

struct message {
    enum http_kind kind;
    const char *bytes;
    const char *events;
    bool eof;     /* the input ends after it */
    bool no_body; /* the response answers a HEAD */
};

#define REQUEST(bytes_, events_, ...)                                         \
    {                                                                         \
        .kind = HTTP_REQUEST, .bytes = bytes_, .events = events_, __VA_ARGS__ \
    }
#define RESPONSE(bytes_, events_, ...)                                         \
    {                                                                          \
        .kind = HTTP_RESPONSE, .bytes = bytes_, .events = events_, __VA_ARGS__ \
    }

#define HOST  "Host: a\r\n"
#define GET   "GET / HTTP/1.1\r\n" HOST
#define POST  "POST / HTTP/1.1\r\n" HOST
#define CHUNK POST "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNK_EVENTS \
    "POST / HTTP/1.1 length=-1 chunked=1 keep=1 expect=0 {Host=a} {Transfer-Encoding=chunked} "

static const struct message GOOD[] = {
    REQUEST(
        "GET /aio?delay=5 HTTP/1.1\r\nHost: localhost:3000\r\n\r\n",
        "GET /aio?delay=5 HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=localhost:3000} done"),
    REQUEST("\r\nGET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0 length=-1 chunked=0 keep=0 expect=0 done"),
    REQUEST("GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n",
            "GET / HTTP/1.0 length=-1 chunked=0 keep=1 expect=0 {Connection=x, Keep-Alive} done"),
    REQUEST(GET "Connection: keep-alive\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1 length=-1 chunked=0 keep=0 expect=0 {Host=a} {Connection=keep-alive} "
            "{Connection=close} done"),
    REQUEST("GET / HTTP/1.2\r\nHost:\r\n\r\n",
            "GET / HTTP/1.2 length=-1 chunked=0 keep=1 expect=0 {Host=} done"),
    REQUEST("OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
            "OPTIONS * HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=[::1]:80} done"),
    REQUEST("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://a/b HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=a} done"),
    REQUEST("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
            "CONNECT a:443 HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=a:443} done"),
    REQUEST(
        GET "X: \t a\tb \t\r\nY:\r\nZ: \xe4\r\n\r\n",
        "GET / HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=a} {X=a\tb} {Y=} {Z=\xe4} done"),
    REQUEST(POST "Content-Length: 0\r\n\r\n",
            "POST / HTTP/1.1 length=0 chunked=0 keep=1 expect=0 {Host=a} {Content-Length=0} done"),
    REQUEST(POST "content-length: 5\r\nExpect: 100-Continue\r\n\r\nhello",
            "POST / HTTP/1.1 length=5 chunked=0 keep=1 expect=1 {Host=a} {content-length=5} "
            "{Expect=100-Continue} [hello] done"),
    REQUEST(
        POST "Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.1 length=3 chunked=0 keep=1 expect=0 {Host=a} {Content-Length=3} [abc] done "
        "GET /2 HTTP/1.0 length=-1 chunked=0 keep=0 expect=0 done"),
    REQUEST(CHUNK "5\r\nhello\r\n0\r\n\r\n", CHUNK_EVENTS "[hello] done"),
    REQUEST(CHUNK "5;a=b;c=\"d e\"\r\nhello\r\n00A ; x\r\n0123456789\r\n0;end\r\nX: y\r\n\r\n",
            CHUNK_EVENTS "[hello0123456789] done"),
    REQUEST(CHUNK "0\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n",
            CHUNK_EVENTS "done GET / HTTP/1.0 length=-1 chunked=0 keep=0 expect=0 done"),
    REQUEST("", "nothing", .eof = true),
    REQUEST("\r\n", "nothing", .eof = true),
    RESPONSE("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
             "HTTP/1.1 200 OK length=2 chunked=0 keep=1 expect=0 {Content-Length=2} [hi] done"),
    RESPONSE("HTTP/1.1 200 \r\n\r\nall of it",
             "HTTP/1.1 200  length=-1 chunked=0 keep=0 expect=0 [all of it] done", .eof = true),
    RESPONSE(
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9"
        "\r\n\r\n",
        "HTTP/1.1 204 No Content length=-1 chunked=0 keep=1 expect=0 done "
        "HTTP/1.1 304 Not Modified length=9 chunked=0 keep=1 expect=0 {Content-Length=9} done"),
    RESPONSE("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
             "HTTP/1.1 102 Processing length=-1 chunked=0 keep=1 expect=0 done "
             "HTTP/1.1 200 OK length=5 chunked=0 keep=1 expect=0 {Content-Length=5} done "
             "HTTP/1.1 200 OK length=2 chunked=0 keep=1 expect=0 {Content-Length=2} [hi] done",
             .no_body = true),
    RESPONSE(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK length=-1 chunked=1 keep=1 expect=0 {Transfer-Encoding=chunked} [a] done"),
};

/* Each is one error, of this status, and no event before it but what `events` says. */
static const struct message BAD[] = {
    REQUEST("GET /\r\n", "error 400"),
    REQUEST("GET  / HTTP/1.1\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1 \r\n", "error 400"),
    REQUEST(" GET / HTTP/1.1\r\n", "error 400"),
    REQUEST("GET\t/ HTTP/1.1\r\n", "error 400"),
    REQUEST("G(T / HTTP/1.1\r\n", "error 400"),
    REQUEST("GET a HTTP/1.1\r\n", "error 400"),
    REQUEST("GET * HTTP/1.1\r\n", "error 400"),
    REQUEST("GET http:// HTTP/1.1\r\n", "error 400"),
    REQUEST("CONNECT / HTTP/1.1\r\n", "error 400"),
    REQUEST("GET /a\x01 HTTP/1.1\r\n", "error 400"),
    REQUEST("GET /a\tb HTTP/1.1\r\n", "error 400"),
    REQUEST("GET / HTTP/2.0\r\n", "error 505"),
    REQUEST("GET / HTTP/0.9\r\n", "error 505"),
    REQUEST("PRI * HTTP/2.0\r\n", "error 505"), /* the version first: HTTP/2 begins so */
    REQUEST("GET a HTTP/2.0\r\n", "error 505"),
    REQUEST("GET / http/1.1\r\n", "error 400"),
    REQUEST("GET / HTTP/1.10\r\n", "error 400"),
    REQUEST("GET / HTTP/1,1\r\n", "error 400"),
    REQUEST("GET / HTTP/11\r\n", "error 400"),
    REQUEST("GET / HTTX/1.1\r\n", "error 400"),
    REQUEST("\r\n\r\nGET / HTTP/1.0\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\n", "error 400"),
    REQUEST("GET / HTTP/1.1\rX", "error 400"),
    REQUEST("\x16\x03\x01", "error 400"), /* somebody speaks TLS */
    REQUEST(GET "\n", "error 400"),
    REQUEST(GET "X : y\r\n", "error 400"),
    REQUEST(GET "X: y\r\n z\r\n", "error 400"),
    REQUEST(GET "X\r\n", "error 400"),
    REQUEST(GET ": x\r\n", "error 400"),
    REQUEST(GET "X@: y\r\n", "error 400"),
    REQUEST(GET "X: a\x7f\r\n", "error 400"),
    REQUEST(GET "X: a\x01\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\r\n\r\n", "error 400"), /* no Host */
    REQUEST(GET "Host: a\r\n\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\r\nHost: a b\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\r\nHost: a/b\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\r\nHost: a:x\r\n", "error 400"),
    REQUEST("GET / HTTP/1.1\r\nHost: a@b\r\n", "error 400"),
    REQUEST("GET / HTTP/1.0\r\nHost: [::1\r\n", "error 400"),
    REQUEST(POST "Content-Length:\r\n", "error 400"),
    REQUEST(POST "Content-Length: +1\r\n", "error 400"),
    REQUEST(POST "Content-Length: -1\r\n", "error 400"),
    REQUEST(POST "Content-Length: 1 1\r\n", "error 400"),
    REQUEST(POST "Content-Length: 0x1\r\n", "error 400"),
    REQUEST(POST "Content-Length: 1, 1\r\n", "error 400"),
    REQUEST(POST "Content-Length: 99999999999999999999\r\n", "error 400"),
    REQUEST(POST "Content-Length: 9223372036854775808\r\n", "error 400"),
    REQUEST(POST "Content-Length: 1\r\nContent-Length: 1\r\n", "error 400"),
    REQUEST(POST "Content-Length: 1\r\nContent-Length: 2\r\n", "error 400"),
    REQUEST(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "error 400"),
    REQUEST("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "error 400"),
    REQUEST(POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "error 501"),
    REQUEST(POST "Transfer-Encoding: chunked, gzip\r\n\r\n", "error 501"),
    REQUEST(POST "Transfer-Encoding: identity\r\n\r\n", "error 501"),
    REQUEST(POST "Transfer-Encoding: xchunked\r\n\r\n", "error 501"),
    REQUEST(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "error 501"),
    REQUEST(CHUNK "+1\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "0x1\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK ";a\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK " 1\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "1 \r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "1 1\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "1\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "1;a\rb", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "8000000000000000\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "fffffffffffffffffff\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "1\r\nab", CHUNK_EVENTS "[a] error 400"),
    REQUEST(CHUNK "1\r\na\n", CHUNK_EVENTS "[a] error 400"),
    REQUEST(CHUNK "0\r\nX\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "0\r\n x: y\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(CHUNK "0\r\n: y\r\n", CHUNK_EVENTS "error 400"),
    REQUEST(GET "\rX", "error 400"),
    REQUEST("GET / HT", "error 400", .eof = true),
    REQUEST(GET, "error 400", .eof = true),
    REQUEST(CHUNK "5\r\nhel", CHUNK_EVENTS "[hel] error 400", .eof = true),
    REQUEST(CHUNK "5\r\nhello\r\n0\r\n", CHUNK_EVENTS "[hello] error 400", .eof = true),
    RESPONSE("HTTP/1.1 200\r\n", "error 400"),
    RESPONSE("HTTP/1.1 20 OK\r\n", "error 400"),
    RESPONSE("HTTP/1.1 2000 OK\r\n", "error 400"),
    RESPONSE("HTTP/1.1 099 OK\r\n", "error 400"),
    RESPONSE("HTTP/1.1 600 OK\r\n", "error 400"),
    RESPONSE("HTTP/3.0 200 OK\r\n", "error 505"),
    RESPONSE("\r\nHTTP/1.1 200 OK\r\n", "error 400"),
    RESPONSE(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK length=5 chunked=0 keep=1 expect=0 {Content-Length=5} [abc] error 400",
        .eof = true),
};

static const char *parse(const struct message *message, const size_t *cuts, int cut_count)
{
    static char log[LOG_SIZE];
    char *buffer = malloc(512);
    struct http_parser parser;
    http_parser_init(&parser, message->kind, buffer, 512);
    if (message->no_body)
        http_parser_expect_no_body(&parser);
    http_log_events(&parser, message->bytes, strlen(message->bytes), cuts, cut_count, message->eof,
                    log, sizeof log);
    if (strstr(log, "error") && (!parser.error_text || parser.error_text[0] == '\0'))
        fail_msg("an error without a text: %s", message->bytes);
    free(buffer);
    return log;
}

static void expect_events(const struct message *message, const size_t *cuts, int cut_count)
{
    const char *events = parse(message, cuts, cut_count);
    if (strcmp(events, message->events) != 0)
        fail_msg("%s\ncut at %d places gives \"%s\", not \"%s\"", message->bytes, cut_count, events,
                 message->events);
}

static void parse_every_way(const struct message *message)
{
    size_t length = strlen(message->bytes), each[1024];
    assert_true(length < 1024);
    expect_events(message, NULL, 0);
    for (size_t i = 0; i < length; i++) {
        each[i] = i;
        expect_events(message, &i, 1);
    }
    expect_events(message, each, (int)length);
    for (int round = 0; round < 50; round++) {
        int count = 0;
        for (size_t i = 1; i < length; i++)
            if (rand() % 4 == 0)
                each[count++] = i;
        expect_events(message, each, count);
    }
}

static void good_messages_give_the_same_events_however_cut(void **state)
{
    (void)state;
    srand(1);
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        parse_every_way(&GOOD[i]);
}

static void bad_messages_give_the_same_error_however_cut(void **state)
{
    (void)state;
    srand(2);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        parse_every_way(&BAD[i]);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_messages_give_the_same_events_however_cut),
        cmocka_unit_test(bad_messages_give_the_same_error_however_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
