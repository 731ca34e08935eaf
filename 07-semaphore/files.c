/* files.c - two thousand files, from a process that may have 64 open.
 *
 *     build/07-semaphore/files
 *     build/07-semaphore/files --count 500 --descriptors 32 --limit 10
 *
 * A task for each file: it opens the file, waits a moment for its text (a sleep stands for where
 * that comes from), writes it and closes. Watch the first line: without a limit some fifty files
 * are written, and all others fail with EMFILE. With a semaphore none does. The limit of
 * descriptors is set by the program itself (setrlimit), to be the same on every machine.
 *
 * Opening and writing a file block the loop here, if only for microseconds. Chapter 09 has files
 * that do not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "group.h"
#include "options.h"
#include "semaphore.h"

#define MAX_COUNT 100000
#define TEXT_NS   NS_PER_MS /* until a text is there */

struct work {
    long count, descriptors, limit;
    char folder[64];
    struct semaphore *permits; /* NULL: no limit */
    struct file *files;
    long written, refused; /* files; EMFILE */
};

struct file {
    struct work *work;
    long index;
};

/* ---- One file ------------------------------------------------------------------------------ */

static void file_path(const struct file *file, char path[96])
{
    snprintf(path, 96, "%s/%ld", file->work->folder, file->index);
}

static int wait_for_text_and_write(const struct file *file, int fd)
{
    int rc = co_sleep(TEXT_NS);
    if (rc < 0)
        return rc;
    if (dprintf(fd, "file %ld\n", file->index) < 0)
        return -errno;
    file->work->written++;
    return 0;
}

/* That there is no descriptor left is counted, and is nobody's end. */
static int write_file(const struct file *file)
{
    char path[96];
    file_path(file, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EMFILE) {
        file->work->refused++;
        return 0;
    }
    if (fd < 0)
        return -errno;
    int rc = wait_for_text_and_write(file, fd);
    int closed = close(fd) < 0 ? -errno : 0;
    return rc < 0 ? rc : closed;
}

/* A task. */
static int write_within_limit(void *arg)
{
    const struct file *file = arg;
    struct semaphore *permits = file->work->permits;
    int rc = permits ? semaphore_acquire(permits) : 0;
    if (rc < 0)
        return rc;
    rc = write_file(file);
    int released = permits ? semaphore_release(permits) : 0;
    return rc < 0 ? rc : released;
}

/* ---- All of them --------------------------------------------------------------------------- */

/* The first `count`: those that have not been written are not there. */
static void unlink_files(const struct work *work)
{
    char path[96];
    for (long i = 0; i < work->count; i++) {
        file_path(&(struct file){.work = (struct work *)work, .index = i}, path);
        unlink(path);
    }
}

static int write_all(struct work *work, const char *how)
{
    struct group group;
    int rc = 0;
    work->written = work->refused = 0;
    group_begin(&group);
    for (long i = 0; rc == 0 && i < work->count; i++) {
        work->files[i] = (struct file){work, i};
        rc = group_spawn(&group, write_within_limit, &work->files[i], "file");
    }
    rc = group_end(&group, rc);
    unlink_files(work);
    if (rc == 0)
        printf("%s: %ld written, %ld EMFILE\n", how, work->written, work->refused);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    struct semaphore permits;
    char how[40];
    int rc = write_all(work, "without a limit");
    if (rc < 0)
        return rc;
    semaphore_init_bounded(&permits, (int)work->limit);
    work->permits = &permits;
    snprintf(how, sizeof how, "%ld at a time", work->limit);
    return write_all(work, how);
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'n':
        work->count = option_number(state, "--count", text, 1, MAX_COUNT);
        return 0;
    case 'd':
        work->descriptors = option_number(state, "--descriptors", text, 16, MAX_COUNT);
        return 0;
    case 'l':
        work->limit = option_number(state, "--limit", text, 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_options(struct work *work, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"count", 'n', "N", 0, "So many files (default 2000)", 0},
        {"descriptors", 'd', "N", 0, "May be open in this process (default 64)", 0},
        {"limit", 'l', "N", 0, "So many files at a time, the second time (default 40)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .doc = "Writes many small files to a temporary folder, first "
                                            "all at once, then a few at a time."};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, work);
    if (error != 0)
        die_error(error, "options");
}

static void limit_descriptors(const struct work *work)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit));
    if ((rlim_t)work->descriptors > limit.rlim_max)
        die("--descriptors %ld: this process may have %ju at most", work->descriptors,
            (uintmax_t)limit.rlim_max);
    limit.rlim_cur = (rlim_t)work->descriptors;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit));
}

static void make_folder(struct work *work)
{
    const char *place = getenv("TMPDIR");
    int length = snprintf(work->folder, sizeof work->folder, "%s/files-XXXXXX",
                          place && *place ? place : "/tmp");
    if (length >= (int)sizeof work->folder)
        die("TMPDIR \"%s\" is too long", place);
    if (!mkdtemp(work->folder))
        die_error(errno, "cannot make a folder like %s; TMPDIR names another place", work->folder);
}

int main(int argc, char **argv)
{
    struct work work = {.count = 2000, .descriptors = 64, .limit = 40};
    read_options(&work, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    work.files = calloc((size_t)work.count, sizeof work.files[0]);
    if (!work.files)
        die_error(ENOMEM, "%ld files", work.count);
    limit_descriptors(&work);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    make_folder(&work);
    int rc = task_run(loop, main_task, &work, true);
    rmdir(work.folder);
    loop_free(loop);
    coro_trim();
    free(work.files);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the files were not written");
    if (fflush(stdout) != 0 || ferror(stdout))
        die("stdout could not be written");
    return 0;
}
