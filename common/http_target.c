/* http_target.c - request targets and their queries (RFC 3986, RFC 9112 3.2).
 *
 * A decoded NUL is refused everywhere: what follows it would be invisible to C's string functions,
 * and two readers of one path must not see two paths.
 */
#include <errno.h>
#include <string.h>

#include "http.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The next byte of [*from, end), decoded; *from moves past it. -EINVAL. */
static int unescape_byte(const char **from, const char *end, bool plus_is_blank)
{
    char c = *(*from)++;
    if (c == '+' && plus_is_blank)
        return ' ';
    if (c != '%')
        return (unsigned char)c;
    if (end - *from < 2)
        return -EINVAL;
    int high = hex_value((*from)[0]), low = hex_value((*from)[1]);
    if (high < 0 || low < 0 || high + low == 0)
        return -EINVAL;
    *from += 2;
    return high << 4 | low;
}

int http_unescape(const char *bytes, size_t length, bool plus_is_blank, char *text, size_t size)
{
    const char *end = bytes + length;
    size_t used = 0;
    while (bytes < end) {
        int c = unescape_byte(&bytes, end, plus_is_blank);
        if (c < 0)
            return c;
        if (used + 1 >= size)
            return -ENAMETOOLONG;
        text[used++] = (char)c;
    }
    if (used >= size)
        return -ENAMETOOLONG;
    text[used] = '\0';
    return (int)used;
}

struct http_slice http_target_raw_path(const char *target)
{
    const char *authority = target[0] == '/' ? NULL : strstr(target, "://");
    if (authority != NULL) {
        target = authority + 3 + strcspn(authority + 3, "/?#");
        if (*target != '/')
            return (struct http_slice){.bytes = "/", .length = 1};
    }
    return (struct http_slice){.bytes = target, .length = strcspn(target, "?#")};
}

int http_target_path(const char *target, char *path, size_t size)
{
    struct http_slice raw = http_target_raw_path(target);
    return http_unescape(raw.bytes, raw.length, false, path, size);
}

/* Does [from, end) spell `name`, once decoded? */
static bool spells(const char *from, const char *end, const char *name)
{
    while (from < end) {
        int c = unescape_byte(&from, end, true);
        if (c < 0 || c != (unsigned char)*name++)
            return false;
    }
    return *name == '\0';
}

int http_query(const char *target, const char *name, char *value, size_t size)
{
    const char *query = target + strcspn(target, "?#");
    int result = -ENOENT;
    if (*query != '?')
        return result;
    const char *end = query + strcspn(query, "#");
    while (query < end) {
        const char *begin = query + 1; /* after "?" or "&" */
        query = begin + strcspn(begin, "&#");
        const char *equals = memchr(begin, '=', (size_t)(query - begin));
        if (!spells(begin, equals ? equals : query, name))
            continue;
        if (result != -ENOENT)
            return -EINVAL;
        begin = equals ? equals + 1 : query;
        result = http_unescape(begin, (size_t)(query - begin), true, value, size);
    }
    return result;
}
