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
	struct unattributed *unattributed; /* NULL = not measured */
	uint32_t netns;			   /* of those interfaces */
	uint64_t run_id;
	uint64_t limit;	 /* TRAFFIC records to write, 0 = any number */
	uint64_t events; /* written so far */
	uint64_t size;	 /* bytes written so far */
	struct tm_amount recorded[2];
	struct tm_amount spared[2]; /* events beyond the limit */
	struct tm_amount lost[2];
	struct tm_amount overflow[2]; /* of what was lost, written so far */
	uint64_t lost_since_ns;	      /* of the losses that are to be written */
	uint64_t since_ns;  /* since boot, when LOST was written last */
	uint64_t status_ns; /* since boot, of the status being written */
	int error;	    /* errno of the write that failed, 0 = none */
};

/* Writes START, which names the scope. */
void writer_start(struct writer *writer, uint64_t since_boot_ns,
		uint64_t cgroup_id, uint32_t ifindex);

/* Writes events in time order. Their times are since boot. */
void writer_events(
		struct writer *writer, struct tm_event *events, size_t count);

/* Writes the names that events of this owner will need. Only the ids and the
 * time since boot of the event are used. */
void writer_introduce(struct writer *writer, const struct tm_event *owner);

/* Writes LOST for the losses since the last call, UNATTRIBUTED, late names,
 * then TICK or END, which states that everything before it is written. */
void writer_status(struct writer *writer, enum tm_kind kind,
		uint64_t since_boot_ns);

bool writer_is_full(const struct writer *writer);

/* The status record of this direction. */
struct tm_status writer_count(
		const struct writer *writer, enum tm_direction direction);

/* After a failure, truncates a file after its last whole record: the size of
 * the file, or of the stream. */
uint64_t writer_cut_back(const struct writer *writer);

#endif
