/* call.c - all the ways to ask a loop for a call, each as a lesson of a few lines.
 *
 *     build/03-epoll-loop/call soon         first in, first out, and only while the loop runs
 *     build/03-epoll-loop/call stop         what stop still lets run, and what it does not
 *     build/03-epoll-loop/call later        after a delay
 *     build/03-epoll-loop/call at           at a time; equal times; one that is cancelled
 *     build/03-epoll-loop/call slow         a callback that keeps everybody waiting (LOOP_DEBUG=1)
 *     build/03-epoll-loop/call thread       from another thread, in the wrong way
 *     build/03-epoll-loop/call threadsafe   from another thread, in the right way
 *
 * Watch the order of the lines, and the time in front of them: units since the start of the run
 * (--unit-ms, 100). The order is promised, and so is that nothing is early; only being late is not
 * excluded. `call thread` is meant to be wrong: it breaks the rule that a loop belongs to one
 * thread, and shows what comes of it. The thread sanitizer would say so, too.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "loop.h"
#include "options.h"

#define CALLS 5

struct lesson {
    struct loop *loop;
    int64_t start_ns, unit_ns;
    int left; /* calls of the other thread's that have not been made */
};

/* A call that says its text, and which call it was. */
struct saying {
    struct lesson *lesson;
    struct callback callback;
    struct timer timer;
    char text[40];
};

static void say(const struct lesson *lesson, const char *text)
{
    double units = (double)(loop_time(lesson->loop) - lesson->start_ns) / (double)lesson->unit_ns;
    printf("%4.1f  %s\n", units, text);
}

static void on_say(void *arg)
{
    const struct saying *saying = arg;
    say(saying->lesson, saying->text);
}

static void on_say_and_stop(void *arg)
{
    const struct saying *saying = arg;
    on_say(arg);
    loop_stop(saying->lesson->loop);
}

static void saying_init(struct saying *saying, struct lesson *lesson, callback_fn *fn,
                        const char *text)
{
    saying->lesson = lesson;
    callback_init(&saying->callback, fn, saying);
    timer_init(&saying->timer, fn, saying);
    snprintf(saying->text, sizeof saying->text, "%s", text);
}

static void say_running(const struct lesson *lesson)
{
    printf("      is_running: %s\n", loop_is_running(lesson->loop) ? "true" : "false");
}

static void run(struct lesson *lesson)
{
    CHECK_RC(loop_run_forever(lesson->loop));
}

/* ---- The lessons --------------------------------------------------------------------------- */

static void on_say_running(void *arg)
{
    const struct saying *saying = arg;
    on_say(arg);
    say_running(saying->lesson);
}

static void soon(struct lesson *lesson)
{
    struct saying hello, again, stop;
    saying_init(&hello, lesson, on_say_running, "hello");
    saying_init(&again, lesson, on_say, "hello again");
    saying_init(&stop, lesson, on_say_and_stop, "stopping the loop");
    loop_call_soon(lesson->loop, &hello.callback);
    loop_call_soon(lesson->loop, &again.callback);
    loop_call_soon(lesson->loop, &stop.callback);
    say_running(lesson);
    run(lesson);
    say_running(lesson);
}

struct stopper {
    struct saying first; /* first */
    struct saying late;
};

/* Stops, and then asks for one more. */
static void on_stop_and_ask(void *arg)
{
    struct stopper *stopper = arg;
    on_say_and_stop(&stopper->first);
    loop_call_soon(stopper->first.lesson->loop, &stopper->late.callback);
}

static void stop(struct lesson *lesson)
{
    struct stopper stopper;
    struct saying queued;
    saying_init(&stopper.first, lesson, on_stop_and_ask, "stopping the loop");
    saying_init(&queued, lesson, on_say, "was queued already");
    saying_init(&stopper.late, lesson, on_say_and_stop, "was asked for later");
    loop_call_soon(lesson->loop, &stopper.first.callback);
    loop_call_soon(lesson->loop, &queued.callback);
    run(lesson);
    printf("      the run has ended; here is another one\n");
    run(lesson);
}

static void later(struct lesson *lesson)
{
    struct saying hello, stopping;
    saying_init(&hello, lesson, on_say, "hello");
    saying_init(&stopping, lesson, on_say_and_stop, "stopping the loop");
    CHECK_RC(loop_call_later(lesson->loop, &stopping.timer, 20 * lesson->unit_ns));
    CHECK_RC(loop_call_later(lesson->loop, &hello.timer, 10 * lesson->unit_ns));
    run(lesson);
}

static void at(struct lesson *lesson)
{
    struct saying sayings[CALLS], stopping;
    int64_t now = loop_time(lesson->loop);
    saying_init(&stopping, lesson, on_say_and_stop, "at 11: stopping the loop");
    CHECK_RC(loop_call_at(lesson->loop, &stopping.timer, now + 11 * lesson->unit_ns));
    for (int i = 0; i < CALLS; i++) {
        char text[40];
        snprintf(text, sizeof text, "at 10: number %d", i + 1);
        saying_init(&sayings[i], lesson, on_say, text);
        CHECK_RC(loop_call_at(lesson->loop, &sayings[i].timer, now + 10 * lesson->unit_ns));
    }
    printf("      number 3 is cancelled\n");
    loop_cancel_timer(lesson->loop, &sayings[2].timer);
    run(lesson);
}

