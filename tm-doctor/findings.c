#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/json.h"
#include "findings.h"

#define WIDTH 80
#define INDENT 11 /* of cost and fix */
#define NAME_WIDTH 28
#define FOUND (INDENT + NAME_WIDTH)

static const char *const states[] = { "ok", "note", "unknown", "missing" };

struct finding *finding_add(struct findings *table, const char *name,
		enum finding_state state, const char *format, ...)
{
	struct finding *const row = &table->rows[table->count < FINDINGS_MOST
					? table->count++
					: FINDINGS_MOST - 1];
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

void finding_fix(struct finding *row, const char *cost, const char *format, ...)
{
	va_list args;

	row->cost = cost;
	va_start(args, format);
	vsnprintf(row->fix, sizeof(row->fix), format, args);
	va_end(args);
}

const struct finding *finding_find(
		const struct findings *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!strcmp(table->rows[i].name, name))
			return &table->rows[i];
	}
	return NULL;
}

void finding_append(struct finding *row, const char *text)
{
	const size_t used = strlen(row->found), size = sizeof(row->found);

	if (used + strlen(text) + sizeof(", ...") < size)
		snprintf(row->found + used, size - used, "%s%s",
				used ? ", " : "", text);
	else if (used < 3 || strcmp(row->found + used - 3, "..."))
		snprintf(row->found + used, size - used, ", ...");
}

static bool stops(const struct finding *row)
{
	return row->is_needed && row->state == FINDING_MISSING;
}

bool findings_can_capture(const struct findings *table)
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

static void print_row(const struct finding *row)
{
	char found[FOUND_SIZE * TM_ESCAPE_GROWTH];

	tm_escape_text(found, sizeof(found), row->found, strlen(row->found));
	printf("  %-7s  %-*s", states[row->state], NAME_WIDTH, row->name);
	print_wrapped(found, FOUND, FOUND);
	if (*row->cost) {
		printf("%*scost: ", INDENT, "");
		print_wrapped(row->cost, INDENT + 6, INDENT + 6);
	}
	/* a fix is there to be copied, so it stays one line */
	if (*row->fix)
		printf("%*sfix: %s\n", INDENT, "", row->fix);
}

static size_t count(const struct findings *table, enum finding_state state)
{
	size_t rows = 0;

	for (size_t i = 0; i < table->count; i++)
		rows += table->rows[i].state == state;
	return rows;
}

static void print_verdict(const struct findings *table)
{
	const char *separator = "in the way:";

	if (findings_can_capture(table)) {
		printf("tm-capture can capture here: %zu ok, %zu missing, "
		       "%zu notes, %zu unknown\n",
				count(table, FINDING_OK),
				count(table, FINDING_MISSING),
				count(table, FINDING_NOTE),
				count(table, FINDING_UNKNOWN));
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

/* A user without rights would get a page of what was not tried. */
static bool is_root_needed(const struct findings *table)
{
	return geteuid() && !findings_can_capture(table) &&
			count(table, FINDING_UNKNOWN);
}

void findings_print(const struct findings *table, bool is_short)
{
	const char *group = "";

	if (is_short && is_root_needed(table)) {
		printf("needs root, without which %zu of %zu checks cannot be "
		       "made: run sudo tm-doctor -q\n",
				count(table, FINDING_UNKNOWN), table->count);
		return;
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct finding *const row = &table->rows[i];

		if (is_short && row->state == FINDING_OK)
			continue;
		if (strcmp(group, row->group))
			printf("%s\n", row->group);
		group = row->group;
		print_row(row);
	}
	print_verdict(table);
}

static const char *truth(bool is_true)
{
	return is_true ? "true" : "false";
}

static void put_finding(struct tm_text *text, const struct finding *row)
{
	tm_json_member_string(text, "group", row->group);
	tm_json_member_string(text, "name", row->name);
	tm_json_member_string(text, "state", states[row->state]);
	tm_json_member(text, "needed");
	tm_text_string(text, truth(row->is_needed));
	tm_json_member_string(text, "found", row->found);
	tm_json_member_string(text, "cost", row->cost);
	tm_json_member_string(text, "fix", row->fix);
}

void findings_print_json(const struct findings *table)
{
	struct tm_text text = { 0 };

	tm_text_character(&text, '{');
	tm_json_member_string(&text, "version", TM_VERSION);
	tm_json_member(&text, "can_capture");
	tm_text_string(&text, truth(findings_can_capture(table)));
	tm_json_member(&text, "checks");
	for (size_t i = 0; i < table->count; i++) {
		tm_text_string(&text, i ? ",\n{" : "[\n{");
		put_finding(&text, &table->rows[i]);
		tm_text_character(&text, '}');
	}
	tm_text_string(&text, "\n]}\n");
	if (text.error)
		errx(TM_FAILED, "%s", strerror(text.error));
	fwrite(text.at, 1, text.size, stdout);
	tm_text_free(&text);
}
