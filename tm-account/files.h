/* The files of a state: opened safely, locked, and read. */
#ifndef TM_ACCOUNT_FILES_H
#define TM_ACCOUNT_FILES_H

#include "journal.h"

struct tm_file_names {
	char *file, *old, *new, *damaged, *lock; /* in dir */
};

/* The caller sets totals, runs and is_reader. */
struct tm_files {
	struct tm_totals *totals;
	struct tm_runs *runs;
	bool is_reader;	  /* looks only: takes no lock, trusts any owner */
	const char *path; /* for messages */
	struct tm_file_names names;
	int dir;
	int lock;
};

/* All calls say on standard error what is wrong. 0, or -1 when it is refused,
 * in use, or not there to be read. */
int tm_files_open(struct tm_files *files, const char *path);

/* Reads the state, where it is damaged the previous one too. *found tells of
 * the file itself. 0, or -1 when neither can be used. */
int tm_files_load(struct tm_files *files, struct tm_journal *found);

/* openat(2) in the directory, of what is fit only: -1 and errno, EPERM when it
 * is refused. */
int tm_files_openat(const struct tm_files *files, const char *name, int flags);

/* Says it of the path with that suffix; -1. */
int tm_files_refuse(const struct tm_files *files, const char *suffix,
		const char *why);

void tm_files_close(struct tm_files *files);

#endif
