/* test_http_target.c - paths and queries, decoded; and heads, written. */
#include <errno.h>
#include <string.h>

#include "http.h"
#include "unit.h"

static void paths_are_decoded(void **state)
{
    static const struct {
        const char *target, *path;
        int result;
    } CASES[] = {
        {"/", "/", 1},
        {"/a%20b?x=1", "/a b", 4},
        {"/a+b#c", "/a+b", 4},
        {"/%C3%A4", "/\xc3\xa4", 3},
        {"http://host/a/b?c", "/a/b", 4},
        {"http://host?c", "/", 1},
        {"*", "*", 1},
        {"/%", NULL, -EINVAL},
        {"/%4", NULL, -EINVAL},
        {"/%4?1", NULL, -EINVAL},
        {"/%g1", NULL, -EINVAL},
        {"/%00", NULL, -EINVAL},
        {"/234567890123456", NULL, -ENAMETOOLONG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char path[16];
        assert_int_equal(http_target_path(CASES[i].target, path, sizeof path), CASES[i].result);
        if (CASES[i].path)
            assert_string_equal(path, CASES[i].path);
    }
}

static void queries_are_found_and_decoded(void **state)
{
    static const struct {
        const char *target, *value;
        int result;
    } CASES[] = {
        {"/?delay=5", "5", 1},
        {"/?a=b&delay=5&c", "5", 1},
        {"/?delay", "", 0},
        {"/?delay=", "", 0},
        {"/?delay=a+b%2Bc", "a b+c", 5},
        {"/?d%65lay=5", "5", 1},
        {"/?delay=a=b", "a=b", 3},
        {"/?delay=5#x", "5", 1},
        {"/?%zz=1&&delay=5", "5", 1},
        {"/delay=5", NULL, -ENOENT},
        {"/#?delay=5", NULL, -ENOENT},
        {"/?", NULL, -ENOENT},
        {"/?delays=5&dela=1", NULL, -ENOENT},
        {"/?delay=5&delay=5", NULL, -EINVAL},
        {"/?delay=%zz&delay=5", NULL, -EINVAL},
        {"/?delay=%", NULL, -EINVAL},
        {"/?delay=%00", NULL, -EINVAL},
        {"/?delay=12345678", NULL, -ENAMETOOLONG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char value[8];
        assert_int_equal(http_query(CASES[i].target, "delay", value, sizeof value),
                         CASES[i].result);
        if (CASES[i].value)
            assert_string_equal(value, CASES[i].value);
    }
}

static void heads_are_written(void **state)
{
    char buffer[256];
    struct http_writer writer;
    (void)state;
    http_write_response(&writer, buffer, sizeof buffer, 404);
    http_write_field(&writer, "Content-Length", "%d", 5);
    http_write_field(&writer, "X", "a\tb");
    int length = http_writer_end(&writer);
    const char *expected = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX: a\tb\r\n\r\n";
    assert_int_equal(length, (int)strlen(expected));
    assert_memory_equal(buffer, expected, strlen(expected));

    http_write_request(&writer, buffer, sizeof buffer, "GET", "/aio?delay=5");
    expected = "GET /aio?delay=5 HTTP/1.1\r\n\r\n";
    assert_int_equal(http_writer_end(&writer), (int)strlen(expected));
    assert_memory_equal(buffer, expected, strlen(expected));
}

static int write_one(const char *name, const char *value, size_t capacity)
{
    char buffer[256];
    struct http_writer writer;
    assert_true(capacity <= sizeof buffer);
    http_write_response(&writer, buffer, capacity, 200);
    http_write_field(&writer, name, "%s", value);
    return http_writer_end(&writer);
}

static int request_result(const char *method, const char *target)
{
    char buffer[256];
    struct http_writer writer;
    http_write_request(&writer, buffer, sizeof buffer, method, target);
    return http_writer_end(&writer);
}

static void nothing_written_can_split_a_message(void **state)
{
    (void)state;
    assert_int_equal(write_one("X", "a\r\nSet-Cookie: b", 256), -EINVAL);
    assert_int_equal(write_one("X", "a\nb", 256), -EINVAL);
    assert_int_equal(write_one("X", "a\x7f", 256), -EINVAL);
    assert_int_equal(write_one("X: y\r\nZ", "a", 256), -EINVAL);
    assert_int_equal(write_one("", "a", 256), -EINVAL);
    assert_int_equal(request_result("GET", "/ HTTP/1.1\r\nX: y"), -EINVAL);
    assert_int_equal(request_result("GET", "/a b"), -EINVAL);
    assert_int_equal(request_result("GET", ""), -EINVAL);
    assert_int_equal(request_result("GET /", "/"), -EINVAL);
}

static void a_buffer_that_is_too_small_is_an_error_at_every_size(void **state)
{
    (void)state;
    int whole = write_one("Name", "value", 256);
    assert_true(whole > 0);
    for (size_t capacity = 0; capacity < (size_t)whole; capacity++)
        assert_int_equal(write_one("Name", "value", capacity), -ENOBUFS);
    assert_int_equal(write_one("Name", "value", (size_t)whole), whole);
}

static void statuses_have_reasons(void **state)
{
    (void)state;
    assert_string_equal(http_reason(200), "OK");
    assert_string_equal(http_reason(503), "Service Unavailable");
    assert_string_equal(http_reason(599), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_decoded),
        cmocka_unit_test(queries_are_found_and_decoded),
        cmocka_unit_test(heads_are_written),
        cmocka_unit_test(nothing_written_can_split_a_message),
        cmocka_unit_test(a_buffer_that_is_too_small_is_an_error_at_every_size),
        cmocka_unit_test(statuses_have_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
