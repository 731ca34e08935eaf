/* pending_table.c - the loop's own list (loop_each_pending), with a partial's own words. */
#include "pending_table.h"

#include <errno.h>

#include "clock.h"
#include "partial.h"

#define CALL_SHOWN 160 /* bytes, with the NUL */

struct table {
    FILE *file;
    int64_t now_ns;
    int lines;
};

static void describe_call(const struct callback *callback, char *text, size_t size)
{
    if (callback->fn == partial_run)
        partial_describe(callback->arg, text, size);
    else
        snprintf(text, size, "%s", callback->name ? callback->name : "a callback");
}

static void print_item(const struct loop_item *item, void *arg)
{
    struct table *table = arg;
    char call[CALL_SHOWN];
    describe_call(item->callback, call, sizeof call);
    table->lines++;
    switch (item->kind) {
    case LOOP_ITEM_CALLBACK:
        fprintf(table->file, "queued  %-11s %s\n", "-", call);
        break;
    case LOOP_ITEM_TIMER:
        fprintf(table->file, "timer   in %6.1f s %s\n",
                (double)(item->when_ns - table->now_ns) / NS_PER_S, call);
        break;
    case LOOP_ITEM_READER:
    case LOOP_ITEM_WRITER:
        fprintf(table->file, "%s  fd %-8d %s\n",
                item->kind == LOOP_ITEM_READER ? "reader" : "writer", item->fd, call);
        break;
    }
}

int pending_print(struct loop *loop, FILE *file)
{
    struct table table = {.file = file, .now_ns = loop_time(loop)};
    int rc = loop_each_pending(loop, print_item, &table);
    if (rc < 0)
        return rc;
    if (table.lines == 0)
        fprintf(file, "nothing\n");
    return ferror(file) ? -EIO : 0;
}
