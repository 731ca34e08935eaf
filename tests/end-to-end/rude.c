#include "rude.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "unit.h"

#define SENT_MAX ((size_t)64 << 20)

/* The shortest line that every server answers: two bytes of question, and an answer of nine, or of
 * ninety from the command server. */
#define QUESTION "x\n"

static void fill_with_questions(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = QUESTION[i % strlen(QUESTION)];
}

void ask_until_full(struct cell *cell, struct client *client)
{
    static char lines[64 * 1024];
    size_t sent = 0;
    fill_with_questions(lines, sizeof lines);
    for (;;) {
        size_t at = sent % sizeof lines;
        ssize_t count = client_send_some(client, lines + at, sizeof lines - at);
        if (count == -EAGAIN) {
            struct pollfd room = {.fd = client->fd, .events = POLLOUT};
            if (poll(&room, 1, 200) == 0)
                return;
            continue;
        }
        if (count < 0)
            fail_msg("the server has left a client who does not read: %s", strerror((int)-count));
        sent += (size_t)count;
        if (sent > SENT_MAX)
            fail_msg("%s takes %zu bytes of a client who reads nothing", cell->server->title, sent);
    }
}

void ask_much(const struct cell *cell, struct client *client)
{
    static char lines[64 * 1024];
    fill_with_questions(lines, sizeof lines);
    cell_greeted(cell, client);
    assert_true(client_send_some(client, lines, sizeof lines) > 0);
    cell_expect_answer(cell, client, "x");
}
