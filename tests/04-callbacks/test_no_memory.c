/* The bricks when memory runs out: an error where one is promised, and nothing is lost or left.
 * (libcurl's own allocations are not touched.) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "curl_bridge.h"
#include "links.h"
#include "net.h"
#include "no_memory.h"
#include "pending_table.h"
#include "protocol.h"
#include "site.h"
#include "unit.h"

#define PAGE   ((size_t)16 * 1024 * 1024) /* bytes: more than a socket takes at once */
#define PASSES 4

static void run_passes(struct loop *loop)
{
    for (int i = 0; i < PASSES; i++) {
        loop_stop(loop); /* before the run: one pass, which does not wait */
        assert_int_equal(loop_run_forever(loop), 0);
    }
}

/* ---- A connection, which says a page and is then given up ---------------------------------- */

struct talker {
    struct protocol protocol; /* first */
    struct transport *transport;
    int lost, error;
};

static void on_made(struct protocol *protocol, struct transport *transport)
{
    static const char page[PAGE];
    ((struct talker *)protocol)->transport = transport;
    transport_write(transport, page, PAGE);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct talker *talker = (struct talker *)protocol;
    talker->transport = NULL;
    talker->lost++;
    talker->error = error;
}

static const struct protocol_calls calls = {.connection_made = on_made, .connection_lost = on_lost};

/* Lost once, however it went. 0, or why it was. */
static int give_up(struct loop *loop, struct talker *talker)
{
    run_passes(loop);
    if (talker->transport) {
        assert_true(transport_write_buffered(talker->transport) > 0);
        transport_abort(talker->transport);
    }
    run_passes(loop);
    assert_int_equal(talker->lost, 1);
    return talker->error;
}

static int live_as_a_transport(void *arg)
{
    (void)arg;
    int ends[2], rc = -ENOMEM;
    struct talker talker = {.protocol.calls = &calls};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    struct loop *loop = loop_new(&backend_epoll);
    if (loop && transport_new(loop, ends[0], "a peer", &talker.protocol)) {
        rc = give_up(loop, &talker);
    } else {
        if (loop)
            run_passes(loop);
        assert_int_equal(talker.lost, 0); /* nothing has happened */
        close(ends[0]);
    }
    loop_free(loop);
    close(ends[1]);
    return rc;
}

static void a_transport(void **state)
{
    (void)state;
    /* Of the loop, the transport, what the loop knows of its socket, and what is not taken. */
    assert_in_range(for_every_allocation(live_as_a_transport, NULL, MUST_SAY), 5, 50);
}

static int live_as_a_client(void *arg)
{
    uint16_t port = *(uint16_t *)arg;
    struct talker talker = {.protocol.calls = &calls};
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        return -errno;
    int rc = transport_connect(loop, "127.0.0.1", port, &talker.protocol) ? give_up(loop, &talker)
                                                                          : -errno;
    loop_free(loop);
    return rc;
}

/* Nobody accepts: the kernel connects, and takes what it likes. */
static void a_client(void **state)
{
    (void)state;
    int listening = net_listen("127.0.0.1", 0, 1000);
    uint16_t port = (uint16_t)net_port(listening);
    assert_in_range(for_every_allocation(live_as_a_client, &port, MUST_SAY), 6, 50);
    close(listening);
}

/* ---- A listener: whom it cannot serve it closes, and goes on ------------------------------- */

static struct talker *accepted;

static struct protocol *make_talker(void *arg)
{
    (void)arg;
    accepted = malloc(sizeof *accepted);
    if (!accepted)
        return NULL;
    *accepted = (struct talker){.protocol.calls = &calls};
    return &accepted->protocol;
}

static int serve_one(struct loop *loop, struct listener *listener)
{
    accepted = NULL;
    no_memory_pause();
    int client = net_connect("127.0.0.1", (uint16_t)net_port(listener->fd));
    no_memory_resume();
    assert_true(client >= 0);
    run_passes(loop);
    int rc = accepted ? give_up(loop, accepted) : -ENOMEM;
    free(accepted);
    close(client);
    return rc;
}

static int live_as_a_listener(void *arg)
{
    (void)arg;
    struct listener listener;
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        return -errno;
    int rc = listener_open(&listener, loop, "127.0.0.1", 0, make_talker, NULL);
    if (rc == 0) {
        rc = serve_one(loop, &listener);
        listener_close(&listener);
    }
    loop_free(loop);
    return rc;
}

static void a_listener(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live_as_a_listener, NULL, MUST_SAY), 6, 50);
}

/* ---- A transfer by libcurl ----------------------------------------------------------------- */

struct transfer {
    struct loop *loop;
    int error;
};

static void on_done(CURL *easy, CURLcode code, void *arg)
{
    struct transfer *transfer = arg;
    transfer->error = curl_error(easy, code);
    loop_stop(transfer->loop);
}

static size_t ignore_body(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes, (void)arg;
    return size * count;
}

static int transfer_by(struct curl_bridge *bridge, struct loop *loop, const char *url)
{
    struct transfer transfer = {.loop = loop};
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
    int rc = curl_bridge_add(bridge, easy, on_done, &transfer);
    if (rc == 0)
        rc = loop_run_forever(loop);
    curl_easy_cleanup(easy);
    return rc < 0 ? rc : transfer.error;
}

/* Twice by the same bridge, and the second time nothing is refused any more. */
static int live_as_a_bridge(void *url)
{
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        return -errno;
    struct curl_bridge *bridge = curl_bridge_new(loop);
    int rc = bridge ? transfer_by(bridge, loop, url) : -ENOMEM;
    if (bridge) {
        no_memory_pause();
        assert_int_equal(transfer_by(bridge, loop, url), 0);
        no_memory_resume();
    }
    curl_bridge_free(bridge);
    loop_free(loop);
    return rc;
}

static void a_bridge(void **state)
{
    (void)state;
    static const struct site_page pages[] = {{"/", 200, "text/plain", "a body"}, {0}};
    char url[64];
    struct site site;
    site_open(&site, pages);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", site.port);
    assert_in_range(for_every_allocation(live_as_a_bridge, url, MAY_COPE), 6, 50);
    site_close(&site);
}

/* ---- The rest ------------------------------------------------------------------------------ */

static void on_time(void *arg)
{
    (void)arg;
}

static int live_as_a_table(void *arg)
{
    struct loop *loop = loop_new(&backend_epoll);
    struct timer timer;
    if (!loop)
        return -errno;
    timer_init(&timer, on_time, NULL);
    int rc = loop_call_later(loop, &timer, NS_PER_S);
    if (rc == 0)
        rc = pending_print(loop, arg);
    loop_free(loop);
    return rc;
}

static void a_table(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "we");
    assert_in_range(for_every_allocation(live_as_a_table, nowhere, MUST_SAY), 4, 20);
    fclose(nowhere);
}

static int live_as_a_link(void *arg)
{
    (void)arg;
    char *resolved = link_resolve("http://a/b", (struct link){"c", 1});
    bool is_right = resolved && strcmp(resolved, "http://a/c") == 0;
    free(resolved);
    return is_right ? 0 : -ENOMEM;
}

static void a_link(void **state)
{
    (void)state;
    assert_int_equal(for_every_allocation(live_as_a_link, NULL, MUST_SAY), 2);
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transport), cmocka_unit_test(a_client), cmocka_unit_test(a_listener),
        cmocka_unit_test(a_bridge),    cmocka_unit_test(a_table),  cmocka_unit_test(a_link),
    };
    net_ignore_sigpipe();
    int failed = cmocka_run_group_tests_name("04-callbacks without memory", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
