/* pipeline.c - fetch, parse, store: three stages, a bounded queue before each, and the slowest one
 * sets the pace.
 *
 *     build/08-producer-consumer/pipeline
 *     build/08-producer-consumer/pipeline --storers 4          now another one is the slowest
 *     build/08-producer-consumer/pipeline --room 1 --count 20 1 3
 *     build/08-producer-consumer/pipeline --file /tmp/rows
 *
 * Watch the queues: those before the slowest stage are full, those behind it are empty. That is
 * back-pressure, and how to find the stage that more workers would help. The stages end one after
 * another: the last worker of a stage shuts the next one's queue down.
 *
 * Parsing and storing cost no time here worth the name, so each waits besides for --parse and
 * --store tenths of a unit. One that computes for so long would keep the loop from all others: that
 * is chapter 09's subject.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aio_client.h"
#include "check.h"
#include "options.h"
#include "stage.h"

#define STAGES      3
#define MAX_WORKERS 100
#define MAX_COUNT   10000
#define BAR         30 /* columns */
#define SAMPLES     20 /* of each queue's fill, in a unit */

static const char *const queue_names[STAGES] = {"urls", "pages", "rows"};

struct item {
    int delay; /* units: what is asked for */
    struct fetch_result page;
    long found; /* in the page */
};

struct pipeline {
    struct aio_client client;
    int count, room;
    const char *file;
    FILE *store; /* NULL: in memory */
    long stored, sum;
    struct item *items;
    struct stage stages[STAGES];
    int cost_tenths[STAGES]; /* of a unit, for an item, besides */
    double fill[STAGES];     /* of the queue before the stage: the sum of all samples */
    int samples;
};

/* ---- What the stages do -------------------------------------------------------------------- */

static int cost(const struct pipeline *pipeline, int stage)
{
    int tenths = pipeline->cost_tenths[stage];
    return tenths > 0 ? co_sleep(tenths * pipeline->client.unit_ns / 10) : 0;
}

static int fetch_page(void *arg, void *context)
{
    struct pipeline *pipeline = context;
    struct item *item = arg;
    return aio_get(&pipeline->client, &item->page, "/aio?delay=%d", item->delay);
}

static int parse_page(void *arg, void *context)
{
    struct item *item = arg;
    int matched = sscanf(item->page.body, "{\"delay\": %ld}", &item->found);
    fetch_result_free(&item->page);
    return matched == 1 ? cost(context, 1) : -EPROTO;
}

static int store_row(void *arg, void *context)
{
    struct pipeline *pipeline = context;
    struct item *item = arg;
    pipeline->stored++;
    pipeline->sum += item->found;
    if (pipeline->store && fprintf(pipeline->store, "%ld\n", item->found) < 0)
        return -errno;
    return cost(pipeline, 2);
}

/* ---- All together -------------------------------------------------------------------------- */

/* A task: what the first stage works on. */
static int feed(void *arg)
{
    struct pipeline *pipeline = arg;
    int rc = 0;
    for (int i = 0; i < pipeline->count && rc == 0; i++)
        rc = queue_put(&pipeline->stages[0].in, &pipeline->items[i]);
    queue_shutdown(&pipeline->stages[0].in, false);
    return rc;
}

static void show_progress(const struct pipeline *pipeline, const char *end)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%ld of %d rows%s", pipeline->stored, pipeline->count, end);
}

/* And one that looks, until the last stage has ended. */
static int sample(void *arg)
{
    struct pipeline *pipeline = arg;
    int rc = 0;
    while (rc == 0 && pipeline->stages[STAGES - 1].running > 0) {
        for (int i = 0; i < STAGES; i++)
            pipeline->fill[i] += queue_size(&pipeline->stages[i].in);
        pipeline->samples++;
        show_progress(pipeline, "");
        rc = co_sleep(pipeline->client.unit_ns / SAMPLES);
    }
    show_progress(pipeline, "\n");
    return rc;
}

static int run_stages(struct pipeline *pipeline)
{
    struct group group;
    group_begin(&group);
    int rc = 0;
    for (int i = 0; i < STAGES && rc == 0; i++)
        rc = stage_spawn(&pipeline->stages[i], &group);
    if (rc == 0)
        rc = group_spawn(&group, feed, pipeline, "feed");
    if (rc == 0)
        rc = group_spawn(&group, sample, pipeline, "sample");
    return group_end(&group, rc);
}

static void print_bar(double part)
{
    int full = (int)(part * BAR + 0.5);
    full = full > BAR ? BAR : full;
    printf("|%.*s%*s|", full, "##############################", BAR - full, "");
}

static void print_stages(const struct pipeline *pipeline, int64_t elapsed_ns)
{
    printf("stage   workers  items   busy\n");
    for (int i = 0; i < STAGES; i++) {
        const struct stage *stage = &pipeline->stages[i];
        double busy = (double)stage->busy_ns / (double)elapsed_ns / stage->workers;
        printf("%-7s %7d %6d %5.1f%% ", stage->name, stage->workers, stage->items, 100 * busy);
        print_bar(busy);
        printf("\n");
    }
    printf("queue      room   fill\n");
    for (int i = 0; i < STAGES; i++) {
        double fill = pipeline->fill[i] / pipeline->samples;
        printf("%-7s %7d %6.1f        ", queue_names[i], pipeline->room, fill);
        print_bar(fill / pipeline->room);
        printf("\n");
    }
}

