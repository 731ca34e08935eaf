/* demo.c - the life of a demo: begin, the fetches, finish. See demo.h. */
#include "demo.h"

#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "demo_parts.h"

#define DEFAULT_UNIT_MS 1000
#define ANSWER_MAX      64 /* bytes; {"delay": 5} has 12, and deep JSON would need a deep stack */

/* ---- Begin --------------------------------------------------------------------------------- */

/* Nothing has been fetched: no spans, and no result but that it is still to come. */
static void prepare_run(struct demo *demo, const char *title)
{
    for (int i = 0; i < demo->count; i++) {
        demo->spans[i] = -1;
        demo->results[i] = -EINPROGRESS;
    }
    int rc = timeline_init(&demo->timeline, title, demo->unit_ns);
    if (rc < 0)
        die_error(rc, "timeline");
    if (!demo->quiet_live)
        timeline_go_live(&demo->timeline, stdout);
}

static void ask_server(struct demo *demo)
{
    struct demo_counters counters;
    char why[DEMO_WHY_MAX];
    if (!demo_get_counters(demo, &counters, why) || !demo_reset_counters(demo, why))
        die("%s", why);
    if (demo->unit_ns == 0)
        demo->unit_ns = (counters.unit_ms > 0 ? counters.unit_ms : DEFAULT_UNIT_MS) * NS_PER_MS;
}

void demo_begin(struct demo *demo, int argc, char **argv, const struct demo_about *about)
{
    *demo = (struct demo){0};
    demo_read_options(demo, argc, argv, about);
    CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (rc != CURLE_OK)
        die("libcurl: %s", curl_easy_strerror(rc));
    ask_server(demo);
    demo->spans = calloc((size_t)demo->count, sizeof *demo->spans);
    demo->results = calloc((size_t)demo->count, sizeof *demo->results);
    if (demo->spans == NULL || demo->results == NULL)
        die_error(ENOMEM, "%d fetches", demo->count);
    demo->quiet_live = demo->format != TIMELINE_TEXT && demo->output == NULL;
    prepare_run(demo, about->title);
}

/* ---- The fetches --------------------------------------------------------------------------- */

void demo_target(const struct demo *demo, int i, char *target, size_t size)
{
    snprintf(target, size, "/aio?delay=%d", demo->delays[i]);
}

void demo_fetch_begins(struct demo *demo, int i)
{
    demo->spans[i] = timeline_begin(&demo->timeline, "%d delay %d", i + 1, demo->delays[i]);
}

void demo_fetch_ended(struct demo *demo, int i, int result)
{
    demo->results[i] = result;
    timeline_end(&demo->timeline, demo->spans[i], result);
}

int demo_check_answer(const struct demo *demo, int i, int status, const char *body, size_t length)
{
    if (status >= 500)
        return -EREMOTEIO;
    if (status != 200 || length > ANSWER_MAX)
        return -EPROTO;
    json_int_t delay = -1;
    json_t *json = json_loadb(body, length, 0, NULL);
    int rc = json_unpack(json, "{s:I}", "delay", &delay);
    json_decref(json);
    return rc == 0 && delay == demo->delays[i] ? 0 : -EPROTO;
}

/* ---- Finish: the picture ------------------------------------------------------------------- */

static bool tell(const char *output, int rc)
{
    if (rc < 0)
        warnx("%s: %s", output, error_text(rc));
    return rc >= 0;
}

/* Closes what `rc` tells was written well or not; the last bytes may fail only now. */
static int close_file(FILE *file, int rc)
{
    int closed = fclose(file) == 0 ? 0 : -errno;
    return rc < 0 ? rc : closed;
}

static int draw_to_file(const struct demo *demo, bool append)
{
    FILE *file = fopen(demo->output, append ? "ae" : "we");
    if (file == NULL)
        return -errno;
    return close_file(file, timeline_draw(&demo->timeline, demo->format, file, 0));
}

static void swap_rows(struct demo *demo, int one, int other)
{
    struct span *spans = demo->timeline.spans;
    struct span kept = spans[one];
    spans[one] = spans[other];
    spans[other] = kept;
    for (int i = 0; i < demo->count; i++) {
        if (demo->spans[i] == one)
            demo->spans[i] = other;
        else if (demo->spans[i] == other)
            demo->spans[i] = one;
    }
}

