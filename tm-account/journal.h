/* The form of the state file: entries, each with its checksums. The first says
 * how long the snapshot is that follows. Little-endian. */
#ifndef TM_ACCOUNT_JOURNAL_H
#define TM_ACCOUNT_JOURNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/stream/runs.h"
#include "totals.h"

/* What reading a file found. */
struct journal {
	off_t size;
	off_t snapshot_size;
	off_t sound_size; /* up to a torn last entry */
	off_t damaged_at; /* -1 = nowhere */
	bool is_ours;	  /* it is a state file at all */
};

/* Takes over all sound entries of the file, the largest value of each total.
 * 0, or -1 and errno. */
int journal_read(int fd, struct journal *journal, struct totals *totals,
		struct tm_runs *runs);

/* Appends what is touched and changed. Bytes written, or -1 and errno, when a
 * part may have been written. */
off_t journal_append(int fd, const struct totals *totals,
		const struct tm_runs *runs);

/* The same for all that is known, as the snapshot that begins a file. */
off_t journal_begin(int fd, const struct totals *totals,
		const struct tm_runs *runs);

#endif
