/* Names of hosts: libcurl asks its own thread, which asks getaddrinfo(3), here one of ours: it
 * finds no host, and keeps the thread for as long as a test wants. No question leaves this machine.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "curl_get.h"
#include "recorder.h"

#define HOST    "nowhere.example"
#define GUARD_S 60

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int asked;
static bool is_closed; /* nobody is answered while it is */

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    if (!host || strcmp(host, HOST) != 0) {
        int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
        return real(host, service, hints, found);
    }
    pthread_mutex_lock(&lock);
    asked++;
    pthread_cond_broadcast(&changed);
    while (is_closed)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return EAI_NONAME;
}

static void set_closed(bool closed)
{
    pthread_mutex_lock(&lock);
    is_closed = closed;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static int count_asked(void)
{
    pthread_mutex_lock(&lock);
    int count = asked;
    pthread_mutex_unlock(&lock);
    return count;
}

static void wait_until_asked(int count)
{
    pthread_mutex_lock(&lock);
    while (asked < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* A thread that libcurl has left alone holds a descriptor until its end. */
static void let_the_resolver_end(struct bridge_test *test)
{
    set_closed(false);
    alarm(GUARD_S);
    while (own_usage().threads > test->before.threads)
        poll(NULL, 0, 1);
    alarm(0);
}

static void a_host_that_does_not_exist(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    get_run(&get, test, "http://" HOST "/");
    assert_int_equal(get.error, -ENXIO);
    assert_true(count_asked() > 0);
    get_free(&get);
}

/* libcurl can leave its thread alone since 7.87; before that, its end is waited for. */
static void skip_with_an_old_libcurl(void)
{
    if (curl_version_info(CURLVERSION_NOW)->version_num < 0x075700)
        skip();
}

/* If the loop waited for the thread here, it would wait for ever. */
static void a_cancel_does_not_wait_for_the_resolver(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    skip_with_an_old_libcurl();
    int asked_before = count_asked();
    set_closed(true);
    get_init(&get, test, "http://" HOST "/");
    get_add(&get);
    run_passes(test->loop, 3);
    alarm(GUARD_S);
    wait_until_asked(asked_before + 1);
    alarm(0);
    curl_bridge_remove(test->bridge, get.easy);
    get_free(&get);
    let_the_resolver_end(test);
}

static void a_timeout_does_not_wait_for_the_resolver(void **state)
{
    struct bridge_test *test = *state;
    struct get get;
    skip_with_an_old_libcurl();
    set_closed(true);
    get_init(&get, test, "http://" HOST "/");
    curl_easy_setopt(get.easy, CURLOPT_TIMEOUT_MS, 100L);
    get_add(&get);
    run_until_equal(test->loop, &get.done, 1);
    assert_int_equal(get.error, -ETIMEDOUT);
    get_free(&get);
    let_the_resolver_end(test);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bridge_setup, bridge_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_host_that_does_not_exist),
        TEST(a_cancel_does_not_wait_for_the_resolver),
        TEST(a_timeout_does_not_wait_for_the_resolver),
    };
    return cmocka_run_group_tests_name("curl_resolver", tests, NULL, NULL);
}
