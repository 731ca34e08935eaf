/* curl_bridge.h - libcurl's transfers on our loop: its "multi_socket" interface.
 *
 *     CURL *easy = curl_easy_init();
 *     curl_easy_setopt(easy, CURLOPT_URL, "http://127.0.0.1:3000/aio?delay=5");
 *     ... where the body goes, time limits ...
 *     rc = curl_bridge_add(bridge, easy, on_done, arg);
 *
 * libcurl says which descriptors it wants watched and when it wants to be called; the bridge does
 * that by loop.h. No thread is started, but by libcurl itself for a host's name that is no address.
 *
 * The loop's thread only, and never from inside one of libcurl's own callbacks (a write function,
 * say): libcurl cannot be entered twice, and -EDEADLK is the answer. Source: libcurl-multi(3).
 */
#ifndef CURL_BRIDGE_H
#define CURL_BRIDGE_H

#include <curl/curl.h>

#include "loop.h"

/* Connections at once, to one host or to many; more transfers wait in libcurl. It is a last resort
 * against running out of descriptors: the time that a transfer waits there counts against its
 * CURLOPT_TIMEOUT_MS, and libcurl 7.88 says so only when it has got a connection. Who wants fewer
 * at a time holds transfers back before they are added. */
#define CURL_BRIDGE_MAX_CONNECTIONS  1000
#define CURL_BRIDGE_IDLE_CONNECTIONS 100 /* kept open to be used again */

struct curl_bridge;

/* The transfer is over and `easy` is its owner's again, to be asked, used again or cleaned up.
 * Called from the loop, never inside a call of ours. */
typedef void curl_done_fn(CURL *easy, CURLcode result, void *arg);

/* NULL: no memory. */
struct curl_bridge *curl_bridge_new(struct loop *loop);

/* Transfers still under way are removed first. NULL is ignored. */
void curl_bridge_free(struct curl_bridge *bridge);

/* Fewer connections at once, or more: at least 1. A transfer that waits for one is late already:
 * see CURL_BRIDGE_MAX_CONNECTIONS. */
void curl_bridge_limit_connections(struct curl_bridge *bridge, int connections);

/* Begins a transfer, on the loop's next pass. Until on_done or curl_bridge_remove the easy handle
 * is the bridge's, which sets three of its options: CURLOPT_PRIVATE (for itself), CURLOPT_NOSIGNAL,
 * and CURLOPT_QUICK_EXIT (since libcurl 7.87; else the end of a transfer that still resolves its
 * host's name would wait for the resolver, and the loop with it). 0; -ENOMEM; -EALREADY: it is
 * under way already; -EDEADLK; -EINVAL. */
int curl_bridge_add(struct curl_bridge *bridge, CURL *easy, curl_done_fn *on_done, void *arg);

/* Cancels a transfer: its connection is closed at once, on_done will not be called, and the easy
 * handle is its owner's again. One that is not under way is ignored, if it ever was. */
void curl_bridge_remove(struct curl_bridge *bridge, CURL *easy);

/* The -errno that says best what `code` says, after on_done and before the easy handle is used
 * again: -ECONNREFUSED, -ECONNRESET (also: closed before the answer was whole), -ENXIO (no such
 * host), -ETIMEDOUT, -EPROTO (no HTTP), -EINVAL (no URL), -EFBIG (over CURLOPT_MAXFILESIZE),
 * -ENOMEM; -EIO for what has no better name. 0 for CURLE_OK. */
int curl_error(CURL *easy, CURLcode code);

#endif
