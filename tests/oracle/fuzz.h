/* fuzz.h - a random program of tasks, as fuzz.py writes it down for Python and for us.
 *
 * A line is a statement: a word and up to four numbers. "task K" begins the body of task K; some
 * statements are blocks, up to their "end". fuzz.py says what each means, fuzz_run.c does it in C.
 */
#ifndef FUZZ_H
#define FUZZ_H

#define FUZZ_TASKS      64
#define FUZZ_STATEMENTS 4096

enum fuzz_word {
    FUZZ_TASK,
    FUZZ_SLEEP,
    FUZZ_SPAWN,
    FUZZ_CANCEL,
    FUZZ_UNCANCEL,
    FUZZ_FAIL,
    FUZZ_AWAIT,
    FUZZ_SHIELD,
    FUZZ_WAIT_FOR,
    FUZZ_GATHER,
    FUZZ_WAIT,
    FUZZ_AS_COMPLETED,
    FUZZ_TIMEOUT,
    FUZZ_GROUP,
    FUZZ_TRY,
    FUZZ_CATCH,
    FUZZ_END,
    FUZZ_WORDS
};

struct fuzz_statement {
    enum fuzz_word word;
    int a, b, c, d;
    int next; /* of a block: the statement behind its end; of a try: its catch */
};

struct fuzz_program {
    struct fuzz_statement statements[FUZZ_STATEMENTS];
    int count;
    int begin[FUZZ_TASKS], end[FUZZ_TASKS]; /* each task's body */
    int tasks;
};

/* Reads it from stdin. Ends the program with a message when it is not one. */
void fuzz_read(struct fuzz_program *program);

/* Runs it on the virtual clock; what it prints goes to stdout. */
int fuzz_run(const struct fuzz_program *program);

#endif
