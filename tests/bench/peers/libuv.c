/* libuv.c - the same echo job on libuv's plain API: uv_try_write first, uv_write when it does not
 * take all. Prints "Serving on 127.0.0.1:PORT". */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define GREETING "Welcome. Type a line, or exit.\n"

struct client {
    uv_tcp_t tcp; /* first */
    size_t length;
    char line[4098];
};

struct answer {
    uv_write_t write; /* first */
    char bytes[];
};

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void end(struct client *client)
{
    if (!uv_is_closing((uv_handle_t *)client))
        uv_close((uv_handle_t *)client, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    if (status < 0)
        end((struct client *)write->handle);
    free(write);
}

static void say(struct client *client, char *bytes, size_t size)
{
    uv_buf_t buffer = uv_buf_init(bytes, (unsigned)size);
    int count = uv_try_write((uv_stream_t *)client, &buffer, 1);
    count = count == UV_EAGAIN ? 0 : count;
    if (count < 0)
        end(client);
    if (count < 0 || (size_t)count == size)
        return;
    struct answer *rest = malloc(sizeof *rest + size - (size_t)count);
    if (!rest)
        return end(client);
    memcpy(rest->bytes, bytes + count, size - (size_t)count);
    buffer = uv_buf_init(rest->bytes, (unsigned)(size - (size_t)count));
    if (uv_write(&rest->write, (uv_stream_t *)client, &buffer, 1, on_written) < 0) {
        free(rest);
        end(client);
    }
}

static void on_room_wanted(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct client *client = (struct client *)handle;
    (void)suggested;
    *buffer = uv_buf_init(client->line + client->length,
                          (unsigned)(sizeof client->line - client->length));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct client *client = (struct client *)stream;
    char answer[sizeof client->line + 8] = "Hello, ", *newline;
    (void)buffer;
    if (count < 0)
        return end(client);
    client->length += (size_t)count;
    while ((newline = memchr(client->line, '\n', client->length))) {
        size_t size = (size_t)(newline + 1 - client->line);
        memcpy(answer + 7, client->line, size);
        say(client, answer, size + 7);
        client->length -= size;
        memmove(client->line, newline + 1, client->length);
    }
    if (client->length == sizeof client->line)
        end(client);
}

static void on_connection(uv_stream_t *listening, int status)
{
    struct client *client = status < 0 ? NULL : malloc(sizeof *client);
    if (!client)
        return;
    client->length = 0;
    uv_tcp_init(listening->loop, &client->tcp);
    if (uv_accept(listening, (uv_stream_t *)client) < 0 || uv_tcp_nodelay(&client->tcp, 1) < 0 ||
        uv_read_start((uv_stream_t *)client, on_room_wanted, on_read) < 0)
        return end(client);
    say(client, GREETING, strlen(GREETING));
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listening;
    struct sockaddr_in address;
    int size = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listening);
    if (uv_tcp_bind(&listening, (struct sockaddr *)&address, 0) < 0 ||
        uv_listen((uv_stream_t *)&listening, 4096, on_connection) < 0 ||
        uv_tcp_getsockname(&listening, (struct sockaddr *)&address, &size) < 0)
        return fprintf(stderr, "libuv: cannot listen\n"), 1;
    printf("Serving on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
