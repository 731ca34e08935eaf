/* judge.c - compares what a student's code did with what was to be done, and gives the points.
 *
 *     judge EXERCISE.ini PROGRAM       PROGRAM: the exercise's driver with the student's code
 *
 * It trusts only facts (facts.h). It believes neither the exit code nor what is printed. Exit code:
 * 0 for all the points, 1 for less, 2 when it could not judge.
 */
#include <ctype.h>
#include <errno.h>
#include <error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "exercise.h"
#include "run.h"

#define CANNOT_JUDGE 2

#define PERIOD 251 /* a prime: bytes are equal only where they are a multiple of it apart */

static unsigned char payload[PAYLOAD_MAX]; /* another one each time: not to be known beforehand */

/* ---- Did it come to its end? --------------------------------------------------------------- */

/* Why this run is worth nothing, as a sentence; or NULL. */
static const char *what_went_wrong(const struct run *run)
{
    static char sentence[640];
    const struct fact *stopped = run_fact(run, FACT_STOPPED);
    int signo = WIFSIGNALED(run->status) ? WTERMSIG(run->status) : 0;

    if (run->intruded)
        return "your code wrote to a descriptor that is not its own";
    if (run->took_long) {
        snprintf(sentence, sizeof sentence,
                 "your code did not come to an end in %d s of processor time or %d s in all",
                 PROCESSOR_TIME_S * run_time_multiplier(), TIME_S * run_time_multiplier());
        return sentence;
    }
    if (signo == SIGSYS)
        return "your code tried to start a process, a thread or a program";
    if (signo != 0) {
        snprintf(sentence, sizeof sentence, "your code crashed: SIG%s (%s)", sigabbrev_np(signo),
                 strsignal(signo));
        return sentence;
    }
    if (stopped)
        return stopped->value;
    if (run->complete)
        return NULL;
    if (WEXITSTATUS(run->status) == EXIT_UNHEARD)
        return "your code closed a descriptor that is not its own";
    snprintf(sentence, sizeof sentence,
             "your code ended the process (exit status %d) instead of returning",
             WEXITSTATUS(run->status));
    return sentence;
}

/* ---- Is it what was expected? -------------------------------------------------------------- */

static bool is_as_expected(const struct expect *expect, const struct fact *fact)
{
    if (!fact)
        return false;
    if (expect->value)
        return strcmp(fact->value, expect->value) == 0;
    return fact->length == expect->payload && memcmp(fact->value, payload, fact->length) == 0;
}

static void print_bytes_got(const struct fact *fact)
{
    size_t same = 0;
    while (same < fact->length && same < PAYLOAD_MAX &&
           (unsigned char)fact->value[same] == payload[same])
        same++;
    printf("%zu bytes", fact->length);
    if (same < fact->length)
        printf(", wrong from byte %zu on", same + 1);
}

static void print_difference(const struct expect *expect, const struct fact *fact)
{
    printf("         expected  %s: ", expect->fact);
    if (expect->value)
        printf("%s\n", expect->value);
    else
        printf("%zu bytes, as they were given\n", expect->payload);
    printf("         got       %s: ", expect->fact);
    if (!fact)
        printf("nothing");
    else if (expect->value)
        printf("%s", fact->value);
    else
        print_bytes_got(fact);
    putchar('\n');
}

/* ---- One test ------------------------------------------------------------------------------ */

/* What a student's code prints may hold anything, also what would steer a terminal. */
static void print_output(const struct run *run)
{
    if (run->output_length == 0)
        return;
    printf("         printed   ");
    for (size_t i = 0; i < run->output_length && i < 200; i++) {
        unsigned char byte = (unsigned char)run->output[i];
        if (isprint(byte))
            putchar(byte);
        else
            printf(byte == '\n' ? "\\n" : "\\x%02x", byte);
    }
    putchar('\n');
}

static void print_explanation(const struct test *test, const struct run *run)
{
    print_output(run);
    printf("         why       %s\n         read      %s\n", test->why, test->lesson);
}

static void print_points(int points, const struct test *test)
{
    printf("  %2d/%-2d  %s\n", points, test->points, test->title);
}

/* The points. */
static int judge_run(const struct test *test, const struct run *run)
{
    const char *wrong = what_went_wrong(run);
    int differences = 0;
    for (int i = 0; i < test->expect_count; i++)
        differences += !is_as_expected(&test->expects[i], run_fact(run, test->expects[i].fact));
    if (!wrong && differences == 0) {
        print_points(test->points, test);
        return test->points;
    }
    print_points(0, test);
    if (wrong)
        printf("         stopped   %s\n", wrong);
    for (int i = 0; i < test->expect_count && !wrong; i++) {
        const struct fact *fact = run_fact(run, test->expects[i].fact);
        if (!is_as_expected(&test->expects[i], fact))
            print_difference(&test->expects[i], fact);
    }
    print_explanation(test, run);
    return 0;
}

/* ---- All of them --------------------------------------------------------------------------- */

struct marks {
    int points[MAX_TESTS];
    bool took_long; /* one test was enough of that */
};

/* Steps of a random width. Random bytes would now and then have a right one in a wrong place. */
static void make_payload(void)
{
    unsigned char seed[2];
    if (getrandom(seed, sizeof seed, 0) != sizeof seed)
        error(CANNOT_JUDGE, errno, "getrandom");
    size_t step = 1 + seed[1] % (PERIOD - 1);
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (unsigned char)((seed[0] + i * step) % PERIOD);
}

static bool has_failed(const struct exercise *exercise, const struct marks *marks, const char *name)
{
    for (int i = 0; i < exercise->test_count; i++)
        if (strcmp(exercise->tests[i].name, name) == 0)
            return marks->points[i] == 0;
    error(CANNOT_JUDGE, 0, "a test needs \"%s\", which is not there", name);
    return true;
}

static int judge_test(const struct exercise *exercise, const struct test *test, const char *program,
                      struct marks *marks)
{
    static struct run run; /* some 250 KiB */
    if (marks->took_long || (test->needs && has_failed(exercise, marks, test->needs))) {
        print_points(0, test);
        printf("         not tried: first mend what is above\n");
        return 0;
    }
    int rc = run_driver(&run, program, test->plan, payload, sizeof payload);
    if (rc < 0)
        error(CANNOT_JUDGE, -rc, "cannot run %s", program);
    marks->took_long = run.took_long;
    return judge_run(test, &run);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        error(CANNOT_JUDGE, 0, "usage: judge EXERCISE.ini PROGRAM");
    make_payload();
    struct exercise exercise;
    struct marks marks = {.took_long = false};
    int points = 0;

    exercise_read(&exercise, argv[1]);
    printf("%s\n", exercise.title);
    for (int i = 0; i < exercise.test_count; i++) {
        marks.points[i] = judge_test(&exercise, &exercise.tests[i], argv[2], &marks);
        points += marks.points[i];
    }
    printf("%d of %d points\n", points, exercise.points);
    int all = exercise.points;
    exercise_free(&exercise);
    if (fflush(stdout) != 0)
        error(CANNOT_JUDGE, errno, "stdout");
    return points == all ? 0 : 1;
}
