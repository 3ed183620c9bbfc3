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
	bool is_reader;	  /* looks only: takes no lock, trusts any owner */
	const char *path; /* for messages */
	struct state_names names;
	int dir;
	int lock;
};

/* All calls say on standard error what is wrong. 0, or -1 when it is refused,
 * in use, or not there to be read. */
int state_files_open(struct state_files *files, const char *path);

/* Reads the state, where it is damaged the previous one too. *found tells of
 * the file itself. 0, or -1 when neither can be used. */
int state_files_load(struct state_files *files, struct journal *found);

/* openat(2) in the directory, of what is fit only: -1 and errno, EPERM when it
 * is refused. */
int state_files_openat(
		const struct state_files *files, const char *name, int flags);

/* Says it of the path with that suffix; -1. */
int state_files_refuse(const struct state_files *files, const char *suffix,
		const char *why);

void state_files_close(struct state_files *files);

#endif
