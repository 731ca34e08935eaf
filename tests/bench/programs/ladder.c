/* ladder.c - draws the messages per second of the echo servers as bars, an SVG.
 *
 *     ladder <bench.tsv >bench.svg
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "stats.h"

#define ROW_HEIGHT 26
#define LABEL      150 /* px, of the subject's name */
#define WIDTH      520 /* px, of the longest bar */

static struct rows rows;

static double largest(int *count)
{
    double most = 1;
    *count = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (strcmp(rows.row[i].experiment, "echo") == 0 &&
            strcmp(rows.row[i].metric, "messages") == 0) {
            most = rows.row[i].values[0] > most ? rows.row[i].values[0] : most;
            ++*count;
        }
    return most;
}

static void draw_bar(const struct row *row, int place, double most)
{
    bool is_ours = row->subject[0] == '0';
    double width = row->values[0] / most * WIDTH;
    int top = 34 + place * ROW_HEIGHT;
    printf("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LABEL - 8, top + 15,
           row->subject);
    printf("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>\n", LABEL, top,
           width, is_ours ? "#2b6cb0" : "#a0aec0");
    printf("<text x=\"%.1f\" y=\"%d\">%.0f</text>\n", LABEL + width + 6, top + 15, row->values[0]);
}

int main(void)
{
    char line[300];
    int count, place = 0;
    while (fgets(line, sizeof line, stdin))
        rows_add(&rows, line); /* the heading is no row */
    double most = largest(&count);
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
           "font-family=\"sans-serif\" font-size=\"13\">\n",
           LABEL + WIDTH + 80, 44 + count * ROW_HEIGHT);
    printf("<text x=\"8\" y=\"20\">Echo, messages per second (ours are blue)</text>\n");
    for (size_t i = 0; i < rows.count; i++)
        if (strcmp(rows.row[i].experiment, "echo") == 0 &&
            strcmp(rows.row[i].metric, "messages") == 0)
            draw_bar(&rows.row[i], place++, most);
    printf("</svg>\n");
    return ferror(stdout) != 0;
}
