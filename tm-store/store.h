/* Events on their way into the database: summed up in memory, and written in
 * one transaction a second. What the database does not take is kept, so far as
 * it fits, and tried again each second. Nothing here waits long. */
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

/* A line on stderr and the end of the process when it cannot be opened. */
struct store *store_open(const struct store_options *options);

/* The directory that the database is in. */
int store_directory(const struct store *store);

void store_take(struct store *store, const struct tm_event *events,
		size_t count);

/* How many ms from now something is due, 0 = at once, -1 = nothing at all. */
int store_patience(const struct store *store);

/* Does what is due; idle = the input has nothing more for now. */
void store_work(struct store *store, bool idle);

/* Opens the file of that name anew, once all is written to the one that is
 * open. */
void store_reopen(struct store *store);

/* Events that are in no transaction yet or never will be. */
void store_owed(const struct store *store, uint64_t *events, uint64_t *bytes);

/* Records that were left out: of a time behind the year 2200, or of more bytes
 * than there are. */
uint64_t store_unsound(const struct store *store);

/* Writes what is left and closes. 0, or -1 when something is owed, which was
 * said. */
int store_close(struct store *store);

#endif
