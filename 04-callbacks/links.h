/* links.h - the links of a page, and where they lead.
 *
 * Finding them is simple on purpose: `<a`, and in this tag `href=`. It is no parser of HTML: a link
 * in a comment or in a script is found as well, `&amp;` is the only entity that it knows, and a
 * `<base>` is not looked at. Where a link leads to is libcurl's to say (RFC 3986). Any thread.
 */
#ifndef LINKS_H
#define LINKS_H

#include <stddef.h>

/* A part of the page; empty and `bytes` NULL: there are no more links. */
struct link {
    const char *bytes;
    size_t length;
};

/* The next link of the page after *place, which it moves on; it is 0 at the beginning. */
struct link links_next(const char *page, size_t length, size_t *place);

/* The URL that the link leads to when it stands in the page `base`, without its #fragment; to be
 * freed. NULL: it leads to another scheme, host or port; or it is malformed; or no memory. The link
 * "" leads to `base` itself. */
char *link_resolve(const char *base, struct link link);

#endif
