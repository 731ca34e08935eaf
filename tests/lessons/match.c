/* match.c - compares what a lesson shows with what a command printed. */
#include "match.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANY         "…"
#define MAX_BAR_OFF 0.1 /* of the bar's width */

/* The length of a decimal number that begins here ("7.05"); 0: none does ("7", "127.0.0.1"). */
static size_t decimal(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t parts = whole > 0 && text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    const char *after = text + whole + 1 + parts;

    if (parts == 0 || (after[0] == '.' && isdigit((unsigned char)after[1])))
        return 0;
    return whole + 1 + parts;
}

static bool near(double expected, double got, double slack)
{
    return fabs(expected - got) <= slack * fmax(0.25 * expected, 0.6) + 1e-9;
}

/* May a number begin behind this letter? Not inside of a word, a number, or HTTP/1.1. */
static bool may_begin(char before)
{
    return !isalnum((unsigned char)before) && before != '.' && before != '/';
}

/* `before` is what precedes `expected` in its line. */
static bool match_text(const char *expected, char before, const char *got, double slack)
{
    size_t number, blanks;

    if (*expected == '\0')
        return *got == '\0';
    if (strncmp(expected, ANY, strlen(ANY)) == 0) {
        for (;; got++) {
            if (match_text(expected + strlen(ANY), ' ', got, slack))
                return true;
            if (*got == '\0')
                return false;
        }
    }
    blanks = strspn(expected, " ");
    if (blanks > 0 && decimal(expected + blanks) > 0 && *got == ' ')
        return match_text(expected + blanks, ' ', got + strspn(got, " "), slack);
    number = may_begin(before) ? decimal(expected) : 0;
    if (number > 0 && decimal(got) > 0)
        return near(strtod(expected, NULL), strtod(got, NULL), slack) &&
               match_text(expected + number, '0', got + decimal(got), slack);
    return *expected == *got && match_text(expected + 1, *expected, got + 1, slack);
}

/* ---- Timelines ------------------------------------------------------------------------------- */

/* "label  |   ####   |  5.0": where its bar is, between the two strokes. */
struct bar {
    const char *left, *right; /* the strokes */
    size_t width, from, to;
    char letter;
};

static bool find_bar(const char *line, struct bar *bar)
{
    size_t bars;

    bar->left = strchr(line, '|');
    bar->right = bar->left == NULL ? NULL : strchr(bar->left + 1, '|');
    if (bar->right == NULL)
        return false;
    bar->width = (size_t)(bar->right - bar->left) - 1;
    bar->from = strspn(bar->left + 1, " ");
    bar->letter = bar->left[1 + bar->from];
    if (bar->letter != '#' && bar->letter != 'x')
        return false;
    bars = strspn(bar->left + 1 + bar->from, (char[]){bar->letter, '\0'});
    bar->to = bar->from + bars;
    return bar->to + strspn(bar->left + 1 + bar->to, " ") == bar->width;
}

static bool near_place(size_t expected, size_t got, double may_be_off)
{
    return fabs((double)expected - (double)got) <= may_be_off;
}

static bool match_bar(const char *expected, const struct bar *e, const char *got,
                      const struct bar *g, double slack)
{
    double off = slack * MAX_BAR_OFF * (double)e->width;
    char label[256], got_label[256];
    size_t length = (size_t)(e->left - expected), got_length = (size_t)(g->left - got);

    if (length >= sizeof label || got_length >= sizeof got_label)
        return false;
    memcpy(label, expected, length);
    memcpy(got_label, got, got_length);
    label[length] = got_label[got_length] = '\0';
    return match_text(label, ' ', got_label, slack) && match_text(e->right, ' ', g->right, slack) &&
           e->letter == g->letter && near_place(e->width, g->width, off) &&
           near_place(e->from, g->from, off) && near_place(e->to, g->to, off);
}

/* "      +----+----+--" */
static bool is_axis(const char *line)
{
    return strstr(line, "+--") != NULL && line[strspn(line, " +-")] == '\0';
}

/* "       0    1    2 units": the numbers under it. */
static bool is_scale(const char *line)
{
    size_t blanks = strspn(line, " "), end = strspn(line, " 0123456789");

    return blanks > 0 && line[blanks] == '0' &&
           (line[end] == '\0' || strcmp(line + end, "units") == 0);
}

bool match_line(const char *expected, const char *got, double slack)
{
    struct bar e, g;

    if (find_bar(expected, &e) && find_bar(got, &g))
        return match_bar(expected, &e, got, &g, slack);
    if ((is_axis(expected) && is_axis(got)) || (is_scale(expected) && is_scale(got)))
        return true;
    return match_text(expected, ' ', got, slack);
}

bool match_lines(char *const expected[], size_t expected_count, char *const got[], size_t got_count,
                 double slack)
{
    if (expected_count == 0)
        return got_count == 0;
    if (strcmp(expected[0], ANY) == 0) {
        for (size_t skipped = 0; skipped <= got_count; skipped++)
            if (match_lines(expected + 1, expected_count - 1, got + skipped, got_count - skipped,
                            slack))
                return true;
        return false;
    }
    return got_count > 0 && match_line(expected[0], got[0], slack) &&
           match_lines(expected + 1, expected_count - 1, got + 1, got_count - 1, slack);
}
