/* dialogue.c - the shape of the pain: a dialogue of three steps, by callbacks.
 *
 *     build/04-callbacks/server &
 *     build/04-callbacks/dialogue Ada
 *
 * What it does fits into one sentence: read the greeting, send a name, read the answer, send
 * "exit". Watch where that sentence is. A reader of this file finds four things that can happen
 * (connected, a line, too long a line, the end) and a number that says how far we are; the order of
 * the steps is nowhere, but in the values that the number takes one after the other. Another step
 * is another value, and every function has to be looked at again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "client_options.h"
#include "line_protocol.h"
#include "net.h"

#define LINE_LIMIT 8192 /* bytes */

enum step { WAITS_FOR_GREETING, WAITS_FOR_ANSWER, WAITS_FOR_END, IS_INTERRUPTED };

struct dialogue {
    struct line_protocol lines; /* first */
    struct loop *loop;
    struct transport *transport;
    const char *name;
    enum step step;
    int error;
    char line[LINE_LIMIT + 1];
};

static void say_line(struct line_protocol *lines, const char *text)
{
    line_protocol_say(lines, text);
    line_protocol_say(lines, "\n");
}

static void on_made(struct line_protocol *lines)
{
    ((struct dialogue *)lines)->step = WAITS_FOR_GREETING;
}

static void on_line(struct line_protocol *lines, const char *line, size_t length)
{
    struct dialogue *dialogue = (struct dialogue *)lines;
    fwrite(line, 1, length, stdout);
    putchar('\n');
    switch (dialogue->step) {
    case WAITS_FOR_GREETING:
        say_line(lines, dialogue->name);
        dialogue->step = WAITS_FOR_ANSWER;
        break;
    case WAITS_FOR_ANSWER:
        say_line(lines, "exit");
        dialogue->step = WAITS_FOR_END;
        break;
    default:
        break;
    }
}

static void on_long_line(struct line_protocol *lines)
{
    struct dialogue *dialogue = (struct dialogue *)lines;
    dialogue->error = -EMSGSIZE;
    transport_abort(dialogue->transport);
}

static void on_lost(struct line_protocol *lines, int error)
{
    struct dialogue *dialogue = (struct dialogue *)lines;
    if (error < 0)
        dialogue->error = error;
    loop_stop(dialogue->loop);
}

static void on_interrupt(void *arg)
{
    struct dialogue *dialogue = arg;
    dialogue->step = IS_INTERRUPTED;
    transport_abort(dialogue->transport);
}

static void begin(struct dialogue *dialogue, const struct client_options *options)
{
    static const struct line_calls calls = {
        .connection_made = on_made,
        .line_received = on_line,
        .line_too_long = on_long_line,
        .connection_lost = on_lost,
    };
    line_protocol_init(&dialogue->lines, &calls, dialogue->loop, dialogue->line, LINE_LIMIT);
    dialogue->transport =
        transport_connect(dialogue->loop, options->host, options->port, &dialogue->lines.protocol);
    if (!dialogue->transport)
        die_error(errno, "cannot connect to %s port %u", options->host, options->port);
}

int main(int argc, char **argv)
{
    struct client_options options;
    client_options_parse(&options, 7777, "[NAME]",
                         "Says a NAME (default Ada) to the echo server, and then exit.", argc,
                         argv);
    net_ignore_sigpipe();
    struct dialogue dialogue = {.loop = loop_new(&backend_epoll)};
    if (!dialogue.loop)
        die_error(errno, "cannot make a loop");
    dialogue.name = options.argument ? options.argument : "Ada";
    CHECK_RC(loop_add_signal_handler(dialogue.loop, SIGINT, on_interrupt, &dialogue));
    begin(&dialogue, &options);
    CHECK_RC(loop_run_forever(dialogue.loop));
    loop_free(dialogue.loop);

    if (dialogue.step == IS_INTERRUPTED)
        return 128 + SIGINT;
    if (dialogue.error < 0)
        die_error(dialogue.error, "the dialogue with %s port %u", options.host, options.port);
    if (dialogue.step != WAITS_FOR_END)
        die("the server has ended the dialogue too early");
    return 0;
}
