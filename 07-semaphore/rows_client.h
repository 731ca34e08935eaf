/* rows_client.h - a connection to the database of rows_server.h.
 *
 * A connection runs one command at a time, and the client knows that: it refuses another one in the
 * server's words, and does not send it. Sent, it would be refused as well; but the refusal would
 * come before the first one's answer, and who should know whose answer is whose? libpq does the
 * same ("another command is already in progress"), and so does asyncpg ("another operation is in
 * progress"). Loop's thread only.
 */
#ifndef ROWS_CLIENT_H
#define ROWS_CLIENT_H

#include "rows_server.h"
#include "stream.h"

struct rows_client {
    int fd;
    bool is_busy; /* a command is under way */
    struct stream_reader reader;
    char buffer[ROWS_ANSWER_MAX + 1];
    char error[ROWS_ANSWER_MAX]; /* the words of what failed last */
};

/* Connects to this port of 127.0.0.1. 0 and *client; -ENOMEM, -ECANCELED, or why not. */
int rows_connect(struct rows_client **client, uint16_t port) CO_MUST_CHECK;

/* In whatever state it is. Does not suspend. NULL is ignored. */
void rows_close(struct rows_client *client);

/* Runs a command and waits for its end; the number that it answers goes to *number, if that is not
 * NULL. 0; -EBUSY: another one runs on this connection, and this one was not sent; -EREMOTEIO: the
 * server has refused it; -ECONNRESET: the connection is lost. Both are told in client->error.
 * -ECANCELED: nobody knows whether it was done, and the connection is still busy with it: close it.
 */
int rows_query(struct rows_client *client, const char *command, long *number) CO_MUST_CHECK;

#endif
