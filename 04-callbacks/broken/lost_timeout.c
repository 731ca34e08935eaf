/* lost_timeout.c - WRONG on purpose: a bridge to libcurl that looks for finished transfers only
 * while some are running, as an example program of libcurl's own once did.
 *
 *     build/04-callbacks/broken/lost_timeout
 *
 * A transfer to a server that never answers, with a time limit of 200 ms. When the limit is over,
 * libcurl ends the transfer and keeps a message for us: it ended so. But it has ended, so none is
 * running, so nobody reads the message: the program waits for a second and has not been told. By
 * chapter 04's bridge, which reads the messages after every call of libcurl, we are.
 *
 * It is not a whole bridge: the loop's timer is all that this transfer needs in the end, since its
 * server says nothing.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "curl_bridge.h"
#include "net.h"
#include "options.h"

#define LIMIT_MS 200L
#define WAIT_NS  NS_PER_S

/* ---- The wrong bridge ---------------------------------------------------------------------- */

struct bridge {
    struct loop *loop;
    CURLM *multi;
    struct timer timer;
};

static void read_messages(struct bridge *bridge)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(bridge->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            printf("  %s\n", curl_easy_strerror(message->data.result));
}

static void on_time(void *arg)
{
    struct bridge *bridge = arg;
    int running;
    curl_multi_socket_action(bridge->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    if (running > 0) /* the trap: the last one that ends is no longer running */
        read_messages(bridge);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    struct bridge *bridge = arg;
    loop_cancel_timer(bridge->loop, &bridge->timer);
    return timeout_ms < 0 ? 0
                          : loop_call_later(bridge->loop, &bridge->timer, timeout_ms * NS_PER_MS);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    (void)easy, (void)fd, (void)what, (void)arg, (void)socket_arg;
    return 0; /* nothing comes on it */
}

/* ---- What is tried ------------------------------------------------------------------------- */

static void on_waited_enough(void *arg)
{
    loop_stop(arg);
}

static void wait_a_second(struct loop *loop)
{
    struct timer enough;
    timer_init(&enough, on_waited_enough, loop);
    CHECK_RC(loop_call_later(loop, &enough, WAIT_NS));
    CHECK_RC(loop_run_forever(loop));
}

/* A transfer whose connection nobody accepts. */
static CURL *make_transfer(int listening)
{
    char url[64];
    CURL *easy = curl_easy_init();
    if (!easy)
        die_error(ENOMEM, "a transfer");
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", net_port(listening));
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, LIMIT_MS);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return easy;
}

static void try_broken(struct loop *loop, CURL *easy)
{
    struct bridge bridge = {.loop = loop, .multi = curl_multi_init()};
    if (!bridge.multi)
        die_error(ENOMEM, "a multi handle");
    timer_init(&bridge.timer, on_time, &bridge);
    curl_multi_setopt(bridge.multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(bridge.multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(bridge.multi, CURLMOPT_TIMERDATA, &bridge);
    curl_multi_add_handle(bridge.multi, easy);
    wait_a_second(loop);
    printf("the second is over, and this message was never read:\n");
    read_messages(&bridge);
    curl_multi_remove_handle(bridge.multi, easy);
    curl_multi_cleanup(bridge.multi);
    loop_cancel_timer(loop, &bridge.timer);
}

static void on_done(CURL *easy, CURLcode result, void *arg)
{
    (void)easy;
    printf("  %s\n", curl_easy_strerror(result));
    loop_stop(arg);
}

static void try_mended(struct loop *loop, CURL *easy)
{
    struct curl_bridge *bridge = curl_bridge_new(loop);
    if (!bridge)
        die_error(ENOMEM, "a bridge");
    CHECK_RC(curl_bridge_add(bridge, easy, on_done, loop));
    CHECK_RC(loop_run_forever(loop));
    curl_bridge_free(bridge);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a time limit that is over is never told.", argc, argv);
    net_ignore_sigpipe();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, 8));
    CURL *easy = make_transfer(listening);
    printf("looking only while a transfer is running:\n");
    try_broken(loop, easy);
    printf("looking every time:\n");
    try_mended(loop, easy);
    curl_easy_cleanup(easy);
    close(listening);
    loop_free(loop);
    curl_global_cleanup();
    return 0;
}
