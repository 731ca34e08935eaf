/* router.c - see router.h. */
#include "router.h"

#include <errno.h>
#include <string.h>

/* ---- Does it fit? -------------------------------------------------------------------------- */

/* Adds the parameter that `name` ("{id}") stands for; its text has been decoded already. */
static void add_parameter(struct http_request *request, struct http_slice name, const char *value)
{
    if (request->parameter_count == HTTP_MAX_PARAMETERS)
        return;
    struct http_parameter *parameter = &request->parameters[request->parameter_count++];
    parameter->name = (struct http_slice){.bytes = name.bytes + 1, .length = name.length - 2};
    parameter->value = value;
}

static bool is_parameter(struct http_slice part)
{
    return part.length > 2 && part.bytes[0] == '{' && part.bytes[part.length - 1] == '}';
}

/* The next part, up to the next slash; `rest` moves behind it. */
static struct http_slice next_part(struct http_slice *rest)
{
    const char *slash = memchr(rest->bytes, '/', rest->length);
    size_t length = slash ? (size_t)(slash - rest->bytes) : rest->length;
    struct http_slice part = {.bytes = rest->bytes, .length = length};
    rest->bytes += length;
    rest->length -= length;
    return part;
}

int route_match(const char *pattern, struct http_slice path, struct http_request *request)
{
    struct http_slice rest = {.bytes = pattern, .length = strlen(pattern)};
    char *text = request->parameter_text;
    char *text_end = text + sizeof request->parameter_text;
    request->parameter_count = 0;
    while (rest.length > 0 && path.length > 0) {
        if (rest.bytes[0] != '/' || path.bytes[0] != '/')
            return 0;
        rest.bytes++, rest.length--, path.bytes++, path.length--;
        struct http_slice wanted = next_part(&rest), given = next_part(&path);
        int length =
            http_unescape(given.bytes, given.length, false, text, (size_t)(text_end - text));
        if (length < 0)
            return length;
        if (is_parameter(wanted) && length > 0) {
            add_parameter(request, wanted, text);
            text += length + 1;
        } else if ((size_t)length != wanted.length ||
                   memcmp(text, wanted.bytes, wanted.length) != 0) {
            return 0;
        }
    }
    return rest.length == 0 && path.length == 0;
}

const char *http_request_parameter(const struct http_request *request, const char *name)
{
    for (int i = 0; i < request->parameter_count; i++) {
        struct http_slice own = request->parameters[i].name;
        if (own.length == strlen(name) && memcmp(own.bytes, name, own.length) == 0)
            return request->parameters[i].value;
    }
    return NULL;
}

/* ---- Methods: sets of them are bits -------------------------------------------------------- */

static const char *const METHODS[] = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                      "DELETE", "OPTIONS", "CONNECT", "TRACE"};
enum { METHOD_COUNT = sizeof METHODS / sizeof METHODS[0] };

/* 0: HTTP knows no such method. Upper and lower case are different (RFC 9110 9.1). */
static unsigned method_bit(const char *method)
{
    for (int i = 0; i < METHOD_COUNT; i++)
        if (strcmp(METHODS[i], method) == 0)
            return 1u << i;
    return 0;
}

/* What a route answers, besides OPTIONS, which is answered for all of them. */
static unsigned methods_of(const struct route *route)
{
    unsigned methods = method_bit(route->method);
    return methods & method_bit("GET") ? methods | method_bit("HEAD") : methods;
}

static void write_allow(struct http_response *response, unsigned methods)
{
    char text[96] = "";
    methods |= method_bit("OPTIONS");
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (!(methods & 1u << i))
            continue;
        if (text[0])
            strcat(text, ", ");
        strcat(text, METHODS[i]); /* all of them and the commas are 61 bytes */
    }
    http_write_field(&response->fields, "Allow", "%s", text);
}

/* ---- Choosing ------------------------------------------------------------------------------ */

static int answer_without_route(struct http_response *response, const char *method,
                                unsigned allowed)
{
    if (method_bit(method) == 0)
        return http_respond_error(response, 501, "Not Implemented");
    if (allowed == 0)
        return http_respond_error(response, 404, "Not Found");
    write_allow(response, allowed);
    if (strcmp(method, "OPTIONS") == 0)
        return http_respond(response, 204, NULL, "", 0);
    return http_respond_error(response, 405, "Method Not Allowed");
}

static int answer_bad_path(struct http_response *response, int error)
{
    if (error == -ENAMETOOLONG)
        return http_respond_error(response, 414, "a part of the path is too long");
    return http_respond_error(response, 400, "a malformed escape in the path");
}

int router_handle(struct http_request *request, struct http_response *response)
{
    const struct router *router = request->context;
    const char *method = request->head->method;
    struct http_slice path = http_target_raw_path(request->head->target);
    bool all = path.length == 1 && path.bytes[0] == '*'; /* OPTIONS *: the server as a whole */
    unsigned wanted = method_bit(method), allowed = 0;

    for (const struct route *route = router->routes; route->method; route++) {
        int fits = all ? 1 : route_match(route->pattern, path, request);
        if (fits < 0)
            return answer_bad_path(response, fits);
        if (fits && !all && (methods_of(route) & wanted)) {
            request->context = router->context;
            return route->handler(request, response);
        }
        if (fits)
            allowed |= methods_of(route);
    }
    return answer_without_route(response, method, allowed);
}
