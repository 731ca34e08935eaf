/* redis_url.h - where Redis is, as text: for a program's option --redis.
 *
 *     redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]
 *     unix:PATH[?DATABASE]
 *
 * An address with colons stands in brackets. As --redis it is seen by all who list the processes: a
 * password is better in the environment's REDIS_URL, which is what counts without the option.
 */
#ifndef REDIS_URL_H
#define REDIS_URL_H

#include <argp.h>

#include "redis.h"

/* Sets where, who and which database; the other options are left alone. `text` is cut into pieces
 * that the options point to. 0; -EINVAL, and then its remains are of no use. */
int redis_url_parse(char *text, struct redis_options *options);

/* "127.0.0.1:6379" or the path, for a message; no password. Cut to fit. */
void redis_url_name(const struct redis_options *options, char *name, size_t size);

/* To be named as a child in a program's own argp; its input is a struct redis_options. */
extern const struct argp redis_argp;

#endif
