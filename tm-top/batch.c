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

struct batch_table {
	struct rows rows;
	enum level level;
	struct label labels[LABELS];
	unsigned label_count;
	bool is_bytes;
};

static char word[WORD_SIZE];

static void batch_name(const char *name, bool is_strange)
{
	if (is_strange && tm_word_is_ours(name))
		snprintf(word, sizeof(word), "\"%s\"", name);
	else
		tm_escape_word(word, sizeof(word), name, strlen(name));
}

static void batch_user(
		const struct batch_table *batch, const struct top_row *row)
{
	const char *const name = rows_user(&batch->rows, row->key.number);

	batch_name(name, row->key.number != TM_NOBODY);
}

static void batch_number(uint32_t number)
{
	if (number)
		snprintf(word, sizeof(word), "%u", number);
	else
		strcpy(word, "-");
}

static void batch_process(const struct top_row *row)
{
	char comm[TM_COMM_SIZE + 1] = "";

	memcpy(comm, row->key.bytes, TM_COMM_SIZE);
	if (*comm)
		batch_name(comm, true);
	else
		strcpy(word, "-");
}

static void batch_remote(const struct top_row *row)
{
	if (!tm_address_is_absent(row->key.bytes))
		*tm_address_format(word, row->key.bytes) = '\0';
	else
		strcpy(word, row->key.number == TM_LOST ? "(lost)" : "-");
}

/* Into word: of a row and what it belongs to, the user, pid, comm, remote. */
static const char *batch_label(const struct batch_table *batch, uint32_t number,
		unsigned label)
{
	static const enum level levels[LABELS] = { USER, PROCESS, PROCESS,
		REMOTE };
	const struct table *const table = &batch->rows.traffic->table;
	const struct top_row *const row =
			&table->rows[table_above(table, number, levels[label])];

	switch (label) {
	case 0:
		batch_user(batch, row);
		break;
	case 1:
		batch_number(row->key.number);
		break;
	case 2:
		batch_process(row);
		break;
	default:
		batch_remote(row);
	}
	return word;
}

static void batch_measure(struct batch_table *batch)
{
	static const char *const headings[LABELS] = { "USER", "PID", "PROCESS",
		"REMOTE" };
	static const unsigned counts[LEVELS] = { 1, 3, 4 };
	unsigned width;

	batch->label_count = counts[batch->level];
	for (unsigned i = 0; i < batch->label_count; i++) {
		batch->labels[i] = (struct label){ headings[i],
			i ? strlen(headings[i]) : strlen(TM_WORD_OTHERS) };
		for (uint32_t j = 0; j < batch->rows.count; j++) {
			width = text_columns(batch_label(
					batch, batch->rows.items[j].row, i));
			if (width > batch->labels[i].width)
				batch->labels[i].width = width;
		}
	}
}

static void batch_print_cell(const char *cell, unsigned width)
{
	const unsigned columns = text_columns(cell);

	printf("%s%*s", cell, columns < width ? width - columns : 0, "");
}

/* The first label stands for the row, the others are empty. */
static void batch_print_labels(
		const struct batch_table *batch, const char *first)
{
	for (unsigned i = 0; i < batch->label_count; i++) {
		if (i)
			putchar(' ');
		batch_print_cell(i ? "-" : first, batch->labels[i].width);
	}
}

static void batch_print_numbers(const struct batch_table *batch,
		uint64_t bytes[WINDOWS][2], const struct tm_amount moved[2])
{
	const struct clock *const clock = &batch->rows.traffic->clock;
	const double unit = batch->is_bytes ? 1 : 8;

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

static void batch_print_row(const struct batch_table *batch, uint32_t number)
{
	const struct traffic *const traffic = batch->rows.traffic;
	uint64_t bytes[WINDOWS][2];

	for (int w = 0; w < WINDOWS; w++)
		table_window(&traffic->table, &traffic->clock, number, w,
				bytes[w]);
	batch_print_numbers(batch, bytes, traffic->table.rows[number].moved);
}

static void batch_print_headings(const struct batch_table *batch)
{
	static const char *const headings[NUMBERS] = { "IN/2s", "OUT/2s",
		"IN/10s", "OUT/10s", "IN/40s", "OUT/40s", "IN", "OUT" };

	for (unsigned i = 0; i < batch->label_count; i++) {
		if (i)
			putchar(' ');
		batch_print_cell(batch->labels[i].heading,
				batch->labels[i].width);
	}
	for (int i = 0; i < NUMBERS; i++)
		printf(" %*s", i < 2 * WINDOWS ? 12 : 15, headings[i]);
	putchar('\n');
}

static void batch_print_summary(
		const struct top *top, const struct traffic *shown)
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

static void batch_print_rows(struct batch_table *batch)
{
	struct rows *const rows = &batch->rows;

	batch_measure(batch);
	batch_print_headings(batch);
	for (uint32_t i = 0; i < rows->count; i++) {
		for (unsigned j = 0; j < batch->label_count; j++) {
			if (j)
				putchar(' ');
			batch_print_cell(batch_label(batch, rows->items[i].row,
							 j),
					batch->labels[j].width);
		}
		batch_print_row(batch, rows->items[i].row);
	}
	if (rows->has_rest) {
		batch_print_labels(batch, TM_WORD_OTHERS);
		batch_print_numbers(batch, rows->rest_bytes, rows->rest);
	}
	batch_print_labels(batch, "all");
	batch_print_row(batch, ALL);
}

static void batch_print_table(struct top *top, const struct sorting *sorting)
{
	static bool has_printed;
	const struct top_options *const options = top->options;
	const struct row_place place = { .level = options->level };
	struct batch_table batch = {
		.rows = { .traffic = top_shown(top),
				.names = top->names,
				.is_numeric = options->is_numeric },
		.level = options->level,
		.is_bytes = options->is_bytes,
	};

	if (rows_make(&batch.rows, &place, sorting))
		err(TM_FAILED, NULL);
	if (has_printed)
		putchar('\n');
	has_printed = true;
	batch_print_summary(top, batch.rows.traffic);
	batch_print_rows(&batch);
	rows_free(&batch.rows);
	if (!fflush(stdout) && !ferror(stdout))
		return;
	if (errno == EPIPE)
		exit(TM_DONE);
	err(TM_FAILED, "standard output");
}

static void batch_wait(const struct top *top)
{
	tm_reader_ready(&top->feed.reader, PAUSE_MS);
}

/* Whether a table is due, with a slot that has just ended. */
static bool batch_is_due(
		const struct top *top, uint64_t interval_ns, uint64_t *since)
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
	batch_print_table(top, sorting);
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
			batch_wait(top);
		if (failed)
			err(TM_FAILED, NULL);
		top_pass(top);
		if (!top->is_over)
			continue;
		top->is_over = false;
		if (!batch_is_due(top, interval_ns, &since_ns))
			continue;
		batch_print_table(top, &sorting);
		events = top->all.events;
		if (++printed == options->count)
			return;
	}
	if (!printed || top->all.events != events)
		batch_finish(top, &sorting);
}
