/* fetch.h - one HTTP request by libcurl's multi interface, awaited.
 *
 *     struct fetcher *fetcher = fetcher_new(loop);
 *     struct fetch_result answer;
 *     rc = fetch(fetcher, "http://127.0.0.1:3000/aio?delay=5", &answer);
 *     ... answer.status, answer.body ...
 *     fetch_result_free(&answer);
 *
 * A fetch is cancelled with its task: the transfer is taken off libcurl and its connection closed,
 * so the server sees that the client has left. Loop's thread only.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stddef.h>

#include "task.h"

struct fetcher; /* the connections that are kept and shared */

struct fetch_result {
    long status; /* 200 */
    char *body;  /* NUL-terminated besides; fetch_result_free frees it */
    size_t length;
    char content_type[80];
    char error[256]; /* libcurl's words when the fetch failed */
};

struct fetcher *fetcher_new(struct loop *loop); /* NULL: no memory */

/* After the last fetch has ended. NULL is ignored. */
void fetcher_free(struct fetcher *fetcher);

/* So many connections at once, at least 1 (CURL_BRIDGE_MAX_CONNECTIONS unless this is called). A
 * fetch beyond them waits for one, and its 300 s run. */
void fetcher_limit_connections(struct fetcher *fetcher, int connections);

/* 0 for any answer of the server, whatever its status; -errno else: -ECONNREFUSED, -ECONNRESET,
 * -EPROTO, -ETIMEDOUT (over 300 s), -ENXIO (no such host), -EINVAL (no URL), -EFBIG (the body is
 * over 16 MiB), -ECANCELED; -EIO for what libcurl has no better name for. `result` is empty then,
 * but for its `error`. */
int fetch(struct fetcher *fetcher, const char *url, struct fetch_result *result) CO_MUST_CHECK;

void fetch_result_free(struct fetch_result *result);

#endif
