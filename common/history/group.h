/* Sums by any of the keys, in memory. */
#ifndef TM_HISTORY_GROUP_H
#define TM_HISTORY_GROUP_H

#include "common/base/index.h"
#include "scan.h"

/* After the keys of a scan: its direction and its slot, in minutes. */
enum { GROUP_DIRECTION = TM_KEYS_STORED, GROUP_TIME, GROUP_KEYS };

struct tm_history_group_row {
	uint32_t values[GROUP_KEYS];
	enum tm_history_resolution resolution; /* of its slot */
	struct tm_amount moved[2], lost[2];
};

/* The caller sets by; everything else is 0. */
struct tm_history_group {
	unsigned by; /* enum tm_history_key */
	struct tm_index indexes[GROUP_KEYS];
	struct tm_history_group_row *rows;
	uint32_t count, room;
	bool has_failed; /* no memory */
};

/* The take function of a scan. Its context is the group. */
void tm_history_group_take(void *group, const struct tm_history_sums *sums);

/* The number of the row with these values, without time and direction;
 * TM_INDEX_NONE if there is none. */
uint32_t tm_history_group_known(
		const struct tm_history_group *group, const uint32_t *values);

/* The slots of the rows; months if time is not a key. */
enum tm_history_resolution tm_history_group_resolution(unsigned by);

void tm_history_group_free(struct tm_history_group *group);

void tm_history_amounts_add(
		struct tm_amount to[2], const struct tm_amount amounts[2]);

#endif
