#include "proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_number(const struct dirent *entry)
{
    return isdigit((unsigned char)entry->d_name[0]) != 0;
}

static int count_numbers_in(pid_t pid, const char *folder_name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, folder_name);
    DIR *folder = opendir(path);
    if (!folder)
        return -errno;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += is_number(entry);
    closedir(folder);
    return count;
}

int proc_count_fds(pid_t pid)
{
    int count = count_numbers_in(pid, "fd");
    bool counts_itself = pid == getpid() && count > 0; /* the descriptor that reads the folder */
    return count - counts_itself;
}

int proc_count_threads(pid_t pid)
{
    return count_numbers_in(pid, "task");
}

/* The whole of a small file of /proc, NUL-terminated; its length or -errno. */
static int read_proc_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    size_t length = fread(text, 1, size - 1, file);
    int rc = ferror(file) ? -EIO : (int)length;
    fclose(file);
    text[length] = '\0';
    return rc;
}

/* The fourth field of /proc/PID/stat; the second, a name in brackets, may hold anything. */
static pid_t parent_of(const char *pid)
{
    char path[300], text[512];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    if (read_proc_file(path, text, sizeof text) < 0)
        return -1;
    const char *after_name = strrchr(text, ')');
    int parent = -1;
    if (!after_name || sscanf(after_name + 1, " %*c %d", &parent) != 1)
        return -1;
    return parent;
}

int proc_children(pid_t pid, pid_t children[], int max)
{
    DIR *processes = opendir("/proc");
    if (!processes)
        return -errno;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(processes));) {
        if (!is_number(entry) || parent_of(entry->d_name) != pid)
            continue;
        if (count < max)
            children[count] = (pid_t)strtol(entry->d_name, NULL, 10);
        count++;
    }
    closedir(processes);
    return count;
}

int proc_count_children(pid_t pid)
{
    return proc_children(pid, NULL, 0);
}

long proc_rss_kib(pid_t pid)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    int rc = read_proc_file(path, text, sizeof text);
    if (rc < 0)
        return rc;
    const char *line = strstr(text, "\nVmRSS:");
    return line ? strtol(line + strlen("\nVmRSS:"), NULL, 10) : -ESRCH;
}

static long private_dirty_kib(const char *pid)
{
    char path[300], text[4096];
    snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
    int rc = read_proc_file(path, text, sizeof text);
    if (rc < 0)
        return rc;
    const char *line = strstr(text, "\nPrivate_Dirty:");
    return line ? strtol(line + strlen("\nPrivate_Dirty:"), NULL, 10) : -ESRCH;
}

long proc_own_memory_kib(pid_t pid)
{
    char name[16];
    snprintf(name, sizeof name, "%d", pid);
    long total = private_dirty_kib(name);
    DIR *processes = total < 0 ? NULL : opendir("/proc");
    if (!processes)
        return total < 0 ? total : -errno;
    for (struct dirent *entry; (entry = readdir(processes));) {
        long kib = is_number(entry) && parent_of(entry->d_name) == pid
                       ? private_dirty_kib(entry->d_name)
                       : 0;
        total += kib > 0 ? kib : 0;
    }
    closedir(processes);
    return total;
}
