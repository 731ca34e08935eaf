/* test_redis_url.c - where Redis is, as text; and what is none. */
#include "redis_url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const char *or_none(const char *text)
{
    return text ? text : "none";
}

/* "unix host port user password database", or the error. */
static void expect(const char *url, const char *expected)
{
    char text[200];
    char *copy = strdup(url);
    struct redis_options options = {.connect_timeout_ns = 7};
    int rc = redis_url_parse(copy, &options);
    snprintf(text, sizeof text, "%s %s %u %s %s %d", or_none(options.unix_path),
             or_none(options.host), options.port, or_none(options.user), or_none(options.password),
             options.database);
    assert_string_equal(rc == 0 ? text : strerrorname_np(-rc), expected);
    assert_int_equal(options.connect_timeout_ns, 7);
    free(copy);
}

static void what_can_be_said(void **state)
{
    (void)state;
    expect("redis://", "none none 0 none none 0");
    expect("redis://10.0.0.1", "none 10.0.0.1 0 none none 0");
    expect("redis://10.0.0.1:7000/3", "none 10.0.0.1 7000 none none 3");
    expect("redis://[::1]:7000", "none ::1 7000 none none 0");
    expect("redis://[::1]/2", "none ::1 0 none none 2");
    expect("redis://:secret@h/", "none h 0 none secret 0");
    expect("redis://ada:p@ss:word@h:1", "none h 1 ada p@ss:word 0");
    expect("unix:/run/redis.sock", "/run/redis.sock none 0 none none 0");
    expect("unix:socket?15", "socket none 0 none none 15");
}

static void what_cannot(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "127.0.0.1:6379",
        "http://h",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:x",
        "redis://h/x",
        "redis://h/-1",
        "redis://[::1",
        "redis://[::1]x",
        "redis://secret@h",
        "unix:",
        "unix:/a?x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect(wrong[i], "EINVAL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_said),
        cmocka_unit_test(what_cannot),
    };
    return cmocka_run_group_tests_name("where Redis is", tests, NULL, NULL);
}
