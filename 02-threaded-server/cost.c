/* cost.c - adds up the lines of /proc/PID/status and of /proc/PID/task/TID/status. */
#include "cost.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LENGTH_MAX 320 /* a name in a directory has at most 255 bytes */

/* The number in "NAME:   123 kB" of a status file is added to *sum. */
struct line {
    const char *name;
    long *sum;
};

/* 0 or -errno. */
static int add_lines(const char *path, const struct line *lines, size_t count)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    char text[256];
    while (fgets(text, sizeof text, file))
        for (size_t i = 0; i < count; i++) {
            size_t length = strlen(lines[i].name);
            if (strncmp(text, lines[i].name, length) == 0 && text[length] == ':')
                *lines[i].sum += strtol(text + length + 1, NULL, 10);
        }
    fclose(file);
    return 0;
}

typedef int entry_fn(const char *path, struct cost *cost);

/* Calls `fn` for each number in a directory of /proc; passes over one that has gone meanwhile. */
static int for_each_number(const char *directory, entry_fn *fn, struct cost *cost)
{
    DIR *opened = opendir(directory);
    if (!opened)
        return -errno;
    const struct dirent *entry;
    int rc = 0;
    while (rc == 0 && (entry = readdir(opened))) {
        char path[PATH_LENGTH_MAX];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        rc = fn(path, cost);
        if (rc == -ENOENT || rc == -ESRCH)
            rc = 0;
    }
    closedir(opened);
    return rc;
}

static int add_thread(const char *path, struct cost *cost)
{
    const struct line lines[] = {{"voluntary_ctxt_switches", &cost->switches},
                                 {"nonvoluntary_ctxt_switches", &cost->switches}};
    char status[PATH_LENGTH_MAX];
    if (snprintf(status, sizeof status, "%s/status", path) >= (int)sizeof status)
        return -ENAMETOOLONG;
    cost->threads++;
    return add_lines(status, lines, sizeof lines / sizeof lines[0]);
}

static int add_descriptor(const char *path, struct cost *cost)
{
    (void)path;
    cost->descriptors++;
    return 0;
}

static int add_process(pid_t pid, struct cost *cost)
{
    const struct line lines[] = {{"RssAnon", &cost->memory_kb}, {"VmSize", &cost->address_kb}};
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    int rc = add_lines(path, lines, sizeof lines / sizeof lines[0]);
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    if (rc == 0)
        rc = for_each_number(path, add_thread, cost);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    return rc < 0 ? rc : for_each_number(path, add_descriptor, cost);
}

/* A kernel may be built without this file; then the children are not seen. */
static void add_children(pid_t pid, struct cost *cost)
{
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    while (fscanf(file, "%d", &child) == 1)
        add_process(child, cost); /* one that has ended meanwhile costs nothing */
    fclose(file);
}

int cost_measure(pid_t pid, struct cost *cost)
{
    *cost = (struct cost){.threads = 0};
    int rc = add_process(pid, cost);
    if (rc == 0)
        add_children(pid, cost);
    return rc;
}
