/* fuzz_read.c - from lines to statements, and from each block to its end. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fuzz.h"

static const char *const words[FUZZ_WORDS] = {
    [FUZZ_TASK] = "task",
    [FUZZ_SLEEP] = "sleep",
    [FUZZ_SPAWN] = "spawn",
    [FUZZ_CANCEL] = "cancel",
    [FUZZ_UNCANCEL] = "uncancel",
    [FUZZ_FAIL] = "fail",
    [FUZZ_AWAIT] = "await",
    [FUZZ_SHIELD] = "shield",
    [FUZZ_WAIT_FOR] = "wait_for",
    [FUZZ_GATHER] = "gather",
    [FUZZ_WAIT] = "wait",
    [FUZZ_AS_COMPLETED] = "as_completed",
    [FUZZ_TIMEOUT] = "timeout",
    [FUZZ_GROUP] = "group",
    [FUZZ_TRY] = "try",
    [FUZZ_SET] = "set",
    [FUZZ_CLEAR] = "clear",
    [FUZZ_EVENT_WAIT] = "event_wait",
    [FUZZ_NOTIFY] = "notify",
    [FUZZ_CONDITION_WAIT] = "condition_wait",
    [FUZZ_BARRIER_WAIT] = "barrier_wait",
    [FUZZ_BARRIER_RESET] = "barrier_reset",
    [FUZZ_BARRIER_ABORT] = "barrier_abort",
    [FUZZ_PUT] = "put",
    [FUZZ_GET] = "get",
    [FUZZ_DONE] = "done",
    [FUZZ_JOIN] = "join",
    [FUZZ_LOCKED] = "locked",
    [FUZZ_PERMITTED] = "permitted",
    [FUZZ_CONDITIONED] = "conditioned",
    [FUZZ_CATCH] = "catch",
    [FUZZ_END] = "end",
};

const char *fuzz_word_text(enum fuzz_word word)
{
    return words[word];
}

static enum fuzz_word word_of(const char *text)
{
    for (int i = 0; i < FUZZ_WORDS; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    die("there is no statement \"%s\"", text);
}

static struct fuzz_statement statement_of(const char *line)
{
    char word[16];
    struct fuzz_statement statement = {0};
    if (sscanf(line, "%15s %d %d %d %d", word, &statement.a, &statement.b, &statement.c,
               &statement.d) < 1)
        die("an empty line");
    statement.word = word_of(word);
    return statement;
}

/* From `begin` on, up to and behind the end of the block that it opens. */
static int close_block(struct fuzz_program *program, int begin)
{
    int i = begin + 1;
    while (i < program->count && program->statements[i].word != FUZZ_END) {
        enum fuzz_word word = program->statements[i].word;
        if (word == FUZZ_CATCH)
            program->statements[begin].next = i;
        if (word >= FUZZ_TIMEOUT && word <= FUZZ_TRY)
            i = close_block(program, i);
        else
            i++;
    }
    struct fuzz_statement *first = &program->statements[begin];
    if (first->word == FUZZ_TRY)
        program->statements[first->next].next = i + 1;
    else
        first->next = i + 1;
    return i + 1;
}

static void find_bodies(struct fuzz_program *program)
{
    for (int i = 0; i < program->count;) {
        const struct fuzz_statement *statement = &program->statements[i];
        if (statement->word != FUZZ_TASK || statement->a < 0 || statement->a >= FUZZ_TASKS)
            die("statement %d begins no task", i);
        program->begin[statement->a] = i + 1;
        i = close_block(program, i);
        program->end[statement->a] = i - 1;
        program->tasks++;
    }
}

void fuzz_read(struct fuzz_program *program)
{
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        if (program->count == FUZZ_STATEMENTS)
            die("more than %d statements", FUZZ_STATEMENTS);
        program->statements[program->count++] = statement_of(line);
    }
    find_bodies(program);
}
