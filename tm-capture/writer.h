/* The stream that tm-capture writes to standard output: START, the events with
 * the names that they need, LOST, TICK and END. */
#ifndef TM_CAPTURE_WRITER_H
#define TM_CAPTURE_WRITER_H

#include "common/base/index.h"
#include "naming.h"
#include "programs.h"
#include "unattributed.h"
#include "wall-clock.h"

struct writer {
	const struct programs *programs;
	const struct wall_clock *clock;
	struct naming *naming;
	struct unattributed *unattributed; /* NULL = nothing is known */
	uint32_t netns;			   /* whose interfaces those are */
	uint64_t run_id;
	uint64_t limit;	 /* TRAFFIC records to write, 0 = any number */
	uint64_t events; /* written so far */
	uint64_t size;	 /* bytes written so far */
	struct tm_amount recorded[2];
	struct tm_amount spared[2]; /* came after the limit */
	struct tm_amount lost[2];
	struct tm_index losers; /* uid << 1 | direction */
	struct tm_amount *lost_by;
	uint64_t since_ns;  /* since boot, when LOST was written last */
	uint64_t status_ns; /* since boot, of the status being written */
	int error;	    /* errno of the write that failed, 0 = none */
};

/* Writes START, which names the scope. */
void writer_start(struct writer *writer, uint64_t since_boot_ns,
		uint64_t cgroup_id, uint32_t ifindex);

/* Writes events in time order, which come with times since boot. */
void writer_events(
		struct writer *writer, struct tm_event *events, size_t count);

/* Writes the names that events of this owner will need, ahead of them; only the
 * ids count, and the time since boot. */
void writer_introduce(struct writer *writer, const struct tm_event *owner);

/* LOST for what was lost since the last call, UNATTRIBUTED, names that came
 * late, then TICK or END: all that happened until then was written. */
void writer_status(struct writer *writer, enum tm_kind kind,
		uint64_t since_boot_ns);

bool writer_is_full(const struct writer *writer);

/* What the status record of this direction says. */
struct tm_status writer_count(
		const struct writer *writer, enum tm_direction direction);

/* After a failure: a file ends behind its last whole record. */
void writer_cut_back(const struct writer *writer);

#endif
