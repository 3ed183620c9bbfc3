#include <stdlib.h>

#include "rank.h"

struct ranking {
	tm_rank_fn *compare;
	const void *context;
};

static int rank_compare(const void *a, const void *b, void *context)
{
	const struct ranking *const ranking = context;
	const struct tm_ranked *const x = a, *const y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return ranking->compare(x, y, ranking->context);
}

/* In heap[0] is the last of them. */
static void rank_sift_down(struct tm_ranked *heap, uint32_t count, uint32_t at,
		struct ranking *ranking)
{
	const struct tm_ranked sifted = heap[at];
	uint64_t child;

	while ((child = 2 * (uint64_t)at + 1) < count) {
		if (child + 1 < count &&
				rank_compare(&heap[child], &heap[child + 1],
						ranking) < 0)
			child++;
		if (rank_compare(&sifted, &heap[child], ranking) >= 0)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = sifted;
}

static void rank_select(struct tm_ranked *rows, uint32_t count, uint32_t most,
		struct ranking *ranking)
{
	struct tm_ranked out;

	for (uint32_t i = most / 2; i-- > 0;)
		rank_sift_down(rows, most, i, ranking);
	for (uint32_t i = most; i < count; i++) {
		if (rank_compare(&rows[i], &rows[0], ranking) >= 0)
			continue;
		out = rows[0];
		rows[0] = rows[i];
		rows[i] = out;
		rank_sift_down(rows, most, 0, ranking);
	}
}

void tm_rank(struct tm_ranked *rows, uint32_t count, uint32_t most,
		tm_rank_fn *compare, const void *context)
{
	struct ranking ranking = { compare, context };

	if (most < count && most)
		rank_select(rows, count, most, &ranking);
	if (most > count)
		most = count;
	if (most)
		qsort_r(rows, most, sizeof(*rows), rank_compare, &ranking);
}

/* --- rows of sums --- */

struct sorting {
	const struct tm_sums *sums;
	unsigned begin, end;	  /* words of the key that comes first */
	const struct tm_key *key; /* whose names come first; or NULL */
	const struct tm_key_sources *sources;
};

static uint64_t sum_measure(const struct tm_sum *sum, enum tm_measure measure)
{
	switch (measure) {
	case TM_BY_IN:
		return sum->moved[TM_IN].bytes;
	case TM_BY_OUT:
		return sum->moved[TM_OUT].bytes;
	case TM_BY_PACKETS:
		return tm_sum_packets(sum);
	case TM_BY_LOST:
		return tm_amount_both(sum->lost).bytes;
	default:
		return tm_sum_bytes(sum);
	}
}

/* By name; those without one come last. */
static int sorting_compare_names(
		const struct sorting *sorting, uint32_t left, uint32_t right)
{
	const struct tm_sums *const sums = sorting->sums;
	const char *const a = tm_key_recorded_name(sorting->key,
			sorting->sources,
			tm_sums_key(sums, left) + sorting->begin);
	const char *const b = tm_key_recorded_name(sorting->key,
			sorting->sources,
			tm_sums_key(sums, right) + sorting->begin);

	return a && b ? strcmp(a, b) : !a - !b;
}

static int sorting_compare_words(
		const struct sorting *sorting, uint32_t left, uint32_t right)
{
	const uint64_t *const a = tm_sums_key(sorting->sums, left);
	const uint64_t *const b = tm_sums_key(sorting->sums, right);

	for (unsigned i = sorting->begin; i < sorting->end; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

static int sorting_compare(const struct tm_ranked *left,
		const struct tm_ranked *right, const void *context)
{
	const struct sorting *const sorting = context;
	const struct tm_sums *const sums = sorting->sums;
	const uint32_t a = left->row, b = right->row;
	uint64_t more, less;
	int result = 0;

	if (sorting->key)
		result = sorting_compare_names(sorting, a, b);
	if (!result)
		result = sorting_compare_words(sorting, a, b);
	if (result)
		return result;
	more = tm_sum_bytes(&sums->rows[a]);
	less = tm_sum_bytes(&sums->rows[b]);
	if (more != less)
		return more < less ? 1 : -1;
	return tm_sums_compare_keys(sums, a, b);
}

static void sorting_set_key(struct sorting *sorting, const struct tm_keys *keys,
		unsigned key)
{
	sorting->begin = keys->offsets[key];
	sorting->end = sorting->begin + keys->list[key]->words;
	sorting->sources = &keys->sources;
	if (keys->list[key]->is_text ||
			(keys->list[key]->is_named && keys->sources.is_by_name))
		sorting->key = keys->list[key];
}

static uint64_t sorting_rank(const struct sorting *sorting, uint32_t row,
		enum tm_measure measure)
{
	if (sorting->key)
		return 0;
	if (measure == TM_BY_KEY)
		return tm_sums_key(sorting->sums, row)[sorting->begin];
	return ~sum_measure(&sorting->sums->rows[row], measure);
}

int tm_sums_rank(struct tm_ranking *ranking, const struct tm_sums *sums,
		const struct tm_keys *keys, struct tm_order order,
		uint32_t most)
{
	struct tm_ranked *const rows = reallocarray(
			NULL, sums->count + (size_t)1, sizeof(*rows));
	struct sorting sorting = { .sums = sums };

	if (!rows)
		return -1;
	if (order.measure == TM_BY_KEY)
		sorting_set_key(&sorting, keys, order.key);
	for (uint32_t i = 0; i < sums->count; i++) {
		rows[i].row = i;
		rows[i].rank = sorting_rank(&sorting, i, order.measure);
	}
	if (!most || most > sums->count)
		most = sums->count;
	tm_rank(rows, sums->count, most, sorting_compare, &sorting);
	*ranking = (struct tm_ranking){ rows, most, sums->others };
	for (uint32_t i = most; i < sums->count; i++)
		tm_sum_add(&ranking->rest, &sums->rows[rows[i].row]);
	return 0;
}
