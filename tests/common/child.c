/* child.c - see child.h. */
#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void live(int (*body)(void *arg), void *arg, int out, int err)
{
    alarm(CHILD_GUARD_S);
    CHECK(dup2(out, STDOUT_FILENO));
    CHECK(dup2(err, STDERR_FILENO));
    exit(body(arg));
}

static void take_words(int fd, char *text, size_t size)
{
    ssize_t length = CHECK(pread(fd, text, size - 1, 0));
    text[length] = '\0';
    close(fd);
}

void run_in_child(struct child *child, int (*body)(void *arg), void *arg)
{
    int out = (int)CHECK(memfd_create("stdout", MFD_CLOEXEC));
    int err = (int)CHECK(memfd_create("stderr", MFD_CLOEXEC));
    fflush(NULL); /* or the child would print it again */
    pid_t pid = (pid_t)CHECK(fork());
    if (pid == 0)
        live(body, arg, out, err);
    int status;
    CHECK(TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)));
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    take_words(out, child->out, sizeof child->out);
    take_words(err, child->err, sizeof child->err);
}
