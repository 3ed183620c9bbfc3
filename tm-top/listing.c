#include <inttypes.h>
#include <string.h>

#include "cells.h"
#include "common/base/clock.h"
#include "common/base/escape.h"
#include "common/base/timestamp.h"
#include "common/record/words.h"
#include "listing.h"
#include "top-text.h"

#define NUMBERS (2 * WINDOWS + 2)
#define NARROW_NUMBER 12
#define WIDE_NUMBER 15
#define WORD_SIZE (TM_ESCAPE_GROWTH * TM_NAME_PARTS * TM_NAME_SIZE + 3)

/* The numbers of a row. */
struct numbers {
	uint64_t bytes[WINDOWS][2];
	struct tm_amount moved[2];
};

/* A name as one word that is none of the table's own. */
static void word_put(char word[WORD_SIZE], const char *name, bool is_strange)
{
	if (is_strange && tm_word_is_ours(name))
		snprintf(word, WORD_SIZE, "\"%s\"", name);
	else
		tm_escape_word(word, WORD_SIZE, name, strlen(name));
}

/* Valid until the next call. */
static const char *listing_cell(
		const struct listing *listing, uint32_t at, unsigned key)
{
	static char word[WORD_SIZE];
	const struct rows *const rows = listing->rows;
	const struct list *const list = rows->list;
	struct tm_label label;
	bool is_strange;

	is_strange = cell_label(&label, &list->place, &rows->sources, key,
			list_key(list, rows->items[at].row));
	if (!is_strange &&
			(tm_word_is_ours(label.text) ||
					!strcmp(label.text, CELL_LOST)))
		snprintf(word, sizeof(word), "%s", label.text);
	else
		word_put(word, label.text, is_strange);
	return word;
}

/* A heading is one word, too. */
static const char *heading_of(const struct tm_key *key)
{
	static char heading[64];

	snprintf(heading, sizeof(heading), "%s", key->heading);
	for (char *c = heading; *c; c++) {
		if (*c == ' ')
			*c = '_';
	}
	return heading;
}

static void listing_measure(const struct listing *listing, uint32_t count,
		unsigned widths[TM_KEYS])
{
	const struct tm_keys *const keys = &listing->rows->list->place.keys;
	unsigned width;

	for (unsigned key = 0; key < keys->count; key++) {
		widths[key] = strlen(heading_of(keys->list[key]));
		if (!key && widths[key] < strlen(TM_WORD_OTHERS))
			widths[key] = strlen(TM_WORD_OTHERS);
		for (uint32_t i = 0; i < count; i++) {
			width = text_columns(listing_cell(listing, i, key));
			if (width > widths[key])
				widths[key] = width;
		}
	}
}

static void listing_print_cell(const struct listing *listing, unsigned key,
		const char *cell, const unsigned widths[TM_KEYS])
{
	const unsigned columns = text_columns(cell);
	const unsigned blanks =
			columns < widths[key] ? widths[key] - columns : 0;

	fprintf(listing->out, "%s%s%*s", key ? " " : "", cell, blanks, "");
}

/* The first cell stands for the row, the others are empty. */
static void listing_print_word(const struct listing *listing, const char *word,
		const unsigned widths[TM_KEYS])
{
	for (unsigned i = 0; i < listing->rows->list->place.keys.count; i++)
		listing_print_cell(
				listing, i, i ? TM_WORD_ABSENT : word, widths);
}

static void listing_print_headings(
		const struct listing *listing, const unsigned widths[TM_KEYS])
{
	static const char *const headings[NUMBERS] = { "IN/2s", "OUT/2s",
		"IN/10s", "OUT/10s", "IN/40s", "OUT/40s", "IN", "OUT" };
	const struct tm_keys *const keys = &listing->rows->list->place.keys;

	for (unsigned i = 0; i < keys->count; i++)
		listing_print_cell(
				listing, i, heading_of(keys->list[i]), widths);
	for (int i = 0; i < NUMBERS; i++)
		fprintf(listing->out, " %*s",
				i < 2 * WINDOWS ? NARROW_NUMBER : WIDE_NUMBER,
				headings[i]);
	putc('\n', listing->out);
}

