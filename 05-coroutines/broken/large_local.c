/* large_local.c - broken on purpose: a local variable that is larger than the stack.
 *
 *     build/05-coroutines/broken/large_local
 *
 * On the stack of a thread there are 8 MiB, and nobody thinks twice about a buffer of 70 KB. A
 * coroutine has 60 KiB. The program is meant to end with a sentence that names the coroutine, and a
 * segmentation fault: the array reaches into the guard below the stack. It is larger than stack and
 * guard together, and could reach over it, into the next stack, without touching it. So all of
 * this is compiled with -fstack-clash-protection, which touches every page of a large frame, in
 * order. A library that was compiled without it has no such manners.
 *
 * With a sanitizer nothing happens: there a stack is eight times as large (coro_tools.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "coro.h"
#include "options.h"

#define PAGE_BYTES 70000

static size_t length_of_page(const char *words)
{
    char page[PAGE_BYTES]; /* the trap: malloc is the word */
    size_t length = 0;
    while (length + strlen(words) < PAGE_BYTES) {
        memcpy(page + length, words, strlen(words));
        length += strlen(words);
    }
    printf("a page of %zu bytes, ends with \"%.5s\"\n", length, page + length - 5);
    return length;
}

static int make_page(void *arg)
{
    return length_of_page(arg) > 0 ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a local variable larger than the stack.", argc, argv);
    static char words[] = "Hello! ";
    printf("a stack has %d bytes, and the array %d\n", CORO_STACK_SIZE, PAGE_BYTES);
    fflush(stdout); /* what lies in stdio's buffer would be lost */
    struct coro *coro = coro_new(make_page, words, "Ada");
    if (!coro)
        die_error(errno, "cannot make a coroutine");
    coro_resume(coro);
    coro_free(coro);
    coro_trim();
    return 0;
}
