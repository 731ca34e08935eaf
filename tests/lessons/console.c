/* console.c - runs a lesson's commands and compares what they print. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "lesson.h"
#include "match.h"
#include "process.h"
#include "shell.h"
#include "unit.h"

#define COMMAND_SECONDS 60 /* no command may take longer */
#define LATE_SECONDS    10 /* for what a program in the background prints */

struct command {
    char text[2000];
    int line;        /* in the lesson */
    char **expected; /* the lines below it */
    size_t expected_count;
    int exit_code; /* by a last line "[exit N]"; else 0 */
};

/* ---- The folder that looks like the top folder ---------------------------------------------- */

static void make_folder(char folder[64], const char *root, const char *build)
{
    struct dirent *entry;
    char target[4096], link[4096];
    DIR *top = opendir(root);

    strcpy(folder, "/tmp/lesson.XXXXXX");
    if (top == NULL || mkdtemp(folder) == NULL)
        die_error(errno, "a folder to run a lesson in");
    while ((entry = readdir(top)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(target, sizeof target, "%s/%s", root, entry->d_name);
        snprintf(link, sizeof link, "%s/%s", folder, entry->d_name);
        CHECK(symlink(strcmp(entry->d_name, "build") == 0 ? build : target, link));
    }
    closedir(top);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- Commands ------------------------------------------------------------------------------- */

static bool is_command(const char *line)
{
    return strncmp(line, "$ ", 2) == 0;
}

static bool goes_on(const char *line)
{
    size_t length = strlen(line);

    return length > 0 && line[length - 1] == '\\';
}

/* Takes the command that begins at line *at of the block, and what it prints; moves *at behind. */
static void take_command(struct command *command, const struct block *block, size_t *at)
{
    char **line = block->lines.item;
    size_t i = *at, count = block->lines.count;
    int length, end = 0;

    *command = (struct command){.line = block->line + (int)i + 1};
    length = snprintf(command->text, sizeof command->text, "%s\n", line[i] + 2);
    while (goes_on(line[i]) && i + 1 < count && length < (int)sizeof command->text) {
        i++;
        length += snprintf(command->text + length, sizeof command->text - (size_t)length, "%s\n",
                           line[i] + (strncmp(line[i], "> ", 2) == 0 ? 2 : 0));
    }
    if (length >= (int)sizeof command->text)
        die("line %d: this command is too long", command->line);
    command->expected = line + ++i;
    while (i < count && !is_command(line[i]))
        i++;
    command->expected_count = (size_t)(line + i - command->expected);
    if (command->expected_count > 0 &&
        sscanf(line[i - 1], "[exit %d]%n", &command->exit_code, &end) == 1 && end > 0)
        command->expected_count--;
    *at = i;
}

/* With a sanitizer neither times nor memory are the lesson's: a decimal number has to be one. */
static double slack(void)
{
    const char *sanitize = getenv("SANITIZE");

    return sanitize != NULL && sanitize[0] != '\0' ? INFINITY : 1;
}

static bool output_matches(const struct command *command, const char *output)
{
    struct names got = {0};
    bool matches;

    while (*output != '\0') {
        size_t length = strcspn(output, "\n");

        names_add(&got, "%.*s", (int)length, output);
        output += length + (output[length] == '\n');
    }
    matches = match_lines(command->expected, command->expected_count, got.item, got.count, slack());
    names_clear(&got);
    return matches;
}

/* What a program in the background prints may come a little later. */
static bool output_will_match(const struct command *command, struct shell *shell, bool background)
{
    int64_t deadline = clock_now() + (background ? LATE_SECONDS * NS_PER_S : 0);

    while (!output_matches(command, shell_output(shell))) {
        if (clock_now() >= deadline)
            return false;
        clock_sleep(20 * NS_PER_MS);
    }
    return true;
}

static void complain(const struct lesson *lesson, const struct command *command, const char *output,
                     struct names *complaints)
{
    names_add(complaints, "%s:%d: $ %s  expected:", lesson->path, command->line, command->text);
    for (size_t i = 0; i < command->expected_count; i++)
        names_add(complaints, "    %s", command->expected[i]);
    names_add(complaints, "  got:\n%s", output);
}

/* False: the shell is of no use any more. */
static bool run_command(const struct lesson *lesson, const struct command *command,
                        struct shell *shell, bool background, struct names *complaints)
{
    int code = shell_run(shell, command->text, COMMAND_SECONDS);

    if (code == -ETIMEDOUT)
        names_add(complaints, "%s:%d: not done after %d seconds: %s", lesson->path, command->line,
                  COMMAND_SECONDS, command->text);
    else if (code == -ECHILD)
        names_add(complaints, "%s:%d: this ended the shell: %s", lesson->path, command->line,
                  command->text);
    else if (!output_will_match(command, shell, background))
        complain(lesson, command, shell_output(shell), complaints);
    else if (code != command->exit_code)
        names_add(complaints, "%s:%d: exit code %d where the lesson says %d: %s", lesson->path,
                  command->line, code, command->exit_code, command->text);
    return code >= 0;
}

static bool run_block(const struct lesson *lesson, const struct block *block, struct shell *shell,
                      bool *background, struct names *complaints)
{
    struct command command;
    size_t at = 0;

    if (block->lines.count == 0 || !is_command(block->lines.item[0])) {
        names_add(complaints, "%s:%d: a console block begins with a command, after \"$ \"",
                  lesson->path, block->line);
        return true;
    }
    while (at < block->lines.count) {
        take_command(&command, block, &at);
        *background = *background || strstr(command.text, "&\n") != NULL;
        if (!run_command(lesson, &command, shell, *background, complaints))
            return false;
    }
    return true;
}

/* ---- Blocks that only show ------------------------------------------------------------------- */

/* What `make` itself does at length, or would run this very program: exactly these, but for an
 * ONLY= behind the last two. */
static bool may_go_unrun(const char *command)
{
    static const char *const WHOLE[] = {"$ make demo", "$ make test", "$ make hostile",
                                        "$ make bench"};
    for (size_t i = 0; i < sizeof WHOLE / sizeof WHOLE[0]; i++)
        if (strcmp(command, WHOLE[i]) == 0)
            return true;
    return strncmp(command, "$ make hostile ONLY=", strlen("$ make hostile ONLY=")) == 0 ||
           strncmp(command, "$ make bench ONLY=", strlen("$ make bench ONLY=")) == 0;
}

static void check_shown(const struct lesson *lesson, const struct block *block,
                        struct names *complaints)
{
    for (size_t i = 0; i < block->lines.count; i++) {
        const char *line = block->lines.item[i];

        if (is_command(line) && !may_go_unrun(line))
            names_add(complaints,
                      "%s:%zu: only make demo, test, hostile and bench may go unrun: %s",
                      lesson->path, (size_t)block->line + i + 1, line);
    }
}

/* ---- A lesson -------------------------------------------------------------------------------- */

static bool has_console(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->block_count; i++)
        if (strcmp(lesson->blocks[i].kind, "console") == 0)
            return true;
    return false;
}

static void run_blocks(const struct lesson *lesson, struct shell *shell, struct names *complaints)
{
    bool background = false;

    for (size_t i = 0; i < lesson->block_count; i++) {
        const struct block *block = &lesson->blocks[i];

        if (strcmp(block->kind, "console") == 0 &&
            !run_block(lesson, block, shell, &background, complaints))
            return;
    }
}

/* The commands find a delay server of their own by AIO_URL, and nothing else in it. */
static void run_lesson(const struct lesson *lesson, const char *root, const char *build,
                       struct names *complaints)
{
    char folder[64], url[64];
    const char *const environment[] = {url, NULL};
    struct process *server =
        process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "100", NULL);
    struct shell *shell;

    snprintf(url, sizeof url, "AIO_URL=http://127.0.0.1:%u", process_serving_port(server));
    make_folder(folder, root, build);
    shell = shell_start(folder, environment);
    run_blocks(lesson, shell, complaints);
    shell_stop(shell);
    remove_folder(folder);
    process_free(server);
}

void check_console(const struct lesson *lesson, const char *root, const char *build,
                   struct names *complaints)
{
    for (size_t i = 0; i < lesson->block_count; i++) {
        const struct block *block = &lesson->blocks[i];

        if (strcmp(block->kind, "console no-run") == 0)
            check_shown(lesson, block, complaints);
        else if (strncmp(block->kind, "console", 7) == 0 && strcmp(block->kind, "console") != 0)
            names_add(complaints, "%s:%d: there is no such block: %s", lesson->path, block->line,
                      block->kind);
    }
    if (has_console(lesson))
        run_lesson(lesson, root, build, complaints);
}
