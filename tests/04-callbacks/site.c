/* site.c - a thread that answers one request after another. See site.h. */
#include "site.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "unit.h"

/* The target of a request, or "" when it does not come. */
static void read_target(int fd, char *target, size_t size)
{
    char request[4096];
    size_t length = 0;
    target[0] = '\0';
    while (length < sizeof request - 1) {
        ssize_t count = read(fd, request + length, sizeof request - 1 - length);
        if (count <= 0)
            return;
        length += (size_t)count;
        request[length] = '\0';
        if (!strstr(request, "\r\n\r\n"))
            continue;
        snprintf(target, size, "%.*s", (int)strcspn(request + 4, " "), request + 4);
        return;
    }
}

static const struct site_page *find_page(const struct site *site, const char *target)
{
    static const struct site_page missing = {"", 404, "text/html", "no such page"};
    for (const struct site_page *page = site->pages; page->target; page++)
        if (strcmp(page->target, target) == 0)
            return page;
    return &missing;
}

static void answer(int fd, const struct site_page *page)
{
    if (page->status == 302)
        dprintf(fd,
                "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n"
                "Connection: close\r\n\r\n",
                page->body);
    else if (page->status != 0)
        dprintf(fd,
                "HTTP/1.1 %d Some Reason\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                "Connection: close\r\n\r\n%s",
                page->status, page->type, strlen(page->body), page->body);
    close(fd);
}

static void serve_one(struct site *site)
{
    char target[200];
    int fd = accept4(site->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    read_target(fd, target, sizeof target);
    site->requests++;
    if (strcmp(target, "/late") == 0) {
        site->late_fd = fd;
        assert_int_equal(write(site->late_asked[1], "", 1), 1);
        return;
    }
    answer(fd, find_page(site, target));
    if (site->late_fd >= 0)
        answer(site->late_fd, find_page(site, "/late"));
    site->late_fd = -1;
}

static void *serve(void *arg)
{
    struct site *site = arg;
    struct pollfd fds[] = {{.fd = site->listening, .events = POLLIN}, {.fd = site->stop[0]}};
    while (poll(fds, 2, -1) > 0 && !fds[1].revents)
        serve_one(site);
    return NULL;
}

void site_open(struct site *site, const struct site_page *pages)
{
    *site = (struct site){.pages = pages, .late_fd = -1};
    site->listening = net_listen("127.0.0.1", 0, SOMAXCONN);
    assert_true(site->listening >= 0);
    site->port = (uint16_t)net_port(site->listening);
    assert_int_equal(pipe(site->stop), 0);
    assert_int_equal(pipe(site->late_asked), 0);
    assert_int_equal(pthread_create(&site->thread, NULL, serve, site), 0);
}

void site_wait_for_late(struct site *site)
{
    char byte;
    assert_int_equal(read(site->late_asked[0], &byte, 1), 1);
}

int site_close(struct site *site)
{
    close(site->stop[1]);
    pthread_join(site->thread, NULL);
    close(site->stop[0]);
    close(site->late_asked[0]);
    close(site->late_asked[1]);
    close(site->listening);
    if (site->late_fd >= 0)
        close(site->late_fd);
    return site->requests;
}
