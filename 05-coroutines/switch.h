/* switch.h - the two functions that are written in assembly, one file for each kind of processor.
 */
#ifndef SWITCH_H
#define SWITCH_H

/* Leaves the stack that runs, keeping its pointer in *save, and goes on with the one whose pointer
 * is `load`. Returns when somebody switches back to *save. */
void switch_stacks(void **save, void *load);

/* Lays out an empty stack so that the first switch to it calls fn(arg), which must never return.
 * `top` is the end of its memory, aligned to 16 bytes. Returns the pointer to load. */
void *switch_prepare(void *top, void (*fn)(void *), void *arg);

#endif
