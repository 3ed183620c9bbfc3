#include <stdlib.h>
#include <string.h>

#include "where.h"

const char *tm_history_path(void)
{
	const char *const wanted = getenv("TM_DB");

	return wanted && *wanted ? wanted : TM_HISTORY_DEFAULT;
}

const char *tm_history_hint(const char *path)
{
	return strcmp(path, TM_HISTORY_DEFAULT)
			? ""
			: "; name another with --db FILE or TM_DB";
}
