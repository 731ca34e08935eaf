/* test_router.c - which route fits, and what is answered when none does. No sockets. */
#include <errno.h>
#include <string.h>

#include "http_connection.h"
#include "router.h"
#include "unit.h"

static struct http_slice slice(const char *text)
{
    return (struct http_slice){.bytes = text, .length = strlen(text)};
}

static void patterns_fit_or_not(void **state)
{
    static const struct {
        const char *pattern, *path;
        int fits;
        const char *a, *b;
    } CASES[] = {
        {"/", "/", 1, NULL, NULL},
        {"/", "", 0, NULL, NULL},
        {"/", "/x", 0, NULL, NULL},
        {"/aio", "/aio", 1, NULL, NULL},
        {"/aio", "/%61io", 1, NULL, NULL},
        {"/aio", "/AIO", 0, NULL, NULL},
        {"/aio", "/aio/", 0, NULL, NULL},
        {"/aio", "/aiox", 0, NULL, NULL},
        {"/aio", "//aio", 0, NULL, NULL},
        {"/aio", "aio", 0, NULL, NULL},
        {"/stats/reset", "/stats/reset", 1, NULL, NULL},
        {"/stats/reset", "/stats", 0, NULL, NULL},
        {"/stats/reset", "/stats%2Freset", 0, NULL, NULL},
        {"/{a}", "/bob", 1, "bob", NULL},
        {"/{a}", "/", 0, NULL, NULL},
        {"/{a}", "/bob/x", 0, NULL, NULL},
        {"/{a}", "/b%20%2fb", 1, "b /b", NULL},
        {"/{a}/x/{b}", "/1/x/2", 1, "1", "2"},
        {"/{a}/x/{b}", "/1/y/2", 0, NULL, NULL},
        {"/{a}", "/%zz", -EINVAL, NULL, NULL},
        {"/{a}", "/%00", -EINVAL, NULL, NULL},
    };
    static struct http_request request;
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(route_match(CASES[i].pattern, slice(CASES[i].path), &request),
                         CASES[i].fits);
        if (CASES[i].a)
            assert_string_equal(http_request_parameter(&request, "a"), CASES[i].a);
        if (CASES[i].b)
            assert_string_equal(http_request_parameter(&request, "b"), CASES[i].b);
        if (CASES[i].fits == 1)
            assert_null(http_request_parameter(&request, "c"));
    }
}

static void a_parameter_has_a_limit(void **state)
{
    static struct http_request request;
    static char path[2000];
    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    assert_int_equal(route_match("/{a}", slice(path), &request), -ENAMETOOLONG);
    path[sizeof request.parameter_text] = '\0';
    assert_int_equal(route_match("/{a}", slice(path), &request), 1);
}

/* ---- Choosing a route ---------------------------------------------------------------------- */

static int answer_first(struct http_request *request, struct http_response *response)
{
    return http_respond_format(response, 200, NULL, "first %s", (const char *)request->context);
}

static int answer_name(struct http_request *request, struct http_response *response)
{
    return http_respond_format(response, 200, NULL, "name %s",
                               http_request_parameter(request, "name"));
}

static int answer_post(struct http_request *request, struct http_response *response)
{
    (void)request;
    return http_respond_format(response, 200, NULL, "post");
}

static const struct route ROUTES[] = {
    {"GET", "/first", answer_first, ""},
    {"POST", "/first", answer_post, ""},
    {"DELETE", "/x/y", answer_post, ""},
    {"GET", "/{name}", answer_name, ""},
    {0},
};

static void expect_answer(const char *method, const char *target, int status, const char *body,
                          const char *allow)
{
    struct router router = {.routes = ROUTES, .context = "context"};
    struct http_head head = {.method = method, .target = target};
    static struct http_request request;
    struct http_response response;
    request.head = &head;
    request.context = &router;
    http_response_init(&response, NULL);
    assert_int_equal(router_handle(&request, &response), 0);
    assert_int_equal(response.status, status);
    assert_int_equal(response.body_length, strlen(body));
    assert_memory_equal(response.body, body, strlen(body));
    response.field_bytes[response.fields.length] = '\0';
    assert_string_equal(response.field_bytes, allow);
    assert_string_equal(response.content_type,
                        body[0] == '{' ? "application/json; charset=utf-8" : "");
    http_response_fini(&response);
}

static void the_first_route_that_fits_wins(void **state)
{
    (void)state;
    expect_answer("GET", "/first", 200, "first context", "");
    expect_answer("GET", "/first?x=/second", 200, "first context", "");
    expect_answer("GET", "http://host/first", 200, "first context", "");
    expect_answer("HEAD", "/first", 200, "first context", ""); /* the server drops the body */
    expect_answer("POST", "/first", 200, "post", "");
    expect_answer("GET", "/second", 200, "name second", "");
}

static void what_no_route_fits_is_answered_all_the_same(void **state)
{
    (void)state;
    expect_answer("GET", "/", 404, "{\"error\": \"Not Found\"}", "");
    expect_answer("GET", "/a/b", 404, "{\"error\": \"Not Found\"}", "");
    expect_answer("BREW", "/a/b", 501, "{\"error\": \"Not Implemented\"}", "");
    expect_answer("BREW", "/first", 501, "{\"error\": \"Not Implemented\"}", "");
    expect_answer("get", "/second", 501, "{\"error\": \"Not Implemented\"}", "");
    expect_answer("PUT", "/first", 405, "{\"error\": \"Method Not Allowed\"}",
                  "Allow: GET, HEAD, POST, OPTIONS\r\n");
    expect_answer("GET", "/x/y", 405, "{\"error\": \"Method Not Allowed\"}",
                  "Allow: DELETE, OPTIONS\r\n");
    expect_answer("OPTIONS", "/x/y", 204, "", "Allow: DELETE, OPTIONS\r\n");
    expect_answer("OPTIONS", "*", 204, "", "Allow: GET, HEAD, POST, DELETE, OPTIONS\r\n");
    expect_answer("OPTIONS", "/a/b", 404, "{\"error\": \"Not Found\"}", "");
    expect_answer("GET", "/%zz", 400, "{\"error\": \"a malformed escape in the path\"}", "");
}

static void errors_are_json_whatever_the_client_has_sent(void **state)
{
    static const struct {
        const char *text, *document;
    } CASES[] = {
        {"plain", "{\"error\": \"plain\"}"},
        {"\"\\\n\x01", "{\"error\": \"\\\"\\\\\\n\\u0001\"}"},
        {"\xc3\xa4", "{\"error\": \"\xc3\xa4\"}"},
        {"\xc3x\xff", "{\"error\": \"?x?\"}"},
    };
    struct http_response response;
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        http_response_init(&response, NULL);
        assert_int_equal(http_respond_error(&response, 400, "%s", CASES[i].text), 0);
        assert_int_equal(response.body_length, strlen(CASES[i].document));
        assert_memory_equal(response.body, CASES[i].document, response.body_length);
        http_response_fini(&response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_fit_or_not),
        cmocka_unit_test(a_parameter_has_a_limit),
        cmocka_unit_test(the_first_route_that_fits_wins),
        cmocka_unit_test(what_no_route_fits_is_answered_all_the_same),
        cmocka_unit_test(errors_are_json_whatever_the_client_has_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
