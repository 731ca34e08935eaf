/* links.c - links that lead somewhere, fences that are closed, pages that can be found. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

static bool is_elsewhere(const char *target)
{
    return strstr(target, "://") != NULL || strncmp(target, "mailto:", 7) == 0;
}

/* "## What it costs" makes the anchor "what-it-costs": letters and digits in lower case, blanks as
 * hyphens, the rest of ASCII left out. */
static bool heading_makes(const char *line, const char *anchor)
{
    size_t level = strspn(line, "#");

    if (level == 0 || line[level] != ' ')
        return false;
    for (line += level + 1; *line != '\0'; line++) {
        unsigned char c = (unsigned char)*line;

        if (c < 0x80 && !isalnum(c) && c != ' ' && c != '-' && c != '_')
            continue;
        if (*anchor++ != (c == ' ' ? '-' : (char)tolower(c)))
            return false;
    }
    return *anchor == '\0';
}

/* Other files than pages have anchors of the site's own making, such as #L3. */
static bool has_anchor(const char *path, const char *anchor)
{
    const char *dot = strrchr(path, '.');
    struct names lines = {0};
    bool found = false;

    if (dot == NULL || strcmp(dot, ".md") != 0)
        return true;
    read_lines("", path, &lines);
    for (size_t i = 0; i < lines.count && !found; i++)
        found = heading_makes(lines.item[i], anchor);
    names_clear(&lines);
    return found;
}

static void check_link(const struct lesson *lesson, const char *root, const struct link *link,
                       struct names *complaints)
{
    const char *slash = strrchr(lesson->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - lesson->path) + 1;
    size_t length = strcspn(link->target, "#");
    char path[4096];

    if (length == 0)
        snprintf(path, sizeof path, "%s/%s", root, lesson->path);
    else
        snprintf(path, sizeof path, "%s/%.*s%.*s", root, folder, lesson->path, (int)length,
                 link->target);
    if (access(path, R_OK) != 0 ||
        (link->target[length] == '#' && !has_anchor(path, link->target + length + 1)))
        names_add(complaints, "%s:%d: the link leads nowhere: %s", lesson->path, link->line,
                  link->target);
}

void check_links(const struct lesson *lesson, const char *root, struct names *complaints)
{
    if (lesson->open_fence > 0)
        names_add(complaints, "%s:%d: this fence is never closed", lesson->path,
                  lesson->open_fence);
    for (size_t i = 0; i < lesson->link_count; i++)
        if (!is_elsewhere(lesson->links[i].target))
            check_link(lesson, root, &lesson->links[i], complaints);
}

/* The page from which a reader comes to this one: the README.md of its folder, and to that, the
 * chapter's; "" for those at the top and for the chapters' own. */
static void parent_of(const char *path, char parent[256])
{
    const char *chapter_end = strchr(path, '/'), *folder_end = strrchr(path, '/');

    parent[0] = '\0';
    if (folder_end == NULL)
        return;
    if (strcmp(folder_end, "/README.md") != 0)
        snprintf(parent, 256, "%.*s/README.md", (int)(folder_end - path), path);
    else if (folder_end != chapter_end)
        snprintf(parent, 256, "%.*s/README.md", (int)(chapter_end - path), path);
}

void check_is_linked(const struct lesson *lesson, const char *root, struct names *complaints)
{
    char parent[256], full[4096];
    struct lesson from;
    bool linked = false;

    parent_of(lesson->path, parent);
    snprintf(full, sizeof full, "%s/%s", root, parent);
    if (parent[0] == '\0')
        return;
    if (access(full, R_OK) == 0) {
        const char *target = lesson->path + strlen(parent) - strlen("README.md");

        lesson_read(&from, root, parent);
        for (size_t i = 0; i < from.link_count; i++) {
            const char *link = from.links[i].target;

            linked = linked || (strcspn(link, "#") == strlen(target) &&
                                strncmp(link, target, strlen(target)) == 0);
        }
        lesson_free(&from);
    }
    if (!linked)
        names_add(complaints, "%s:1: %s has no link to this page", lesson->path, parent);
}
