#include "curl_get.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "recorder.h"

int bridge_setup(void **state)
{
    struct bridge_test *test = calloc(1, sizeof *test);
    assert_non_null(test);
    curl_global_init(CURL_GLOBAL_DEFAULT); /* once for the program; it may keep descriptors */
    test->before = own_usage();
    test->loop = loop_new(&backend_epoll);
    stub_open(&test->stub, test->loop);
    test->bridge = curl_bridge_new(test->loop);
    assert_non_null(test->bridge);
    *state = test;
    return 0;
}

int bridge_teardown(void **state)
{
    struct bridge_test *test = *state;
    curl_bridge_free(test->bridge);
    stub_close(&test->stub); /* after the bridge, which keeps idle connections */
    struct loop_pending left = loop_pending(test->loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    loop_free(test->loop);
    expect_own_usage(test->before);
    curl_global_cleanup();
    free(test);
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct get *get = arg;
    size_t room = sizeof get->body - 1 - get->length, length = size * count;
    size_t taken = length < room ? length : room;
    memcpy(get->body + get->length, bytes, taken);
    get->length += taken;
    get->body[get->length] = '\0';
    if (get->on_body)
        get->on_body(get);
    return length;
}

static void on_done(CURL *easy, CURLcode code, void *arg)
{
    struct get *get = arg;
    assert_ptr_equal(easy, get->easy);
    get->code = code;
    get->error = curl_error(easy, code);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &get->status);
    get->done++;
    get->test->done++;
    if (get->on_done)
        get->on_done(get);
}

void get_init(struct get *get, struct bridge_test *test, const char *url)
{
    *get = (struct get){.test = test, .easy = curl_easy_init()};
    assert_non_null(get->easy);
    curl_easy_setopt(get->easy, CURLOPT_URL, url);
    curl_easy_setopt(get->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(get->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(get->easy, CURLOPT_WRITEDATA, get);
}

void get_free(struct get *get)
{
    curl_easy_cleanup(get->easy);
    get->easy = NULL;
}

void get_add(struct get *get)
{
    assert_int_equal(curl_bridge_add(get->test->bridge, get->easy, on_done, get), 0);
    assert_int_equal(get->done, 0);
}

void get_run(struct get *get, struct bridge_test *test, const char *url)
{
    get_init(get, test, url);
    get_add(get);
    run_until_equal(test->loop, &get->done, 1);
}
