#include "stub_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "recorder.h"

struct stub_client {
    struct protocol protocol; /* first */
    struct stub *stub;
    struct transport *transport;
    struct stub_client *next, **place;
    bool is_held;
    bool is_endless; /* /big */
    size_t length;
    char request[2048];
};

static void send_text(struct stub_client *client, const char *text)
{
    transport_write(client->transport, text, strlen(text));
}

static void send_answer(struct stub_client *client, const char *status, const char *body)
{
    char text[256];
    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(body), body);
    send_text(client, text);
}

static void send_zeros(struct stub_client *client)
{
    static const char zeros[64 * 1024];
    client->is_endless = true;
    transport_write(client->transport, zeros, sizeof zeros); /* and again in on_room */
    transport_write(client->transport, zeros, sizeof zeros);
    while (transport_write_buffered(client->transport) == 0 &&
           !transport_is_closing(client->transport))
        transport_write(client->transport, zeros, sizeof zeros);
}

static void hold(struct stub_client *client)
{
    client->is_held = true;
    client->stub->held++;
    if (client->stub->on_held)
        client->stub->on_held(client->stub);
}

static bool asks(const struct stub_client *client, const char *target)
{
    size_t length = strlen(target);
    return strncmp(client->request, "GET ", 4) == 0 &&
           strncmp(client->request + 4, target, length) == 0 && client->request[4 + length] == ' ';
}

static void answer(struct stub_client *client)
{
    client->stub->requests++;
    if (asks(client, "/hold")) {
        hold(client);
    } else if (asks(client, "/503")) {
        send_answer(client, "503 Service Unavailable", "no");
    } else if (asks(client, "/close")) {
        transport_close(client->transport);
    } else if (asks(client, "/cut")) {
        send_text(client, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all");
        transport_close(client->transport);
    } else if (asks(client, "/junk")) {
        send_text(client, "What is it that you want?\r\n\r\n");
        transport_close(client->transport);
    } else if (asks(client, "/big")) {
        send_text(client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        send_zeros(client);
    } else {
        send_answer(client, "200 OK", "ok");
    }
}

static void on_made(struct protocol *protocol, struct transport *transport)
{
    ((struct stub_client *)protocol)->transport = transport;
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct stub_client *client = (struct stub_client *)protocol;
    assert_true(length < sizeof client->request - client->length);
    memcpy(client->request + client->length, bytes, length);
    client->length += length;
    client->request[client->length] = '\0';
    if (!strstr(client->request, "\r\n\r\n"))
        return;
    client->length = 0; /* these clients do not send ahead */
    answer(client);
}

static void on_room(struct protocol *protocol)
{
    struct stub_client *client = (struct stub_client *)protocol;
    if (client->is_endless)
        send_zeros(client);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct stub_client *client = (struct stub_client *)protocol;
    struct stub *stub = client->stub;
    bool was_held = client->is_held;
    (void)error;
    *client->place = client->next;
    if (client->next)
        client->next->place = client->place;
    free(client);
    stub->open--;
    stub->held -= was_held;
    stub->left += was_held;
    if (was_held && stub->on_left)
        stub->on_left(stub);
}

static struct protocol *make_client(void *arg)
{
    static const struct protocol_calls calls = {
        .connection_made = on_made,
        .data_received = on_data,
        .connection_lost = on_lost,
        .resume_writing = on_room,
    };
    struct stub *stub = arg;
    struct stub_client *client = calloc(1, sizeof *client);
    assert_non_null(client);
    client->protocol.calls = &calls;
    client->stub = stub;
    client->next = stub->clients;
    client->place = &stub->clients;
    if (client->next)
        client->next->place = &client->next;
    stub->clients = client;
    stub->accepted++;
    stub->open++;
    return &client->protocol;
}

void stub_open(struct stub *stub, struct loop *loop)
{
    *stub = (struct stub){.loop = loop};
    assert_int_equal(listener_open(&stub->listener, loop, "127.0.0.1", 0, make_client, stub), 0);
    stub->port = (uint16_t)net_port(stub->listener.fd);
}

void stub_close(struct stub *stub)
{
    run_until_equal(stub->loop, &stub->open, 0);
    listener_close(&stub->listener);
}

void stub_answer_held(struct stub *stub)
{
    for (struct stub_client *client = stub->clients; client; client = client->next) {
        if (!client->is_held)
            continue;
        client->is_held = false;
        stub->held--;
        send_answer(client, "200 OK", "held");
    }
}

const char *stub_url(const struct stub *stub, const char *target)
{
    static char urls[4][64];
    static int next;
    char *url = urls[next++ % 4];
    snprintf(url, sizeof urls[0], "http://127.0.0.1:%u%s", stub->port, target);
    return url;
}
