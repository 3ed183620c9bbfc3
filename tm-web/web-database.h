/* A thread's own view of the history, opened when it is first asked for, and
 * again when the file was replaced or SIGHUP came. */
#ifndef TM_WEB_WEB_DATABASE_H
#define TM_WEB_WEB_DATABASE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/history/history.h"

#define DATABASE_PATIENCE_MS 10000 /* for one question */

struct database {
	const char *path;
	struct tm_history *history; /* NULL = not open */
	dev_t device;
	ino_t file;
	bool has_log; /* the writer's: without one nobody writes */
	unsigned generation;
	unsigned opened; /* how many files it has been */
};

/* The history, or NULL and why in *problem. */
struct tm_history *database_use(
		struct database *database, const char **problem);
void database_close(struct database *database);

/* All threads open it again before they use it. */
void database_reopen_all(void);

#endif
