/* fetch() against tiny_server.h on the same loop, on epoll and on libuv.
 *
 * What is seen is said into a trace and looked at when the loop has ended: a failed assertion
 * leaves by longjmp, and that must not be done from a coroutine's stack.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "backend_uv.h"
#include "clock.h"
#include "fetch.h"
#include "gather.h"
#include "leaks.h"
#include "net.h"
#include "tiny_server.h"
#include "trace.h"
#include "unit.h"

#define GUARD_S 60

static struct tiny_server tiny;
static struct fetcher *fetcher;

/* ---- What is fetched ----------------------------------------------------------------------- */

static const char *url_of(const char *target)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", tiny.port, target);
    return url;
}

static void say_error(int rc)
{
    say("%s", rc < 0 ? strerrorname_np(-rc) : "no error");
}

static void fetch_and_say(const char *url)
{
    struct fetch_result result;
    int rc = fetch(fetcher, url, &result);
    if (rc < 0) {
        say_error(rc);
        if (result.body || result.length || result.status || !result.error[0])
            say("with a result, or without words");
    } else {
        say("%ld %s [%s] %zu", result.status, result.body, result.content_type, result.length);
    }
    fetch_result_free(&result);
}

static int answers(void *arg)
{
    (void)arg;
    fetch_and_say(url_of("/ok"));
    fetch_and_say(url_of("/503"));
    fetch_and_say(url_of("/ok"));
    say("%d connection", tiny.connections);
    return 0;
}

static int errors(void *arg)
{
    (void)arg;
    fetch_and_say(url_of("/drop"));
    fetch_and_say(url_of("/cut"));
    fetch_and_say(url_of("/junk"));
    fetch_and_say(url_of("/big"));
    fetch_and_say("http://[::");
    fetch_and_say("file:///etc/passwd");
    int nobody = net_listen("127.0.0.1", 0, 1);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", net_port(nobody));
    close(nobody);
    fetch_and_say(url);
    return 0;
}

static int fetch_quietly(void *arg)
{
    struct fetch_result result;
    int rc = fetch(fetcher, arg, &result);
    fetch_result_free(&result);
    return rc < 0 ? rc : (int)result.status;
}

static int at_once(void *arg)
{
    (void)arg;
    struct task *tasks[TOGETHER];
    int results[TOGETHER];
    char url[64];
    snprintf(url, sizeof url, "%s", url_of("/together"));
    for (int i = 0; i < TOGETHER; i++)
        if (!(tasks[i] = task_spawn(co_loop(), fetch_quietly, url, "a fetch")))
            abort();
    say_error(gather(tasks, TOGETHER, results, 0));
    for (int i = 0; i < TOGETHER; i++) {
        say("%d", results[i]);
        task_unref(tasks[i]);
    }
    return 0;
}

/* Passes, until the server has seen so many clients leave. */
static int wait_left(int wanted)
{
    int rc = 0;
    while (rc == 0 && tiny.left < wanted)
        rc = co_sleep(NS_PER_MS);
    return rc;
}

static int cancelled(void *arg)
{
    (void)arg;
    char url[64];
    snprintf(url, sizeof url, "%s", url_of("/hold"));
    struct task *task = task_spawn(co_loop(), fetch_quietly, url, "a fetch");
    if (!task || co_sleep(0) < 0)
        abort();
    while (tiny.connections == 0)
        if (co_sleep(NS_PER_MS) < 0)
            abort();
    task_cancel(task);
    say_error(task_join(task));
    say_error(wait_left(1));
    say("left %d", tiny.left);

    task = task_spawn(co_loop(), fetch_quietly, url, "a fetch");
    say_error(wait_for(task, 50 * NS_PER_MS));
    fetch_and_say(url_of("/ok")); /* the others are as they were */
    return 0;
}

/* ---- The frame ----------------------------------------------------------------------------- */

struct scene {
    coro_fn *play;
    const struct loop_backend *backend;
    const char *expected;
};

static int play(void *arg)
{
    const struct scene *scene = arg;
    struct task *server = task_spawn(co_loop(), tiny_server_run, &tiny, "the server");
    fetcher = fetcher_new(co_loop()); /* here, on a coroutine's small stack */
    if (!server || !fetcher)
        abort();
    int rc = scene->play(NULL);
    fetcher_free(fetcher);
    task_cancel(server);
    int ended = task_join(server);
    return rc < 0 ? rc : ended == -ECANCELED ? 0 : ended;
}

static void check(void **state)
{
    struct scene *scene = *state;
    struct usage before = own_usage();
    tiny_server_open(&tiny);
    trace_clear();
    struct loop *loop = loop_new(scene->backend);

    alarm(GUARD_S);
    int rc = task_run(loop, play, scene, false);
    alarm(0);

    loop_forget_fd(loop, tiny.listening);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    close(tiny.listening);
    assert_string_equal(trace_text(), scene->expected);
    assert_int_equal(rc, 0);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    expect_own_usage(before);
}

#define JSON "200 {\"delay\": 5} [application/json; charset=utf-8] 12"

int main(void)
{
    static struct scene scenes[] = {
        {answers, &backend_epoll, JSON ", 503  [] 0, " JSON ", 1 connection"},
        {errors, &backend_epoll,
         "ECONNRESET, ECONNRESET, EPROTO, EFBIG, EINVAL, EPROTO, ECONNREFUSED"},
        {at_once, &backend_epoll, "no error, 200, 200, 200, 200, 200"},
        {cancelled, &backend_epoll, "ECANCELED, no error, left 1, ETIMEDOUT, " JSON},
    };
    enum { COUNT = sizeof scenes / sizeof scenes[0] };
    static const char *const names[COUNT] = {"answers", "errors", "at once", "cancelled"};
    static struct scene on_uv[COUNT];
    struct CMUnitTest tests[2 * COUNT];

    net_ignore_sigpipe();
    loop_free(loop_new(&backend_uv)); /* libuv keeps two descriptors from its first loop on */
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* nobody is there; it is not to be asked */
    for (int i = 0; i < COUNT; i++) {
        on_uv[i] = scenes[i];
        on_uv[i].backend = &backend_uv;
        tests[i] = (struct CMUnitTest){names[i], check, NULL, NULL, &scenes[i]};
        tests[COUNT + i] = (struct CMUnitTest){names[i], check, NULL, NULL, &on_uv[i]};
    }
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
