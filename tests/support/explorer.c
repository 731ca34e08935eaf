/* explorer.c - the search: a tree walked by replaying, seeds, and a failed path made shorter. */
#include "explorer.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static const char digits[EXPLORE_OPTIONS_MAX + 1] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* The run that is being played. */
static struct {
    bool playing;
    int given; /* so many answers stand in `answers` from the start, the rest are 0 or drawn */
    int count; /* choices so far */
    int answers[EXPLORE_CHOICES_MAX], options[EXPLORE_CHOICES_MAX];
    bool off_path; /* the answers that were given do not fit */
    bool drawing;
    unsigned random, calm; /* the answer is 0 in `calm` of `calm + 1` cases, besides */
    char complaint[sizeof((struct explore_report *)NULL)->complaint];
    char events[sizeof((struct explore_report *)NULL)->events];
} run;

/* ---- What a run asks and tells -------------------------------------------------------------- */

/* The same numbers on every machine: a linear congruence, its upper bits. */
static int draw(int below)
{
    run.random = run.random * 1664525u + 1013904223u;
    return (int)((run.random >> 16) % (unsigned)below);
}

/* The answers that were given do not fit: that says nothing about what is tested. */
#define leave_path(...) (explore_complain(__VA_ARGS__), run.off_path = true)

/* The answer to choice number i, which has so many options. */
static int answer(int i, int options)
{
    if (i >= run.given)
        return run.drawing && draw((int)run.calm + 1) == 0 ? draw(options) : 0;
    if (run.options[i] > 0 && run.options[i] != options)
        leave_path("choice %d has %d options and had %d: the test depends on more than its choices",
                   i, options, run.options[i]);
    if (run.answers[i] < options)
        return run.answers[i];
    leave_path("choice %d has %d options, and its answer in the path is %d", i, options,
               run.answers[i]);
    return 0;
}

int explore_choose(int options)
{
    if (options <= 1 || !run.playing)
        return 0;
    if (options > EXPLORE_OPTIONS_MAX)
        die("explore_choose: %d options are too many", options);
    if (run.count == EXPLORE_CHOICES_MAX) {
        explore_complain("it does not end: %d choices were made", run.count);
        return 0;
    }
    int chosen = answer(run.count, options);
    run.answers[run.count] = chosen;
    run.options[run.count] = options;
    run.count++;
    return chosen;
}

