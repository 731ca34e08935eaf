#include "redis_server.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "unit.h"

#define TRIES 5 /* with a port that was free a moment ago */

/* Its path, by PATH and where some systems keep servers. False: it is not installed. */
static bool find_program(const char *name, char *path, size_t size)
{
    char folders[2048], *rest = folders, *folder;
    const char *from = getenv("PATH");
    snprintf(folders, sizeof folders, "%s:/usr/sbin:/usr/local/bin", from ? from : "/usr/bin");
    while ((folder = strsep(&rest, ":")) != NULL) {
        snprintf(path, size, "%s/%s", folder, name);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static uint16_t free_port(void)
{
    int fd = net_listen("127.0.0.1", 0, 1);
    assert_true(fd >= 0);
    int port = net_port(fd);
    close(fd);
    return (uint16_t)port;
}

/* True: it is ready. False: it has ended; its port was taken, perhaps. It says so for each way in,
 * with a capital letter or without. */
static bool wait_until_ready(struct process *process)
{
    int64_t deadline = clock_now() + PROCESS_GUARD_S * NS_PER_S;
    while (!strstr(process_stdout(process), "eady to accept connections")) {
        if (process_has_ended(process))
            return false;
        if (clock_now() > deadline)
            fail_msg("redis-server is not ready:\n%s", process_stdout(process));
        usleep(1000);
    }
    return true;
}

static bool start(struct redis_server *server, const char *program)
{
    char port[8];
    snprintf(port, sizeof port, "%u", server->port);
    const char *argv[] = {
        program,
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--unixsocket",
        server->socket,
        "--dir",
        server->folder,
        "--save",
        "",
        "--appendonly",
        server->is_kept ? "yes" : "no",
        "--appendfsync",
        "always",
        "--requirepass",
        server->password ? server->password : "",
        NULL,
    };
    server->process = process_start_argv(argv, NULL);
    return wait_until_ready(server->process);
}

void redis_server_start_again(struct redis_server *server)
{
    char program[256];
    bool wants_port = server->port != 0, is_ready = false;
    assert_true(find_program("redis-server", program, sizeof program));
    for (int i = 0; i < TRIES && !is_ready; i++) {
        is_ready = start(server, program);
        if (!is_ready && !wants_port)
            break;
        if (!is_ready)
            server->port = free_port();
    }
    if (!is_ready)
        fail_msg("redis-server does not start:\n%s%s", process_stdout(server->process),
                 process_stderr(server->process));
}

void redis_server_start(struct redis_server *server)
{
    char program[256];
    if (!find_program("redis-server", program, sizeof program)) {
        printf("left out: what needs redis-server; sh common/setup.sh installs it\n");
        return;
    }
    strcpy(server->folder, "/tmp/redis-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    snprintf(server->socket, sizeof server->socket, "%s/socket", server->folder);
    snprintf(server->url, sizeof server->url, "unix:%s", server->socket);
    if (server->port != 0)
        server->port = free_port();
    redis_server_start_again(server);
}

void redis_server_kill(struct redis_server *server, int signo)
{
    process_signal(server->process, signo);
    process_wait(server->process);
    process_free(server->process);
    server->process = NULL;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

void redis_server_stop(struct redis_server *server)
{
    if (!server->process)
        return;
    redis_server_kill(server, SIGTERM);
    assert_int_equal(nftw(server->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

struct redis_options redis_server_options(const struct redis_server *server)
{
    return (struct redis_options){.unix_path = server->socket, .password = server->password};
}
