/* The client by callbacks, and its broken twin. */
#include <string.h>

#include "client_cases.h"
#include "typing.h"
#include "unit.h"

#define BROKEN "04-callbacks/broken/keyboard"

/* When "Bob" has come, it has had the answer to "Ada" for long; and has printed nothing. */
static void broken_prints_nothing_until_exit(void **state)
{
    (void)state;
    char path[100];
    struct typing typing;
    int keyboard = pipe_make(path, sizeof path);
    typing_begin(&typing, BROKEN, path);
    client_send(&typing.peer, "Welcome\n");
    for (int i = 0; i < 3; i++) {
        type(keyboard, "Ada\n");
        client_expect_line(&typing.peer, "Ada");
        client_send(&typing.peer, "Hello, Ada\n");
        assert_string_equal(process_stdout(typing.program), "");
    }
    type(keyboard, "exit\n");
    client_expect_line(&typing.peer, "exit");
    client_close(&typing.peer);
    assert_int_equal(process_wait(typing.program), 0);
    assert_string_equal(process_stdout(typing.program),
                        "Welcome\nHello, Ada\nHello, Ada\nHello, Ada\n");
    process_free(typing.program);
    pipe_close(keyboard, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(broken_prints_nothing_until_exit, process_teardown),
    };
    int failed = run_client_cases("04-callbacks/client");
    return failed + cmocka_run_group_tests_name("04-callbacks broken client", tests, NULL, NULL);
}
