/* match.h - is this the output that the lesson shows?
 *
 * To the letter, but for:
 *   - `…`, which stands for any text within a line; a line that is only `…` for any lines, or none;
 *   - a number with a decimal point, which may be off by a quarter of it or by 0.6, whichever is
 *     more; the blanks before it may be more or fewer;
 *   - a bar of a timeline (`label |  ####  | 5.0`), which may begin and end a tenth of its width
 *     elsewhere; its axis (`+----+----`) and the numbers below, which only have to be there.
 */
#ifndef MATCH_H
#define MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* `slack` widens what is allowed for numbers and bars: 1 is what is said above; a build that is
 * slow on purpose wants more. */
bool match_line(const char *expected, const char *got, double slack);
bool match_lines(char *const expected[], size_t expected_count, char *const got[], size_t got_count,
                 double slack);

#endif
