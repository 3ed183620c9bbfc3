/* The format of the state file: entries, each with its checksums. The first
 * states the length of the snapshot. Little-endian. */
#ifndef TM_ACCOUNT_JOURNAL_H
#define TM_ACCOUNT_JOURNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/stream/runs.h"
#include "totals.h"

/* The result of reading a file. */
struct journal {
	off_t size;
	off_t snapshot_size;
	off_t sound_size; /* up to an incomplete last entry */
	off_t damaged_at; /* -1 = nowhere */
	bool is_ours;	  /* it is a state file */
};

/* Reads all valid entries of the file and keeps the largest value of each
 * total. 0, or -1 with errno. */
int journal_read(int fd, struct journal *journal, struct totals *totals,
		struct tm_runs *runs);

/* Appends the users and runs that changed. Returns the bytes written, or -1
 * with errno when a part may have been written. */
off_t journal_append(int fd, const struct totals *totals,
		const struct tm_runs *runs);

/* Writes all users and runs, as the snapshot that begins a file. */
off_t journal_begin(int fd, const struct totals *totals,
		const struct tm_runs *runs);

#endif
