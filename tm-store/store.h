/* Sums events in memory and writes them to the database in one transaction a
 * second. If a write fails, the sums are kept, as far as they fit, and written
 * again each second. Nothing here waits for long. */
#ifndef TM_STORE_STORE_H
#define TM_STORE_STORE_H

#include <stddef.h>

#include "common/history/coarse.h"

struct store;

struct store_options {
	const char *path;
	struct tm_retention retention;
	bool is_quiet;
};

/* Opens the database or exits with a message. */
struct store *store_open(const struct store_options *options);

/* The directory that the database is in. */
int store_directory(const struct store *store);

void store_take(struct store *store, const struct tm_event *events,
		size_t count);

/* How many ms from now something is due, 0 = at once, -1 = nothing at all. */
int store_patience(const struct store *store);

/* Does what is due; idle = the input has nothing more for now. */
void store_work(struct store *store, bool idle);

/* Opens the file of that name again, after writing everything to the open one.
 */
void store_reopen(struct store *store);

/* Events that were not written, or never will be. */
void store_owed(const struct store *store, uint64_t *events, uint64_t *bytes);

/* Records that were ignored: of a time after the year 2200, or of an impossible
 * number of bytes. */
uint64_t store_unsound(const struct store *store);

/* Writes what is left and closes. 0, or -1 if something could not be written,
 * which is reported. */
int store_close(struct store *store);

#endif