static int measure(struct pipeline *pipeline)
{
    int64_t begun = loop_time(co_loop());
    int rc = run_stages(pipeline);
    if (rc < 0)
        return rc;
    double units = aio_units(&pipeline->client, begun);
    print_stages(pipeline, loop_time(co_loop()) - begun);
    printf("%ld rows in %s, %.1f units: %.1f a unit; their sum is %ld\n", pipeline->stored,
           pipeline->file ? pipeline->file : "memory", units, pipeline->stored / units,
           pipeline->sum);
    return 0;
}

static int init_stages(struct pipeline *pipeline, int *made)
{
    int rc = 0;
    for (*made = 0; *made < STAGES && rc == 0; *made += rc == 0)
        rc = stage_init(&pipeline->stages[*made], co_loop(), pipeline->room);
    return rc;
}

static int main_task(void *arg)
{
    struct pipeline *pipeline = arg;
    int made, rc = init_stages(pipeline, &made);
    if (rc == 0)
        rc = measure(pipeline);
    for (int i = 0; i < made; i++)
        stage_fini(&pipeline->stages[i]);
    for (int i = 0; i < pipeline->count; i++) /* when it was interrupted */
        fetch_result_free(&pipeline->items[i].page);
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

enum { KEY_FETCHERS = 1, KEY_PARSERS, KEY_STORERS, KEY_PARSE, KEY_STORE };

static error_t parse_own(int key, char *text, struct argp_state *state)
{
    struct pipeline *pipeline = state->input;
    struct stage *stages = pipeline->stages;
    switch (key) {
    case KEY_FETCHERS:
        stages[0].workers = (int)option_number(state, "--fetchers", text, 1, MAX_WORKERS);
        return 0;
    case KEY_PARSERS:
        stages[1].workers = (int)option_number(state, "--parsers", text, 1, MAX_WORKERS);
        return 0;
    case KEY_STORERS:
        stages[2].workers = (int)option_number(state, "--storers", text, 1, MAX_WORKERS);
        return 0;
    case KEY_PARSE:
        pipeline->cost_tenths[1] = (int)option_number(state, "--parse", text, 0, 1000);
        return 0;
    case KEY_STORE:
        pipeline->cost_tenths[2] = (int)option_number(state, "--store", text, 0, 1000);
        return 0;
    case 'n':
        pipeline->count = (int)option_number(state, "--count", text, 1, MAX_COUNT);
        return 0;
    case 'r':
        pipeline->room = (int)option_number(state, "--room", text, 1, MAX_COUNT);
        return 0;
    case 'f':
        pipeline->file = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"fetchers", KEY_FETCHERS, "N", 0, "Workers that fetch (default: 4)", 0},
    {"parsers", KEY_PARSERS, "N", 0, "Workers that parse (default: 1)", 0},
    {"storers", KEY_STORERS, "N", 0, "Workers that store (default: 1)", 0},
    {"parse", KEY_PARSE, "TENTHS", 0, "Of a unit, for each item (default: 1)", 0},
    {"store", KEY_STORE, "TENTHS", 0, "The same of storing it (default: 5)", 0},
    {"count", 'n', "N", 0, "Items; the delays are repeated (default: 40)", 0},
    {"room", 'r', "N", 0, "In each of the queues (default: 4)", 0},
    {"file", 'f', "NAME", 0, "Where rows are stored (default: in memory)", 0},
    {0},
};

static void set_up(struct pipeline *pipeline)
{
    pipeline->items = calloc((size_t)pipeline->count, sizeof *pipeline->items);
    if (!pipeline->items)
        die_error(ENOMEM, "%d items", pipeline->count);
    for (int i = 0; i < pipeline->count; i++)
        pipeline->items[i].delay = pipeline->client.delays[i % pipeline->client.count];
    for (int i = 0; i < STAGES; i++) {
        pipeline->stages[i].arg = pipeline;
        pipeline->stages[i].next = i + 1 < STAGES ? &pipeline->stages[i + 1] : NULL;
    }
    if (pipeline->file && !(pipeline->store = fopen(pipeline->file, "w")))
        die_error(errno, "--file %s", pipeline->file);
}

int main(int argc, char **argv)
{
    static const int delays[] = {1};
    static const struct argp own = {.options = option_list, .parser = parse_own};
    struct pipeline pipeline = {
        .count = 40,
        .room = 4,
        .stages = {{.name = "fetch", .work = fetch_page, .workers = 4},
                   {.name = "parse", .work = parse_page, .workers = 1},
                   {.name = "store", .work = store_row, .workers = 1}},
        .cost_tenths = {0, 1, 5},
    };
    const struct aio_client_about about = {
        .doc = "Fetches, parses and stores, with a bounded queue before each stage.",
        .max_count = AIO_CLIENT_DELAYS_MAX,
        .delays = delays,
        .count = 1,
        .own = &own,
        .own_input = &pipeline,
    };
    aio_client_options(&pipeline.client, argc, argv, &about);
    set_up(&pipeline);
    int code = aio_client_run(&pipeline.client, main_task, &pipeline);
    free(pipeline.items);
    if (pipeline.store && fclose(pipeline.store) != 0)
        die_error(errno, "--file %s", pipeline.file);
    return code;
}
