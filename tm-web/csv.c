#include "csv.h"
#include <time.h>

#include "common/table.h"
#include "json.h"

static const struct {
	unsigned key;
	struct tm_column column;
} known[] = {
	{HISTORY_BY_USER, {.key = "user", .type = TM_CELL_TEXT}},
	{HISTORY_BY_PROCESS, {.key = "process", .type = TM_CELL_TEXT}},
	{HISTORY_BY_REMOTE, {.key = "remote", .type = TM_CELL_TEXT}},
	{HISTORY_BY_PROTOCOL, {.key = "protocol", .type = TM_CELL_TEXT}},
	{HISTORY_BY_INTERFACE, {.key = "interface", .type = TM_CELL_TEXT}},
	{HISTORY_BY_DIRECTION, {.key = "direction", .type = TM_CELL_TEXT}},
	{HISTORY_BY_MINUTE, {.key = "minute", .type = TM_CELL_TIME}},
	{HISTORY_BY_HOUR, {.key = "hour", .type = TM_CELL_HOUR}},
	{HISTORY_BY_DAY, {.key = "day", .type = TM_CELL_DAY}},
	{HISTORY_BY_MONTH, {.key = "month", .type = TM_CELL_TEXT}},
};

static const struct tm_column uid_column = {
	.key = "uid", .type = TM_CELL_NUMBER};

static const struct tm_column amounts[] = {
	{.key = "in", .type = TM_CELL_BYTES},
	{.key = "out", .type = TM_CELL_BYTES},
	{.key = "total", .type = TM_CELL_BYTES},
	{.key = "packets_in", .type = TM_CELL_NUMBER},
	{.key = "packets_out", .type = TM_CELL_NUMBER},
	{.key = "packets", .type = TM_CELL_NUMBER},
	{.key = "lost", .type = TM_CELL_BYTES},
	{.key = "lost_packets", .type = TM_CELL_NUMBER},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct tm_column column_of(unsigned key)
{
	size_t i = 0;

	while (known[i].key != key)
		i++;
	return known[i].column;
}

static unsigned choose_columns(
	struct tm_column *columns, const unsigned *keys, unsigned key_count)
{
	unsigned count = 0;

	for (unsigned i = 0; i < key_count; i++) {
		if (keys[i] == HISTORY_BY_USER)
			columns[count++] = uid_column;
		columns[count++] = column_of(keys[i]);
	}
	for (size_t i = 0; i < COUNT(amounts); i++)
		columns[count++] = amounts[i];
	return count;
}

#define OTHERS "(others)"

/* The remainder has a name, what is not known has none. */
static void put_text(struct tm_table *table, const char *text)
{
	if (!text)
		text = OTHERS;
	tm_table_text(table, *text ? text : NULL);
}

static void put_month(struct tm_table *table, uint64_t time_ns)
{
	const time_t seconds = time_ns / UINT64_C(1000000000);
	char text[32] = "";
	struct tm local;

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%Y-%m", &local);
	tm_table_text(table, text);
}

static void put_key(
	struct tm_table *table, unsigned key, const struct history_row *row)
{
	char name[PROTOCOL_SIZE];

	switch (key) {
	case HISTORY_BY_USER:
		tm_table_number(table, row->uid);
		tm_table_text(
			table, row->uid == TM_NOBODY ? "none" : row->user);
		break;
	case HISTORY_BY_PROCESS:
		put_text(table, row->process);
		break;
	case HISTORY_BY_REMOTE:
		put_text(table, row->remote);
		break;
	case HISTORY_BY_PROTOCOL:
		put_text(table, protocol_name(name, row->protocol));
		break;
	case HISTORY_BY_INTERFACE:
		put_text(table, row->interface);
		break;
	case HISTORY_BY_DIRECTION:
		tm_table_text(table, row->direction == TM_IN ? "in" : "out");
		break;
	case HISTORY_BY_MONTH:
		put_month(table, row->time_ns);
		break;
	default:
		tm_table_number(table, row->time_ns);
	}
}

static void put_amounts(struct tm_table *table, const struct history_row *row)
{
	const struct tm_amount *const in = &row->moved[TM_IN];
	const struct tm_amount *const out = &row->moved[TM_OUT];

	tm_table_number(table, in->bytes);
	tm_table_number(table, out->bytes);
	tm_table_number(table, in->bytes + out->bytes);
	tm_table_number(table, in->packets);
	tm_table_number(table, out->packets);
	tm_table_number(table, in->packets + out->packets);
	tm_table_number(table, json_sum(row->lost));
	tm_table_number(
		table, row->lost[TM_IN].packets + row->lost[TM_OUT].packets);
}

static void subtract(struct tm_amount from[2], const struct tm_amount less[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		from[i].bytes -= less[i].bytes;
		from[i].packets -= less[i].packets;
	}
}

/* What was found beside the rows that are there, named in the first column
 * where that is a text. */
static void put_rest(struct tm_table *table, const struct history_rows *rows,
	const unsigned *keys, unsigned key_count)
{
	struct history_row rest = rows->sum;

	for (size_t i = 0; i < rows->count; i++) {
		subtract(rest.moved, rows->rows[i].moved);
		subtract(rest.lost, rows->rows[i].lost);
	}
	for (unsigned i = 0; i < key_count; i++) {
		if (keys[i] == HISTORY_BY_USER)
			tm_table_none(table);
		tm_table_text(table,
			!i && keys[i] <= HISTORY_BY_DIRECTION ? OTHERS : NULL);
	}
	put_amounts(table, &rest);
}

void csv_write(struct text *text, const struct history_rows *rows,
	const unsigned *keys, unsigned key_count)
{
	struct tm_column columns[COUNT(known) + 1 + COUNT(amounts)];
	struct tm_table table;
	const struct tm_table_spec spec = {
		.form = TM_FORM_CSV,
		.columns = columns,
		.count = choose_columns(columns, keys, key_count),
		.write = text_write,
		.context = text,
	};

	tm_table_open(&table, &spec);
	for (size_t i = 0; i < rows->count; i++) {
		for (unsigned j = 0; j < key_count; j++)
			put_key(&table, keys[j], &rows->rows[i]);
		put_amounts(&table, &rows->rows[i]);
	}
	if (rows->count < rows->found)
		put_rest(&table, rows, keys, key_count);
	if (tm_table_close(&table, NULL))
		text->is_broken = true;
}
