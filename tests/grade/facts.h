/* facts.h - what an exercise's driver uses: its task from the judge, and its report.
 *
 * A driver runs a student's code and says what happened: what was returned, which calls were made,
 * which bytes arrived. It does not say whether that is right; the judge does, in another process.
 * Nothing that the student's code returns, prints or ends can therefore be taken for a verdict.
 *
 * The socket to the judge and the nonce that makes a fact believable are taken over before any
 * constructor of the student's runs, and before main. The process may then not start another one.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stddef.h>

struct task {
    const char *plan;             /* what to do, in the driver's own words, from exercise.ini */
    const unsigned char *payload; /* bytes for the student's code to work on, new each time */
    size_t payload_length;
};

const struct task *facts_task(void);

/* Reports a fact: a text, or bytes (at most 8 KiB). A later one of the same name counts. */
void facts_say(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void facts_say_bytes(const char *name, const void *bytes, size_t length);

/* A result of ours as text: "0", "300", "-32 (-EPIPE)". */
void facts_say_result(const char *name, long result);

/* All was reported: ends the process. */
void facts_end(void) __attribute__((noreturn));

/* Going on makes no sense: ends the process, and says why in a sentence about the student's code:
 * "write was called 1000 times". */
void facts_stop(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
