/* links.c - the links of a page, and where they lead. */
#include "links.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Finding them -------------------------------------------------------------------------- */

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* What stands from *place on to the next `end`, which is passed over; or to the page's end. */
static struct link cut(const char *page, size_t length, size_t *place, const char *end)
{
    struct link text = {page + *place, 0};
    while (*place < length && !strchr(end, page[*place])) {
        ++*place;
        text.length++;
    }
    *place += *place < length;
    return text;
}

/* The value of `href` in the inside of a tag. */
static struct link find_href(struct link tag)
{
    static const char name[] = "href=";
    for (size_t i = 1; i + sizeof name - 1 < tag.length; i++) {
        size_t value = i + sizeof name - 1;
        if (!is_blank(tag.bytes[i - 1]) || strncasecmp(tag.bytes + i, name, value - i) != 0)
            continue;
        const char *end = " \t\r\n";
        if (tag.bytes[value] == '"' || tag.bytes[value] == '\'')
            end = tag.bytes[value++] == '"' ? "\"" : "'";
        return cut(tag.bytes, tag.length, &value, end);
    }
    return (struct link){NULL, 0};
}

struct link links_next(const char *page, size_t length, size_t *place)
{
    while (*place < length) {
        cut(page, length, place, "<");
        struct link tag = cut(page, length, place, ">");
        if (tag.length < 2 || (tag.bytes[0] | ' ') != 'a' || !is_blank(tag.bytes[1]))
            continue;
        struct link link = find_href(tag);
        if (link.bytes)
            return link;
    }
    return (struct link){NULL, 0};
}

/* ---- Where they lead ----------------------------------------------------------------------- */

/* A copy with "&" for "&amp;", without its #fragment (libcurl 7.88 would take "#a" for "./"). To be
 * freed; NULL: no memory, or a NUL is in it. */
static char *copy_decoded(struct link link)
{
    static const char entity[] = "&amp;";
    if (link.length > 0 && memchr(link.bytes, '\0', link.length))
        return NULL;
    char *text = strndup(link.length > 0 ? link.bytes : "", link.length);
    if (text)
        text[strcspn(text, "#")] = '\0';
    for (char *found = text; found && (found = strstr(found, entity)); found++)
        memmove(found + 1, found + strlen(entity), strlen(found + strlen(entity)) + 1);
    return text;
}

static bool part_is_same(CURLU *one, CURLU *other, CURLUPart part)
{
    char *a = NULL, *b = NULL;
    bool same = curl_url_get(one, part, &a, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(other, part, &b, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                strcasecmp(a, b) == 0;
    curl_free(a);
    curl_free(b);
    return same;
}

/* `base`, moved by the link. NULL: malformed, or no memory. */
static CURLU *move(CURLU *base, struct link link)
{
    char *text = copy_decoded(link);
    CURLU *url = text ? curl_url_dup(base) : NULL;
    if (url && ((*text && curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) ||
                curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)) {
        curl_url_cleanup(url);
        url = NULL;
    }
    free(text);
    return url;
}

char *link_resolve(const char *base, struct link link)
{
    char *resolved = NULL, *copy = NULL;
    CURLU *from = curl_url();
    if (from && curl_url_set(from, CURLUPART_URL, base, 0) == CURLUE_OK) {
        CURLU *to = move(from, link);
        if (to && part_is_same(from, to, CURLUPART_SCHEME) &&
            part_is_same(from, to, CURLUPART_HOST) && part_is_same(from, to, CURLUPART_PORT) &&
            curl_url_get(to, CURLUPART_URL, &resolved, 0) == CURLUE_OK)
            copy = strdup(resolved);
        curl_free(resolved);
        curl_url_cleanup(to);
    }
    curl_url_cleanup(from);
    return copy;
}