void explore_complain(const char *format, ...)
{
    va_list arguments;
    if (run.complaint[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(run.complaint, sizeof run.complaint, format, arguments);
    va_end(arguments);
}

bool explore_has_complaint(void)
{
    return run.complaint[0] != '\0';
}

void explore_note(const char *format, ...)
{
    size_t length = strlen(run.events);
    va_list arguments;
    if (length > 0)
        length += (size_t)snprintf(run.events + length, sizeof run.events - length, "; ");
    if (length >= sizeof run.events)
        return; /* the beginning tells enough */
    va_start(arguments, format);
    vsnprintf(run.events + length, sizeof run.events - length, format, arguments);
    va_end(arguments);
}

/* ---- Playing -------------------------------------------------------------------------------- */

/* Plays with the answers that are given. True: there was nothing to complain of. */
static bool play_once(explore_fn *play, void *arg, int given, struct explore_report *report)
{
    run.given = given;
    run.count = 0;
    run.complaint[0] = run.events[0] = '\0';
    run.off_path = false;
    run.playing = true;
    play(arg);
    run.playing = false;
    if (run.count < given && !explore_has_complaint())
        leave_path("the run has ended after %d choices, and its path has %d", run.count, given);
    report->runs++;
    return !explore_has_complaint();
}

/* The path that was taken. The zeros at its end say nothing. */
static void tell_path(struct explore_report *report)
{
    int length = run.count;
    while (length > 0 && run.answers[length - 1] == 0)
        length--;
    size_t prefix = (size_t)snprintf(report->path, sizeof report->path, "path:");
    for (int i = 0; i < length; i++)
        report->path[prefix++] = digits[run.answers[i]];
    report->path[prefix] = '\0';
    strcpy(report->events, run.events);
}

static void tell(struct explore_report *report)
{
    report->failed = explore_has_complaint();
    strcpy(report->complaint, run.complaint);
    tell_path(report);
    if (report->replay[0] == '\0' && strlen(report->path) < sizeof report->replay)
        strcpy(report->replay, report->path);
}

/* Does it fail with these answers, too? They may not fit any more: that is no failure of its. */
static bool fails_too(explore_fn *play, void *arg, int count, struct explore_report *report)
{
    memset(run.options, 0, sizeof run.options);
    run.drawing = false;
    return !play_once(play, arg, count, report) && !run.off_path;
}

/* A failed run with as many zeros as can be: what is left is what the failure needs. */
static void simplify(explore_fn *play, void *arg, struct explore_report *report)
{
    int best[EXPLORE_CHOICES_MAX], count = run.count;
    if (run.off_path)
        return;
    memcpy(best, run.answers, sizeof best);
    for (int i = count - 1; i >= 0; i--) {
        if (best[i] == 0)
            continue;
        memcpy(run.answers, best, sizeof best);
        run.answers[i] = 0;
        if (fails_too(play, arg, count, report))
            best[i] = 0;
    }
    while (count > 0 && best[count - 1] == 0)
        count--;
    memcpy(run.answers, best, sizeof best);
    if (!fails_too(play, arg, count, report))
        explore_complain("it fails in one run and not in the same again: the test depends on more "
                         "than its choices");
    tell(report);
}

void explore_path(explore_fn *play, void *arg, const char *path, struct explore_report *report)
{
    int count = 0;
    *report = (struct explore_report){0};
    for (; path[count] != '\0'; count++) {
        const char *digit = strchr(digits, path[count]);
        if (!digit || count == EXPLORE_CHOICES_MAX)
            die("LOOP_EXPLORE: \"path:%s\" is no path; it has digits and small letters", path);
        run.answers[count] = (int)(digit - digits);
    }
    memset(run.options, 0, sizeof run.options);
    run.drawing = false;
    play_once(play, arg, count, report);
    tell(report);
}

void explore_seed(explore_fn *play, void *arg, unsigned seed, struct explore_report *report)
{
    long runs = report->runs;
    *report = (struct explore_report){.runs = runs};
    run.drawing = true;
    run.random = seed;
    run.calm = (unsigned)draw(6);
    bool passed = play_once(play, arg, 0, report);
    snprintf(report->replay, sizeof report->replay, "seed:%u", seed);
    tell(report);
    if (!passed)
        simplify(play, arg, report);
}

void explore_seeds(explore_fn *play, void *arg, int count, struct explore_report *report)
{
    *report = (struct explore_report){0};
    for (unsigned seed = 1; seed <= (unsigned)count && !report->failed; seed++)
        explore_seed(play, arg, seed, report);
}

/* The next path of the tree: the last choice that has an answer left gets it, what follows is
 * forgotten. How many answers it has; 0: that was the last one. */
static int next_path(void)
{
    int last = run.count - 1;
    while (last >= 0 && run.answers[last] == run.options[last] - 1)
        last--;
    if (last < 0)
        return 0;
    run.answers[last]++;
    return last + 1;
}

void explore_all(explore_fn *play, void *arg, long limit, struct explore_report *report)
{
    int given = 0;
    *report = (struct explore_report){0};
    run.drawing = false;
    do {
        if (!play_once(play, arg, given, report)) {
            tell(report);
            simplify(play, arg, report);
            return;
        }
        given = next_path();
    } while (given > 0 && report->runs < limit);
    report->complete = given == 0;
}

/* ---- A run that ends the process ------------------------------------------------------------ */

/* Async-signal-safe. The signal then does what it would have done. */
static void on_crash(int signo)
{
    static char text[EXPLORE_CHOICES_MAX + 80];
    if (!run.playing)
        return;
    memcpy(text, "\nit has ended the process: LOOP_EXPLORE=path:", 44);
    size_t length = 44;
    for (int i = 0; i < run.count; i++)
        text[length++] = digits[run.answers[i]];
    text[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, text, length);
    (void)written; /* nobody is left to be told */
    raise(signo);
}

void explore_tell_on_crash(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_ONSTACK};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        CHECK(sigaction(signals[i], &action, NULL));
}

/* ---- As the environment says ---------------------------------------------------------------- */

static unsigned read_number(const char *text, const char *whole)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || errno || number == 0 || number > 1000000000 || *text == '-')
        die("LOOP_EXPLORE: \"%s\" is none of path:0102, seed:123 and a number of seeds", whole);
    return (unsigned)number;
}

void explore(explore_fn *play, void *arg, int seeds, long limit, struct explore_report *report)
{
    const char *wish = getenv("LOOP_EXPLORE");
    *report = (struct explore_report){0};
    if (wish && strncmp(wish, "path:", 5) == 0)
        explore_path(play, arg, wish + 5, report);
    else if (wish && strncmp(wish, "seed:", 5) == 0)
        explore_seed(play, arg, read_number(wish + 5, wish), report);
    else if (wish && wish[0] != '\0')
        explore_seeds(play, arg, (int)read_number(wish, wish), report);
    else if (seeds > 0)
        explore_seeds(play, arg, seeds, report);
    else
        explore_all(play, arg, limit, report);
}
