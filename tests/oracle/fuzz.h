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
    FUZZ_SET, /* from here to FUZZ_JOIN: fuzz_sync.c */
    FUZZ_CLEAR,
    FUZZ_EVENT_WAIT,
    FUZZ_NOTIFY,
    FUZZ_CONDITION_WAIT,
    FUZZ_BARRIER_WAIT,
    FUZZ_BARRIER_RESET,
    FUZZ_BARRIER_ABORT,
    FUZZ_PUT,
    FUZZ_GET,
    FUZZ_DONE,
    FUZZ_JOIN,
    FUZZ_TIMEOUT, /* blocks from here on */
    FUZZ_GROUP,
    FUZZ_LOCKED,
    FUZZ_PERMITTED,
    FUZZ_CONDITIONED,
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

/* The word as the program has it. */
const char *fuzz_word_text(enum fuzz_word word);

/* ---- What all tasks of a program share (fuzz_sync.c) ----------------------------------------- */

void fuzz_sync_begin(void);
void fuzz_sync_end(void);

/* One may hold the condition's lock and await another, who wants it back and cannot be cancelled
 * out of that. When nothing goes on any more the lock is released, whoever holds it. */
void fuzz_sync_break_lock(void);

/* A statement from FUZZ_SET to FUZZ_JOIN: its result. May suspend. */
int fuzz_sync_do(const struct fuzz_statement *statement);

/* The beginning and the end of FUZZ_LOCKED, FUZZ_PERMITTED or FUZZ_CONDITIONED. */
int fuzz_sync_acquire(enum fuzz_word word);
int fuzz_sync_release(enum fuzz_word word);

#endif
