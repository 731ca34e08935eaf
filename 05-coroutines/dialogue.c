/* dialogue.c - a dialogue of three steps, by a coroutine: chapter 04's, without its pain.
 *
 *     build/05-coroutines/server &
 *     build/05-coroutines/dialogue Ada
 *
 * Read the greeting, send a name, read the answer, send "exit". In chapter 04 that sentence could
 * be found nowhere: its order was in a number. Here it is four calls in `talk`, in its order, and
 * another step would be another call.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "client_options.h"
#include "co_io.h"
#include "co_run.h"
#include "line_iterator.h"
#include "net.h"

#define LINE_LIMIT 8192 /* bytes */

/* Prints the next line: 0; -ENODATA: the server has ended. */
static int hear(struct lines *lines)
{
    struct line line;
    int rc = lines_next(lines, &line);
    if (rc <= 0)
        return rc < 0 ? rc : -ENODATA;
    fwrite(line.text, 1, line.length, stdout);
    putchar('\n');
    return 0;
}

static int say_line(int fd, const char *text)
{
    int rc = co_write_all(fd, text, strlen(text));
    return rc < 0 ? rc : co_write_all(fd, "\n", 1);
}

static int talk(int fd, const char *name)
{
    char buffer[LINE_LIMIT + 2];
    struct lines lines;
    lines_init(&lines, fd, buffer, sizeof buffer);
    int rc = hear(&lines);
    if (rc == 0)
        rc = say_line(fd, name);
    if (rc == 0)
        rc = hear(&lines);
    if (rc == 0)
        rc = say_line(fd, "exit");
    if (rc < 0)
        return rc;
    while ((rc = hear(&lines)) == 0)
        continue;
    return rc == -ENODATA ? 0 : rc;
}

static int converse(void *arg)
{
    const struct client_options *options = arg;
    int fd = co_connect(options->host, options->port);
    if (fd < 0)
        return fd;
    int rc = talk(fd, options->argument ? options->argument : "Ada");
    co_close(fd);
    return rc;
}

int main(int argc, char **argv)
{
    struct client_options options;
    client_options_parse(&options, 7777, "[NAME]",
                         "Says a NAME (default Ada) to the echo server, and then exit.", argc,
                         argv);
    net_ignore_sigpipe();
    int rc = co_run(converse, &options, "dialogue");
    if (rc == -ECANCELED)
        return 128 + SIGINT;
    if (rc == -ENODATA)
        die("the server has ended the dialogue too early");
    if (rc < 0)
        die_error(rc, "the dialogue with %s port %u", options.host, options.port);
    return 0;
}
