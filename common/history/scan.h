/* Reads the sums of a range that a filter lets pass, from the smallest tables
 * that have the keys. */
#ifndef TM_HISTORY_SCAN_H
#define TM_HISTORY_SCAN_H

#include "plan.h"
#include "query.h"

struct tm_history_sums {
	uint64_t time_ns;
	enum tm_history_resolution resolution;
	uint32_t values[TM_KEYS_STORED]; /* of the keys that were asked for */
	struct tm_amount moved[2], lost[2];
};

/* The condition on a key: one of values; none if none is set. */
struct tm_history_wanted {
	bool is_set;
	const uint32_t *values;
	size_t count;
	uint32_t *owned;
};

struct tm_history_scan {
	unsigned keys; /* enum tm_history_key, those of time and direction aside
			*/
	struct tm_history_wanted wanted[TM_KEYS_STORED];
	bool has_direction;
	uint8_t direction;
	void (*take)(void *context, const struct tm_history_sums *sums);
	void *context;
};

/* Looks up the ids that the filter names. A name without an id lets nothing
 * pass. 0, or -1 with a problem. */
int tm_history_scan_filter(struct tm_history *history,
		const struct tm_history_filter *filter,
		struct tm_history_scan *scan);
void tm_history_scan_free(struct tm_history_scan *scan);

/* Between tm_history_begin and tm_history_end. */
int tm_history_scan_run(struct tm_history *history,
		const struct tm_history_plan *plan,
		const struct tm_history_scan *scan);

#endif
