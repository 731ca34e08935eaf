#include "programs.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "clock.h"
#include "unit.h"

#define MAX_WORDS 30
#define GUARD_NS  (60 * NS_PER_S)

static void start_server(struct aio *aio, const char *unit_ms)
{
    aio->server = process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms",
                                unit_ms, "--quiet", NULL);
    aio->port = process_serving_port(aio->server);
    snprintf(aio->entry, sizeof aio->entry, "AIO_URL=http://127.0.0.1:%u", aio->port);
}

void aio_start(struct aio *aio)
{
    start_server(aio, SERVER_UNIT_MS);
}

void aio_stop(struct aio *aio)
{
    assert_int_equal(process_stop(aio->server), 0);
    process_free(aio->server);
}

struct process *program_start(const struct aio *aio, const char *name, const char *words)
{
    char path[100], copy[400], *rest = copy;
    const char *argv[MAX_WORDS + 2] = {path};
    const char *const environment[] = {aio->entry, NULL};
    snprintf(path, sizeof path, "%s%s", strchr(name, '/') ? "" : "06-tasks-gather/", name);
    snprintf(path, sizeof path, "%s", program_path(path));
    snprintf(copy, sizeof copy, "%s", words);
    for (int i = 1; i <= MAX_WORDS; i++)
        if (!(argv[i] = strsep(&rest, " ")) || !*argv[i]) {
            argv[i] = NULL;
            break;
        }
    return process_start_argv(argv, environment);
}

static bool is_of_number(char byte)
{
    return isdigit((unsigned char)byte) || byte == '.' || byte == '-';
}

static bool matches(const char *text, const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern != '*') {
            if (*text++ != *pattern)
                return false;
            continue;
        }
        if (!is_of_number(*text))
            return false;
        while (is_of_number(*text))
            text++;
    }
    return *text == '\0';
}

void program_expect(struct process *program, const char *printed)
{
    int code = process_wait(program);
    assert_string_equal(process_stderr(program), "");
    if (!matches(process_stdout(program), printed))
        fail_msg("printed:\n%sexpected:\n%s", process_stdout(program), printed);
    assert_int_equal(code, 0);
    process_free(program);
}

static bool prints(struct process *program, const char *printed)
{
    bool as_expected = process_wait(program) == 0 && matches(process_stdout(program), printed) &&
                       *process_stderr(program) == '\0';
    process_free(program);
    return as_expected;
}

void program_expect_in_time(const char *name, const char *words, const char *printed)
{
    static const char *const units_ms[] = {"100", "400", "1600", "6400", NULL};
    bool as_expected = false;
    for (const char *const *unit_ms = units_ms; !as_expected && *unit_ms; unit_ms++) {
        struct aio aio;
        start_server(&aio, *unit_ms);
        struct process *program = program_start(&aio, name, words);
        if (unit_ms[1])
            as_expected = prints(program, printed);
        else
            program_expect(program, printed); /* its last chance */
        aio_stop(&aio);
    }
}

void aio_wait(const struct aio *aio, const char *counter, long value)
{
    int64_t deadline = clock_now() + GUARD_NS;
    long last;
    while ((last = http_stats(aio->port, counter)) != value)
        if (clock_now() > deadline)
            fail_msg("%s is %ld, and not %ld", counter, last, value);
}