/* Threads begin in any order; the picture shows the fetches in the order of asking. */
static void sort_rows(struct demo *demo)
{
    int row = 0;
    for (int i = 0; i < demo->count; i++)
        if (demo->spans[i] >= 0)
            swap_rows(demo, demo->spans[i], row++);
}

static bool draw(struct demo *demo, const char *run)
{
    bool text = demo->format == TIMELINE_TEXT;
    if (run != NULL)
        snprintf(demo->timeline.title, sizeof demo->timeline.title, "%s", run);
    sort_rows(demo);
    timeline_end_live(&demo->timeline, text && demo->output == NULL);
    if (run != NULL && !text)
        return true;
    if (demo->output != NULL)
        return tell(demo->output, draw_to_file(demo, run != NULL));
    return tell("stdout", timeline_draw(&demo->timeline, demo->format, stdout, 0));
}

/* ---- Finish: the failures, the summary, the row -------------------------------------------- */

static bool name_failures(const struct demo *demo)
{
    bool ok = true;
    for (int i = 0; i < demo->count; i++) {
        if (demo->results[i] >= 0)
            continue;
        warnx("request %d (delay %d): %s", i + 1, demo->delays[i], error_text(demo->results[i]));
        ok = false;
    }
    return ok;
}

static double elapsed_units(const struct demo *demo)
{
    return (double)timeline_elapsed(&demo->timeline) / (double)demo->unit_ns;
}

static bool print_summary(const struct demo *demo, const char *run, int64_t max_in_flight)
{
    FILE *out = demo->format != TIMELINE_TEXT && demo->output == NULL ? stderr : stdout;
    if (ferror(out)) /* the picture did not fit there either, and that was told */
        return false;
    fprintf(out, "%s%s%s: %.1f units, max in flight %lld, threads %d\n", demo->about->chapter,
            run != NULL ? ", " : "", run != NULL ? run : "", elapsed_units(demo),
            (long long)max_in_flight, demo->timeline.threads_seen);
    return tell("stdout", fflush(out) == 0 ? 0 : -errno);
}

static int append_row(const struct demo *demo, const char *run, int64_t max_in_flight)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s", run != NULL ? "  " : "",
             run != NULL ? run : demo->about->chapter);
    FILE *file = fopen(demo->summary, "ae");
    if (file == NULL)
        return -errno;
    int written = fprintf(file, "%-34s %7.1f %15lld %9d\n", name, elapsed_units(demo),
                          (long long)max_in_flight, demo->timeline.threads_seen);
    return close_file(file, written < 0 ? -errno : 0);
}

/* `more`: another run follows, and the server's counters start over for it. */
static bool summarise(const struct demo *demo, const char *run, bool fetched, bool more)
{
    struct demo_counters counters;
    char why[DEMO_WHY_MAX];
    if (!demo_get_counters(demo, &counters, why) || (more && !demo_reset_counters(demo, why))) {
        warnx("%s", why);
        return false;
    }
    bool ok = print_summary(demo, run, counters.max_in_flight);
    if (fetched && demo->summary != NULL)
        ok = tell(demo->summary, append_row(demo, run, counters.max_in_flight)) && ok;
    return ok;
}

static void close_run(struct demo *demo, const char *run, bool more)
{
    bool drawn = draw(demo, run);
    bool fetched = name_failures(demo);
    bool summarised = summarise(demo, run, fetched, more);
    if (!drawn || !fetched || !summarised)
        demo->failed = true;
}

int demo_finish_run(struct demo *demo, const char *run)
{
    close_run(demo, run, true);
    timeline_fini(&demo->timeline);
    prepare_run(demo, demo->about->chapter);
    return demo->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int demo_end(struct demo *demo)
{
    timeline_end_live(&demo->timeline, false);
    timeline_fini(&demo->timeline);
    free(demo->spans);
    free(demo->results);
    free(demo->delays);
    curl_global_cleanup();
    return demo->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int demo_finish(struct demo *demo)
{
    close_run(demo, NULL, false);
    return demo_end(demo);
}
