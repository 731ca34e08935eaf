/* blocking_get against a server that answers what it is told, piece by piece. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "get.h"
#include "leaks.h"
#include "net.h"
#include "unit.h"

/* ---- A server for one request -------------------------------------------------------------- */

struct fake {
    const char *answer;
    size_t length;
    size_t step; /* sent so many bytes at a time */
    bool resets; /* instead of closing in order */
    int listening;
    char request[1024];
    pthread_t thread;
};

static void read_request(struct fake *fake, int fd)
{
    size_t length = 0;
    while (!strstr(fake->request, "\r\n\r\n")) {
        ssize_t count = read(fd, fake->request + length, sizeof fake->request - 1 - length);
        if (count <= 0)
            return;
        length += (size_t)count;
        fake->request[length] = '\0';
    }
}

static void *serve_once(void *arg)
{
    struct fake *fake = arg;
    int fd = accept4(fake->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return NULL;
    net_set_nodelay(fd); /* each piece goes for itself */
    read_request(fake, fd);
    for (size_t at = 0; at < fake->length; at += fake->step) {
        size_t left = fake->length - at;
        if (send(fd, fake->answer + at, left < fake->step ? left : fake->step, MSG_NOSIGNAL) < 0)
            break; /* it has heard enough */
    }
    struct linger at_once = {.l_onoff = 1};
    if (fake->resets)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    return NULL;
}

/* The result of a GET that this fake answers. */
static int get_from(struct fake *fake, const char *target, struct http_answer *result)
{
    struct usage before = own_usage();
    fake->listening = net_listen("127.0.0.1", 0, 1);
    assert_true(fake->listening >= 0);
    assert_int_equal(pthread_create(&fake->thread, NULL, serve_once, fake), 0);
    int rc = blocking_get("127.0.0.1", (uint16_t)net_port(fake->listening), target, result);
    shutdown(fake->listening, SHUT_RDWR); /* if nobody has come, nobody will */
    pthread_join(fake->thread, NULL);
    close(fake->listening);
    expect_own_usage(before);
    return rc;
}

static int get_text(const char *answer, struct http_answer *result)
{
    struct fake fake = {.answer = answer, .length = strlen(answer), .step = SIZE_MAX / 2};
    return get_from(&fake, "/", result);
}

/* ---- Whole answers ------------------------------------------------------------------------- */

static void the_request_is_well_formed(void **state)
{
    (void)state;
    struct http_answer result;
    struct fake fake = {.answer = "HTTP/1.1 204 No Content\r\n\r\n", .length = 27, .step = 100};
    assert_int_equal(get_from(&fake, "/aio?delay=5", &result), 0);
    assert_int_equal(result.status, 204);
    assert_int_equal(result.length, 0);
    assert_string_equal(result.body, "");
    const char *first = "GET /aio?delay=5 HTTP/1.1\r\n";
    assert_memory_equal(fake.request, first, strlen(first));
    assert_non_null(strstr(fake.request, "\r\nHost: 127.0.0.1:"));
    assert_non_null(strstr(fake.request, "\r\nConnection: close\r\n"));
}

static void any_cut_gives_the_same_answer(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"delay\": 5}";
    for (size_t step = 1; step < sizeof answer; step++) {
        struct http_answer result;
        struct fake fake = {.answer = answer, .length = sizeof answer - 1, .step = step};
        assert_int_equal(get_from(&fake, "/", &result), 0);
        assert_int_equal(result.status, 200);
        assert_int_equal(result.length, 12);
        assert_string_equal(result.body, "{\"delay\": 5}");
    }
}

static void a_chunked_body_is_put_together(void **state)
{
    (void)state;
    struct http_answer result;
    assert_int_equal(get_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "5\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n",
                              &result),
                     0);
    assert_string_equal(result.body, "Hello, world");
}

