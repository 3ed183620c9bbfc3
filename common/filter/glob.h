/* Patterns as of fnmatch(3). */
#ifndef TM_FILTER_GLOB_H
#define TM_FILTER_GLOB_H

#include <fnmatch.h>
#include <stdbool.h>

static inline bool tm_glob_matches(const char *pattern, const char *text)
{
	return !fnmatch(pattern, text, 0);
}

/* Whether some text matches both. True, too, where that is hard to tell: of
 * long patterns and of those with brackets or backslashes. */
bool tm_globs_meet(const char *a, const char *b);

#endif
