/* demo.c - a page of our own server that asks another server five times at once.
 *
 *     build/10-http-server/demo                     against the /aio server on port 3000
 *     build/10-http-server/demo 3 1 2
 *
 * Three parts, one thread: a client asks our server for /five; the handler of /five asks the /aio
 * server for all the delays at once, gathers them, and answers with one JSON document; the client
 * checks it. Watch that the document is there after the longest delay, not after their sum.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "demo.h"
#include "fetch_delay.h"
#include "gather.h"
#include "net.h"
#include "router.h"

static const struct demo_about about = {
    .chapter = "10-http-server",
    .doc = "Runs a server whose one page fetches all the delays at once and answers with them as "
           "JSON; asks it for that page.",
    .title = "a handler that gathers",
};

struct job {
    struct work *work;
    int index;
};

struct work {
    struct demo *demo;
    struct fetcher *fetcher;
    struct job *jobs;
    struct task **tasks;
    int *results;
    char *document; /* what the client has got; malloc */
};

/* ---- The server's side: /five -------------------------------------------------------------- */

/* A task: its result is the delay that the server said, in units. */
static int fetch_one(void *arg)
{
    struct job *job = arg;
    struct demo *demo = job->work->demo;
    int rc = fetch_delay(demo, job->work->fetcher, job->index);
    return rc < 0 ? rc : demo->delays[job->index];
}

/* Fetches all at once. 0 or the first error; when it returns, no task of it is left. */
static int fetch_all(struct work *work)
{
    int spawned = 0, rc = 0;
    while (rc == 0 && spawned < work->demo->count) {
        work->jobs[spawned] = (struct job){work, spawned};
        work->tasks[spawned] = task_spawn(co_loop(), fetch_one, &work->jobs[spawned], "fetch");
        rc = work->tasks[spawned] ? 0 : -ENOMEM;
        spawned += rc == 0;
    }
    if (rc == 0)
        rc = gather(work->tasks, spawned, work->results, 0);
    for (int i = 0; i < spawned; i++) {
        int own_rc = task_join(work->tasks[i]);
        rc = rc == 0 && own_rc < 0 ? own_rc : rc;
    }
    return rc;
}

/* {"delays": [5, 7, 5, 5, 7]}: in the order of asking. */
static char *make_document(const struct work *work)
{
    json_t *delays = json_array();
    for (int i = 0; i < work->demo->count; i++)
        json_array_append_new(delays, json_integer(work->results[i]));
    json_t *document = json_pack("{s:o}", "delays", delays);
    char *text = json_dumps(document, 0);
    json_decref(document);
    return text;
}

static int answer_five(struct http_request *request, struct http_response *response)
{
    struct work *work = request->context;
    int rc = fetch_all(work);
    if (rc == -ECANCELED)
        return rc;
    if (rc < 0)
        return http_respond_error(response, 502, "a fetch failed: %s", error_text(rc));
    char *text = make_document(work);
    rc = text ? http_respond_format(response, 200, "application/json; charset=utf-8", "%s", text)
              : -ENOMEM;
    free(text);
    return rc;
}

static const struct route ROUTES[] = {
    {"GET", "/five", answer_five, "All the delays, fetched at once"},
    {0},
};

/* ---- The client's side --------------------------------------------------------------------- */

/* Are these the delays, in the order of asking? */
static int check_document(const struct work *work, const struct fetch_result *answer)
{
    json_t *document = json_loadb(answer->body, answer->length, 0, NULL);
    const json_t *delays = json_object_get(document, "delays");
    int rc = json_array_size(delays) == (size_t)work->demo->count ? 0 : -EPROTO;
    for (int i = 0; rc == 0 && i < work->demo->count; i++)
        if (json_integer_value(json_array_get(delays, (size_t)i)) != work->demo->delays[i])
            rc = -EPROTO;
    json_decref(document);
    return rc;
}

static int ask_for_five(struct work *work, int port)
{
    char url[64];
    struct fetch_result answer;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/five", port);
    int rc = fetch(work->fetcher, url, &answer);
    if (rc == 0 && answer.status != 200)
        rc = -EREMOTEIO;
    if (rc == 0)
        rc = check_document(work, &answer);
    work->document = answer.body;
    answer.body = NULL;
    fetch_result_free(&answer);
    return rc;
}

/* The main task: server and client, for one request. */
static int serve_and_ask(void *arg)
{
    struct work *work = arg;
    struct http_server server;
    struct router router = {.routes = ROUTES, .context = work};
    struct http_options options = {.handler = router_handle, .context = &router};
    int fd = net_listen("127.0.0.1", 0, 16);
    if (fd < 0)
        return fd;
    int port = net_port(fd);
    int rc = http_server_start(&server, co_loop(), fd, &options);
    if (rc < 0)
        return rc;
    work->fetcher = fetcher_new(co_loop());
    rc = work->fetcher ? ask_for_five(work, port) : -ENOMEM;
    int stop_rc = http_server_stop(&server, NS_PER_S);
    fetcher_free(work->fetcher);
    return rc < 0 ? rc : stop_rc;
}

static int run(struct work *work)
{
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, serve_and_ask, work, true);
    loop_free(loop);
    coro_trim();
    return rc;
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    size_t count = (size_t)demo.count;
    struct work work = {.demo = &demo,
                        .jobs = calloc(count, sizeof(struct job)),
                        .tasks = calloc(count, sizeof(struct task *)),
                        .results = calloc(count, sizeof(int))};
    if (!work.jobs || !work.tasks || !work.results)
        die_error(ENOMEM, "%d fetches are too many", demo.count);
    int rc = run(&work);
    if (rc < 0)
        fprintf(stderr, "demo: /five: %s\n", error_text(rc));
    demo_finish_run(&demo, NULL);
    if (demo.format == TIMELINE_TEXT && work.document)
        printf("GET /five: %s\n", work.document);
    free(work.jobs);
    free(work.tasks);
    free(work.results);
    free(work.document);
    return demo_end(&demo) || rc < 0;
}
