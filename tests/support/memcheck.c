#include "memcheck.h"

#include <stdbool.h>
#include <stdio.h>

#include "process.h"
#include "unit.h"

#define FOUND_SOMETHING 99

static bool is_there(void)
{
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    return false;
#else
    struct process *process =
        process_start("/bin/sh", "-c", "valgrind -q /bin/true >/dev/null 2>&1", NULL);
    bool is_there = process_wait(process) == 0;
    process_free(process);
    return is_there;
#endif
}

void expect_memcheck_finds_nothing(const char *program_and_arguments)
{
    if (!is_there()) {
        print_message(
            "left out: needs valgrind (sh common/setup.sh --with ci), and no sanitizer\n");
        skip();
    }
    char command[1000];
    snprintf(command, sizeof command, "exec valgrind -q --leak-check=full --error-exitcode=%d %s",
             FOUND_SOMETHING, program_path(program_and_arguments));
    struct process *process = process_start("/bin/sh", "-c", command, NULL);
    int code = process_wait(process);
    if (code != 0)
        fail_msg("%s ended with %d under valgrind:\n%s", program_and_arguments, code,
                 process_stderr(process));
    process_free(process);
}
