/* shell.c - `sh` reading its commands from files, one at a time. */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"
#include "unit.h"

struct shell {
    struct process *process;
    char folder[64];   /* for the files below */
    char command[100]; /* the command to be run next */
    char next[100];    /* a fifo: a line says that there is one */
    char done[100];    /* a fifo: the exit code of one that has ended */
    int next_fd, done_fd;
    size_t before; /* how much had been printed before this command */
};

/* The commands run in this shell itself, so that variables, `cd` and `&` last. The variables of the
 * make that runs the tests are not theirs. */
static const char script[] = "exec 2>&1\n"
                             "unset MAKEFLAGS MFLAGS MAKELEVEL LOWER_DONE ROOT BUILD\n"
                             "cd \"$1\" || exit\n"
                             "while read -r go <\"$2/next\"; do\n"
                             "    . \"$2/command\"\n"
                             "    echo $? >\"$2/done\"\n"
                             "done\n";

static int open_fifo(const char *path)
{
    int fd;

    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

struct shell *shell_start(const char *folder, const char *const environment[])
{
    struct shell *shell = calloc(1, sizeof *shell);

    assert_non_null(shell);
    strcpy(shell->folder, "/tmp/lesson-shell.XXXXXX");
    assert_non_null(mkdtemp(shell->folder));
    snprintf(shell->command, sizeof shell->command, "%s/command", shell->folder);
    snprintf(shell->next, sizeof shell->next, "%s/next", shell->folder);
    snprintf(shell->done, sizeof shell->done, "%s/done", shell->folder);
    shell->next_fd = open_fifo(shell->next);
    shell->done_fd = open_fifo(shell->done);

    const char *const argv[] = {"/bin/sh", "-c", script, "sh", folder, shell->folder, NULL};
    shell->process = process_start_argv(argv, environment);
    return shell;
}

void shell_stop(struct shell *shell)
{
    process_free(shell->process);
    close(shell->next_fd);
    close(shell->done_fd);
    unlink(shell->command);
    unlink(shell->next);
    unlink(shell->done);
    rmdir(shell->folder);
    free(shell);
}

static void hand_over(struct shell *shell, const char *command)
{
    FILE *file = fopen(shell->command, "w");

    assert_non_null(file);
    assert_true(fputs(command, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(write(shell->next_fd, "go\n", 3), 3);
}

/* Meanwhile its output is taken, or a full pipe would stop it. */
static int wait_done(struct shell *shell, int64_t deadline)
{
    struct pollfd done = {.fd = shell->done_fd, .events = POLLIN};

    while (clock_now() < deadline) {
        char code[16] = "";

        if (poll(&done, 1, 20) > 0 && read(shell->done_fd, code, sizeof code - 1) > 0)
            return (int)strtol(code, NULL, 10);
        shell_output(shell);
        if (process_has_ended(shell->process))
            return -ECHILD;
    }
    return -ETIMEDOUT;
}

int shell_run(struct shell *shell, const char *command, int seconds)
{
    shell->before = strlen(process_stdout(shell->process));
    hand_over(shell, command);
    return wait_done(shell, clock_now() + seconds * NS_PER_S);
}

const char *shell_output(struct shell *shell)
{
    return process_stdout(shell->process) + shell->before;
}
