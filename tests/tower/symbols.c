/* symbols.c - what the floors' libraries define and need, as nm says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "tower.h"

/* nm -P: "name type value size" a line; U is undefined, a small letter is local (but u, v, w), and
 * a heading "lib.a[member.o]:" has no type. */
static void read_symbol(struct floor *floor, const char *line)
{
    char name[512], type;

    if (sscanf(line, "%511s %c", name, &type) != 2)
        return;
    if (type == 'U')
        names_add(&floor->undefined, "%s", name);
    else if (type >= 'A' && type <= 'Z')
        names_add(&floor->defined, "%s", name);
}

static void read_library(struct floor *floor, const char *library)
{
    char command[4200], *line = NULL;
    size_t size = 0;
    FILE *nm;

    snprintf(command, sizeof command, "nm -P '%s'", library);
    nm = popen(command, "r");
    if (nm == NULL)
        die_error(errno, "%s", command);
    while (getline(&line, &size, nm) >= 0)
        read_symbol(floor, line);
    free(line);
    if (pclose(nm) != 0)
        die("%s: failed", command);
    names_sort(&floor->defined);
}

void tower_read_symbols(struct tower *tower, const char *build)
{
    char library[4096];

    for (int i = 0; i < tower->count; i++) {
        struct floor *floor = &tower->floors[i];

        snprintf(library, sizeof library, "%s/%s/lib%s.a", build, floor->name, floor->name);
        if (access(library, R_OK) == 0)
            read_library(floor, library);
    }
}
