#include "runs.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

void expect_run(const char *program, int code, const char *printed)
{
    struct process *process = process_start(program_path(program), NULL);
    int got = process_wait(process);
    assert_string_equal(process_stdout(process), printed);
    assert_string_equal(process_stderr(process), "");
    assert_int_equal(got, code);
    process_free(process);
}

void expect_refused(const char *program, const char *argument, const char *named)
{
    struct process *process = process_start(program_path(program), argument, NULL);
    assert_int_equal(process_wait(process), 2);
    assert_string_equal(process_stdout(process), "");
    if (!strstr(process_stderr(process), named))
        fail_msg("%s does not name %s: %s", program, named, process_stderr(process));
    process_free(process);
}

void expect_help(const char *program)
{
    struct process *process = process_start(program_path(program), "--help", NULL);
    assert_int_equal(process_wait(process), 0);
    expect_printed(process, "Usage: ");
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

void expect_printed(struct process *process, const char *text)
{
    const char *printed = process_stdout(process);
    if (!strstr(printed, text))
        fail_msg("\"%s\" is not in what was printed:\n%s", text, printed);
}

struct process *start_aio(char entry[64])
{
    struct process *server =
        process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "20", NULL);
    snprintf(entry, 64, "AIO_URL=http://127.0.0.1:%u", process_serving_port(server));
    return server;
}
