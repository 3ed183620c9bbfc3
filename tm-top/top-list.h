/* A row for each value of some keys, of all flows or of those with certain
 * values of other keys: the processes of a user, the remotes of a process. */
#ifndef TM_TOP_TOP_LIST_H
#define TM_TOP_TOP_LIST_H

#include "top-flows.h"

#define LIST_NONE TM_SUMS_NONE		  /* the flow is not in it */
#define LIST_REST (TM_SUMS_NONE - 1)	  /* it is, but its row is not known */
#define LIST_KEY_WORDS (TM_KEY_WORDS + 1) /* the last: whether it was lost */

/* Whose rows, and by which keys. */
struct list_place {
	struct tm_keys keys;
	struct tm_keys scope; /* keys with one value in all rows ... */
	uint64_t words[LIST_KEY_WORDS]; /* ... which is this, as in a row */
};

/* What is kept beside a row's sum. */
struct list_row {
	struct rate rate;
	uint32_t fixed; /* its place while the order is frozen, 0 = none */
};

/* All zero is one that is not in use. */
struct list {
	struct list_place place;
	struct tm_sums sums; /* others: rows that were forgotten */
	struct tm_sum all;
	struct rate all_rate, rest_rate;
	struct rate most; /* of a row: in is in and out together */
	bool is_in_use;
	bool failed; /* there was no memory for a row */
};

static inline struct list_row *list_row(const struct list *list, uint32_t row)
{
	return tm_sums_beside(&list->sums, row);
}

static inline const uint64_t *list_key(const struct list *list, uint32_t row)
{
	return tm_sums_key(&list->sums, row);
}

/* How many words a row's key has. */
static inline unsigned list_words(const struct list_place *place)
{
	return place->keys.words + 1;
}

/* Whether a row of that key is of lost traffic. */
static inline bool list_is_lost(
		const struct list_place *place, const uint64_t *key)
{
	return key[place->keys.words];
}

bool list_place_is_same(const struct list_place *a, const struct list_place *b);

/* Makes a list of the flows, which are told their places in it: those of that
 * number. 0, or -1 if there is no memory. */
int list_make(struct list *list, const struct list_place *place,
		const struct flows *flows, unsigned number,
		const struct clock *clock);

/* Where a flow belongs: a row, a new one if there is none, or LIST_REST or
 * LIST_NONE. */
uint32_t list_find(struct list *list, const struct flows *flows, uint32_t flow);

void list_count(struct list *list, uint32_t row, const struct clock *clock,
		const struct tm_event *event);

/* After flows were folded: forgets rows that none of them is in. 0, or -1 if
 * there is no memory. */
int list_prune(struct list *list, const struct flows *flows, unsigned number);

/* Totals and peaks are 0 again; the latest slots stay. */
void list_reset(struct list *list);

/* No row has a fixed place any more. */
void list_thaw(struct list *list);

/* 0, or -1 if there is no memory. */
int list_copy(struct list *to, const struct list *from);

void list_free(struct list *list);

#endif
