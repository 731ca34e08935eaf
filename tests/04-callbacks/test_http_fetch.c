/* One GET by callbacks: what it comes to. */
#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "http_fetch.h"
#include "leaks.h"
#include "recorder.h"
#include "stub_http.h"

struct scene {
    struct loop *loop;
    struct usage before;
    struct stub stub;
    struct http_fetch fetch;
    int done, result;
};

static int scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->before = own_usage();
    scene->loop = loop_new(&backend_epoll);
    stub_open(&scene->stub, scene->loop);
    *state = scene;
    return 0;
}

static int scene_teardown(void **state)
{
    struct scene *scene = *state;
    stub_close(&scene->stub);
    struct loop_pending left = loop_pending(scene->loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    loop_free(scene->loop);
    expect_own_usage(scene->before);
    free(scene);
    return 0;
}

static void on_done(struct http_fetch *fetch, int result)
{
    struct scene *scene = fetch->arg;
    scene->result = result;
    scene->done++;
}

static void expect_result(struct scene *scene, const char *host, const char *target, int result)
{
    scene->fetch.on_done = on_done;
    scene->fetch.arg = scene;
    scene->done = 0;
    assert_int_equal(http_fetch_begin(&scene->fetch, scene->loop, host, scene->stub.port, target),
                     0);
    assert_int_equal(scene->done, 0);
    run_until_equal(scene->loop, &scene->done, 1);
    assert_int_equal(scene->result, result);
}

static void an_answer(void **state)
{
    struct scene *scene = *state;
    expect_result(scene, "127.0.0.1", "/ok", 0);
    assert_int_equal(scene->fetch.answer.status, 200);
    assert_string_equal(scene->fetch.answer.body, "ok");
    expect_result(scene, "127.0.0.1", "/503", 0);
    assert_int_equal(scene->fetch.answer.status, 503);
}

static void no_whole_answer(void **state)
{
    struct scene *scene = *state;
    expect_result(scene, "127.0.0.1", "/close", -EPROTO);
    expect_result(scene, "127.0.0.1", "/cut", -EPROTO);
    expect_result(scene, "127.0.0.1", "/junk", -EPROTO);
    expect_result(scene, "127.0.0.1", "/big", -EMSGSIZE);
    assert_int_equal(scene->stub.requests, 4);
}

static void no_connection(void **state)
{
    struct scene *scene = *state;
    expect_result(scene, "127.0.0.2", "/ok", -ECONNREFUSED); /* the server is on 127.0.0.1 */
    assert_int_equal(http_fetch_begin(&scene->fetch, scene->loop, "not an address", 1, "/"),
                     -ENXIO);
    assert_int_equal(http_fetch_begin(&scene->fetch, scene->loop, "127.0.0.1", 1, "/a\nb"),
                     -EINVAL);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer),
        TEST(no_whole_answer),
        TEST(no_connection),
    };
    return cmocka_run_group_tests_name("http_fetch", tests, NULL, NULL);
}
