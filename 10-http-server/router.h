/* router.h - which function answers: a table of methods, paths and handlers.
 *
 *     static const struct route ROUTES[] = {
 *         {"GET", "/", home, "The home page"},
 *         {"GET", "/users/{id}", show_user, "A user"},
 *         {0},
 *     };
 *     struct router router = {.routes = ROUTES, .context = &application};
 *     struct http_options options = {.handler = router_handle, .context = &router};
 *
 * The first route that fits wins. A route for GET answers HEAD too. "{name}" stands for one part of
 * the path, not empty; http_request_parameter gives it. Parts are compared after decoding.
 * What no route fits is answered here: 404, 405 with Allow, 501 for a method that HTTP does not
 * know, and OPTIONS.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "http_server.h"

struct route {
    const char *method;  /* "GET"; NULL ends the table */
    const char *pattern; /* "/users/{id}": at most HTTP_MAX_PARAMETERS names */
    http_handler *handler;
    const char *summary; /* for people */
};

struct router {
    const struct route *routes;
    void *context; /* request->context of its handlers */
};

/* A handler for the server; request->context is the router. */
int router_handle(struct http_request *request, struct http_response *response);

/* Does the pattern fit the path (as it was sent: http_target_raw_path)? 1, and the parameters are
 * in the request; 0; -EINVAL: a malformed escape; -ENAMETOOLONG. */
int route_match(const char *pattern, struct http_slice path, struct http_request *request);

#endif
