/* test_hostile.c - hostile clients against every server of chapters 01 to 05.
 *
 *     make hostile                 plays all of them and prints the table; ONLY=03: one server
 *
 * test_hostile FILE writes the table to FILE: a row for each client, a column for each server that
 * was played. What is not as the list in hostile.c expects fails, and stands in the table as it
 * was.
 */
#include <stdio.h>
#include <string.h>

#include "hostile.h"

#define SERVERS_MAX 16
#define CLIENTS_MAX 16
#define NAME_WIDTH  20

static enum outcome outcomes[SERVERS_MAX * CLIENTS_MAX];

static enum outcome outcome_of(int server, int client)
{
    return outcomes[server * hostile_count + client];
}

static bool was_played(int server)
{
    for (int i = 0; i < hostile_count; i++)
        if (outcome_of(server, i) != NOT_PLAYED)
            return true;
    return false;
}

static int width_of(int server)
{
    int title = (int)strlen(servers[server].title);
    int outcome = (int)strlen("closed it");
    return title > outcome ? title : outcome;
}

static void print_table(FILE *file)
{
    fprintf(file, "%-*s", NAME_WIDTH, "");
    for (int i = 0; i < server_count; i++)
        if (was_played(i))
            fprintf(file, "  %-*s", width_of(i), servers[i].title);
    for (int client = 0; client < hostile_count; client++) {
        fprintf(file, "\n%-*s", NAME_WIDTH, hostile_clients[client].name);
        for (int i = 0; i < server_count; i++)
            if (was_played(i))
                fprintf(file, "  %-*s", width_of(i), outcome_name(outcome_of(i, client)));
    }
    fputc('\n', file);
    for (int i = 0; i < server_count; i++)
        if (was_played(i) && servers[i].idle_clients != 1000)
            fprintf(file, "%s: %d idle clients, not 1,000\n", servers[i].title,
                    servers[i].idle_clients);
}

static int write_table(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return 1;
    }
    print_table(file);
    if (fclose(file) == 0)
        return 0;
    perror(path);
    return 1;
}

int main(int argc, char **argv)
{
    if (server_count > SERVERS_MAX || hostile_count > CLIENTS_MAX)
        return 1;
    int failed =
        cells_run_outcomes("hostile clients", hostile_clients, hostile_count, NULL, outcomes);
    return argc > 1 ? failed | write_table(argv[1]) : failed;
}
