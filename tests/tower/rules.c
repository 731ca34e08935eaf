/* rules.c - the rules of the tower. */
#include <stdio.h>
#include <string.h>

#include "tower.h"

/* Lower floors only, that exist; and what they stand on is named, too. */
void check_stands_on(const struct tower *tower, struct names *complaints)
{
    for (int i = 0; i < tower->count; i++) {
        const struct floor *floor = &tower->floors[i];

        for (size_t k = 0; k < floor->stands_on.count; k++) {
            const char *lower_name = floor->stands_on.item[k];
            int lower = tower_find(tower, lower_name);

            if (lower < 0 || lower >= i) {
                names_add(complaints, "%s/Makefile: STANDS_ON names %s, which is no lower chapter",
                          floor->name, lower_name);
                continue;
            }
            const struct names *below = &tower->floors[lower].stands_on;
            for (size_t m = 0; m < below->count; m++)
                if (!names_has(&floor->stands_on, below->item[m]))
                    names_add(complaints, "%s/Makefile: STANDS_ON names %s, but not %s below it",
                              floor->name, lower_name, below->item[m]);
        }
    }
}

/* The floor whose header `#include "name"` in floor `user` means: its own, else a floor that it may
 * use, else any; -1: none has it. */
static int header_owner(const struct tower *tower, int user, const char *name)
{
    int owner = names_has(&tower->floors[user].files, name) ? user : -1;

    for (int i = 0; i < tower->count && owner < 0; i++)
        if (tower_may_use(tower, user, i) && names_has(&tower->floors[i].files, name))
            owner = i;
    for (int i = 0; i < tower->count && owner < 0; i++)
        if (names_has(&tower->floors[i].files, name))
            owner = i;
    return owner;
}

static void check_include(const struct tower *tower, int user, const struct source *source,
                          const char *name, struct names *complaints)
{
    const char *floor = tower->floors[user].name;
    const char *base = strrchr(name, '/');
    int owner = header_owner(tower, user, base == NULL ? name : base + 1);

    if (owner < 0 || tower_may_use(tower, user, owner))
        return;
    names_add(complaints, "%s/%s: includes %s of %s, %s", floor, source->path, name,
              tower->floors[owner].name,
              owner > user ? "a higher floor" : "which its STANDS_ON does not name");
}

void check_includes(const struct tower *tower, struct names *complaints)
{
    for (int i = 0; i < tower->count; i++)
        for (size_t k = 0; k < tower->floors[i].source_count; k++) {
            const struct source *source = &tower->floors[i].sources[k];

            for (size_t m = 0; m < source->includes.count; m++)
                check_include(tower, i, source, source->includes.item[m], complaints);
        }
}

/* Who defines it? A floor that `user` may use, else any other; -1: a library of the system's. */
static int symbol_owner(const struct tower *tower, int user, const char *symbol)
{
    int owner = -1;

    for (int i = 0; i < tower->count; i++)
        if (names_has(&tower->floors[i].defined, symbol)) {
            if (tower_may_use(tower, user, i))
                return i;
            owner = i;
        }
    return owner;
}

void check_symbols(const struct tower *tower, struct names *complaints)
{
    for (int i = 0; i < tower->count; i++)
        for (size_t k = 0; k < tower->floors[i].undefined.count; k++) {
            const char *symbol = tower->floors[i].undefined.item[k];
            int owner = symbol_owner(tower, i, symbol);

            if (owner >= 0 && !tower_may_use(tower, i, owner))
                names_add(complaints, "%s: its library needs %s of %s", tower->floors[i].name,
                          symbol, tower->floors[owner].name);
        }
}

void check_lengths(const struct tower *tower, struct names *complaints)
{
    for (int i = 0; i < tower->count; i++)
        for (size_t k = 0; k < tower->floors[i].source_count; k++) {
            const struct source *source = &tower->floors[i].sources[k];

            if (source->lines > tower->max_lines)
                names_add(complaints, "%s/%s: has %d lines; a file is one idea in at most %d",
                          tower->floors[i].name, source->path, source->lines, tower->max_lines);
        }
}

/* Every chapter has the same shape; common is no chapter. */
void check_shape(const struct tower *tower, struct names *complaints)
{
    static const char *const parts[] = {"README.md", "Makefile", "demo.c"};

    for (int i = 1; i < tower->count; i++)
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (!names_has(&tower->floors[i].files, parts[k]))
                names_add(complaints, "%s: has no %s", tower->floors[i].name, parts[k]);
}
