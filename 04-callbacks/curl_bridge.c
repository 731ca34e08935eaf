/* curl_bridge.c - libcurl asks two things of an event loop: "watch this descriptor"
 * (on_curl_socket) and "call me in so many milliseconds" (on_curl_timer). Both answers lead to
 * act().
 *
 * The traps, each handled below:
 *   1. The two callbacks run inside libcurl, which must not be entered again from there: they only
 *      tell the loop, and a timeout of 0 is a timer like any other.
 *   2. After every act() all messages are taken: a transfer that ends by a timeout is not announced
 *      in any other way.
 *   3. on_done may add, remove and free: it is called from the loop, when libcurl has returned.
 *   4. libcurl closes sockets on its own account. It always tells us first that it need not be
 *      watched any more; then the loop forgets all about the descriptor, for its number will come
 *      again, as another socket.
 *   5. A removed handle must not wait for its resolver thread (CURLOPT_QUICK_EXIT).
 */
#include "curl_bridge.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"

struct curl_bridge {
    struct loop *loop;
    CURLM *multi;
    struct timer timer;              /* libcurl's; it has one for all */
    struct curl_transfer *transfers; /* added, and on_done not yet called */
};

struct curl_transfer {
    struct curl_bridge *bridge;
    CURL *easy;
    curl_done_fn *on_done;
    void *arg;
    bool finished;        /* taken off libcurl; `done` is queued */
    CURLcode result;      /* then */
    struct callback done; /* calls on_done */
    struct curl_transfer *next, *prev;
};

/* A descriptor that libcurl wants watched. libcurl keeps the pointer for us (curl_multi_assign). */
struct curl_socket {
    struct curl_bridge *bridge;
    curl_socket_t fd;
};

/* ---- Transfers that end -------------------------------------------------------------------- */

static struct curl_transfer *transfer_of(CURL *easy)
{
    char *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (struct curl_transfer *)transfer;
}

static void release(struct curl_transfer *transfer)
{
    struct curl_bridge *bridge = transfer->bridge;
    if (transfer->next)
        transfer->next->prev = transfer->prev;
    if (transfer->prev)
        transfer->prev->next = transfer->next;
    else
        bridge->transfers = transfer->next;
    loop_cancel(bridge->loop, &transfer->done);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, NULL);
    free(transfer);
}

static void call_on_done(void *arg)
{
    struct curl_transfer *transfer = arg, copy = *transfer;
    release(transfer);
    copy.on_done(copy.easy, copy.result, copy.arg);
}

static void finish(struct curl_transfer *transfer, CURLcode result)
{
    curl_multi_remove_handle(transfer->bridge->multi, transfer->easy);
    transfer->finished = true;
    transfer->result = result;
    loop_call_soon(transfer->bridge->loop, &transfer->done);
}

static void collect_finished(struct curl_bridge *bridge)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(bridge->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result; /* finish() takes the message's memory away */
        finish(transfer_of(message->easy_handle), result);
    }
}

/* libcurl could not do its work, or we not ours for it: for want of memory. It will not go on with
 * any transfer after that, but it can start anew without them. */
static void fail_all(struct curl_bridge *bridge)
{
    for (struct curl_transfer *t = bridge->transfers; t; t = t->next)
        if (!t->finished)
            finish(t, CURLE_OUT_OF_MEMORY);
}

static void act(struct curl_bridge *bridge, curl_socket_t fd, int events)
{
    int running;
    CURLMcode code = curl_multi_socket_action(bridge->multi, fd, events, &running);
    collect_finished(bridge);
    if (code != CURLM_OK)
        fail_all(bridge);
}

/* ---- What libcurl asks for ----------------------------------------------------------------- */

/* act() may free the struct curl_socket: nothing of it is used after the call. */
static void on_readable(void *arg)
{
    struct curl_socket *socket = arg;
    act(socket->bridge, socket->fd, CURL_CSELECT_IN);
}

static void on_writable(void *arg)
{
    struct curl_socket *socket = arg;
    act(socket->bridge, socket->fd, CURL_CSELECT_OUT);
}

