/* demo.c - five delays at once, by five coroutines that read like chapter 01.
 *
 *     build/05-coroutines/demo                      against the /aio server on port 3000
 *     build/05-coroutines/demo 1 2 3
 *
 * Watch the picture: it is chapter 03's, 7 units by one thread. And watch co_get: it is chapter
 * 01's function again, top to bottom, its state in local variables. Only the verbs have a co_ in
 * front.
 */
#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "check.h"
#include "co_io.h"
#include "demo.h"
#include "http_client.h"
#include "net.h"

struct fetches {
    struct demo *demo;
    int left; /* not ended yet */
};

struct fetch {
    struct fetches *all;
    int index;
};

static const struct demo_about about = {
    .chapter = "05-coroutines",
    .doc = "Fetches the delays all at once: one thread, a coroutine for each.",
    .title = "five coroutines, one thread",
};

static int send_request(int fd, const struct demo *demo, int i)
{
    char target[64], request[HTTP_REQUEST_MAX];
    demo_target(demo, i, target, sizeof target);
    int length = http_get_request(request, sizeof request, demo->host, demo->port, target);
    return length < 0 ? length : co_write_all(fd, request, (size_t)length);
}

static int receive_answer(int fd, struct http_answer *answer)
{
    char bytes[4096];
    int rc = 0;
    http_answer_init(answer);
    while (rc == 0) {
        ssize_t count = co_read(fd, bytes, sizeof bytes);
        rc = count < 0 ? (int)count : http_answer_feed(answer, bytes, (size_t)count);
    }
    return rc < 0 ? rc : 0;
}

static int co_get(const struct demo *demo, int i)
{
    struct http_answer answer; /* 10 KiB: a coroutine's stack has 60 */
    int fd = co_connect(demo->host, demo->port);
    if (fd < 0)
        return fd;
    int rc = send_request(fd, demo, i);
    if (rc == 0)
        rc = receive_answer(fd, &answer);
    co_close(fd);
    if (rc < 0)
        return rc;
    return demo_check_answer(demo, i, answer.status, answer.body, answer.length);
}

/* A coroutine: begins on the loop's next pass, ends when it returns. */
static int fetch_one(void *arg)
{
    struct fetch *fetch = arg;
    struct fetches *all = fetch->all;
    demo_fetch_begins(all->demo, fetch->index);
    int rc = co_get(all->demo, fetch->index);
    demo_fetch_ended(all->demo, fetch->index, rc);
    if (--all->left == 0)
        loop_stop(co_loop());
    return rc;
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    struct fetches all = {.demo = &demo, .left = demo.count};
    struct fetch *fetches = calloc((size_t)demo.count, sizeof fetches[0]);
    if (!loop || !fetches)
        die_error(errno, "cannot set up the loop");
    for (int i = 0; i < demo.count; i++) {
        fetches[i] = (struct fetch){&all, i};
        CHECK_RC(co_spawn(loop, fetch_one, &fetches[i], "fetch"));
    }
    CHECK_RC(loop_run_forever(loop));
    free(fetches);
    loop_free(loop);
    coro_trim();
    return demo_finish(&demo);
}
