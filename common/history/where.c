#include <stdlib.h>
#include <string.h>

#include "where.h"

const char *tm_history_path(const char *named)
{
	const char *const wanted = getenv("TM_DB");

	if (named)
		return named;
	return wanted && *wanted ? wanted : TM_HISTORY_DEFAULT;
}

const char *tm_history_hint(const char *path)
{
	return strcmp(path, TM_HISTORY_DEFAULT)
			? ""
			: "; name another with --db FILE or TM_DB";
}
