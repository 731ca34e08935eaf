/* switch_words.h - what switch_stacks leaves on a stack that is parked: for the programs that show
 * it. One table for each way to switch; where there is none, only the C library knows.
 */
#ifndef SWITCH_WORDS_H
#define SWITCH_WORDS_H

#include <stddef.h>

struct switch_word {
    const char *name; /* the register that it goes back to */
    size_t offset;    /* bytes above the stack pointer that was kept */
};

/* The last of them is the address to go on at. */
#if !defined(SWITCH_UCONTEXT) && defined(__x86_64__)
static const struct switch_word switch_words[] = {
    {"r15", 0}, {"r14", 8}, {"r13", 16}, {"r12", 24}, {"rbx", 32}, {"rbp", 40}, {"rip", 48}};
#define SWITCH_PARKS 56 /* bytes */

#elif !defined(SWITCH_UCONTEXT) && defined(__aarch64__)
static const struct switch_word switch_words[] = {
    {"x19", 0},  {"x20", 8},  {"x21", 16}, {"x22", 24}, {"x23", 32}, {"x24", 40},
    {"x25", 48}, {"x26", 56}, {"x27", 64}, {"x28", 72}, {"x29", 80}, {"x30", 88}};
#define SWITCH_PARKS 160 /* with d8 to d15 */

#else
#include <ucontext.h>
#ifndef SWITCH_UCONTEXT
#define SWITCH_UCONTEXT /* on a processor without assembly of ours */
#endif
#define SWITCH_PARKS sizeof(ucontext_t)

#ifdef __x86_64__
#define REGISTER(name, number)                                \
    {                                                         \
        name, offsetof(ucontext_t, uc_mcontext.gregs[number]) \
    }
static const struct switch_word switch_words[] = {
    REGISTER("r15", REG_R15), REGISTER("r14", REG_R14), REGISTER("r13", REG_R13),
    REGISTER("r12", REG_R12), REGISTER("rbx", REG_RBX), REGISTER("rbp", REG_RBP),
    REGISTER("rip", REG_RIP)};
#undef REGISTER
#elif defined(__aarch64__)
static const struct switch_word switch_words[] = {
    {"x29", offsetof(ucontext_t, uc_mcontext.regs[29])},
    {"pc", offsetof(ucontext_t, uc_mcontext.pc)}};
#else
#define SWITCH_WORDS 0
static const struct switch_word switch_words[1];
#endif
#endif

#ifndef SWITCH_WORDS
#define SWITCH_WORDS (sizeof switch_words / sizeof switch_words[0])
#endif

#endif