static void on_block(void *arg)
{
    const struct saying *saying = arg;
    on_say(arg);
    clock_sleep(3 * saying->lesson->unit_ns);
}

static void slow(struct lesson *lesson)
{
    struct saying blocking, due;
    saying_init(&blocking, lesson, on_block, "a callback that blocks for 3 units");
    callback_init(&blocking.callback, on_block, &blocking); /* its name, for the debug mode */
    saying_init(&due, lesson, on_say_and_stop, "the timer that was due at 1");
    CHECK_RC(loop_call_later(lesson->loop, &due.timer, lesson->unit_ns));
    loop_call_soon(lesson->loop, &blocking.callback);
    run(lesson);
}

/* ---- From another thread ------------------------------------------------------------------- */

/* What the other thread has, and how it asks. */
struct caller {
    struct lesson *lesson;
    void (*ask)(struct loop *loop, struct callback *callback);
    struct saying sayings[CALLS];
};

static void on_say_call(void *arg)
{
    const struct saying *saying = arg;
    on_say(arg);
    if (--saying->lesson->left == 0)
        loop_stop(saying->lesson->loop);
}

static void on_heartbeat(void *arg)
{
    struct saying *heartbeat = arg;
    on_say(arg);
    CHECK_RC(loop_call_later(heartbeat->lesson->loop, &heartbeat->timer,
                             20 * heartbeat->lesson->unit_ns));
}

static void *other_thread(void *arg)
{
    struct caller *caller = arg;
    clock_sleep(caller->lesson->unit_ns); /* the loop is asleep by now */
    say(caller->lesson, "the thread asks for five calls");
    for (int i = 0; i < CALLS; i++)
        caller->ask(caller->lesson->loop, &caller->sayings[i].callback);
    return NULL;
}

/* The heartbeat, every 20 units, is the only thing that the loop itself has to do. */
static void call_from_thread(struct lesson *lesson,
                             void (*ask)(struct loop *loop, struct callback *callback))
{
    struct caller caller = {.lesson = lesson, .ask = ask};
    lesson->left = CALLS;
    for (int i = 0; i < CALLS; i++) {
        char text[40];
        snprintf(text, sizeof text, "call %d is made", i + 1);
        saying_init(&caller.sayings[i], lesson, on_say_call, text);
    }
    struct saying heartbeat;
    saying_init(&heartbeat, lesson, on_heartbeat, "heartbeat");
    CHECK_RC(loop_call_later(lesson->loop, &heartbeat.timer, 20 * lesson->unit_ns));
    pthread_t thread;
    int error = pthread_create(&thread, NULL, other_thread, &caller);
    if (error != 0)
        die_error(error, "cannot start a thread");
    run(lesson);
    pthread_join(thread, NULL);
}

static void thread(struct lesson *lesson)
{
    call_from_thread(lesson, loop_call_soon);
}

static void threadsafe(struct lesson *lesson)
{
    call_from_thread(lesson, loop_call_soon_threadsafe);
}

/* ---- Which one ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(struct lesson *lesson);
} lessons[] = {
    {"soon", soon}, {"stop", stop},     {"later", later},           {"at", at},
    {"slow", slow}, {"thread", thread}, {"threadsafe", threadsafe},
};
#define LESSON_COUNT (sizeof lessons / sizeof lessons[0])

struct options {
    long unit_ms;
    void (*run)(struct lesson *lesson);
};

static void choose(struct options *options, const char *name, const struct argp_state *state)
{
    if (options->run)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one lesson only", name);
    for (size_t i = 0; i < LESSON_COUNT; i++)
        if (strcmp(name, lessons[i].name) == 0)
            options->run = lessons[i].run;
    if (!options->run)
        argp_failure(state, USAGE_ERROR, 0,
                     "\"%s\": expected soon, stop, later, at, slow, thread or threadsafe", name);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'u':
        options->unit_ms = option_number(state, "--unit-ms", text, 1, 60000);
        return 0;
    case ARGP_KEY_ARG:
        choose(options, text, state);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_failure(state, USAGE_ERROR, 0, "which lesson? See --help");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"unit-ms", 'u', "MS", 0, "How long a unit of time is (default 100)", 0}, {0}};
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "soon|stop|later|at|slow|thread|threadsafe",
                                     .doc = "The ways to ask a loop for a call."};
    struct options options = {.unit_ms = 100};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct lesson lesson = {.loop = loop_new(&backend_epoll),
                            .unit_ns = options.unit_ms * NS_PER_MS};
    if (!lesson.loop)
        die_error(errno, "cannot make a loop");
    lesson.start_ns = loop_time(lesson.loop);
    options.run(&lesson);
    loop_free(lesson.loop);
    return 0;
}
