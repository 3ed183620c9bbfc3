/* Reads the sums of a range that a filter lets pass, from the smallest tables
 * that have the keys. */
#ifndef TM_HISTORY_SCAN_H
#define TM_HISTORY_SCAN_H

#include "plan.h"
#include "query.h"

/* The keys that sums have, in the order of enum history_key. */
enum {
	SCAN_UID,
	SCAN_PROCESS,
	SCAN_REMOTE,
	SCAN_PROTOCOL,
	SCAN_INTERFACE,
	SCAN_KEYS
};

struct history_sums {
	uint64_t time_ns;
	enum history_resolution resolution;
	uint32_t values[SCAN_KEYS]; /* of those asked for */
	struct tm_amount moved[2], lost[2];
};

/* What a key has to be: one of values; nothing where none is set. */
struct history_wanted {
	bool is_set;
	const uint32_t *values;
	size_t count;
	uint32_t *owned;
};

struct history_scan {
	unsigned keys; /* enum history_key, those of time and direction aside */
	struct history_wanted wanted[SCAN_KEYS];
	bool has_direction;
	uint8_t direction;
	void (*take)(void *context, const struct history_sums *sums);
	void *context;
};

/* The ids of what the filter names; what nothing has lets nothing pass. 0, or
 * -1 with a problem. */
int history_scan_filter(struct history *history,
		const struct history_filter *filter, struct history_scan *scan);
void history_scan_free(struct history_scan *scan);

/* Between history_begin and history_end. */
int history_scan_run(struct history *history, const struct history_plan *plan,
		const struct history_scan *scan);

#endif