static void on_time(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int watch(struct loop *loop, struct curl_socket *socket, int what)
{
    int rc = 0;
    if (what & CURL_POLL_IN)
        rc = loop_add_reader(loop, socket->fd, on_readable, socket);
    else
        loop_remove_reader(loop, socket->fd);
    if (rc < 0)
        return rc;
    if (what & CURL_POLL_OUT)
        rc = loop_add_writer(loop, socket->fd, on_writable, socket);
    else
        loop_remove_writer(loop, socket->fd);
    return rc;
}

static void unwatch(struct curl_bridge *bridge, struct curl_socket *socket, curl_socket_t fd)
{
    loop_forget_fd(bridge->loop, fd);
    free(socket);
}

/* Inside libcurl. -1 makes the call of libcurl that is under way fail; libcurl does not always come
 * back to tell us that such a socket is gone. */
static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    (void)easy;
    struct curl_bridge *bridge = arg;
    struct curl_socket *socket = socket_arg;
    if (what == CURL_POLL_REMOVE) {
        unwatch(bridge, socket, fd);
        return 0;
    }
    if (!socket) {
        socket = malloc(sizeof *socket);
        if (!socket)
            return -1;
        *socket = (struct curl_socket){.bridge = bridge, .fd = fd};
        if (curl_multi_assign(bridge->multi, fd, socket) != CURLM_OK) {
            free(socket);
            return -1;
        }
    }
    if (watch(bridge->loop, socket, what) < 0) {
        curl_multi_assign(bridge->multi, fd, NULL);
        unwatch(bridge, socket, fd);
        return -1;
    }
    return 0;
}

/* Inside libcurl, too. Without memory for the timer the call comes too early, which libcurl bears:
 * it asks again. (To say -1 would be the end of the multi handle: while a transfer is being added
 * libcurl miscounts them for it, and begins none any more.) */
static int on_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    struct curl_bridge *bridge = arg;
    if (timeout_ms < 0) {
        loop_cancel_timer(bridge->loop, &bridge->timer);
        return 0;
    }
    if (loop_call_later(bridge->loop, &bridge->timer, timeout_ms * NS_PER_MS) < 0)
        loop_call_soon(bridge->loop, &bridge->timer.callback);
    return 0;
}

/* ---- For the bridge's owner ---------------------------------------------------------------- */

static int error_of(CURLMcode code)
{
    switch (code) {
    case CURLM_OK:
        return 0;
    case CURLM_ADDED_ALREADY:
        return -EALREADY;
    case CURLM_RECURSIVE_API_CALL:
        return -EDEADLK;
    case CURLM_BAD_EASY_HANDLE:
        return -EINVAL;
    default:
        return -ENOMEM;
    }
}

void curl_bridge_limit_connections(struct curl_bridge *bridge, int connections)
{
    curl_multi_setopt(bridge->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
    curl_multi_setopt(bridge->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
}

static void set_options(struct curl_bridge *bridge)
{
    CURLM *multi = bridge->multi;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, bridge);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, bridge);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CURL_BRIDGE_IDLE_CONNECTIONS);
    curl_bridge_limit_connections(bridge, CURL_BRIDGE_MAX_CONNECTIONS);
}

struct curl_bridge *curl_bridge_new(struct loop *loop)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return NULL;
    struct curl_bridge *bridge = calloc(1, sizeof *bridge);
    if (bridge)
        bridge->multi = curl_multi_init();
    if (!bridge || !bridge->multi) {
        free(bridge);
        curl_global_cleanup();
        return NULL;
    }
    bridge->loop = loop;
    timer_init(&bridge->timer, on_time, bridge);
    set_options(bridge);
    return bridge;
}

void curl_bridge_free(struct curl_bridge *bridge)
{
    if (!bridge)
        return;
    while (bridge->transfers)
        curl_bridge_remove(bridge, bridge->transfers->easy);
    curl_multi_cleanup(bridge->multi);
    loop_cancel_timer(bridge->loop, &bridge->timer);
    free(bridge);
    curl_global_cleanup();
}

static void set_easy_options(CURL *easy, struct curl_transfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

int curl_bridge_add(struct curl_bridge *bridge, CURL *easy, curl_done_fn *on_done, void *arg)
{
    if (transfer_of(easy))
        return -EALREADY;
    struct curl_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return -ENOMEM;
    *transfer = (struct curl_transfer){
        .bridge = bridge,
        .easy = easy,
        .on_done = on_done,
        .arg = arg,
        .next = bridge->transfers,
    };
    if (transfer->next)
        transfer->next->prev = transfer;
    bridge->transfers = transfer;
    callback_init(&transfer->done, call_on_done, transfer);
    set_easy_options(easy, transfer);

    CURLMcode code = curl_multi_add_handle(bridge->multi, easy);
    if (code != CURLM_OK) {
        curl_multi_remove_handle(bridge->multi, easy); /* it may have got half way */
        release(transfer);
    }
    return error_of(code);
}

void curl_bridge_remove(struct curl_bridge *bridge, CURL *easy)
{
    struct curl_transfer *transfer = transfer_of(easy);
    if (!transfer)
        return;
    if (!transfer->finished)
        curl_multi_remove_handle(bridge->multi, easy);
    release(transfer);
}
