/* trace.h - what a test saw, in order, as one text to compare. */
#ifndef SUPPORT_TRACE_H
#define SUPPORT_TRACE_H

/* Adds to the trace; ", " comes between. A trace of over 8 KiB ends the test program. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

const char *trace_text(void);
void trace_clear(void);

#endif
