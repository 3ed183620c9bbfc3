#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/room.h"
#include "common/record/amount.h"
#include "group.h"

enum tm_history_resolution tm_history_group_resolution(unsigned by)
{
	if (by & TM_HISTORY_BY_MINUTE)
		return TM_HISTORY_MINUTE;
	if (by & TM_HISTORY_BY_HOUR)
		return TM_HISTORY_HOUR;
	return by & TM_HISTORY_BY_DAY ? TM_HISTORY_DAY : TM_HISTORY_MONTH;
}

void tm_history_amounts_add(
		struct tm_amount to[2], const struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++)
		tm_amount_add(&to[i], &amounts[i]);
}

static struct tm_history_group_row *new_row(struct tm_history_group *group)
{
	struct tm_history_group_row *const more = tm_room_for(
			group->rows, &group->room, group->count, sizeof(*more));

	if (!more)
		return NULL;
	group->rows = more;
	return memset(&group->rows[group->count++], 0, sizeof(*group->rows));
}

/* Key by key: the number of the keys so far and the value of the next key form
 * a pair, which is numbered again. */
static struct tm_history_group_row *group_find(struct tm_history_group *group,
		const uint32_t values[GROUP_KEYS])
{
	struct tm_history_group_row *row;
	uint32_t number = 0;

	for (unsigned i = 0; i < GROUP_KEYS; i++) {
		const uint64_t key = (uint64_t)number << 32 | values[i];
		const bool is_time = i == GROUP_TIME;

		if (!(is_time ? group->by & TM_HISTORY_BY_TIME
			      : group->by & 1u << i))
			continue;
		number = tm_index_add(&group->indexes[i], key);
		if (number == TM_INDEX_NONE)
			return NULL;
	}
	if (number < group->count)
		return &group->rows[number];
	row = new_row(group);
	if (row)
		memcpy(row->values, values, sizeof(row->values));
	return row;
}

uint32_t tm_history_group_known(
		const struct tm_history_group *group, const uint32_t *values)
{
	uint32_t number = 0;

	for (unsigned i = 0; i < TM_KEYS_STORED; i++) {
		const uint64_t key = (uint64_t)number << 32 | values[i];

		if (!(group->by & 1u << i))
			continue;
		number = tm_index_find(&group->indexes[i], key);
		if (number == TM_INDEX_NONE)
			break;
	}
	return number;
}

static void group_add(struct tm_history_group *group,
		const uint32_t values[GROUP_KEYS],
		const struct tm_history_sums *sums)
{
	struct tm_history_group_row *const row = group_find(group, values);

	if (!row) {
		group->has_failed = true;
		return;
	}
	row->resolution = tm_history_group_resolution(group->by);
	if (row->resolution < sums->resolution)
		row->resolution = sums->resolution;
	tm_history_amounts_add(row->moved, sums->moved);
	tm_history_amounts_add(row->lost, sums->lost);
}

static void add_direction(struct tm_history_group *group,
		uint32_t values[GROUP_KEYS], const struct tm_history_sums *sums,
		enum tm_direction direction)
{
	struct tm_history_sums part = *sums;

	part.moved[!direction] = (struct tm_amount){ 0 };
	part.lost[!direction] = (struct tm_amount){ 0 };
	values[GROUP_DIRECTION] = direction;
	if (part.moved[direction].packets | part.moved[direction].bytes |
			part.lost[direction].packets |
			part.lost[direction].bytes)
		group_add(group, values, &part);
}

void tm_history_group_take(void *context, const struct tm_history_sums *sums)
{
	struct tm_history_group *const group = context;
	uint32_t values[GROUP_KEYS] = { 0 };

	for (unsigned i = 0; i < TM_KEYS_STORED; i++)
		values[i] = group->by & 1u << i ? sums->values[i] : 0;
	if (group->by & TM_HISTORY_BY_TIME)
		values[GROUP_TIME] =
				tm_history_slot(tm_history_group_resolution(
								group->by),
						sums->time_ns) /
				TM_MINUTE_NS;
	if (group->by & TM_HISTORY_BY_DIRECTION) {
		add_direction(group, values, sums, TM_IN);
		add_direction(group, values, sums, TM_OUT);
	} else {
		group_add(group, values, sums);
	}
}

void tm_history_group_free(struct tm_history_group *group)
{
	for (unsigned i = 0; i < GROUP_KEYS; i++)
		tm_index_free(&group->indexes[i]);
	free(group->rows);
}
