/* million.c - a million sleepers on one thread: what does one cost, with a stack and without?
 *
 *     build/05-coroutines/million
 *     build/05-coroutines/million --count 10000000 --stackful 0
 *
 * Each sleeps twice, for 1 to 5 units (--unit-ms), and all are asleep at once. First they are
 * stackless: a frame (generator.h), and a place in a heap of our own. Then they are coroutines as
 * everywhere in this chapter: a stack of which one page is touched, and a timer on it. Watch the
 * memory for one, and then look at the two functions, `doze` and `sleep_twice`. What makes the
 * first one small is that we had to write down what has to be kept.
 *
 * It is not: a million connections. Each of those has buffers besides, here and in the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "generator.h"
#include "options.h"

#define NAPS            2
#define WOKEN_AT_A_TIME 10000 /* then others on the loop have their turn */
#define QUIET_NS        (2 * NS_PER_S)
#define STACKFUL_BYTES  4600 /* a page, what malloc gives for a struct co, the page tables */

/* What both kinds share. */
struct crowd {
    const char *kind;
    long count, left;
    int64_t unit_ns;
    struct loop *loop;
    struct timer progress;
    long asleep, most_asleep, begun, ended, too_short; /* the last three: naps */
    int64_t start_ns, all_asleep_ns, last_due_ns;
    long kib_before, kib; /* resident memory; the second when all are asleep */
};

/* ---- What the system says ------------------------------------------------------------------ */

