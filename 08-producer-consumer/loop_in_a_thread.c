/* loop_in_a_thread.c - the loop runs in a thread of its own, and main hands it requests.
 *
 *     build/08-producer-consumer/loop_in_a_thread            five requests
 *     build/08-producer-consumer/loop_in_a_thread 30 30 30   and Ctrl-C in the middle
 *
 * For a program that has a main thread already: one with windows, a game, an older one that blocks
 * here and there. Watch that main goes on at once after submitting: it counts its tasks before any
 * answer is there. Then it waits for each result in turn, as for any other that a thread computes.
 *
 * Watch Ctrl-C: the loop's thread takes the signal, closes the door and cancels what is in flight;
 * the server sees five clients leave; each of main's waits ends with ECANCELED. Only then the
 * thread ends, and then the program. broken/daemon_thread.c is the one that does not care.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "aio_url.h"
#include "backend.h"
#include "check.h"
#include "clock.h"
#include "fetch.h"
#include "loop_thread.h"
#include "net.h"
#include "options.h"

#define MAX_REQUESTS 100

struct request {
    const struct aio_url *url;
    int delay; /* units */
    struct fetch_result answer;
    struct concurrent_future *future;
};

struct program {
    struct aio_url url;
    int count;
    struct request requests[MAX_REQUESTS];
    struct loop_thread thread;
};

/* ---- On the loop's thread ------------------------------------------------------------------ */

/* With a fetcher of its own: a thread that was not there could not free a common one. */
static int request(void *arg)
{
    struct request *request = arg;
    char target[384];
    struct fetcher *fetcher = fetcher_new(co_loop());
    if (!fetcher)
        return -ENOMEM;
    snprintf(target, sizeof target, "%s/aio?delay=%d", request->url->text, request->delay);
    int rc = fetch(fetcher, target, &request->answer);
    fetcher_free(fetcher);
    return rc < 0 ? rc : (int)request->answer.status;
}

/* ---- On the main thread -------------------------------------------------------------------- */

static int submit_all(struct program *program)
{
    for (int i = 0; i < program->count; i++) {
        struct request *one = &program->requests[i];
        one->url = &program->url;
        printf("task: %d\n", i + 1);
        int rc = run_coroutine_threadsafe(program->thread.submitter, request, one, "request",
                                          &one->future);
        if (rc < 0)
            return rc;
    }
    printf("main goes on\n");
    return 0;
}

/* In the order of submitting. What a request fails of is told, and no reason to wait no more. */
static int wait_for_all(struct program *program)
{
    int failed = 0;
    for (int i = 0; i < program->count && program->requests[i].future; i++) {
        struct request *one = &program->requests[i];
        int result = concurrent_future_result(one->future, -1);
        concurrent_future_free(one->future);
        if (result == 200)
            printf("%d: %s\n", i + 1, one->answer.body);
        else if (result > 0)
            printf("%d: status %d\n", i + 1, result);
        else
            printf("%d: %s\n", i + 1, error_text(result));
        failed += result != 200;
        fetch_result_free(&one->answer);
    }
    return failed;
}

static int run(struct program *program)
{
    int rc = loop_thread_start(&program->thread, &backend_epoll, true);
    if (rc < 0)
        die_error(rc, "cannot start the loop's thread");
    int64_t begun = clock_now();
    rc = submit_all(program);
    int failed = wait_for_all(program);
    double seconds = (double)(clock_now() - begun) / NS_PER_S;
    int stopped = loop_thread_stop(&program->thread);
    if (stopped == -ECANCELED) {
        fprintf(stderr, "stopped: %d in flight were cancelled\n", failed);
        return 128 + SIGINT;
    }
    if (rc < 0 || stopped < 0)
        die_error(rc < 0 ? rc : stopped, "the loop's thread");
    printf("%d requests in %.2f s, %d failed\n", program->count, seconds, failed);
    return failed > 0;
}

/* ---- The program --------------------------------------------------------------------------- */

enum { KEY_URL = 256 };

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct program *program = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case KEY_URL:
        aio_url_option(&program->url, state, text);
        return 0;
    case ARGP_KEY_ARG:
        if (program->count == MAX_REQUESTS)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": too much, the limit is %d", text,
                         MAX_REQUESTS);
        program->requests[program->count++].delay =
            (int)option_number(state, "delay", text, 0, 3600);
        return 0;
    case ARGP_KEY_END:
        if (program->url.port == 0)
            aio_url_option(&program->url, state, NULL);
        for (int i = 0; state->arg_num == 0 && i < 5; i++)
            program->requests[program->count++].delay = 5 - i;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"url", KEY_URL, "URL", 0, AIO_URL_HELP, 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct program program;
    const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .args_doc = "[DELAY...]",
        .doc = "Hands requests to a loop in another thread, and waits for their results.",
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &program);
    if (error != 0)
        die_error(error, "options");
    net_ignore_sigpipe();
    setvbuf(stdout, NULL, _IOLBF, 0);
    return run(&program);
}
