/* fake_demo.c - see fake_demo.h. */
#include "fake_demo.h"

#include <argp.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "demo.h"
#include "leaks.h"
#include "options.h"
#include "unit.h"

#define MAX_WORDS 24

/* ---- As the demo --------------------------------------------------------------------------- */

struct own {
    int failing, forgotten; /* a request's number, or 0 */
    bool tells, threads, backwards;
    const char *second, *out;
};

static error_t parse_own(int key, char *text, struct argp_state *state)
{
    struct own *own = state->input;
    switch (key) {
    case 'l':
        own->tells = true;
        return 0;
    case 'f':
        own->failing = (int)option_number(state, "--fail", text, 1, DEMO_MAX_FETCHES);
        return 0;
    case 'g':
        own->forgotten = (int)option_number(state, "--forget", text, 1, DEMO_MAX_FETCHES);
        return 0;
    case 't':
        own->threads = true;
        return 0;
    case 'b':
        own->backwards = true;
        return 0;
    case 's':
        own->second = text;
        return 0;
    case 'o':
        own->out = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp own_argp = {
    .options =
        (const struct argp_option[]){
            {"tell", 'l', NULL, 0, "Tell the address", 0},
            {"fail", 'f', "N", 0, "Fail", 0},
            {"forget", 'g', "N", 0, "Never end", 0},
            {"threads", 't', NULL, 0, "Use threads", 0},
            {"backwards", 'b', NULL, 0, "The last first", 0},
            {"second", 's', "NAME", 0, "Run twice", 0},
            {"stdout", 'o', "FILE", 0, "Print there", 0},
            {0},
        },
    .parser = parse_own,
};

struct fetch {
    struct demo *demo;
    int i;
    const struct own *own;
    pthread_t thread;
};

static void *fetch(void *arg)
{
    struct fetch *this = arg;
    demo_fetch_begins(this->demo, this->i);
    if (this->i + 1 == this->own->failing)
        demo_fetch_ended(this->demo, this->i, -ECONNRESET);
    else if (this->i + 1 != this->own->forgotten)
        demo_fetch_ended(this->demo, this->i, 0);
    return NULL;
}

static void fetch_all(struct demo *demo, const struct own *own)
{
    struct fetch fetches[demo->count];
    for (int i = 0; i < demo->count; i++) {
        int number = own->backwards ? demo->count - 1 - i : i;
        fetches[i] = (struct fetch){.demo = demo, .i = number, .own = own};
        if (!own->threads)
            fetch(&fetches[i]);
        else
            CHECK_RC(-pthread_create(&fetches[i].thread, NULL, fetch, &fetches[i]));
    }
    for (int i = 0; own->threads && i < demo->count; i++)
        pthread_join(fetches[i].thread, NULL);
}

/* As though all had begun at once and taken what they should. */
static void make_up_times(struct demo *demo)
{
    for (int i = 0; i < demo->count; i++) {
        struct span *span = &demo->timeline.spans[demo->spans[i]];
        span->begin_ns = demo->timeline.zero_ns;
        if (span->end_ns != 0)
            span->end_ns = span->begin_ns + demo->delays[i] * demo->unit_ns;
    }
}

static void run(struct demo *demo, const struct own *own)
{
    fetch_all(demo, own);
    make_up_times(demo);
}

/* Whatever demo_begin asked the server, no connection and no thread of that is left. */
static void begin_cleanly(struct demo *demo, int argc, char **argv, const struct demo_about *about)
{
    struct usage before = own_usage();
    demo_begin(demo, argc, argv, about);
    struct usage after = own_usage();
    if (after.fds != before.fds || after.threads != before.threads)
        die("demo_begin has left a descriptor or a thread");
}

bool fake_demo_wanted(void)
{
    return getenv("FAKE_DEMO") != NULL;
}

int fake_demo_main(int argc, char **argv)
{
    struct own own = {0};
    struct demo_about about = {
        .chapter = "00-nothing",
        .doc = "Fetches nothing.",
        .title = "all made up",
        .own = &own_argp,
        .own_input = &own,
    };
    struct demo demo;
    begin_cleanly(&demo, argc, argv, &about);
    if (own.out != NULL && freopen(own.out, "w", stdout) == NULL)
        die_error(errno, "%s", own.out);
    if (own.tells)
        printf("%s %d %s %lld %d\n", demo.host, demo.port, demo.url, (long long)demo.unit_ns,
               demo.count);
    run(&demo, &own);
    if (own.second == NULL)
        return demo_finish(&demo);
    demo_finish_run(&demo, NULL);
    run(&demo, &own);
    demo_finish_run(&demo, own.second);
    return demo_end(&demo);
}

/* ---- As the test --------------------------------------------------------------------------- */

struct process *fake_demo_run(const char *url, const char *options)
{
    static char self[512], line[8192], variable[512];
    const char *argv[MAX_WORDS + 1] = {self};
    char *rest = line, *word;
    ssize_t length = CHECK(readlink("/proc/self/exe", self, sizeof self - 1));
    self[length] = '\0';
    snprintf(line, sizeof line, "%s", options);
    for (int i = 1; i < MAX_WORDS && (word = strsep(&rest, " ")) != NULL;)
        if (word[0] != '\0')
            argv[i++] = word;
    snprintf(variable, sizeof variable, "AIO_URL=%s", url != NULL ? url : "");
    struct process *demo =
        process_start_argv(argv, (const char *[]){"FAKE_DEMO=1", variable, NULL});
    process_wait(demo);
    return demo;
}

void fake_demo_expect(struct process *demo, int status, const char *sentence)
{
    char expected[1024] = "";
    if (sentence[0] != '\0')
        snprintf(expected, sizeof expected, "%s: %s\n", program_invocation_short_name, sentence);
    assert_string_equal(process_stderr(demo), expected);
    assert_int_equal(process_wait(demo), status);
}
