/* The stream that tm-capture writes to standard output: START, the events with
 * the names that they need, LOST, TICK and END. */
#ifndef TM_CAPTURE_WRITER_H
#define TM_CAPTURE_WRITER_H

#include "clock.h"
#include "common/base/index.h"
#include "naming.h"
#include "programs.h"
#include "unattributed.h"

struct tm_writer {
	const struct tm_programs *programs;
	const struct tm_clock *clock;
	struct tm_naming *naming;
	struct tm_unattributed *unattributed; /* NULL = nothing is known */
	uint32_t netns;			      /* whose interfaces those are */
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
void tm_writer_start(struct tm_writer *writer, uint64_t since_boot_ns,
		uint64_t cgroup_id, uint32_t ifindex);

/* Writes events in time order, which come with times since boot. */
void tm_writer_events(struct tm_writer *writer, struct tm_event *events,
		size_t count);

/* Writes the names that events of this owner will need, ahead of them; only the
 * ids count, and the time since boot. */
void tm_writer_introduce(
		struct tm_writer *writer, const struct tm_event *owner);

/* LOST for what was lost since the last call, UNATTRIBUTED, names that came
 * late, then TICK or END: all that happened until then was written. */
void tm_writer_status(struct tm_writer *writer, enum tm_kind kind,
		uint64_t since_boot_ns);

bool tm_writer_is_full(const struct tm_writer *writer);

/* What the status record of this direction says. */
struct tm_status tm_writer_count(
		const struct tm_writer *writer, enum tm_direction direction);

/* After a failure: a file ends behind its last whole record. */
void tm_writer_cut_back(const struct tm_writer *writer);

#endif
