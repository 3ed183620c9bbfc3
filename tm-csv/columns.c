#include "columns.h"

#include "common/number.h"
#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a longer name the rest is left out: a row has an end. */
#define TEXT_MAX 4096

/* How many bytes the UTF-8 character at text takes when it is one that prints
 * and leaves the order of the text alone; else 0. */
static size_t printable(const unsigned char *text, size_t size)
{
	const unsigned first = text[0];
	const size_t more = (first >= 0xc2) + (first >= 0xe0) + (first >= 0xf0);
	unsigned code = first;

	if (first < 0x80)
		return first >= ' ' && first != 0x7f;
	if (!more || first > 0xf4 || more >= size)
		return 0;
	code &= 0x3f >> more;
	for (size_t i = 1; i <= more; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < 0xa0 || code > 0x10ffff || code >> 11 == 0x1b ||
		(more == 2 && code < 0x800) || (more == 3 && code < 0x10000))
		return 0; /* C1 controls, surrogates, longer than need be */
	if ((code >= 0x200b && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202e) ||
		(code >= 0x2066 && code <= 0x2069) || code == 0xfeff)
		return 0; /* invisible, ends of line, right to left */
	return more + 1;
}

static char *put_escape(char *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char letters[] = "\nn\tt\rr\\\\";
	const char *letter = c ? strchr(letters, c) : NULL;

	*out++ = '\\';
	if (letter && !((letter - letters) & 1)) {
		*out++ = letter[1];
		return out;
	}
	*out++ = 'x';
	*out++ = digits[c >> 4];
	*out++ = digits[c & 0xf];
	return out;
}

char *tm_text_format(char *out, const char *text, size_t size)
{
	const bool quoted = memchr(text, ',', size) || memchr(text, '"', size);
	size_t n;

	if (quoted)
		*out++ = '"';
	if (size && strchr("=+-@'", *text) && *text)
		*out++ = '\'';
	for (size_t i = 0; i < size; i += n ? n : 1) {
		n = text[i] == '\\' ? 0
				    : printable((const unsigned char *)text + i,
					      size - i);
		if (!n)
			out = put_escape(out, text[i]);
		if (text[i] == '"')
			*out++ = '"';
		memcpy(out, text + i, n);
		out += n;
	}
	if (quoted)
		*out++ = '"';
	return out;
}

static char *put_name(char *out, const char *name)
{
	return tm_text_format(out, name, strnlen(name, TEXT_MAX));
}

static char *put_uid(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	if (event->uid == TM_NOBODY)
		return stpcpy(out, "none");
	return tm_number_format(out, event->uid);
}

static char *put_user(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	const char *name = columns->numbers
				   ? NULL
				   : tm_names_user(columns->names, event->uid);

	return name ? put_name(out, name) : put_uid(columns, out, event);
}

static char *put_pid(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	return event->pid ? tm_number_format(out, event->pid) : out;
}

static char *put_comm(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	return tm_text_format(
		out, event->comm, strnlen(event->comm, TM_COMM_SIZE));
}

/* A LOST record knows neither addresses nor ports nor protocol. */
static bool is_detailed(const struct tm_event *event)
{
	return event->kind != TM_LOST;
}

static char *put_protocol(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	static const struct {
		uint8_t number;
		const char *name;
	} known[] = {{1, "icmp"}, {2, "igmp"}, {6, "tcp"}, {17, "udp"},
		{47, "gre"}, {50, "esp"}, {51, "ah"}, {58, "ipv6-icmp"},
		{132, "sctp"}};

	if (!is_detailed(event))
		return out;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!columns->numbers && known[i].number == event->protocol)
			return stpcpy(out, known[i].name);
	}
	return tm_number_format(out, event->protocol);
}

static char *put_source_port(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	return is_detailed(event) ? tm_number_format(out, event->source_port)
				  : out;
}

static char *put_destination_port(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	return is_detailed(event)
		       ? tm_number_format(out, event->destination_port)
		       : out;
}

static char *put_packets(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	(void)columns;
	return tm_number_format(out, event->packets);
}

/* The name that the recording has for the id, else the number. */
static char *put_recorded(const struct tm_columns *columns, char *out,
	enum tm_name_of of, uint64_t id, uint64_t number)
{
	const char *name = columns->numbers
				   ? NULL
				   : tm_names_recorded(columns->names, of, id);

	if (name)
		return put_name(out, name);
	return number ? tm_number_format(out, number) : out;
}

static char *put_interface(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	return put_recorded(columns, out, TM_NAME_INTERFACE,
		(uint64_t)event->netns << 32 | event->ifindex, event->ifindex);
}

static char *put_cgroup(const struct tm_columns *columns, char *out,
	const struct tm_event *event)
{
	return put_recorded(columns, out, TM_NAME_CGROUP, event->cgroup_id,
		event->cgroup_id);
}

static const struct {
	const char *name;
	char *(*put)(const struct tm_columns *columns, char *out,
		const struct tm_event *event);
} known_columns[] = {
	{"uid", put_uid},
	{"user", put_user},
	{"pid", put_pid},
	{"comm", put_comm},
	{"protocol", put_protocol},
	{"source_port", put_source_port},
	{"destination_port", put_destination_port},
	{"packets", put_packets},
	{"interface", put_interface},
	{"cgroup", put_cgroup},
};

#define UID 0 /* the first of them */
#define KNOWN (sizeof(known_columns) / sizeof(*known_columns))

_Static_assert(KNOWN <= TM_COLUMNS_MAX, "each may be asked for once");
_Static_assert(3 * (4 * TEXT_MAX + 3) + KNOWN * 64 < TM_COLUMNS_SIZE,
	"user, interface and cgroup are long, the others short");

const char *tm_columns_known(void)
{
	return "uid, user, pid, comm, protocol, source_port, "
	       "destination_port, ports (both), packets, interface, cgroup";
}

static bool add(struct tm_columns *columns, const char *name, size_t size)
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

const char *tm_columns_add(struct tm_columns *columns, const char *list)
{
	static char problem[64];
	bool sound;
	size_t size;

	for (;; list += size + 1) {
		size = strcspn(list, ",");
		if (size == strlen("ports") && !memcmp(list, "ports", size))
			sound = add(columns, "source_port", 11) &&
				add(columns, "destination_port", 16);
		else
			sound = add(columns, list, size);
		if (!sound) {
			snprintf(problem, sizeof(problem), "%.*s",
				(int)(size < 60 ? size : 60), list);
			return problem;
		}
		if (!list[size])
			return NULL;
	}
}

void tm_columns_begin_with_uid(struct tm_columns *columns)
{
	uint8_t *list = columns->list;
	uint8_t *uid = memchr(list, UID, columns->count);

	memmove(list + 1, list, uid ? uid - list : columns->count++);
	*list = UID;
}

char *tm_columns_header(const struct tm_columns *columns)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(TM_ROW_FIELDS, out);
	for (unsigned i = 0; i < columns->count; i++)
		fprintf(out, ",%s", known_columns[columns->list[i]].name);
	fputc('\n', out);
	return fclose(out) ? NULL : text;
}

char *tm_columns_format(const struct tm_columns *columns,
	char out[TM_COLUMNS_SIZE], const struct tm_event *event)
{
	for (unsigned i = 0; i < columns->count; i++) {
		*out++ = ',';
		out = known_columns[columns->list[i]].put(columns, out, event);
	}
	return out;
}
