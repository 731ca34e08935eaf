/* test_database.c - the program `database`: with the small server of its own, and with a real
 * PostgreSQL that is started for it. That part is left out, and it is said, where there is none. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "database_server.h"
#include "programs.h"
#include "runs.h"
#include "unit.h"

#define GUARD_S  120
#define DATABASE "07-semaphore/database"

/* ---- With its own server ------------------------------------------------------------------- */

/* Two answers are long in coming, so that all the others find the connection busy. */
static void only_a_pool_has_room_for_all(void **state)
{
    (void)state;
    struct process *process = process_start(program_path(DATABASE), "--inserts=40",
                                            "--connections=8", "--service-ms=20", NULL);
    program_expect(process,
                   "one connection:                           1 rows,     39 refused, * s\n"
                   "one connection, a semaphore of 8:         1 rows,     39 refused, * s\n"
                   "one connection, a semaphore of 1:        40 rows,      0 refused, * s\n"
                   "a pool of 8 connections:                 40 rows,      0 refused, * s\n");
}

static void it_can_be_interrupted(void **state)
{
    (void)state;
    for (int signo = SIGINT; signo != 0; signo = signo == SIGINT ? SIGTERM : 0) {
        struct process *process =
            process_start(program_path(DATABASE), "--inserts=100", "--service-ms=100", NULL);
        process_wait_stdout(process, "one connection, a semaphore of 10:");
        process_signal(process, signo);
        assert_int_equal(process_wait(process), 1);
        assert_string_equal(process_stderr(process),
                            "database: interrupted: ECANCELED (Operation canceled)\n");
        process_free(process);
    }
}

static void bad_words_are_named(void **state)
{
    (void)state;
    expect_help(DATABASE);
    expect_refused(DATABASE, "--inserts=0", "--inserts \"0\"");
    expect_refused(DATABASE, "--connections=many", "--connections \"many\"");
    expect_refused(DATABASE, "--service-ms=-1", "--service-ms \"-1\"");
    expect_refused(DATABASE, "5", "Too many arguments");
    struct process *process =
        process_start(program_path(DATABASE), "--database=host=/nowhere", NULL);
    assert_int_equal(process_wait(process), 1);
    assert_string_equal(process_stderr(process),
                        "database: cannot connect: connection to server on socket "
                        "\"/nowhere/.s.PGSQL.5432\" failed: No such file or directory\n");
    process_free(process);
}

/* ---- With PostgreSQL ----------------------------------------------------------------------- */

static struct database_server server;

static struct process *start_database(const char *inserts)
{
    return process_start(program_path("07-semaphore/database"), "--database", server.conninfo,
                         "--inserts", inserts, "--connections", "7", NULL);
}

static void only_a_pool_of_real_ones_has_room_for_all(void **state)
{
    (void)state;
    program_expect(start_database("50"),
                   "one connection:                           1 rows,     49 refused, * s\n"
                   "one connection, a semaphore of 7:         1 rows,     49 refused, * s\n"
                   "one connection, a semaphore of 1:        50 rows,      0 refused, * s\n"
                   "a pool of 7 connections:                 50 rows,      0 refused, * s\n");
    assert_string_equal(database_server_ask(&server, "SELECT to_regclass('async_in_c_numbers')"),
                        "\n");
}

/* From now on each row from the number 10 on takes a second, whoever makes the table. */
static void make_it_slow(void)
{
    database_server_ask(
        &server, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                 "  IF NEW.number >= 10 THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END $$;"
                 "CREATE FUNCTION make_slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                 "  CREATE TRIGGER slow_insert BEFORE INSERT ON async_in_c_numbers"
                 "  FOR EACH ROW EXECUTE FUNCTION slow(); END $$;"
                 "CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('CREATE TABLE')"
                 "  EXECUTE FUNCTION make_slow();");
}

static void take_that_back(void)
{
    database_server_ask(&server, "DROP EVENT TRIGGER slow; DROP FUNCTION make_slow;"
                                 "DROP FUNCTION slow CASCADE");
}

/* Returns when the row of the number 9 is there: there are forty seconds left, and the next insert
 * is under way. */
static struct process *start_slow_database(void)
{
    make_it_slow();
    struct process *process = start_database("50");
    process_wait_stdout(process, "a semaphore of 7");
    while (strcmp(database_server_ask(&server, "SELECT count(*) FROM async_in_c_numbers"),
                  "12\n") != 0)
        continue;
    return process;
}

static void ctrl_c_takes_the_table_away(void **state)
{
    (void)state;
    struct process *process = start_slow_database();
    process_signal(process, SIGINT);
    assert_int_equal(process_wait(process), 1);
    assert_string_equal(process_stderr(process),
                        "database: interrupted: ECANCELED (Operation canceled)\n");
    process_free(process);
    assert_string_equal(database_server_ask(&server, "SELECT to_regclass('async_in_c_numbers')"),
                        "\n");
    take_that_back();
}

static void somebody_elses_table_stays(void **state)
{
    (void)state;
    database_server_ask(&server, "CREATE TABLE async_in_c_numbers AS SELECT 5 AS number");
    struct process *process = start_database("5");
    assert_int_equal(process_wait(process), 1);
    assert_string_equal(process_stderr(process),
                        "database: the database says: ERROR:  relation \"async_in_c_numbers\" "
                        "already exists\n");
    process_free(process);
    assert_string_equal(database_server_ask(&server, "TABLE async_in_c_numbers"), "5\n");
    database_server_ask(&server, "DROP TABLE async_in_c_numbers");
}

static void a_server_that_goes_away_is_told(void **state)
{
    (void)state;
    struct process *process = start_slow_database();
    database_server_halt(&server);
    assert_int_equal(process_wait(process), 1);
    assert_non_null(strstr(process_stderr(process), "database: the database says: "));
    process_free(process);
    database_server_resume(&server);
    database_server_ask(&server, "DROP TABLE async_in_c_numbers");
    take_that_back();
}

/* ---- All of it ----------------------------------------------------------------------------- */

static int start_server(void **state)
{
    (void)state;
    database_server_start(&server);
    return 0;
}

static int end_server(void **state)
{
    (void)state;
    database_server_end(&server);
    return 0;
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    alarm(GUARD_S);
    const struct CMUnitTest own[] = {
        TEST(only_a_pool_has_room_for_all),
        TEST(it_can_be_interrupted),
        TEST(bad_words_are_named),
    };
    const struct CMUnitTest real[] = {
        cmocka_unit_test(only_a_pool_of_real_ones_has_room_for_all),
        cmocka_unit_test(ctrl_c_takes_the_table_away),
        cmocka_unit_test(somebody_elses_table_stays),
        cmocka_unit_test(a_server_that_goes_away_is_told),
    };
    int failed = cmocka_run_group_tests_name("database", own, NULL, NULL);
    if (database_server_is_there())
        failed +=
            cmocka_run_group_tests_name("database: PostgreSQL", real, start_server, end_server);
    return failed;
}
