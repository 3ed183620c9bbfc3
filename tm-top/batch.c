#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "common/base/clock.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/base/timestamp.h"
#include "common/net/address.h"
#include "common/record/words.h"
#include "common/tool/progress.h"
#include "top-text.h"

#define DEFAULT_NS (10 * TM_SECOND_NS)
#define EARLY_NS (TM_SECOND_NS / 10) /* that a TICK may be */
#define PAUSE_MS 250
#define NUMBERS (2 * WINDOWS + 2)
#define WORD_SIZE (TM_ESCAPE_GROWTH * TM_NAME_PARTS * TM_NAME_SIZE + 3)
#define LABELS (LEVELS + 1)

/* Each label of a row: its heading, and the width that all of them fit. */
struct label {
	const char *heading;
	unsigned width;
};

struct table_text {
	struct sight sight;
	struct listing listing;
	enum level level;
	struct label labels[LABELS];
	unsigned label_count;
	bool is_bytes;
};

static char word[WORD_SIZE];

static void put_name(const char *name, bool is_strange)
{
	if (is_strange && tm_word_is_ours(name))
		snprintf(word, sizeof(word), "\"%s\"", name);
	else
		tm_escape_word(word, sizeof(word), name, strlen(name));
}

static void put_user(const struct table_text *text, const struct top_row *row)
{
	const char *const name = user_text(&text->sight, row->key.number);

	put_name(name, row->key.number != TM_NOBODY);
}

static void put_number(uint32_t number)
{
	if (number)
		snprintf(word, sizeof(word), "%u", number);
	else
		strcpy(word, "-");
}

static void put_comm(const struct top_row *row)
{
	char comm[TM_COMM_SIZE + 1] = "";

	memcpy(comm, row->key.bytes, TM_COMM_SIZE);
	if (*comm)
		put_name(comm, true);
	else
		strcpy(word, "-");
}

static void put_remote(const struct top_row *row)
{
	if (!tm_address_is_absent(row->key.bytes))
		*tm_address_format(word, row->key.bytes) = '\0';
	else
		strcpy(word, row->key.number == TM_LOST ? "(lost)" : "-");
}

/* Into word: of a row and what it belongs to, the user, pid, comm, remote. */
static const char *put_label(
		const struct table_text *text, uint32_t number, unsigned label)
{
	static const enum level levels[LABELS] = { USER, PROCESS, PROCESS,
		REMOTE };
	const struct table *const table = &text->sight.traffic->table;
	const struct top_row *const row =
			&table->rows[table_above(table, number, levels[label])];

	switch (label) {
	case 0:
		put_user(text, row);
		break;
	case 1:
		put_number(row->key.number);
		break;
	case 2:
		put_comm(row);
		break;
	default:
		put_remote(row);
	}
	return word;
}

static void measure(struct table_text *text)
{
	static const char *const headings[LABELS] = { "USER", "PID", "PROCESS",
		"REMOTE" };
	static const unsigned counts[LEVELS] = { 1, 3, 4 };
	unsigned width;

	text->label_count = counts[text->level];
	for (unsigned i = 0; i < text->label_count; i++) {
		text->labels[i] = (struct label){ headings[i],
			i ? strlen(headings[i]) : strlen(TM_WORD_OTHERS) };
		for (uint32_t j = 0; j < text->listing.count; j++) {
			width = text_columns(put_label(
					text, text->listing.items[j].row, i));
			if (width > text->labels[i].width)
				text->labels[i].width = width;
		}
	}
}

static void print_cell(const char *cell, unsigned width)
{
	const unsigned columns = text_columns(cell);

	printf("%s%*s", cell, columns < width ? width - columns : 0, "");
}

/* The first label stands for the row, the others are empty. */
static void print_labels(const struct table_text *text, const char *first)
{
	for (unsigned i = 0; i < text->label_count; i++) {
		if (i)
			putchar(' ');
		print_cell(i ? "-" : first, text->labels[i].width);
	}
}

static void print_numbers(const struct table_text *text,
		uint64_t bytes[WINDOWS][2], const struct tm_amount moved[2])
{
	const struct clock *const clock = &text->sight.traffic->clock;
	const double unit = text->is_bytes ? 1 : 8;

	for (int w = 0; w < WINDOWS; w++) {
		const uint64_t length_ns = clock_length_ns(clock, w);

		for (int d = TM_IN; d <= TM_OUT; d++)
			printf(" %12.0f",
					length_ns ? bytes[w]
							 [d] * unit * TM_SECOND_NS /
									length_ns
						  : 0);
	}
	printf(" %15" PRIu64 " %15" PRIu64 "\n", moved[TM_IN].bytes,
			moved[TM_OUT].bytes);
}

static void print_row(const struct table_text *text, uint32_t number)
{
	const struct traffic *const traffic = text->sight.traffic;
	uint64_t bytes[WINDOWS][2];

	for (int w = 0; w < WINDOWS; w++)
		table_window(&traffic->table, &traffic->clock, number, w,
				bytes[w]);
	print_numbers(text, bytes, traffic->table.rows[number].moved);
}

