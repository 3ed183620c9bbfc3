#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "report.h"

/* A row and what it is sorted by first: looking it up for each comparison
 * would miss the cache. */
struct ranked {
	uint64_t rank; /* the lowest comes first */
	uint32_t row;
};

struct sorting {
	const struct report_sums *sums;
	unsigned begin, end;	  /* words of the key that comes first */
	const struct tm_key *key; /* where that one's names do; or NULL */
	const struct tm_key_sources *sources;
};

static uint64_t report_measure(
		const struct report_row *row, enum measure measure)
{
	switch (measure) {
	case BY_IN:
		return row->moved[TM_IN].bytes;
	case BY_OUT:
		return row->moved[TM_OUT].bytes;
	case BY_PACKETS:
		return row_packets(row);
	case BY_LOST:
		return row->lost[TM_IN].bytes + row->lost[TM_OUT].bytes;
	default:
		return row_bytes(row);
	}
}

/* By name; those without one come last. */
static int report_compare_names(
		const struct sorting *sorting, uint32_t left, uint32_t right)
{
	const struct report_sums *const sums = sorting->sums;
	const char *const a = tm_key_recorded_name(sorting->key,
			sorting->sources,
			report_sums_key(sums, left) + sorting->begin);
	const char *const b = tm_key_recorded_name(sorting->key,
			sorting->sources,
			report_sums_key(sums, right) + sorting->begin);

	return a && b ? strcmp(a, b) : !a - !b;
}

/* Of equal ones the larger comes first, then that of the smaller key. */
static int report_compare(const void *a, const void *b, void *context)
{
	const struct sorting *const sorting = context;
	const struct report_sums *const sums = sorting->sums;
	const struct ranked *const left = a, *const right = b;
	uint64_t more, less;
	int names;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	names = sorting->key
			? report_compare_names(sorting, left->row, right->row)
			: 0;
	if (names)
		return names;
	for (unsigned i = sorting->begin; i < sorting->end; i++) {
		more = report_sums_key(sums, left->row)[i];
		less = report_sums_key(sums, right->row)[i];
		if (more != less)
			return more < less ? -1 : 1;
	}
	more = row_bytes(&sums->rows[left->row]);
	less = row_bytes(&sums->rows[right->row]);
	if (more != less)
		return more < less ? 1 : -1;
	return report_sums_compare_keys(sums, left->row, right->row);
}

static struct ranked *rank(const struct report_view *view,
		const struct report_sums *sums, struct order order)
{
	const size_t size = (sums->count + (size_t)1) * sizeof(struct ranked);
	struct ranked *const ranked = malloc(size);
	const bool is_by_key = order.measure == BY_KEY;
	const struct tm_keys *const keys = &view->keys;
	struct sorting sorting = { .sums = sums, .sources = &keys->sources };

	if (!ranked)
		err(TM_FAILED, NULL);
	if (is_by_key) {
		sorting.begin = keys->offsets[order.key];
		sorting.end = order.key + 1 < keys->count
				? keys->offsets[order.key + 1]
				: keys->words;
		if (keys->list[order.key]->is_named && keys->sources.is_by_name)
			sorting.key = keys->list[order.key];
	}
	for (uint32_t i = 0; i < sums->count; i++) {
		ranked[i].row = i;
		ranked[i].rank = sorting.key ? 0
				: is_by_key
				? report_sums_key(sums, i)[sorting.begin]
				: ~report_measure(&sums->rows[i],
						  order.measure);
	}
	qsort_r(ranked, sums->count, sizeof(*ranked), report_compare, &sorting);
	return ranked;
}

struct chosen report_choose(const struct report_view *view,
		const struct report_sums *sums, struct order order,
		uint32_t most)
{
	struct ranked *const ranked = rank(view, sums, order);
	struct chosen chosen = { .rest = sums->others };

	chosen.count = most && most < sums->count ? most : sums->count;
	chosen.rows = malloc((chosen.count + (size_t)1) * sizeof(*chosen.rows));
	if (!chosen.rows)
		err(TM_FAILED, NULL);
	for (uint32_t i = 0; i < chosen.count; i++)
		chosen.rows[i] = ranked[i].row;
	for (uint32_t i = chosen.count; i < sums->count; i++)
		row_add(&chosen.rest, &sums->rows[ranked[i].row]);
	free(ranked);
	return chosen;
}

const char *report_user_name(const struct report *report, uint32_t uid)
{
	static struct tm_label label;

	tm_key_label_user(&report->sources, uid, NULL, &label);
	return label.sort == TM_LABEL_UNNAMED ? NULL : label.text;
}

int write_file(void *context, const char *text, size_t size)
{
	return fwrite(text, 1, size, context) == size ? 0 : -1;
}

void report_say_shares(const struct report *report)
{
	const struct tm_shares shares = tally_shares(report->tally);
	char line[TM_SHARES_SIZE];

	if (report->is_last && !report->is_quiet)
		fprintf(stderr, "%s\n", tm_shares_format(line, &shares));
}
