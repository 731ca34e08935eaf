/* server.c - the echo server by coroutines: chapter 01's dialogue, chapter 03's capacity.
 *
 *     build/05-coroutines/server                        on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                                 a client, in another terminal; or ten
 *
 * Compare `talk` with chapter 01's echo_serve: the same lines in the same order. Then compare what
 * a silent client does to the others here (nothing) and there (everything). Each client has a
 * coroutine of its own (co_server.c); a server that awaited its clients in the accept loop would be
 * chapter 01 again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "co_io.h"
#include "co_server.h"
#include "stream.h"

#define LINE_MAX_BYTES 4096 /* without its end */

static int say(int fd, const char *text)
{
    return co_write_all(fd, text, strlen(text));
}

static int answer(int fd, const char *line, size_t length)
{
    char bytes[sizeof "Hello, \n" + LINE_MAX_BYTES];
    size_t hello = strlen("Hello, ");
    memcpy(bytes, "Hello, ", hello);
    memcpy(bytes + hello, line, length);
    bytes[hello + length] = '\n';
    return co_write_all(fd, bytes, hello + length + 1);
}

static bool is_exit(const char *line, size_t length)
{
    return length == 4 && memcmp(line, "exit", 4) == 0;
}

static int talk(int fd)
{
    char buffer[LINE_MAX_BYTES + 2];
    struct stream_reader reader;
    stream_reader_init(&reader, fd, buffer, sizeof buffer);

    int rc = say(fd, "Welcome. Type a line, or exit.\n");
    while (rc == 0) {
        char *line;
        ssize_t length = stream_read_line(&reader, &line);
        if (length == -ENODATA)
            return 0;
        if (length == -EMSGSIZE)
            return say(fd, "Line too long.\n");
        if (length < 0)
            return (int)length;
        if (is_exit(line, (size_t)length))
            return 0;
        rc = answer(fd, line, (size_t)length);
    }
    return rc;
}

/* One client: this is what a coroutine is for. */
static int serve(struct co_client *client)
{
    printf("connect %s\n", client->name);
    int rc = talk(client->fd);
    if (rc == 0)
        rc = co_hang_up(client->fd);
    if (rc < 0 && rc != -ECANCELED)
        fprintf(stderr, "%s: %s\n", client->name, error_text(rc));
    printf("disconnect %s\n", client->name);
    return rc;
}

int main(int argc, char **argv)
{
    return co_server_main(serve, 7777, "The echo server: a coroutine for each client.", argc, argv);
}
