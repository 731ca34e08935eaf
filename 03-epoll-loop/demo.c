/* demo.c - five delays at once, by one thread that waits for five descriptors.
 *
 *     build/03-epoll-loop/demo                      against the /aio server on port 3000
 *     build/03-epoll-loop/demo 1 2 3
 *
 * Watch the picture: all bars begin together, and the whole takes as long as the longest, 7 units.
 * And watch the code: what chapter 01 says in one function, top to bottom, is here cut into pieces
 * that the loop calls, with a struct in between to remember where each exchange stands.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "demo.h"
#include "http_client.h"
#include "loop.h"
#include "net.h"

/* One GET. In chapter 01 these were local variables. */
struct exchange {
    struct exchanges *all;
    int index; /* which of the demo's fetches */
    int fd;
    char request[HTTP_REQUEST_MAX];
    int length, sent; /* of the request, bytes */
    struct http_answer answer;
};

struct exchanges {
    struct demo *demo;
    struct loop *loop;
    int left; /* not ended yet */
};

static const struct demo_about about = {
    .chapter = "03-epoll-loop",
    .doc = "Fetches the delays all at once: one thread, one loop, a descriptor for each.",
    .title = "five descriptors, one thread",
};

static void end_exchange(struct exchange *exchange, int result)
{
    struct exchanges *all = exchange->all;
    if (exchange->fd >= 0) {
        loop_forget_fd(all->loop, exchange->fd);
        close(exchange->fd);
        exchange->fd = -1;
    }
    demo_fetch_ended(all->demo, exchange->index, result);
    if (--all->left == 0)
        loop_stop(all->loop);
}

/* Third: the answer comes, in as many pieces as it likes. */
static void on_readable(void *arg)
{
    struct exchange *exchange = arg;
    const struct http_answer *answer = &exchange->answer;
    char bytes[4096];
    ssize_t count = read(exchange->fd, bytes, sizeof bytes);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    int rc = count < 0 ? -errno : http_answer_feed(&exchange->answer, bytes, (size_t)count);
    if (rc == 1)
        rc = demo_check_answer(exchange->all->demo, exchange->index, answer->status, answer->body,
                               answer->length);
    else if (rc == 0)
        return; /* not all of it yet */
    end_exchange(exchange, rc);
}

/* Second: there is room to send, until all of the request has gone. */
static void on_sendable(void *arg)
{
    struct exchange *exchange = arg;
    ssize_t count = write(exchange->fd, exchange->request + exchange->sent,
                          (size_t)(exchange->length - exchange->sent));
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        end_exchange(exchange, -errno);
        return;
    }
    exchange->sent += count > 0 ? (int)count : 0;
    if (exchange->sent < exchange->length)
        return;
    loop_remove_writer(exchange->all->loop, exchange->fd);
    int rc = loop_add_reader(exchange->all->loop, exchange->fd, on_readable, exchange);
    if (rc < 0)
        end_exchange(exchange, rc);
}

/* First: the connection stands, or it does not. */
static void on_connected(void *arg)
{
    struct exchange *exchange = arg;
    int rc = net_connect_finish(exchange->fd);
    if (rc == -EINPROGRESS)
        return;
    if (rc == 0)
        rc = loop_add_writer(exchange->all->loop, exchange->fd, on_sendable, exchange);
    if (rc < 0)
        end_exchange(exchange, rc);
}

static void begin_exchange(struct exchange *exchange)
{
    struct demo *demo = exchange->all->demo;
    char target[64];
    demo_fetch_begins(demo, exchange->index);
    demo_target(demo, exchange->index, target, sizeof target);
    http_answer_init(&exchange->answer);
    exchange->length =
        http_get_request(exchange->request, HTTP_REQUEST_MAX, demo->host, demo->port, target);
    exchange->fd = net_connect_start(demo->host, demo->port);
    int rc = exchange->length < 0 ? exchange->length : exchange->fd;
    if (rc >= 0)
        rc = loop_add_writer(exchange->all->loop, exchange->fd, on_connected, exchange);
    if (rc < 0)
        end_exchange(exchange, rc);
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct exchanges all = {.demo = &demo, .loop = loop_new(&backend_epoll), .left = demo.count};
    struct exchange *exchanges = calloc((size_t)demo.count, sizeof exchanges[0]);
    if (!all.loop || !exchanges)
        die_error(errno, "cannot set up the loop");
    for (int i = 0; i < demo.count; i++) {
        exchanges[i] = (struct exchange){.all = &all, .index = i};
        begin_exchange(&exchanges[i]);
    }
    CHECK_RC(loop_run_forever(all.loop));
    free(exchanges);
    loop_free(all.loop);
    return demo_finish(&demo);
}
