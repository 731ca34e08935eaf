/* tower.c - reads the floors' folders. */
#include "tower.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static bool is_source(const char *path)
{
    const char *end = strrchr(path, '.');

    return end != NULL && (!strcmp(end, ".c") || !strcmp(end, ".h") || !strcmp(end, ".S"));
}

/* `#include "name"`, blanks or not, adds name. */
static void read_include(struct source *source, const char *line)
{
    char name[256];

    if (sscanf(line, " # include \"%255[^\"]\"", name) == 1)
        names_add(&source->includes, "%s", name);
}

static void read_source(struct source *source, const char *folder, const char *path)
{
    char full[4096], *line = NULL;
    size_t size = 0;
    FILE *file;

    *source = (struct source){.path = strdup(path)};
    snprintf(full, sizeof full, "%s/%s", folder, path);
    file = fopen(full, "r");
    if (file == NULL || source->path == NULL)
        die_error(errno, "%s", full);
    while (getline(&line, &size, file) >= 0) {
        source->lines++;
        read_include(source, line);
    }
    free(line);
    fclose(file);
}

/* The words after "STANDS_ON :=" in its Makefile. */
static void read_stands_on(struct floor *floor, const char *folder)
{
    char path[4096], *line = NULL;
    size_t size = 0;
    int after = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/Makefile", folder);
    file = fopen(path, "r");
    if (file == NULL)
        return; /* check_shape says so */
    while (getline(&line, &size, file) >= 0) {
        sscanf(line, "STANDS_ON := %n", &after);
        if (after > 0)
            names_add_words(&floor->stands_on, line + after);
        after = 0;
    }
    free(line);
    fclose(file);
}

/* nftw has no argument for its callback: where it puts what it finds, and how long the folder's
 * own path is. */
static struct names *found;
static size_t folder_length;

static int on_file_found(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    if (type == FTW_F)
        names_add(found, "%s", path + folder_length + 1);
    return 0;
}

static void read_floor(struct tower *tower, const char *name)
{
    struct floor *floor = &tower->floors[tower->count++];
    char folder[4096];

    *floor = (struct floor){.name = strdup(name)};
    snprintf(folder, sizeof folder, "%s/%s", tower->root, name);
    found = &floor->files;
    folder_length = strlen(folder);
    if (floor->name == NULL || nftw(folder, on_file_found, 16, FTW_PHYS) < 0)
        die_error(errno, "%s", folder);
    names_sort(&floor->files);
    read_stands_on(floor, folder);
    floor->sources = calloc(floor->files.count + 1, sizeof *floor->sources);
    if (floor->sources == NULL)
        die_error(ENOMEM, "%s", folder);
    for (size_t i = 0; i < floor->files.count; i++)
        if (is_source(floor->files.item[i]))
            read_source(&floor->sources[floor->source_count++], folder, floor->files.item[i]);
}

/* "05-coroutines", and nothing like it. */
static int is_chapter(const struct dirent *entry)
{
    const unsigned char *name = (const unsigned char *)entry->d_name;

    return isdigit(name[0]) && isdigit(name[1]) && name[2] == '-';
}

void tower_read(struct tower *tower, const char *root)
{
    struct dirent **entries;
    int count = scandir(root, &entries, is_chapter, alphasort);

    if (count < 0 || count >= TOWER_MAX_FLOORS)
        die_error(count < 0 ? errno : E2BIG, "%s", root);
    *tower = (struct tower){.root = strdup(root), .max_lines = TOWER_MAX_LINES};
    read_floor(tower, "common");
    for (int i = 0; i < count; i++) {
        read_floor(tower, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

void tower_read_folder(struct tower *tower, const char *root, const char *name, int max_lines)
{
    *tower = (struct tower){.root = strdup(root), .max_lines = max_lines};
    read_floor(tower, name);
}

static void free_floor(struct floor *floor)
{
    for (size_t i = 0; i < floor->source_count; i++) {
        free(floor->sources[i].path);
        names_clear(&floor->sources[i].includes);
    }
    free(floor->sources);
    free(floor->name);
    names_clear(&floor->files);
    names_clear(&floor->stands_on);
    names_clear(&floor->defined);
    names_clear(&floor->undefined);
}

void tower_free(struct tower *tower)
{
    for (int i = 0; i < tower->count; i++)
        free_floor(&tower->floors[i]);
    free(tower->root);
}

int tower_find(const struct tower *tower, const char *name)
{
    for (int i = 0; i < tower->count; i++)
        if (strcmp(tower->floors[i].name, name) == 0)
            return i;
    return -1;
}

bool tower_may_use(const struct tower *tower, int user, int used)
{
    return used == user || used == 0 ||
           names_has(&tower->floors[user].stands_on, tower->floors[used].name);
}
