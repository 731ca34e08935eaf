/* links.c - links that lead somewhere, fences that are closed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

/* Of another site, or within the same page. */
static bool is_elsewhere(const char *target)
{
    return strstr(target, "://") != NULL || strncmp(target, "mailto:", 7) == 0 || *target == '#';
}

void check_links(const struct lesson *lesson, const char *root, struct names *complaints)
{
    const char *slash = strrchr(lesson->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - lesson->path) + 1;
    char path[4096];

    if (lesson->open_fence > 0)
        names_add(complaints, "%s:%d: this fence is never closed", lesson->path,
                  lesson->open_fence);
    for (size_t i = 0; i < lesson->link_count; i++) {
        const struct link *link = &lesson->links[i];

        if (is_elsewhere(link->target))
            continue;
        snprintf(path, sizeof path, "%s/%.*s%.*s", root, folder, lesson->path,
                 (int)strcspn(link->target, "#"), link->target);
        if (access(path, R_OK) != 0)
            names_add(complaints, "%s:%d: the link leads nowhere: %s", lesson->path, link->line,
                      link->target);
    }
}
