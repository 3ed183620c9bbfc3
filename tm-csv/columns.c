#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "common/base/csv.h"
#include "common/base/number.h"
#include "common/record/fields.h"
#include "row.h"

/* Of a longer text the rest is left out: a row has an end. */
#define TEXT_SIZE 8192

static char *put_text(char *out, const char *text, size_t length)
{
	return tm_csv_format(out, TEXT_SIZE, text, length);
}

static char *put_name(char *out, const char *name)
{
	return put_text(out, name, strlen(name));
}

static char *put_uid(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	if (event->uid == TM_NOBODY)
		return stpcpy(out, "none");
	return tm_number_format(out, event->uid);
}

static char *put_user(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	const char *name = columns->numbers
			? NULL
			: tm_names_user(columns->names, event->uid);

	return name ? put_name(out, name) : put_uid(columns, out, event);
}

static char *put_pid(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	return event->pid ? tm_number_format(out, event->pid) : out;
}

static char *put_process(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	return put_text(out, event->process,
			strnlen(event->process, TM_COMM_SIZE));
}

/* A LOST record knows neither addresses nor ports nor protocol. */
static bool is_detailed(const struct tm_event *event)
{
	return event->kind != TM_LOST;
}

static char *put_protocol(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	const char *const name = tm_word_text(tm_protocols, event->protocol);

	if (!is_detailed(event))
		return out;
	if (name && !columns->numbers)
		return stpcpy(out, name);
	return tm_number_format(out, event->protocol);
}

static char *put_source_port(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	return is_detailed(event) ? tm_number_format(out, event->source_port)
				  : out;
}

static char *put_destination_port(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	return is_detailed(event)
			? tm_number_format(out, event->destination_port)
			: out;
}

static char *put_packets(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	(void)columns;
	return tm_number_format(out, event->packets);
}

/* The name that the recording has for the id, else the number. */
static char *put_recorded(const struct columns *columns, char *out,
		enum tm_name_of of, uint64_t id, uint64_t number)
{
	const char *name = columns->numbers
			? NULL
			: tm_names_recorded(columns->names, of, id);

	if (name)
		return put_name(out, name);
	return number ? tm_number_format(out, number) : out;
}

static char *put_interface(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	return put_recorded(columns, out, TM_NAME_INTERFACE,
			(uint64_t)event->netns << 32 | event->ifindex,
			event->ifindex);
}

static char *put_cgroup(const struct columns *columns, char *out,
		const struct tm_event *event)
{
	return put_recorded(columns, out, TM_NAME_CGROUP, event->cgroup_id,
			event->cgroup_id);
}

static const struct {
	const char *name;
	char *(*put)(const struct columns *columns, char *out,
			const struct tm_event *event);
} known_columns[] = {
	{ "uid", put_uid },
	{ "user", put_user },
	{ "pid", put_pid },
	{ "process", put_process },
	{ "protocol", put_protocol },
	{ "source_port", put_source_port },
	{ "destination_port", put_destination_port },
	{ "packets", put_packets },
	{ "interface", put_interface },
	{ "cgroup", put_cgroup },
	/* its older name, which the header of a file keeps */
	{ "comm", put_process },
};

#define UID 0 /* the first of them */
#define KNOWN (sizeof(known_columns) / sizeof(*known_columns))

_Static_assert(KNOWN <= COLUMNS_MAX, "each may be asked for once");
_Static_assert(3 * TM_CSV_SIZE(TEXT_SIZE) + KNOWN * 256 < COLUMNS_SIZE,
		"user, interface and cgroup are long, the others short");

const char *columns_known(void)
{
	return "uid, user, pid, process, protocol, source_port, "
	       "destination_port, ports (both), packets, interface, cgroup";
}

static bool columns_append(
		struct columns *columns, const char *name, size_t size)
{
	unsigned i;

	for (i = 0; i < KNOWN; i++) {
		if (strlen(known_columns[i].name) == size &&
				!memcmp(known_columns[i].name, name, size))
			break;
	}
	if (i == KNOWN || memchr(columns->list, i, columns->count))
		return false;
	columns->list[columns->count++] = i;
	return true;
}

const char *columns_add(struct columns *columns, const char *list)
{
	static char problem[64];
	bool sound;
	size_t size;

	for (;; list += size + 1) {
		size = strcspn(list, ",");
		if (size == strlen("ports") && !memcmp(list, "ports", size))
			sound = columns_append(columns, "source_port", 11) &&
					columns_append(columns,
							"destination_port", 16);
		else
			sound = columns_append(columns, list, size);
		if (!sound) {
			snprintf(problem, sizeof(problem), "%.*s",
					(int)(size < 60 ? size : 60), list);
			return problem;
		}
		if (!list[size])
			return NULL;
	}
}

void columns_begin_with_uid(struct columns *columns)
{
	uint8_t *list = columns->list;
	uint8_t *uid = memchr(list, UID, columns->count);

	memmove(list + 1, list, uid ? uid - list : columns->count++);
	*list = UID;
}

char *columns_header(const struct columns *columns)
{
	struct tm_text text = { 0 };

	tm_text_string(&text, ROW_FIELDS);
	for (unsigned i = 0; i < columns->count; i++) {
		tm_text_character(&text, ',');
		tm_text_string(&text, known_columns[columns->list[i]].name);
	}
	tm_text_put(&text, "\n", 2);
	return text.error ? NULL : text.at;
}

char *columns_format(const struct columns *columns, char out[COLUMNS_SIZE],
		const struct tm_event *event)
{
	for (unsigned i = 0; i < columns->count; i++) {
		*out++ = ',';
		out = known_columns[columns->list[i]].put(columns, out, event);
	}
	return out;
}
