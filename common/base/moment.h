/* Points in time as people write them, by the grammar of tm-words(7). */
#ifndef TM_BASE_MOMENT_H
#define TM_BASE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct tm_moment_problem {
	size_t column; /* from 0 */
	char reason[128];
};

/* Nanoseconds since the epoch. What names a day, week, month or year is where
 * it begins, in local time; a length of time is that long before now. False
 * with a problem when it is none. */
bool tm_moment_parse(const char *text, uint64_t now_ns, uint64_t *ns,
		struct tm_moment_problem *problem);

/* The first second of a local day, of which only the date counts; its numbers
 * may be out of range, as for mktime(3). A change of clocks may skip midnight,
 * or repeat it. */
time_t tm_day_begin(struct tm date);

#endif
