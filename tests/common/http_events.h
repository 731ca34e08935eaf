/* http_events.h - what the tests of the HTTP parser share: the events of a message as one text. */
#ifndef TESTS_HTTP_EVENTS_H
#define TESTS_HTTP_EVENTS_H

#include <stddef.h>

#include "http.h"

/* Feeds `length` bytes, cut at the `cut_count` places in `cuts` (ascending), and then the end of
 * the input if `eof`; writes what happened into `log`:
 *     GET /aio HTTP/1.1 length=-1 chunked=0 keep=1 expect=0 {Host=a} [body] done
 *     error 400
 * Pieces of a body are joined, so that any way of cutting must give the same text. */
void http_log_events(struct http_parser *parser, const char *bytes, size_t length,
                     const size_t *cuts, int cut_count, bool eof, char *log, size_t size);

#endif
