/* Shows what common/sums does, for sums.bats.
 *
 * sums-check bound   what is counted by chance stays within the bound, with
 *                    what the caller keeps beside each row, and the remainder
 *                    has the rest
 * sums-check rank    the first rows, of as many as are asked for, against all
 *                    rows in order */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sums/rank.h"

#define ROWS_MOST 1000
#define KEYS 5000
#define EVENTS 100000

static uint64_t counted[KEYS];

/* Small numbers more often, so that some sums are large. */
static uint64_t random_key(void)
{
	return random() % (1 + random() % KEYS);
}

static void count_by_chance(struct tm_sums *sums)
{
	struct tm_event event = { .packets = 1 };
	bool is_new = false;
	struct tm_sum *sum;

	for (uint32_t i = 0; i < EVENTS; i++) {
		const uint64_t key[2] = { random_key(), 7 };

		event.bytes = random() % 4;
		event.direction = i % 2;
		event.kind = i % 5 ? TM_TRAFFIC : TM_LOST;
		sum = tm_sums_at(sums, key, &is_new);
		tm_sum_count(sum, &event);
		counted[*key] += event.bytes;
		if (sum != &sums->others)
			*(uint64_t *)tm_sums_beside(sums, sum - sums->rows) =
					~*key;
	}
}

static void check_rows(const struct tm_sums *sums)
{
	uint64_t whole = 0, rows = 0;
	bool is_large = true;

	for (uint32_t key = 0; key < KEYS; key++)
		whole += counted[key];
	for (uint32_t row = 0; row < sums->count; row++) {
		const uint64_t key = *tm_sums_key(sums, row);

		if (*(uint64_t *)tm_sums_beside(sums, row) != ~key)
			errx(1, "row %u has what is beside another", row);
		if (tm_sums_row(sums, tm_sums_key(sums, row)) != row)
			errx(1, "row %u is not found by its key", row);
		is_large &= tm_sum_bytes(&sums->rows[row]) <= counted[key];
		rows += tm_sum_bytes(&sums->rows[row]);
	}
	printf("rows %s, sums %s, whole %s\n",
			sums->count <= ROWS_MOST ? "bounded" : "unbounded",
			is_large ? "at most what was counted" : "too large",
			rows + tm_sum_bytes(&sums->others) == whole &&
							sums->others.moved[TM_IN]
									.bytes
					? "kept"
					: "lost");
}

static void bound(void)
{
	struct tm_sums sums;

	tm_sums_init(&sums, 2, ROWS_MOST);
	sums.beside_size = sizeof(uint64_t);
	count_by_chance(&sums);
	check_rows(&sums);
	tm_sums_free(&sums);
}

static void check_rank(const struct tm_sums *sums, struct tm_order order,
		const struct tm_ranking *all, uint32_t most)
{
	const struct tm_sum whole = tm_sums_all(sums);
	struct tm_ranking some;
	uint64_t bytes;

	if (tm_sums_rank(&some, sums, NULL, order, most))
		err(1, NULL);
	if (some.count != (most < sums->count ? most : sums->count))
		errx(1, "%u rows of %u", some.count, most);
	bytes = tm_sum_bytes(&some.rest);
	for (uint32_t i = 0; i < some.count; i++) {
		if (some.rows[i].row != all->rows[i].row)
			errx(1, "of %u: another row at %u", most, i);
		bytes += tm_sum_bytes(&sums->rows[some.rows[i].row]);
	}
	if (bytes != tm_sum_bytes(&whole))
		errx(1, "of %u: the rest is wrong", most);
	free(some.rows);
}

static void check_order(
		const struct tm_sums *sums, const struct tm_ranking *all)
{
	for (uint32_t i = 1; i < all->count; i++) {
		const uint32_t a = all->rows[i - 1].row, b = all->rows[i].row;
		const uint64_t more = tm_sum_bytes(&sums->rows[a]);
		const uint64_t less = tm_sum_bytes(&sums->rows[b]);

		if (more < less ||
				(more == less &&
						tm_sums_compare_keys(sums, a,
								b) >= 0))
			errx(1, "rows %u and %u are in the wrong order", a, b);
	}
}

static void rank(void)
{
	const struct tm_order order = { .measure = TM_BY_TOTAL };
	struct tm_ranking all;
	struct tm_sums sums;

	tm_sums_init(&sums, 2, KEYS);
	sums.beside_size = sizeof(uint64_t);
	count_by_chance(&sums);
	if (tm_sums_rank(&all, &sums, NULL, order, 0))
		err(1, NULL);
	check_order(&sums, &all);
	for (uint32_t most = 1; most < sums.count + 3; most += 1 + most / 3)
		check_rank(&sums, order, &all, most);
	puts("the first of all, and the rest");
	free(all.rows);
	tm_sums_free(&sums);
}

int main(int argc, char **argv)
{
	srandom(1);
	if (argc == 2 && !strcmp(argv[1], "bound"))
		bound();
	else if (argc == 2 && !strcmp(argv[1], "rank"))
		rank();
	else
		errx(2, "usage: sums-check bound | rank");
	return 0;
}
