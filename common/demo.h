/* demo.h - what the ten demos share: options, the /aio server's counters, the picture, the table.
 *
 * A demo is the client job of the whole course: fetch the delays (5 7 5 5 7 units by default) from
 * the /aio server by whatever its chapter teaches. Around that:
 *
 *     struct demo demo;
 *     demo_begin(&demo, argc, argv, &about);        options; asks /stats; exits 1 or 2 when it must
 *     for each i: demo_fetch_begins(&demo, i);      from any thread
 *                 ... fetch demo.host:demo.port demo_target(&demo, i) ...
 *                 demo_fetch_ended(&demo, i, result);
 *     return demo_finish(&demo);                    the picture, the summary, the exit code
 */
#ifndef COMMON_DEMO_H
#define COMMON_DEMO_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline.h"

#define DEMO_MAX_FETCHES 1000

struct demo_about {
    const char *chapter;    /* "05-coroutines" */
    const char *doc;        /* for --help: what this demo shows, a sentence or two */
    const char *title;      /* over the picture: "five coroutines, one thread" */
    const struct argp *own; /* further options of this demo, or NULL; their input is own_input */
    void *own_input;
    int64_t max_delay_units; /* 0: no limit but the server's */
};

struct demo {
    const struct demo_about *about;
    char url[256];  /* "http://127.0.0.1:3000", without a slash at the end */
    char host[128]; /* of it */
    uint16_t port;
    int64_t unit_ns; /* --unit-ms, or what the server says that its unit is */
    int count;       /* of the delays */
    int *delays;     /* in units */
    enum timeline_format format;
    const char *output;  /* --output, or NULL */
    const char *summary; /* --summary: the table's row is appended there, or NULL */
    struct timeline timeline;
    int *spans;      /* the span of fetch i, or -1 */
    int *results;    /* of fetch i */
    bool quiet_live; /* no live picture: the document itself goes to stdout */
    bool failed;     /* a fetch or an output of a run that is over: demo_end tells */
};

/* Reads the options, asks the server for /stats (exit 1 in one line, with the command that starts
 * one, when it is not there), resets its counters, prepares the timeline. */
void demo_begin(struct demo *demo, int argc, char **argv, const struct demo_about *about);

/* "/aio?delay=5" for fetch i. `target` is the caller's; 64 bytes are enough. */
void demo_target(const struct demo *demo, int i, char *target, size_t size);

/* Any thread. `result`: >= 0, or -errno. */
void demo_fetch_begins(struct demo *demo, int i);
void demo_fetch_ended(struct demo *demo, int i, int result);

/* Did the answer say what was asked for (200, {"delay": N})? 0; -EPROTO for another answer;
 * -EREMOTEIO for a status of 500 and more. Any thread. */
int demo_check_answer(const struct demo *demo, int i, int status, const char *body, size_t length);

/* Draws the picture, asks /stats, prints the summary line
 *     05-coroutines: 7.0 units, max in flight 5, threads 1
 * appends the row to --summary, and names each fetch that failed. The exit code: 0, or 1 if a fetch
 * or the output failed. Frees what demo_begin made.
 *
 * The row is "%-34s %7.1f %15lld %9d": name, units, max in flight, threads. A run with a failed
 * fetch has none. The picture goes to --output or to stdout, and the summary line to stdout, but to
 * stderr when stdout holds an SVG or a trace. */
int demo_finish(struct demo *demo);

/* For a demo with a second run: like demo_finish, but the row is named by `run` and indented
 * under the chapter's own, and the counters, spans and results start over for the next run. Call it
 * after a first demo_finish_run(demo, NULL); then demo_finish frees.
 *     demo_finish_run(&demo, NULL);  the chapter's own row
 *     ... second run ...
 *     demo_finish_run(&demo, "by libcurl");
 *     return demo_end(&demo);
 * An SVG or a trace is made of the chapter's own run alone: a file holds one of them. demo_end
 * gives the exit code of all the runs. demo_finish(demo) is demo_finish_run(demo, NULL) and
 * demo_end(demo), but leaves the server's counters as they are. */
int demo_finish_run(struct demo *demo, const char *run);
int demo_end(struct demo *demo);

#endif
