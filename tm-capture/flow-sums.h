/* The sums of the flows: what each moved since it was last written, for whom.
 * flow-table.c decides when a slot is read and when its flow is over. */
#ifndef TM_CAPTURE_FLOW_SUMS_H
#define TM_CAPTURE_FLOW_SUMS_H

#include "common/record/amount.h"
#include "flow-table.h"
#include "programs.h"

/* What user space knows of a slot. The amounts that were written are
 * cumulative, like those of the slot, and continue when the slot gets a new
 * flow. */
struct written {
	struct tm_amount in, data, out;
	uint64_t packets;   /* of the slot, at the last reading */
	uint64_t active_ns; /* when packets last changed */
	uint64_t unread_since_ns;
	uint32_t unread_io; /* the owner's I/O when the data began to wait */
	uint32_t generation;
	uint32_t holder; /* the slot whose owner, heir and I/O are this one's */
	uint32_t held;	 /* other flows whose holder is this one */
	bool is_waiting; /* unread data waits for its reader */
	enum { TAKEN, OPEN, ENDED } state;
};

struct flow_table {
	const struct programs *programs;
	struct flow *slots;
	struct flow_control *control;
	uint64_t *ring;
	size_t sizes[3]; /* of the three mappings */
	struct written *written;
	uint32_t *used; /* slots that were taken */
	uint32_t used_count;
	uint32_t size;
	uint32_t seen;	   /* slots taken, at the last reading */
	uint32_t returned; /* to the ring; offered at the next reading */
	uint64_t every_ns;
	uint64_t due_ns;
	uint64_t begun_ns; /* the interval */
	uint64_t read_ns;  /* the last reading */

	/* of the current reading */
	const struct flow_table_reader *reader;
	enum { OVER, DUE, LAST } reading;
	uint32_t epoch; /* whose sums are read */
	uint64_t now_ns;
	struct tm_event block[FLOW_TABLE_BLOCK];
	size_t block_count;
};

/* A number of a slot that programs change. */
static inline uint32_t slot_load(const uint32_t *number)
{
	return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

/* Writes what the flow of a slot moved since it was last written. */
void flow_sums_write(struct flow_table *flows, const struct flow *flow,
		struct written *written);

/* A program that was delayed for longer than a reading may have added to a flow
 * that had ended. The amount is then in a free slot. */
void flow_sums_write_late(struct flow_table *flows);

/* Passes on the sums that were collected. */
void flow_sums_pass_on(struct flow_table *flows);

#endif