static void numbers_add(struct numbers *numbers, const struct clock *clock,
		const struct tm_sum *sum, const struct rate *rate)
{
	uint64_t bytes[2];

	for (int w = 0; w < WINDOWS; w++) {
		const struct slots slots = clock_window(clock, w);

		rate_sum(rate, &slots, bytes);
		numbers->bytes[w][TM_IN] += bytes[TM_IN];
		numbers->bytes[w][TM_OUT] += bytes[TM_OUT];
	}
	tm_amount_add(&numbers->moved[TM_IN], &sum->moved[TM_IN]);
	tm_amount_add(&numbers->moved[TM_OUT], &sum->moved[TM_OUT]);
}

static void numbers_add_row(struct numbers *numbers,
		const struct listing *listing, uint32_t at)
{
	const struct rows *const rows = listing->rows;
	const uint32_t row = rows->items[at].row;

	numbers_add(numbers, &rows->traffic->clock, &rows->list->sums.rows[row],
			&list_row(rows->list, row)->rate);
}

static void listing_print_numbers(
		const struct listing *listing, const struct numbers *numbers)
{
	const struct clock *const clock = &listing->rows->traffic->clock;
	const double unit = listing->is_bytes ? 1 : 8;

	for (int w = 0; w < WINDOWS; w++) {
		const uint64_t length_ns = clock_window(clock, w).length_ns;

		for (int d = TM_IN; d <= TM_OUT; d++)
			fprintf(listing->out, " %*.0f", NARROW_NUMBER,
					length_ns ? numbers->bytes[w][d] *
									unit *
									TM_SECOND_NS /
									length_ns
						  : 0);
	}
	fprintf(listing->out, " %*" PRIu64 " %*" PRIu64 "\n", WIDE_NUMBER,
			numbers->moved[TM_IN].bytes, WIDE_NUMBER,
			numbers->moved[TM_OUT].bytes);
}

static void listing_print_summary(
		const struct listing *listing, const struct top *top)
{
	char time[TM_TIMESTAMP_SIZE], host[TM_ESCAPE_GROWTH * TM_HOST_SIZE + 3];
	const char *const end =
			tm_timestamp_format(time, top->all.clock.newest_ns);

	tm_escape_word(host, sizeof(host), top->source.host,
			strlen(top->source.host));
	fprintf(listing->out,
			"%.*s host %s events/s %.0f nobody %" PRIu64
			" unattributed %" PRIu64 " lost %" PRIu64 "\n",
			(int)(end - time), time, *top->source.host ? host : "-",
			traffic_events_per_second(listing->rows->traffic),
			top->all.shares.nobody.bytes,
			top->all.shares.unattributed.bytes,
			top->all.shares.lost.bytes);
}

static void listing_print_row(const struct listing *listing, uint32_t at,
		const unsigned widths[TM_KEYS])
{
	struct numbers numbers = { 0 };

	for (unsigned i = 0; i < listing->rows->list->place.keys.count; i++)
		listing_print_cell(listing, i, listing_cell(listing, at, i),
				widths);
	numbers_add_row(&numbers, listing, at);
	listing_print_numbers(listing, &numbers);
}

/* What was forgotten, and what is beyond the most that is wanted. */
static void listing_print_rest(const struct listing *listing, uint32_t count,
		const unsigned widths[TM_KEYS])
{
	const struct rows *const rows = listing->rows;
	struct numbers numbers = { 0 };

	if (!rows->has_rest && count == rows->count)
		return;
	numbers_add(&numbers, &rows->traffic->clock, &rows->list->sums.others,
			&rows->list->rest_rate);
	for (uint32_t i = count; i < rows->count; i++)
		numbers_add_row(&numbers, listing, i);
	listing_print_word(listing, TM_WORD_OTHERS, widths);
	listing_print_numbers(listing, &numbers);
}

void listing_print(const struct listing *listing, const struct top *top)
{
	struct rows *const rows = listing->rows;
	const uint32_t most = listing->most && listing->most < rows->count
			? listing->most
			: rows->count;
	const uint32_t count = rows_rank(rows, most);
	unsigned widths[TM_KEYS];
	struct numbers all = { 0 };

	listing_measure(listing, count, widths);
	listing_print_summary(listing, top);
	listing_print_headings(listing, widths);
	for (uint32_t i = 0; i < count; i++)
		listing_print_row(listing, i, widths);
	listing_print_rest(listing, count, widths);
	numbers_add(&all, &rows->traffic->clock, &rows->list->all,
			&rows->list->all_rate);
	listing_print_word(listing, TM_WORD_ALL, widths);
	listing_print_numbers(listing, &all);
}
