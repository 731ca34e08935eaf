/* accept_client, when it is told to stop in a bad moment. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stop.h"
#include "unit.h"

/* Without a descriptor accept does not look at its socket at all, and never says that it was shut
 * down. */
static void it_ends_without_a_descriptor(void **state)
{
    (void)state;
    struct rlimit limit, low;
    char name[NET_NAME_MAX];
    int listening = net_listen("127.0.0.1", 0, 8);
    assert_true(listening >= 0);
    assert_int_equal(shutdown(listening, SHUT_RDWR), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    low = (struct rlimit){.rlim_cur = (rlim_t)listening + 1, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    int rc = accept_client(listening, name);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(rc, -ECANCELED);
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_ends_without_a_descriptor)};
    alarm(60);
    return cmocka_run_group_tests_name("stopping", tests, NULL, NULL);
}
