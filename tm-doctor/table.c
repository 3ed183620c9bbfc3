#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/escape.h"
#include "table.h"

#define WIDTH 80
#define INDENT 11 /* of cost and mend */
#define NAME_WIDTH 28
#define FOUND (INDENT + NAME_WIDTH)

static const char *const states[] = { "ok", "note", "unknown", "missing" };

struct tm_row *tm_row_add(struct tm_table *table, const char *name,
		enum tm_state state, const char *format, ...)
{
	struct tm_row *const row =
			&table->rows[table->count < TM_ROWS ? table->count++
							    : TM_ROWS - 1];
	va_list args;

	memset(row, 0, sizeof(*row));
	row->group = table->group;
	row->name = name;
	row->state = state;
	row->cost = "";
	va_start(args, format);
	vsnprintf(row->found, sizeof(row->found), format, args);
	va_end(args);
	return row;
}

void tm_row_mend(struct tm_row *row, const char *cost, const char *format, ...)
{
	va_list args;

	row->cost = cost;
	va_start(args, format);
	vsnprintf(row->mend, sizeof(row->mend), format, args);
	va_end(args);
}

const struct tm_row *tm_row_find(const struct tm_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!strcmp(table->rows[i].name, name))
			return &table->rows[i];
	}
	return NULL;
}

void tm_row_append(struct tm_row *row, const char *text)
{
	const size_t used = strlen(row->found), size = sizeof(row->found);

	if (used + strlen(text) + sizeof(", ...") < size)
		snprintf(row->found + used, size - used, "%s%s",
				used ? ", " : "", text);
	else if (used < 3 || strcmp(row->found + used - 3, "..."))
		snprintf(row->found + used, size - used, ", ...");
}

static bool stops(const struct tm_row *row)
{
	return row->is_needed && row->state == TM_MISSING;
}

bool tm_table_can_capture(const struct tm_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (stops(&table->rows[i]))
			return false;
	}
	return true;
}

/* Breaks at spaces; lines after the first begin at the indent. */
static void print_wrapped(const char *text, size_t column, size_t indent)
{
	size_t length;

	for (bool is_first = true; *text; is_first = false) {
		text += strspn(text, " ");
		length = strcspn(text, " ");
		if (!is_first && column + 1 + length > WIDTH) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (!is_first) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, text);
		column += length;
		text += length;
	}
	putchar('\n');
}

static void print_row(const struct tm_row *row)
{
	char found[TM_FOUND_SIZE * TM_ESCAPE_GROWTH];

	tm_escape_text(found, sizeof(found), row->found, strlen(row->found));
	printf("  %-7s  %-*s", states[row->state], NAME_WIDTH, row->name);
	print_wrapped(found, FOUND, FOUND);
	if (*row->cost) {
		printf("%*scost: ", INDENT, "");
		print_wrapped(row->cost, INDENT + 6, INDENT + 6);
	}
	/* a mend is there to be copied, so it stays one line */
	if (*row->mend)
		printf("%*smend: %s\n", INDENT, "", row->mend);
}

static size_t count(const struct tm_table *table, enum tm_state state)
{
	size_t rows = 0;

	for (size_t i = 0; i < table->count; i++)
		rows += table->rows[i].state == state;
	return rows;
}

static void print_verdict(const struct tm_table *table)
{
	const char *separator = "in the way:";

	if (tm_table_can_capture(table)) {
		printf("tm-capture can capture here: %zu ok, %zu missing, "
		       "%zu notes, %zu unknown\n",
				count(table, TM_OK), count(table, TM_MISSING),
				count(table, TM_NOTE),
				count(table, TM_UNKNOWN));
		return;
	}
	printf("tm-capture cannot capture here; ");
	for (size_t i = 0; i < table->count; i++) {
		if (stops(&table->rows[i])) {
			printf("%s %s", separator, table->rows[i].name);
			separator = ",";
		}
	}
	putchar('\n');
}

void tm_table_print(const struct tm_table *table, bool is_short)
{
	const char *group = "";

	for (size_t i = 0; i < table->count; i++) {
		const struct tm_row *const row = &table->rows[i];

		if (is_short && row->state == TM_OK)
			continue;
		if (strcmp(group, row->group))
			printf("%s\n", row->group);
		group = row->group;
		print_row(row);
	}
	print_verdict(table);
}

static void print_string(const char *key, const char *text, const char *end)
{
	char escaped[TM_FOUND_SIZE * TM_ESCAPE_GROWTH];

	tm_escape_json(escaped, sizeof(escaped), text, strlen(text));
	printf("\"%s\":\"%s\"%s", key, escaped, end);
}

void tm_table_print_json(const struct tm_table *table)
{
	printf("{\"version\":\"" TM_VERSION
	       "\",\"can_capture\":%s,\"checks\":[",
			tm_table_can_capture(table) ? "true" : "false");
	for (size_t i = 0; i < table->count; i++) {
		const struct tm_row *const row = &table->rows[i];

		fputs(i ? ",\n{" : "\n{", stdout);
		print_string("group", row->group, ",");
		print_string("name", row->name, ",");
		print_string("state", states[row->state], ",");
		printf("\"needed\":%s,", row->is_needed ? "true" : "false");
		print_string("found", row->found, ",");
		print_string("cost", row->cost, ",");
		print_string("mend", row->mend, "}");
	}
	puts("\n]}");
}
