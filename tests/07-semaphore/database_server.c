#include "database_server.h"

#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define MAX_WORDS 24
#define SETPRIV   "/usr/bin/setpriv"

/* Where Debian, then where others have its programs; the newest of several. */
static bool find_programs(char bin[200])
{
    static const char *const places[] = {"/usr/lib/postgresql/*/bin/postgres", "/usr/bin/postgres",
                                         "/usr/local/bin/postgres"};
    bool found = false;
    for (size_t i = 0; !found && i < sizeof places / sizeof places[0]; i++) {
        glob_t paths;
        if (glob(places[i], 0, NULL, &paths) == 0) {
            const char *last = paths.gl_pathv[paths.gl_pathc - 1];
            snprintf(bin, 200, "%.*s", (int)(strrchr(last, '/') - last), last);
            found = true;
        }
        globfree(&paths);
    }
    return found;
}

/* PostgreSQL refuses to run as root. Then it becomes nobody; who dies with us, by pdeathsig, which
 * a change of the user clears. */
static struct process *start_program(const struct database_server *server, const char *name,
                                     const char *const arguments[])
{
    const struct passwd *nobody = getpwnam("nobody");
    char path[240], user[40], group[40];
    const char *argv[MAX_WORDS] = {SETPRIV, user, group, "--clear-groups", "--pdeathsig=KILL",
                                   "--"};
    const char *const environment[] = {"LC_ALL=C", "PGHOST=", NULL};
    int count = geteuid() == 0 ? 6 : 0;
    snprintf(path, sizeof path, "%s/%s", server->bin, name);
    if (count > 0) {
        assert_non_null(nobody);
        snprintf(user, sizeof user, "--reuid=%u", nobody->pw_uid);
        snprintf(group, sizeof group, "--regid=%u", nobody->pw_gid);
    }
    argv[count++] = path;
    for (int i = 0; arguments[i]; i++)
        argv[count++] = arguments[i];
    argv[count] = NULL;
    return process_start_argv(argv, environment);
}

static void run_program(const struct database_server *server, const char *name,
                        const char *const arguments[])
{
    struct process *process = start_program(server, name, arguments);
    if (process_wait(process) != 0)
        fail_msg("%s: %s", name, process_stderr(process));
    process_free(process);
}

static void make_folder(struct database_server *server)
{
    snprintf(server->folder, sizeof server->folder, "/tmp/database-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    const struct passwd *nobody = getpwnam("nobody");
    if (geteuid() == 0)
        assert_int_equal(chown(server->folder, nobody->pw_uid, nobody->pw_gid), 0);
    snprintf(server->conninfo, sizeof server->conninfo, "host=%s user=test dbname=postgres",
             server->folder);
}

/* Ready when it says so. */
void database_server_resume(struct database_server *server)
{
    char data[80], connections[40];
    snprintf(data, sizeof data, "%s/data", server->folder);
    snprintf(connections, sizeof connections, "max_connections=%d", DATABASE_CONNECTIONS);
    server->process =
        start_program(server, "postgres",
                      (const char *const[]){"-D", data, "-k", server->folder, "-F", "-c",
                                            "listen_addresses=", "-c", connections, NULL});
    process_wait_stderr(server->process, "database system is ready to accept connections");
}

bool database_server_is_there(void)
{
    char bin[200];
    if (find_programs(bin) && (geteuid() != 0 || access(SETPRIV, X_OK) == 0))
        return true;
    print_message("left out: needs PostgreSQL (sh common/setup.sh --with databases)\n");
    return false;
}

void database_server_start(struct database_server *server)
{
    char data[80];
    assert_true(find_programs(server->bin));
    make_folder(server);
    snprintf(data, sizeof data, "%s/data", server->folder);
    run_program(
        server, "initdb",
        (const char *const[]){"-D", data, "-A", "trust", "-U", "test", "-N", "--locale=C", NULL});
    database_server_resume(server);
}

/* SIGINT is its "fast shutdown". */
void database_server_halt(struct database_server *server)
{
    process_signal(server->process, SIGINT);
    assert_int_equal(process_wait(server->process), 0);
    process_free(server->process);
    server->process = NULL;
}

void database_server_end(struct database_server *server)
{
    char command[80];
    if (server->process)
        database_server_halt(server);
    snprintf(command, sizeof command, "rm -rf %s", server->folder);
    assert_int_equal(system(command), 0);
}

const char *database_server_ask(const struct database_server *server, const char *command)
{
    static char answer[400];
    struct process *process = start_program(
        server, "psql",
        (const char *const[]){server->conninfo, "-X", "-A", "-t", "-c", command, NULL});
    if (process_wait(process) != 0)
        fail_msg("%s: %s", command, process_stderr(process));
    snprintf(answer, sizeof answer, "%s", process_stdout(process));
    process_free(process);
    return answer;
}
