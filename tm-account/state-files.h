/* The files of a state: opened safely, locked, and read. */
#ifndef TM_ACCOUNT_STATE_FILES_H
#define TM_ACCOUNT_STATE_FILES_H

#include "journal.h"

struct state_names {
	char *file, *old, *new, *damaged, *lock; /* in dir */
};

/* The caller sets totals, runs and is_reader. */
struct state_files {
	struct totals *totals;
	struct tm_runs *runs;
	bool is_reader;	  /* reads only: takes no lock, trusts any owner */
	const char *path; /* for messages */
	struct state_names names;
	int dir;
	int lock;
};

/* All calls report problems on standard error. 0, or -1 if the state is
 * refused, in use, or missing while it is only read. */
int state_files_open(struct state_files *files, const char *path);

/* Reads the state, and the previous one if it is damaged. *found describes the
 * file itself. 0, or -1 if neither can be used. */
int state_files_load(struct state_files *files, struct journal *found);

/* openat(2) in the directory, if the file is safe: -1 with errno, EPERM if it
 * is refused. */
int state_files_openat(
		const struct state_files *files, const char *name, int flags);

/* Reports errno for the path with that suffix; returns -1. */
int state_files_refuse(const struct state_files *files, const char *suffix,
		const char *why);

void state_files_close(struct state_files *files);

#endif