/* The number behind `key` ("VmRSS:") in a file of /proc. */
static long proc_number(const char *path, const char *key)
{
    char line[256];
    long number = -1;
    FILE *file = fopen(path, "r");
    if (!file)
        die_error(errno, "%s", path);
    while (number < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            number = strtol(line + strlen(key), NULL, 10);
    fclose(file);
    if (number < 0)
        die("%s: no line \"%s\"", path, key);
    return number;
}

static void refuse_too_many(const char *kind, long count, size_t each, const char *option)
{
    long need = (long)((double)count * (double)each / 1e6);
    long available = proc_number("/proc/meminfo", "MemAvailable:") / 1000;
    if (need > available)
        die("%ld %s sleepers need about %ld MB, and %ld MB are available: choose fewer by %s",
            count, kind, need, available, option);
}

/* ---- Falling asleep and waking up ---------------------------------------------------------- */

/* The time at which the nap that begins now is over. */
static int64_t fall_asleep(struct crowd *crowd)
{
    int64_t now = loop_time(crowd->loop);
    if (++crowd->asleep > crowd->most_asleep)
        crowd->most_asleep = crowd->asleep;
    if (crowd->asleep == crowd->count && crowd->all_asleep_ns == 0) {
        crowd->all_asleep_ns = now;
        crowd->kib = proc_number("/proc/self/status", "VmRSS:");
    }
    int64_t due_ns = now + (1 + crowd->begun++ % 5) * crowd->unit_ns;
    if (due_ns > crowd->last_due_ns)
        crowd->last_due_ns = due_ns;
    return due_ns;
}

static void wake_up(struct crowd *crowd, int64_t due_ns)
{
    crowd->asleep--;
    crowd->ended++;
    if (loop_time(crowd->loop) < due_ns)
        crowd->too_short++;
}

static void leave(struct crowd *crowd)
{
    if (--crowd->left == 0)
        loop_stop(crowd->loop);
}

static void on_progress(void *arg)
{
    struct crowd *crowd = arg;
    fprintf(stderr, "%s: %ld of %ld naps are over\n", crowd->kind, crowd->ended,
            crowd->count * NAPS);
    CHECK_RC(loop_call_later(crowd->loop, &crowd->progress, NS_PER_S));
}

static void crowd_begin(struct crowd *crowd, const char *kind, long count)
{
    *crowd = (struct crowd){.kind = kind,
                            .count = count,
                            .left = count,
                            .unit_ns = crowd->unit_ns,
                            .loop = loop_new(&backend_epoll)};
    if (!crowd->loop)
        die_error(errno, "cannot make a loop");
    timer_init(&crowd->progress, on_progress, crowd);
    if (isatty(STDERR_FILENO))
        CHECK_RC(loop_call_later(crowd->loop, &crowd->progress, QUIET_NS));
    crowd->start_ns = loop_time(crowd->loop);
    crowd->kib_before = proc_number("/proc/self/status", "VmRSS:");
}

static void crowd_run(struct crowd *crowd)
{
    CHECK_RC(loop_run_forever(crowd->loop));
    coro_trim();
    int64_t end_ns = loop_time(crowd->loop);
    loop_free(crowd->loop);
    double bytes = (double)(crowd->kib - crowd->kib_before) * 1024;
    printf("%s: %ld sleepers, %.1f bytes each, %.1f MB in all, threads %ld\n", crowd->kind,
           crowd->count, bytes / (double)crowd->count, (double)crowd->kib * 1024 / 1e6,
           proc_number("/proc/self/status", "Threads:"));
    printf("    all were asleep after %.2f s, at most %ld at once; %ld naps, %ld too short\n",
           (double)(crowd->all_asleep_ns - crowd->start_ns) / NS_PER_S, crowd->most_asleep,
           crowd->ended, crowd->too_short);
    printf("    all had ended %.2f s after the last alarm\n",
           (double)(end_ns - crowd->last_due_ns) / NS_PER_S);
    if (crowd->ended != crowd->count * NAPS || crowd->too_short > 0)
        die("not every nap was as long as it should be");
}

/* ---- Stackless ----------------------------------------------------------------------------- */

struct dozer {
    struct generator generator;
    int naps;
    int64_t due_ns;
};

struct alarm {
    int64_t due_ns;
    struct dozer *dozer;
};

struct dormitory {
    struct crowd *crowd;
    struct dozer *dozers;
    struct alarm *alarms; /* a heap: the children of i are 2i+1 and 2i+2, and not before it */
    long alarm_count;
    struct timer timer; /* for the first of them */
    int64_t rung_ns;    /* the time of the last one that rang */
    long out_of_order;
};

/* True: it sleeps until frame->due_ns. */
static bool doze(struct dozer *frame, struct crowd *crowd)
{
    GENERATOR_BEGIN(frame);
    for (frame->naps = 0; frame->naps < NAPS; frame->naps++) {
        YIELD(frame, frame->due_ns = fall_asleep(crowd));
        wake_up(crowd, frame->due_ns);
    }
    leave(crowd);
    GENERATOR_END(frame);
}

static void add_alarm(struct dormitory *dormitory, struct dozer *dozer)
{
    struct alarm *alarms = dormitory->alarms;
    long i = dormitory->alarm_count++;
    for (; i > 0 && alarms[(i - 1) / 2].due_ns > dozer->due_ns; i = (i - 1) / 2)
        alarms[i] = alarms[(i - 1) / 2];
    alarms[i] = (struct alarm){dozer->due_ns, dozer};
}

static struct dozer *take_first_alarm(struct dormitory *dormitory)
{
    struct alarm *alarms = dormitory->alarms, first = alarms[0];
    long count = --dormitory->alarm_count, i = 0, child;
    struct alarm last = alarms[count];
    while ((child = 2 * i + 1) < count) {
        if (child + 1 < count && alarms[child + 1].due_ns < alarms[child].due_ns)
            child++;
        if (alarms[child].due_ns >= last.due_ns)
            break;
        alarms[i] = alarms[child];
        i = child;
    }
    alarms[i] = last;
    return first.dozer;
}

static void on_alarm(void *arg)
{
    struct dormitory *dormitory = arg;
    struct crowd *crowd = dormitory->crowd;
    int64_t now = loop_time(crowd->loop);
    for (int woken = 0; woken < WOKEN_AT_A_TIME && dormitory->alarm_count > 0 &&
                        dormitory->alarms[0].due_ns <= now;
         woken++) {
        struct dozer *dozer = take_first_alarm(dormitory);
        dormitory->out_of_order += dozer->due_ns < dormitory->rung_ns;
        dormitory->rung_ns = dozer->due_ns;
        if (doze(dozer, crowd))
            add_alarm(dormitory, dozer);
    }
    if (dormitory->alarm_count > 0)
        CHECK_RC(loop_call_at(crowd->loop, &dormitory->timer, dormitory->alarms[0].due_ns));
}

static void run_stackless(struct crowd *crowd, long count)
{
    struct dormitory dormitory = {.crowd = crowd};
    refuse_too_many("stackless", count, sizeof(struct dozer) + sizeof(struct alarm), "--count");
    crowd_begin(crowd, "stackless", count);
    dormitory.dozers = calloc((size_t)count, sizeof dormitory.dozers[0]);
    dormitory.alarms = calloc((size_t)count, sizeof dormitory.alarms[0]);
    if (!dormitory.dozers || !dormitory.alarms)
        die_error(ENOMEM, "%ld stackless sleepers: choose fewer by --count", count);
    for (long i = 0; i < count; i++)
        if (doze(&dormitory.dozers[i], crowd))
            add_alarm(&dormitory, &dormitory.dozers[i]);
    timer_init(&dormitory.timer, on_alarm, &dormitory);
    CHECK_RC(loop_call_at(crowd->loop, &dormitory.timer, dormitory.alarms[0].due_ns));
    crowd_run(crowd);
    if (dormitory.out_of_order > 0)
        die("%ld alarms rang out of order", dormitory.out_of_order);
    free(dormitory.alarms);
    free(dormitory.dozers);
}

/* ---- Stackful ------------------------------------------------------------------------------ */

static int sleep_twice(void *arg)
{
    struct crowd *crowd = arg;
    int rc = 0;
    for (int naps = 0; naps < NAPS && rc == 0; naps++) {
        int64_t due_ns = fall_asleep(crowd);
        rc = co_sleep(due_ns - loop_time(crowd->loop));
        wake_up(crowd, due_ns);
    }
    leave(crowd);
    return rc;
}

static void run_stackful(struct crowd *crowd, long count)
{
    refuse_too_many("stackful", count, STACKFUL_BYTES, "--stackful");
    crowd_begin(crowd, "stackful", count);
    for (long i = 0; i < count; i++)
        if (co_spawn(crowd->loop, sleep_twice, crowd, "sleeper") < 0)
            die_error(ENOMEM, "sleeper %ld of %ld: choose fewer by --stackful", i + 1, count);
    crowd_run(crowd);
}

/* ---- The command line ---------------------------------------------------------------------- */

struct options {
    long count, stackful, unit_ms;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'c':
        options->count = option_number(state, "--count", text, 0, INT32_MAX);
        return 0;
    case 's':
        options->stackful = option_number(state, "--stackful", text, 0, INT32_MAX);
        return 0;
    case 'u':
        options->unit_ms = option_number(state, "--unit-ms", text, 1, 60 * 1000);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"count", 'c', "N", 0, "Sleepers without stacks (default 1000000; 0: none)", 0},
        {"stackful", 's', "N", 0, "Sleepers with stacks (default 100000; 0: none)", 0},
        {"unit-ms", 'u', "MS", 0, "Length of a unit (default 100)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list, .parser = parse_option, .doc = "A million sleepers on one thread."};
    struct options options = {.count = 1000000, .stackful = 100000, .unit_ms = 100};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    struct crowd crowd = {.unit_ns = options.unit_ms * NS_PER_MS};
    if (options.count > 0)
        run_stackless(&crowd, options.count);
    if (options.stackful > 0)
        run_stackful(&crowd, options.stackful);
    return 0;
}
