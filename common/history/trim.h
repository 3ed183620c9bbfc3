/* The largest remotes, workloads and commands of a user in a slot: the others
 * become the remainder. Within a transaction of the writer. 0, or -1 with a
 * problem. */
#ifndef TM_HISTORY_TRIM_H
#define TM_HISTORY_TRIM_H

#include "coarse.h"
#include "schema.h"

/* The sums of all amounts, and of those that were lost, in the order of a
 * table's columns. */
#define TM_TRIM_SUM_AMOUNTS                                                    \
	"tm_sum(in_bytes), tm_sum(in_packets), tm_sum(out_bytes), "            \
	"tm_sum(out_packets)"
#define TM_TRIM_SUM_LOST                                                       \
	", tm_sum(lost_in_bytes), tm_sum(lost_in_packets), "                   \
	"tm_sum(lost_out_bytes), tm_sum(lost_out_packets)"

/* How many values of a key a user keeps in a slot. */
uint32_t tm_trim_most(const struct tm_retention *retention,
		enum tm_history_resolution resolution);

/* If a user has more than room * most values of a key in a slot, keeps the
 * largest (most of them) and moves the others to the remainder. */
int tm_trim_slot(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t slot_ns,
		uint32_t uid, uint32_t most, uint32_t room);

/* The same with room 1, in each slot of a range in which a user has more than
 * that number of rows. */
int tm_trim_range(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t from_ns,
		uint64_t to_ns, uint32_t rows, uint32_t most);

/* The names of a table's amounts, as text to be put behind those of its keys:
 * "a = a + excluded.a, ..." */
const char *tm_trim_add_amounts(const struct tm_history_cube_facts *cube);

#endif
