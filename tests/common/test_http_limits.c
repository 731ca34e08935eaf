/* test_http_limits.c - what is too much, and what is mere noise: refused, and never out of bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_events.h"
#include "unit.h"

#define CAPACITY 256

static char input[100000], events[200000];

/* Parses with a head of at most CAPACITY bytes. */
static struct http_parser parse(enum http_kind kind, size_t length, const size_t *cuts,
                                int cut_count)
{
    struct http_parser parser;
    char *buffer = malloc(CAPACITY); /* exactly: one byte too many is seen by ASan */
    http_parser_init(&parser, kind, buffer, CAPACITY);
    http_log_events(&parser, input, length, cuts, cut_count, true, events, sizeof events);
    free(buffer);
    return parser;
}

static void expect_request_error(int status)
{
    struct http_parser parser = parse(HTTP_REQUEST, strlen(input), NULL, 0);
    assert_non_null(strstr(events, "error"));
    assert_int_equal(parser.error, status);
}

static void a_long_request_line_is_414(void **state)
{
    (void)state;
    snprintf(input, sizeof input, "GET /%0300d", 0);
    expect_request_error(414);
    snprintf(input, sizeof input, "%0300d", 0);
    expect_request_error(414);
}

static void a_large_head_is_431(void **state)
{
    (void)state;
    snprintf(input, sizeof input, "GET / HTTP/1.1\r\nHost: a\r\nX: %0300d", 0);
    expect_request_error(431);
    snprintf(input, sizeof input, "GET / HTTP/1.1\r\nHost: a\r\nX: %0100d\r\nY: %0100d\r\n\r\n", 0,
             0);
    parse(HTTP_REQUEST, strlen(input), NULL, 0);
    assert_null(strstr(events, "error"));
    snprintf(input, sizeof input, "HTTP/1.1 200 %0300d", 0);
    assert_int_equal(parse(HTTP_RESPONSE, strlen(input), NULL, 0).error, 431);
}

static void one_field_more_than_there_is_room_for_is_431(void **state)
{
    char buffer[4096];
    struct http_parser parser;
    (void)state;
    for (int count = HTTP_MAX_FIELDS; count <= HTTP_MAX_FIELDS + 1; count++) {
        strcpy(input, "GET / HTTP/1.0\r\n");
        for (int i = 0; i < count; i++)
            strcat(input, "A: b\r\n");
        strcat(input, "\r\n");
        http_parser_init(&parser, HTTP_REQUEST, buffer, sizeof buffer);
        http_log_events(&parser, input, strlen(input), NULL, 0, true, events, sizeof events);
        assert_int_equal(parser.error, count > HTTP_MAX_FIELDS ? 431 : 0);
    }
}

#define CHUNKED "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static void extensions_and_trailers_have_limits(void **state)
{
    (void)state;
    snprintf(input, sizeof input, CHUNKED "1;%0100d\r\na\r\n0\r\nX: %0100d\r\n\r\n", 0, 0);
    parse(HTTP_REQUEST, strlen(input), NULL, 0);
    assert_non_null(strstr(events, "[a] done"));
    snprintf(input, sizeof input, CHUNKED "1;%0300d\r\n", 0);
    expect_request_error(400);
    snprintf(input, sizeof input, CHUNKED "%0300d\r\n", 0);
    expect_request_error(400);
    snprintf(input, sizeof input, CHUNKED "0\r\nX: %0150d\r\nY: %0150d\r\n\r\n", 0, 0);
    expect_request_error(431);
}

static void an_error_lasts(void **state)
{
    struct http_parser parser;
    struct http_slice body;
    char buffer[CAPACITY];
    const char *data = "GET / HTTP/1.1\n\nGET / HTTP/1.0\r\n\r\n";
    size_t length = strlen(data);
    (void)state;
    http_parser_init(&parser, HTTP_REQUEST, buffer, sizeof buffer);
    for (int i = 0; i < 5; i++)
        assert_int_equal(http_parse(&parser, &data, &length, &body), HTTP_ERROR);
    assert_int_equal(http_parse_eof(&parser), HTTP_ERROR);
    assert_int_equal(parser.error, 400);
}

/* ---- Noise from a fixed seed: any split gives the same, and ASan sees every byte --------------
 */

static const char *const SEEDS[] = {
    "GET /aio?delay=5 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
    CHUNKED "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
};

static void mutate(size_t *length)
{
    static const char USEFUL[] = "\r\n :;,0aF%\t\x01\x7f\xff";
    size_t place = (size_t)rand() % (*length + 1);
    switch (rand() % 4) {
    case 0: /* another byte */
        input[place] = (char)rand();
        break;
    case 1: /* one of those that mean something */
        input[place] = USEFUL[(size_t)rand() % (sizeof USEFUL - 1)];
        break;
    case 2: /* twice */
        memmove(input + place + 1, input + place, *length - place);
        ++*length;
        break;
    case 3: /* gone */
        if (place < *length) {
            memmove(input + place, input + place + 1, *length - place - 1);
            --*length;
        }
    }
}

static void noise_is_parsed_the_same_however_cut(void **state)
{
    static char whole[sizeof events];
    (void)state;
    srand(3);
    for (int round = 0; round < 20000; round++) {
        const char *seed = SEEDS[round % 5];
        size_t length = strlen(seed), cuts[4];
        enum http_kind kind = round % 5 < 3 ? HTTP_REQUEST : HTTP_RESPONSE;
        memcpy(input, seed, length);
        for (int changes = rand() % 6; changes >= 0; changes--)
            mutate(&length);
        for (int i = 0; i < 4; i++)
            cuts[i] = length * (size_t)(rand() % 8 + 8 * i) / 32;
        parse(kind, length, NULL, 0);
        strcpy(whole, events);
        parse(kind, length, cuts, 4);
        assert_string_equal(events, whole);
    }
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_request_line_is_414),
        cmocka_unit_test(a_large_head_is_431),
        cmocka_unit_test(one_field_more_than_there_is_room_for_is_431),
        cmocka_unit_test(extensions_and_trailers_have_limits),
        cmocka_unit_test(an_error_lasts),
        cmocka_unit_test(noise_is_parsed_the_same_however_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
