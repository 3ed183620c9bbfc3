#include <stdlib.h>
#include <string.h>

#include "sums.h"

#define ROOM 64

uint64_t row_bytes(const struct row *row)
{
	return row->moved[TM_IN].bytes + row->moved[TM_OUT].bytes;
}

uint64_t row_packets(const struct row *row)
{
	return row->moved[TM_IN].packets + row->moved[TM_OUT].packets;
}

static void add(struct tm_amount *sum, const struct tm_amount *more)
{
	sum->packets += more->packets;
	sum->bytes += more->bytes;
}

void row_add(struct row *sum, const struct row *row)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		add(&sum->moved[i], &row->moved[i]);
		add(&sum->lost[i], &row->lost[i]);
	}
}

static int compare_sizes(const struct row *a, const struct row *b)
{
	const uint64_t bytes_a = row_bytes(a), bytes_b = row_bytes(b);

	if (bytes_a != bytes_b)
		return bytes_a < bytes_b ? 1 : -1;
	return (a->uid > b->uid) - (a->uid < b->uid);
}

static int compare_rows(const void *a, const void *b)
{
	return compare_sizes(a, b);
}

/* Keeps the larger half, so that this is seldom. */
static void make_room(struct sums *sums)
{
	const uint32_t count = sums->index.count, kept = count / 2;
	uint32_t i;

	if (count)
		qsort(sums->rows, count, sizeof(*sums->rows), compare_rows);
	tm_index_free(&sums->index);
	for (i = 0; i < kept; i++) {
		if (tm_index_add(&sums->index, sums->rows[i].uid) ==
			TM_INDEX_NONE)
			break;
	}
	for (; i < count; i++)
		row_add(&sums->others, &sums->rows[i]);
}

/* False when there is no memory for one more row. */
static bool grow(struct sums *sums)
{
	uint64_t room = sums->room ? 2 * (uint64_t)sums->room : ROOM;
	struct row *rows;

	if (sums->index.count < sums->room)
		return true;
	if (room > sums->max_rows)
		room = sums->max_rows;
	rows = realloc(sums->rows, room * sizeof(*rows));
	if (!rows)
		return false;
	sums->rows = rows;
	sums->room = room;
	return true;
}

/* NULL when there is no memory even for a first row. */
static struct row *add_row(struct sums *sums, uint32_t uid)
{
	uint32_t number;

	if (sums->index.count == sums->max_rows || !grow(sums))
		make_room(sums);
	if (!grow(sums))
		return NULL;
	number = tm_index_add(&sums->index, uid);
	if (number == TM_INDEX_NONE)
		return NULL;
	sums->rows[number] = (struct row){.uid = uid};
	return &sums->rows[number];
}

static struct row *row_of(struct sums *sums, uint32_t uid, bool *is_new)
{
	uint32_t number = sums->last;

	if (uid == TM_NOBODY)
		return &sums->nobody;
	if (number < sums->index.count && sums->rows[number].uid == uid)
		return &sums->rows[number];
	number = tm_index_find(&sums->index, uid);
	if (number != TM_INDEX_NONE) {
		sums->last = number;
		return &sums->rows[number];
	}
	*is_new = true;
	return add_row(sums, uid);
}

bool sums_add(struct sums *sums, const struct tm_event *event)
{
	const struct tm_amount amount = {event->packets, event->bytes};
	const int direction = event->direction == TM_OUT;
	const uint32_t uid =
		event->kind == TM_UNATTRIBUTED ? TM_NOBODY : event->uid;
	bool is_new = false;
	struct row *row;

	if (event->kind > TM_UNATTRIBUTED)
		return false;
	row = row_of(sums, uid, &is_new);
	if (!row)
		row = &sums->others;
	add(&row->moved[direction], &amount);
	if (event->kind == TM_LOST) {
		add(&row->lost[direction], &amount);
		add(&sums->lost, &amount);
	} else {
		add(uid == TM_NOBODY ? &sums->unowned : &sums->attributed,
			&amount);
	}
	return is_new;
}

const struct row *sums_find(const struct sums *sums, uint32_t uid)
{
	const uint32_t number = tm_index_find(&sums->index, uid);

	return number == TM_INDEX_NONE ? NULL : &sums->rows[number];
}

struct row sums_all(const struct sums *sums)
{
	struct row all = sums->nobody;

	row_add(&all, &sums->others);
	for (uint32_t i = 0; i < sums->index.count; i++)
		row_add(&all, &sums->rows[i]);
	return all;
}

static int compare_pointers(const void *a, const void *b)
{
	return compare_sizes(
		*(const struct row *const *)a, *(const struct row *const *)b);
}

static int compare_uids(const void *a, const void *b)
{
	const struct row *const *left = a, *const *right = b;

	return ((*left)->uid > (*right)->uid) - ((*left)->uid < (*right)->uid);
}

static const struct row **sorted(
	const struct sums *sums, int (*compare)(const void *, const void *))
{
	const uint32_t count = sums->index.count;
	const struct row **order = malloc((count + 1) * sizeof(*order));

	if (!order)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		order[i] = &sums->rows[i];
	qsort(order, count, sizeof(*order), compare);
	return order;
}

const struct row **sums_by_size(const struct sums *sums)
{
	return sorted(sums, compare_pointers);
}

const struct row **sums_by_uid(const struct sums *sums)
{
	return sorted(sums, compare_uids);
}

void sums_clear(struct sums *sums)
{
	struct sums empty = {.max_rows = sums->max_rows};

	tm_index_free(&sums->index);
	free(sums->rows);
	*sums = empty;
}