static void a_body_without_a_length_ends_with_the_connection(void **state)
{
    (void)state;
    struct http_answer result;
    assert_int_equal(get_text("HTTP/1.0 200 OK\r\n\r\nHello", &result), 0);
    assert_string_equal(result.body, "Hello");
}

static void an_interim_answer_is_passed_over(void **state)
{
    (void)state;
    struct http_answer result;
    assert_int_equal(get_text("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                              &result),
                     0);
    assert_int_equal(result.status, 200);
    assert_string_equal(result.body, "ok");
}

static void a_failure_of_the_server_is_an_answer(void **state)
{
    (void)state;
    struct http_answer result;
    assert_int_equal(
        get_text("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", &result), 0);
    assert_int_equal(result.status, 503);
}

static void the_largest_body_fits_and_a_larger_one_does_not(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        static char answer[HTTP_ANSWER_BODY_MAX + 128];
        int head = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                            HTTP_ANSWER_BODY_MAX + extra);
        memset(answer + head, 'x', (size_t)(HTTP_ANSWER_BODY_MAX + extra));
        struct http_answer result;
        struct fake fake = {.answer = answer,
                            .length = (size_t)(head + HTTP_ANSWER_BODY_MAX + extra),
                            .step = 1000};
        assert_int_equal(get_from(&fake, "/", &result), extra ? -EMSGSIZE : 0);
        if (!extra)
            assert_int_equal(strlen(result.body), HTTP_ANSWER_BODY_MAX);
    }
}

/* ---- What goes wrong ----------------------------------------------------------------------- */

static void an_answer_that_is_cut_off_is_an_error(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"delay\": 5",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct http_answer result;
        assert_int_equal(get_text(answers[i], &result), -EPROTO);
    }
}

static void what_is_no_http_is_an_error(void **state)
{
    (void)state;
    struct http_answer result;
    assert_int_equal(get_text("Welcome. Type a line, or exit.\n", &result), -EPROTO);
}

static void a_reset_is_an_error(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{";
    struct http_answer result;
    struct fake fake = {.answer = answer, .length = sizeof answer - 1, .step = 100, .resets = true};
    assert_int_equal(get_from(&fake, "/", &result), -ECONNRESET);
}

static void a_refused_connection_is_an_error(void **state)
{
    (void)state;
    struct usage before = own_usage();
    struct http_answer result;
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(taken, (struct sockaddr *)&address, sizeof address), 0);
    /* The port is ours, and nobody listens on it. */
    assert_int_equal(blocking_get("127.0.0.1", (uint16_t)net_port(taken), "/", &result),
                     -ECONNREFUSED);
    close(taken);
    expect_own_usage(before);
}

static void a_target_cannot_smuggle(void **state)
{
    (void)state;
    struct http_answer result;
    struct fake fake = {.answer = "", .step = 1};
    assert_int_equal(get_from(&fake, "/ HTTP/1.1\r\nX: y", &result), -EINVAL);
    assert_string_equal(fake.request, "");
}

int main(void)
{
    alarm(60);
    net_ignore_sigpipe();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_well_formed),
        cmocka_unit_test(any_cut_gives_the_same_answer),
        cmocka_unit_test(a_chunked_body_is_put_together),
        cmocka_unit_test(a_body_without_a_length_ends_with_the_connection),
        cmocka_unit_test(an_interim_answer_is_passed_over),
        cmocka_unit_test(a_failure_of_the_server_is_an_answer),
        cmocka_unit_test(the_largest_body_fits_and_a_larger_one_does_not),
        cmocka_unit_test(an_answer_that_is_cut_off_is_an_error),
        cmocka_unit_test(what_is_no_http_is_an_error),
        cmocka_unit_test(a_reset_is_an_error),
        cmocka_unit_test(a_refused_connection_is_an_error),
        cmocka_unit_test(a_target_cannot_smuggle),
    };
    return cmocka_run_group_tests_name("blocking_get", tests, NULL, NULL);
}
