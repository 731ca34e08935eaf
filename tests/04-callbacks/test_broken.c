/* The wrong twins show what they say, and their mended runs do not. (broken/keyboard: with the
 * client, in test_client.c.) */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "process.h"
#include "unit.h"

static const char *output_of(const char *name, struct process **program)
{
    *program = process_start(program_path(name), NULL);
    assert_int_equal(process_wait(*program), 0);
    return process_stdout(*program);
}

static void the_tail_is_lost(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/lost_tail", &program);
    assert_non_null(strstr(out, "bytes came, the tail is lost\n"));
    assert_non_null(strstr(out, "by a transport:   4194304 bytes came\n"));
    process_free(program);
}

static void the_end_is_told_inside_a_write(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/lost_inside", &program);
    assert_string_equal(out, "line 1 is answered\n"
                             "  connection_lost, EPIPE (Broken pipe): the protocol frees itself\n"
                             "line 2 is answered, by a protocol that is freed\n"
                             "  connection_lost, again: a second free\n"
                             "line 3 is answered, by a protocol that is freed\n"
                             "  connection_lost, again: a second free\n");
    process_free(program);
}

static long number_after(const char *text, const char *words)
{
    const char *place = strstr(text, words);
    assert_non_null(place);
    return strtol(place + strlen(words), NULL, 10);
}

static void answers_without_a_limit(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/no_limit", &program);
    assert_int_equal(number_after(out, "without pause_writing: the client sent "), 16384);
    assert_in_range(number_after(out, "KiB, the server keeps "), 8 * 1024, 16384);
    const char *mended = strstr(out, "with it:");
    assert_non_null(mended);
    assert_in_range(number_after(mended, "the client sent "), 1, 8 * 1024);
    assert_in_range(number_after(mended, "the server keeps "), 64, 64 + 16);
    process_free(program);
}

static void a_time_limit_is_never_told(void **state)
{
    (void)state;
    struct process *program;
    const char *out = output_of("04-callbacks/broken/lost_timeout", &program);
    assert_string_equal(out, "looking only while a transfer is running:\n"
                             "the second is over, and this message was never read:\n"
                             "  Timeout was reached\n"
                             "looking every time:\n"
                             "  Timeout was reached\n");
    process_free(program);
}

int main(void)
{
    net_ignore_sigpipe();
    alarm(240);
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_tail_is_lost),
        TEST(the_end_is_told_inside_a_write),
        TEST(answers_without_a_limit),
        TEST(a_time_limit_is_never_told),
    };
    return cmocka_run_group_tests_name("04-callbacks broken", tests, NULL, NULL);
}
