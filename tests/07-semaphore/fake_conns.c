#include "fake_conns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

struct fake_server server;

static int pass(int passes)
{
    int rc = 0;
    while (rc == 0 && passes-- > 0)
        rc = co_sleep(0);
    return rc;
}

static int fake_connect(void *arg, void **conn)
{
    (void)arg;
    int rc = pass(server.connect_passes);
    if (rc < 0)
        return rc;
    if (server.refuse > 0) {
        server.refuse--;
        return -ECONNREFUSED;
    }
    if (server.made == FAKE_CONNS_MAX)
        abort();
    struct fake_conn *fake = &server.conns[server.made++];
    *fake = (struct fake_conn){.n = server.made, .is_open = true};
    server.open++;
    server.most_open = server.open > server.most_open ? server.open : server.most_open;
    *conn = fake;
    return 0;
}

static void fake_close(void *arg, void *conn)
{
    struct fake_conn *fake = conn;
    (void)arg;
    server.closed_twice += !fake->is_open;
    server.used_twice += fake->is_used; /* closed while it was somebody's */
    server.open -= fake->is_open;
    fake->is_open = false;
}

static int fake_check(void *arg, void *conn)
{
    const struct fake_conn *fake = conn;
    (void)arg;
    int rc = pass(server.check_passes);
    return rc < 0 ? rc : fake->is_sick ? -EPIPE : 0;
}

const struct conn_pool_calls fake_calls = {fake_connect, fake_close, NULL};
const struct conn_pool_calls fake_calls_with_check = {fake_connect, fake_close, fake_check};

struct conn_pool_options fake_options(int min, int max)
{
    memset(&server, 0, sizeof server);
    return (struct conn_pool_options){
        .min = min, .max = max, .recycle_ns = -1, .retry_ns = NS_PER_S};
}

struct fake_conn *fake_of(const struct pooled *mine)
{
    return mine->conn;
}

int fake_acquire(struct conn_pool *pool, struct pooled **mine)
{
    int rc = conn_pool_acquire(pool, mine);
    if (rc == 0) {
        server.used_twice += fake_of(*mine)->is_used || !fake_of(*mine)->is_open;
        fake_of(*mine)->is_used = true;
    }
    return rc;
}

void fake_release(struct pooled *mine)
{
    fake_of(mine)->is_used = false;
    conn_pool_release(mine);
}

void fake_discard(struct pooled *mine)
{
    fake_of(mine)->is_used = false;
    conn_pool_discard(mine);
}
