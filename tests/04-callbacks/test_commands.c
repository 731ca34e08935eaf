/* The language of the command server, reply by reply, and its line protocol without a socket. */
#include <string.h>

#include "commands.h"
#include "unit.h"

struct exchange {
    const char *line;
    const char *reply; /* NULL: none */
    int64_t total;     /* after it, before it was 7 */
};

#define BAD_ADD      "Invalid add command. Usage: add <number>\n"
#define BAD_MULTIPLY "Invalid multiply command. Usage: multiply <number>\n"
#define UNKNOWN \
    "Unknown command. Available commands: add <number>, multiply <number>, reset, shutdown\n"

static const struct exchange exchanges[] = {
    {"add 5", "Current total: 12\n", 12},
    {"add +5", "Current total: 12\n", 12},
    {"add -10", "Current total: -3\n", -3},
    {"add 0", "Current total: 7\n", 7},
    {"add 007", "Current total: 14\n", 14},
    {"add 5 6 7", "Current total: 12\n", 12},
    {"  add \t 5  \r", "Current total: 12\n", 12},
    {"add", BAD_ADD, 7},
    {"add x", BAD_ADD, 7},
    {"add 1.5", BAD_ADD, 7},
    {"add 5x", BAD_ADD, 7},
    {"add 1_000", BAD_ADD, 7},
    {"add 0x10", BAD_ADD, 7},
    {"add +", BAD_ADD, 7},
    {"add -", BAD_ADD, 7},
    {"add --5", BAD_ADD, 7},
    {"add \xD9\xA3", BAD_ADD, 7}, /* an Arabic-Indic digit */
    {"multiply 6", "Current total after multiplication: 42\n", 42},
    {"multiply -6", "Current total after multiplication: -42\n", -42},
    {"multiply 0", "Current total after multiplication: 0\n", 0},
    {"multiply 2 3", "Current total after multiplication: 14\n", 14},
    {"multiply", BAD_MULTIPLY, 7},
    {"multiply x", BAD_MULTIPLY, 7},
    {"multiply 2.0", BAD_MULTIPLY, 7},
    {"reset", "Total has been reset to 0.\n", 0},
    {"reset now and here", "Total has been reset to 0.\n", 0},
    {"ADD 5", UNKNOWN, 7},
    {"add5", UNKNOWN, 7},
    {"adding 5", UNKNOWN, 7},
    {"ad", UNKNOWN, 7},
    {"exit", UNKNOWN, 7},
    {"Shutdown", UNKNOWN, 7},
    {"\xFF\xFE", UNKNOWN, 7},
    {"", NULL, 7},
    {" \t\v\f\r ", NULL, 7},
    {"add 9223372036854775800", "Current total: 9223372036854775807\n", INT64_MAX},
    {"add 9223372036854775801", "Overflow. The total is still 7\n", 7},
    {"add -9223372036854775808", "Current total: -9223372036854775801\n", -9223372036854775801},
    {"add 9223372036854775808", "Overflow. The total is still 7\n", 7},
    {"add -9223372036854775809", "Overflow. The total is still 7\n", 7},
    {"add 100000000000000000000000", "Overflow. The total is still 7\n", 7},
    {"add 100000000000000000000000x", BAD_ADD, 7},
    {"multiply 1317624576693539401", "Current total after multiplication: 9223372036854775807\n",
     INT64_MAX},
    {"multiply 1317624576693539402", "Overflow. The total is still 7\n", 7},
    {"multiply 100000000000000000000000", "Overflow. The total is still 7\n", 7},
};

static void every_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
        const struct exchange *exchange = &exchanges[i];
        char reply[COMMAND_REPLY_MAX];
        int64_t total = 7;
        enum command_result result =
            command_run(&total, exchange->line, strlen(exchange->line), reply);
        if (strcmp(reply, exchange->reply ? exchange->reply : "") != 0 || total != exchange->total)
            fail_msg("\"%s\": the reply was %s, the total %lld", exchange->line, reply,
                     (long long)total);
        assert_int_equal(result, exchange->reply ? COMMAND_ANSWERED : COMMAND_IGNORED);
    }
}

static void at_the_lower_end(void **state)
{
    (void)state;
    char reply[COMMAND_REPLY_MAX];
    int64_t total = INT64_MIN;
    command_run(&total, "add -1", 6, reply);
    assert_string_equal(reply, "Overflow. The total is still -9223372036854775808\n");
    command_run(&total, "multiply -1", 11, reply);
    assert_string_equal(reply, "Overflow. The total is still -9223372036854775808\n");
    assert_true(total == INT64_MIN);
}

static void the_end_has_no_reply(void **state)
{
    (void)state;
    char reply[COMMAND_REPLY_MAX];
    int64_t total = 7;
    assert_int_equal(command_run(&total, "shutdown", 8, reply), COMMAND_SHUTDOWN);
    assert_string_equal(reply, "");
    assert_int_equal(command_run(&total, " shutdown now", 13, reply), COMMAND_SHUTDOWN);
}

/* A NUL is a byte like any other: it ends neither the line nor a word. */
static void a_nul_in_the_line(void **state)
{
    (void)state;
    char reply[COMMAND_REPLY_MAX];
    int64_t total = 7;
    assert_int_equal(command_run(&total, "add\0 5", 6, reply), COMMAND_ANSWERED);
    assert_string_equal(reply, UNKNOWN);
    command_run(&total, "add 5\0", 6, reply);
    assert_string_equal(reply, BAD_ADD);
    command_run(&total, "reset\0", 6, reply);
    assert_string_equal(reply, UNKNOWN);
    assert_int_equal(total, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reply),
        cmocka_unit_test(at_the_lower_end),
        cmocka_unit_test(the_end_has_no_reply),
        cmocka_unit_test(a_nul_in_the_line),
    };
    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
