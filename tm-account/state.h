/* The state file: running totals and counted runs that outlive the process.
 *
 * FILE begins with a snapshot; behind it each block of events adds an entry
 * with the new totals of the users in it, written before the block goes out.
 * Entries hold totals and not differences, and reading takes the largest:
 * so entries may be read twice, and one that is damaged harms no other. When
 * the entries outgrow the snapshot, a child writes a new snapshot to FILE.new,
 * and FILE becomes FILE.old. */
#ifndef TM_ACCOUNT_STATE_H
#define TM_ACCOUNT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "state-files.h"

enum state_work { STATE_IDLE, STATE_SYNC, STATE_SNAPSHOT };

struct state {
	struct state_files files;
	int fd;
	int owed; /* errno of the entry that could not be written, or 0 */
	bool always_sync;
	bool is_dirty;	 /* has entries that a power cut may lose */
	bool is_suspect; /* no longer trusted: a snapshot is due */
	bool is_torn;	 /* ends in half an entry, of a failed write */
	bool is_said;
	off_t size;
	off_t snapshot_size;
	off_t limit; /* size at which a snapshot is due */
	uint64_t sync_due_ns, retry_due_ns;
	enum state_work work; /* of the child */
	pid_t child;
	off_t child_size; /* size when it began */
};

/* Locks the state, reads it into totals and runs, makes it where there is
 * none. All calls say on standard error what goes wrong; 0, or -1 when the
 * state cannot be used. */
int state_open(struct state *state, const char *path, struct totals *totals,
		struct tm_runs *runs, bool always_sync);

/* Records what was counted since the last call. The stream never waits for
 * the state: what cannot be written is owed, and tried again each second. */
void state_record(struct state *state);

/* Does what is due: syncs, snapshots, entries that are owed. */
void state_tend(struct state *state);

/* Leaves a new snapshot. 0, or -1 if it lacks totals. */
int state_close(struct state *state);

/* Reads a state that may be in use. */
int state_read(const char *path, struct totals *totals, struct tm_runs *runs);

#endif
