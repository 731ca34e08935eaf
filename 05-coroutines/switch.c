/* switch.c - our assembly, register by register: what switch_stacks has kept of a function that is
 * parked, where it lies, and the whole of the stack that it lies on.
 *
 *     build/05-coroutines/switch                    read it beside switch_x86_64.S
 *     build/05-coroutines/switch --count 1000000    only switches; see what strace -c counts
 *
 * Ada looks at main while main is parked, and main looks at Ada. Watch the addresses on the left:
 * they go down from register to register, as each was pushed, and the last is the pointer that was
 * kept. The first one holds where the function goes on. Then Ada's stack is dumped. Above the
 * registers lie her frames: her variable, the return addresses, the frame pointers.
 *
 * It is not: a debugger. It knows its own few functions only; gdb knows all (co-bt.py).
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "check.h"
#include "options.h"
#include "switch.h"
#include "switch_words.h"

static _Alignas(16) char stack[16 * 1024]; /* Ada's */
static char *const stack_end = stack + sizeof stack;
static void *main_parked, *ada_parked; /* the stack pointer of each, while it is parked */
static long *turns_at;                 /* Ada's variable */

/* ---- What is this number? ------------------------------------------------------------------ */

struct function {
    const char *name;
    uintptr_t begin;
};
static struct function functions[4];

#define LONGEST 400 /* bytes of code of any of them, or it is not one of them */

static void print_word(uintptr_t word)
{
    const struct function *in = NULL;
    for (const struct function *f = functions; f < functions + 4; f++)
        if (f->begin && word >= f->begin && word - f->begin < LONGEST &&
            (!in || f->begin > in->begin))
            in = f;
    printf("%#18" PRIxPTR, word);
    if (in && word == in->begin)
        printf("  the function %s", in->name);
    else if (in)
        printf("  in %s, %" PRIuPTR " bytes behind its beginning", in->name, word - in->begin);
    else if (word >= (uintptr_t)stack && word < (uintptr_t)stack_end)
        printf("  on Ada's stack, %" PRIuPTR " bytes below its end", (uintptr_t)stack_end - word);
}

/* ---- What was kept ------------------------------------------------------------------------- */

/* The register that lies at this address of a parked stack; NULL: none. */
static const char *register_at(const char *parked, const char *address)
{
    for (size_t i = 0; i < SWITCH_WORDS; i++)
        if (parked + switch_words[i].offset == address)
            return switch_words[i].name;
    return NULL;
}

static void show_registers(const char *who, const void *parked)
{
    printf("%s is parked, its stack pointer is %p:\n", who, parked);
    for (size_t i = SWITCH_WORDS; i-- > 0;) {
        const char *at = (const char *)parked + switch_words[i].offset;
        printf("    %p  %-4s", (const void *)at, switch_words[i].name);
        print_word(*(const uintptr_t *)at);
        printf("\n");
    }
}

/* Reads what no variable of ours stands for; the address sanitizer would not have that. */
__attribute__((no_sanitize("address"))) static void dump_stack(const char *parked)
{
    printf("Ada's stack from there up to its end, %td bytes:\n", stack_end - parked);
    for (const char *at = parked; at < stack_end; at += sizeof(uintptr_t)) {
        const char *name = register_at(parked, at);
        if (at == (const char *)turns_at)
            name = "turns";
        printf("    %p  %-5s", (const void *)at, name ? name : "");
        print_word(*(const uintptr_t *)at);
        printf("\n");
    }
}

/* ---- Two who take turns -------------------------------------------------------------------- */

static __attribute__((noinline)) void stop_here(long *turns)
{
    turns_at = turns;
    switch_stacks(&ada_parked, main_parked);
    ++*turns; /* so that there is a frame to come back to */
}

static void ada(void *arg)
{
    (void)arg;
    show_registers("main", main_parked);
    for (long turns = 1;;)
        stop_here(&turns);
}

static void look(void)
{
    ada_parked = switch_prepare(stack_end, ada, NULL);
    functions[0] = (struct function){"ada", (uintptr_t)ada};
    functions[1] = (struct function){"stop_here", (uintptr_t)stop_here};
    functions[2] = (struct function){"look", (uintptr_t)look};
#ifndef SWITCH_UCONTEXT /* where a new stack goes first */
    uintptr_t first = *(uintptr_t *)((char *)ada_parked + switch_words[SWITCH_WORDS - 1].offset);
    functions[3] = (struct function){"first_frame", first};
#endif
    switch_stacks(&main_parked, ada_parked);
    show_registers("Ada", ada_parked);
    dump_stack(ada_parked);
    switch_stacks(&main_parked, ada_parked);
    printf("Ada was resumed there, and her turns are %ld\n", *turns_at);
}

static void come_back(void *arg)
{
    (void)arg;
    for (;;)
        switch_stacks(&ada_parked, main_parked);
}

static void only_switch(long count)
{
    ada_parked = switch_prepare(stack_end, come_back, NULL);
    for (long i = 0; i < count; i++)
        switch_stacks(&main_parked, ada_parked);
    printf("%ld switches there, and %ld back\n", count, count);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    long *count = state->input;
    switch (key) {
    case 'c':
        *count = option_number(state, "--count", text, 1, 1000000000);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"count", 'c', "N", 0, "Only switch, there and back, N times", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list, .parser = parse_option, .doc = "A switch, register by register."};
    long count = 0;
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &count);
    if (error != 0)
        die_error(error, "options");
    if (count > 0)
        only_switch(count);
    else
        look();
    return 0;
}