static void print_headings(const struct table_text *text)
{
	static const char *const headings[NUMBERS] = { "IN/2s", "OUT/2s",
		"IN/10s", "OUT/10s", "IN/40s", "OUT/40s", "IN", "OUT" };

	for (unsigned i = 0; i < text->label_count; i++) {
		if (i)
			putchar(' ');
		print_cell(text->labels[i].heading, text->labels[i].width);
	}
	for (int i = 0; i < NUMBERS; i++)
		printf(" %*s", i < 2 * WINDOWS ? 12 : 15, headings[i]);
	putchar('\n');
}

static void print_summary(const struct top *top, const struct traffic *shown)
{
	char time[TM_TIMESTAMP_SIZE], host[TM_ESCAPE_GROWTH * TM_HOST_SIZE + 3];
	const char *const end =
			tm_timestamp_format(time, top->all.clock.newest_ns);

	tm_escape_word(host, sizeof(host), top->source.host,
			strlen(top->source.host));
	printf("%.*s host %s events/s %.0f nobody %" PRIu64
	       " unattributed %" PRIu64 " lost %" PRIu64 "\n",
			(int)(end - time), time, *top->source.host ? host : "-",
			traffic_events_per_second(shown),
			top->all.shares.nobody.bytes,
			top->all.shares.unattributed.bytes,
			top->all.shares.lost.bytes);
}

static void print_rows(struct table_text *text)
{
	struct listing *const listing = &text->listing;

	measure(text);
	print_headings(text);
	for (uint32_t i = 0; i < listing->count; i++) {
		for (unsigned j = 0; j < text->label_count; j++) {
			if (j)
				putchar(' ');
			print_cell(put_label(text, listing->items[i].row, j),
					text->labels[j].width);
		}
		print_row(text, listing->items[i].row);
	}
	if (listing->has_rest) {
		print_labels(text, TM_WORD_OTHERS);
		print_numbers(text, listing->rest_bytes, listing->rest);
	}
	print_labels(text, "all");
	print_row(text, ALL);
}

static void print_table(struct top *top, const struct sorting *sorting)
{
	static bool has_printed;
	const struct top_options *const options = top->options;
	const struct item_place place = { .level = options->level };
	struct table_text text = {
		.sight = { top_shown(top), top->names, options->is_numeric },
		.level = options->level,
		.is_bytes = options->is_bytes,
	};

	if (listing_make(&text.listing, &text.sight, &place, sorting))
		err(TM_FAILED, NULL);
	if (has_printed)
		putchar('\n');
	has_printed = true;
	print_summary(top, text.sight.traffic);
	print_rows(&text);
	listing_free(&text.listing);
	if (!fflush(stdout))
		return;
	if (errno == EPIPE)
		exit(TM_DONE);
	err(TM_FAILED, "standard output");
}

static void wait_for_more(const struct top *top)
{
	tm_reader_ready(&top->feed.reader, PAUSE_MS);
}

/* Whether a table is due, with a slot that has just ended. */
static bool is_due(const struct top *top, uint64_t interval_ns, uint64_t *since)
{
	const uint64_t start_ns = top->all.clock.start_ns;

	if (!*since || *since > start_ns) /* the clock was set back */
		*since = *since ? start_ns : top->all.clock.first_ns;
	if (!interval_ns || start_ns + EARLY_NS < *since + interval_ns)
		return false;
	*since = start_ns;
	return true;
}

static void batch_finish(struct top *top, const struct sorting *sorting)
{
	clock_end(&top->all.clock);
	if (top->question)
		clock_end(&top->question->traffic.clock);
	if (!top->options->is_numeric)
		tm_names_settle(top->names);
	print_table(top, sorting);
}

void batch_run(struct top *top)
{
	const struct top_options *const options = top->options;
	const bool is_whole = top->feed.is_recording && !options->interval_ns;
	const uint64_t interval_ns = is_whole  ? 0
			: options->interval_ns ? options->interval_ns
					       : DEFAULT_NS;
	const struct sorting sorting = {
		.column = options->has_column ? options->column
				: is_whole    ? BY_TOTAL
					      : BY_10,
	};
	struct tm_progress progress;
	uint64_t since_ns = 0, printed = 0, events = 0;
	bool failed = false;

	tm_progress_start(&progress, options->is_quiet);
	while (!top->feed.has_ended) {
		if (tm_signal_take(SIGUSR1))
			warnx("%s",
					tm_progress_text(&progress,
							&top->feed.reader));
		if (!top_take(top, &failed))
			wait_for_more(top);
		if (failed)
			err(TM_FAILED, NULL);
		top_pass(top);
		if (!top->is_over)
			continue;
		top->is_over = false;
		if (!is_due(top, interval_ns, &since_ns))
			continue;
		print_table(top, &sorting);
		events = top->all.events;
		if (++printed == options->count)
			return;
	}
	if (!printed || top->all.events != events)
		batch_finish(top, &sorting);
}
