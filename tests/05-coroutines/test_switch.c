/* test_switch.c - what `switch` draws is so, a switch makes no system call, `sleep` overlaps, and a
 * walk up a coroutine's stack ends where it began. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#include "coro.h"
#include "process.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) program_path("05-coroutines/" name)

/* ---- switch -------------------------------------------------------------------------------- */

#define WORDS_MAX 64

struct word {
    uintptr_t address, value;
    char name[8]; /* of a register; "" */
    char note[80];
};

/* The table under the line that begins with `heading`. */
static size_t read_table(const char *text, const char *heading, struct word *words)
{
    size_t count = 0;
    const char *line = strstr(text, heading);
    if (!line)
        fail_msg("no \"%s\" in\n%s", heading, text);
    while ((line = strchr(line, '\n')) && strncmp(++line, "    0x", 6) == 0) {
        struct word *word = &words[count++];
        assert_in_range(count, 1, WORDS_MAX);
        *word = (struct word){.name = ""};
        char rest[200];
        sscanf(line, "%" SCNxPTR "%199[^\n]", &word->address, rest);
        char *end, *number = rest + strspn(rest, " ");
        if (*number < '0' || *number > '9') {
            sscanf(number, "%7s", word->name);
            number += strlen(word->name);
        }
        word->value = (uintptr_t)strtoull(number, &end, 16);
        snprintf(word->note, sizeof word->note, "%s", end);
    }
    return count;
}

/* With its search for uses after a return the address sanitizer puts variables elsewhere. */
static struct process *draw(void)
{
    const char *const argv[] = {PROGRAM("switch"), NULL};
    const char *const environment[] = {"ASAN_OPTIONS=detect_stack_use_after_return=0", NULL};
    struct process *process = process_start_argv(argv, environment);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stderr(process), "");
    return process;
}

#ifndef SWITCH_UCONTEXT
#ifdef __aarch64__
#define REGISTERS 12
#else
#define REGISTERS 7
#endif

static void registers_lie_one_below_the_other(void **state)
{
    (void)state;
    static const char *const who[] = {"main is parked", "Ada is parked"};
    struct process *process = draw();
    for (int i = 0; i < 2; i++) {
        struct word words[WORDS_MAX];
        assert_int_equal(read_table(process_stdout(process), who[i], words), REGISTERS);
        for (int r = 1; r < REGISTERS; r++)
            assert_int_equal(words[r - 1].address - words[r].address, sizeof(uintptr_t));
        assert_non_null(strstr(words[0].note, i == 0 ? "in look" : "in stop_here"));
    }
    process_free(process);
}

/* The same registers are in the dump, and above them where each function was called. */
static void the_dump_shows_the_frames(void **state)
{
    (void)state;
    struct process *process = draw();
    struct word kept[WORDS_MAX], words[WORDS_MAX];
    size_t of = read_table(process_stdout(process), "Ada is parked", kept);
    size_t count = read_table(process_stdout(process), "Ada's stack from there", words);
    bool has_turns = false, has_ada = false, has_first = false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < of; k++)
            if (kept[k].address == words[i].address)
                assert_int_equal(kept[k].value, words[i].value);
        has_turns = has_turns || (strcmp(words[i].name, "turns") == 0 && words[i].value == 1);
        has_ada = has_ada || strstr(words[i].note, "in ada, ");
        has_first = has_first || strstr(words[i].note, "in first_frame, ");
    }
    assert_true(has_turns);
    assert_true(has_ada);
#ifndef __aarch64__ /* there the caller's address is in a register */
    assert_true(has_first);
#endif
    expect_printed(process, "Ada was resumed there, and her turns are 2\n");
    process_free(process);
}
#else
static void the_library_keeps_about_a_kilobyte(void **state)
{
    (void)state;
    struct process *process = draw();
    expect_printed(process, "Ada was resumed there, and her turns are 2\n");
    process_free(process);
}
#endif

/* How many system calls strace counts for so many switches; -1: there is no strace that can. */
static long system_calls(const char *switches)
{
    char line[600];
    snprintf(line, sizeof line,
             "exec 2>&1; strace -c true >/dev/null || exit 99; "
             "ASAN_OPTIONS=detect_leaks=0 strace -c -o /dev/stdout '%s' --count %s",
             PROGRAM("switch"), switches);
    struct process *process = process_start("/bin/sh", "-c", line, NULL);
    int code = process_wait(process);
    long calls = -1;
    if (code != 99) {
        const char *last = strrchr(process_stdout(process), '-'); /* below it: the total */
        assert_int_equal(code, 0);
        assert_non_null(last);
        assert_int_equal(sscanf(last, "- %*s %*s %*s %ld", &calls), 1);
    }
    process_free(process);
    return calls;
}

static void a_switch_makes_no_system_call(void **state)
{
    (void)state;
    long few = system_calls("1"), many = system_calls("1001");
    if (few < 0 || many < 0) {
        print_message("left out: needs strace (sh common/setup.sh --with ci)\n");
        skip();
    }
#ifdef SWITCH_UCONTEXT
    assert_in_range(many - few, 3990, 4010); /* the signal mask, read and set, there and back */
#else
    assert_in_range(many - few + 5, 0, 10);
#endif
}

/* ---- sleep --------------------------------------------------------------------------------- */

static void two_sleep_at_the_same_time(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("sleep"), "--unit-ms", "50", NULL);
    assert_int_equal(process_wait(process), 0);
    expect_printed(process, "Ada: start\nBob: start\nAda: finish\nBob: finish\n");
    expect_printed(process, "2 units of sleep in ");
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused("05-coroutines/switch", "--count=0", "--count \"0\"");
    expect_refused("05-coroutines/switch", "Ada", "\"Ada\"");
    expect_refused("05-coroutines/sleep", "--unit-ms=soon", "--unit-ms \"soon\"");
    expect_refused("05-coroutines/sleep", "Ada", "\"Ada\"");
    expect_help("05-coroutines/switch");
    expect_help("05-coroutines/sleep");
}

/* ---- Up the stack -------------------------------------------------------------------------- */

static int frames;

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *arg)
{
    (void)context, (void)arg;
    return ++frames > 100 ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

static int walk_up(void *arg)
{
    *(_Unwind_Reason_Code *)arg = _Unwind_Backtrace(count_frame, NULL);
    return 1;
}

/* What a debugger, a profiler and an exception go by. */
static void a_walk_up_the_stack_ends_where_it_began(void **state)
{
    (void)state;
    _Unwind_Reason_Code end = _URC_NO_REASON;
    struct coro *coro = coro_new(walk_up, &end, "walker");
    assert_non_null(coro);
    coro_resume(coro);
    assert_true(coro_is_done(coro));
    coro_free(coro);
    coro_trim();
    assert_int_equal(end, _URC_END_OF_STACK);
    assert_in_range(frames, 2, 10);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef SWITCH_UCONTEXT
        TEST(registers_lie_one_below_the_other),
        TEST(the_dump_shows_the_frames),
#else
        TEST(the_library_keeps_about_a_kilobyte),
#endif
        TEST(a_switch_makes_no_system_call),
        TEST(two_sleep_at_the_same_time),
        TEST(bad_words_are_refused),
        TEST(a_walk_up_the_stack_ends_where_it_began),
    };
    return cmocka_run_group_tests_name("a switch", tests, NULL, NULL);
}
