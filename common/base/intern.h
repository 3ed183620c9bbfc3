/* Numbers distinct texts: 1, 2, ... in the order of their first appearance, so
 * that a text can be held, compared and hashed as a number. */
#ifndef TM_BASE_INTERN_H
#define TM_BASE_INTERN_H

#include "map.h"

#define TM_INTERN_NONE 0
#define TM_INTERN_FULL UINT32_MAX /* of all texts that did not fit */

/* All zero is an empty collection without bounds. */
struct tm_intern {
	struct tm_map map;
	char **texts; /* that of number n at n - 1 */
	uint32_t count;
	uint32_t count_max; /* 0 = no limit */
	size_t size, size_max;
};

/* The text's number; TM_INTERN_NONE for an empty text, TM_INTERN_FULL beyond
 * the limits or when there is no memory. */
uint32_t tm_intern(struct tm_intern *intern, const char *text);

/* The number that the text has; TM_INTERN_NONE if it has none. */
uint32_t tm_intern_find(const struct tm_intern *intern, const char *text);

/* The text of a number that tm_intern returned; NULL for NONE and FULL. */
const char *tm_intern_text(const struct tm_intern *intern, uint32_t number);

/* Forgets all texts: the numbers mean nothing from now on. */
void tm_intern_clear(struct tm_intern *intern);

void tm_intern_free(struct tm_intern *intern);

#endif
