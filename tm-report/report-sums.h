/* What was moved: a row for each key, in bounded memory. */
#ifndef TM_REPORT_REPORT_SUMS_H
#define TM_REPORT_REPORT_SUMS_H

#include <stdbool.h>

#include "common/base/map.h"
#include "common/record/amount.h"

struct report_row {
	struct tm_amount moved[2]; /* by direction, what was lost included */
	struct tm_amount lost[2];
};

/* Rows are numbered from 0; keys lie in an array of their own. */
struct report_sums {
	unsigned words; /* of a key */
	uint32_t count, room, max_rows;
	uint32_t last; /* the row of the event before this one */
	uint64_t *keys;
	struct report_row *rows;
	struct tm_map map;
	bool has_nobody; /* the key is a user: TM_NOBODY has a row apart */
	struct report_row nobody; /* ... which is never one of the smallest */
	struct report_row others; /* the smallest, that had no room */
};

void report_sums_init(
		struct report_sums *sums, unsigned words, uint32_t max_rows);

/* The row of a key, or NULL. */
const struct report_row *report_sums_find(
		const struct report_sums *sums, const uint64_t *key);

static inline const uint64_t *report_sums_key(
		const struct report_sums *sums, uint32_t row)
{
	return sums->keys + (size_t)row * sums->words;
}

static inline bool report_sums_is_key(const struct report_sums *sums,
		uint32_t row, const uint64_t *key)
{
	const uint64_t *const held = report_sums_key(sums, row);

	for (unsigned i = 0; i < sums->words; i++) {
		if (held[i] != key[i])
			return false;
	}
	return true;
}

struct report_row *report_sums_find_or_add(
		struct report_sums *sums, const uint64_t *key, bool *is_new);

/* The row of a key, a new one where there is none; that of the others when
 * there is no memory. */
static inline struct report_row *report_sums_row(
		struct report_sums *sums, const uint64_t *key, bool *is_new)
{
	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	if (sums->last < sums->count &&
			report_sums_is_key(sums, sums->last, key))
		return &sums->rows[sums->last];
	return report_sums_find_or_add(sums, key, is_new);
}

/* As memcmp, by the words one after the other. */
int report_sums_compare_keys(
		const struct report_sums *sums, uint32_t a, uint32_t b);

struct report_row report_sums_all(const struct report_sums *sums);

/* Makes it empty. */
void report_sums_clear(struct report_sums *sums);

static inline uint64_t row_bytes(const struct report_row *row)
{
	return row->moved[TM_IN].bytes + row->moved[TM_OUT].bytes;
}

static inline uint64_t row_packets(const struct report_row *row)
{
	return row->moved[TM_IN].packets + row->moved[TM_OUT].packets;
}

static inline bool row_is_empty(const struct report_row *row)
{
	return !row_packets(row) && !row_bytes(row);
}

/* TRAFFIC or LOST. */
static inline void row_note(
		struct report_row *row, const struct tm_event *event)
{
	const int direction = event->direction == TM_OUT;

	tm_amount_count(&row->moved[direction], event);
	if (event->kind == TM_LOST)
		tm_amount_count(&row->lost[direction], event);
}

void row_add(struct report_row *sum, const struct report_row *row);

#endif
