#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netentry.h"
#include "netlist.h"

#define LINE_MOST ((size_t)64 * 1024)

/* Long names are cut so that the reason after them is not. */
#define NAME_MOST 256

static int netlist_fail_errno(struct tm_netlist *list)
{
	snprintf(list->problem, sizeof(list->problem), "%.*s: %s", NAME_MOST,
			list->name, strerror(errno));
	list->has_ended = true;
	return -1;
}

static enum tm_netlist_found wrong(struct tm_netlist *list, uint64_t line,
		size_t column, const char *reason)
{
	snprintf(list->problem, sizeof(list->problem),
			"%.*s:%" PRIu64 ":%zu: %s", NAME_MOST, list->name, line,
			column, reason);
	return TM_NETLIST_WRONG;
}

int tm_netlist_open(struct tm_netlist *list, const char *path)
{
	const bool is_input = !strcmp(path, "-");

	memset(list, 0, sizeof(*list));
	list->name = is_input ? "standard input" : path;
	list->fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (list->fd < 0)
		return netlist_fail_errno(list);
	list->block = malloc(LINE_MOST);
	if (list->block)
		return 0;
	netlist_fail_errno(list);
	tm_netlist_close(list);
	return -1;
}

void tm_netlist_close(struct tm_netlist *list)
{
	if (list->fd > STDIN_FILENO)
		close(list->fd);
	free(list->block);
	list->block = NULL;
	list->fd = -1;
	list->has_ended = true;
	list->begin = list->end = 0;
}

/* A file that is not text is reported once, not line by line. */
static enum tm_netlist_found refuse_binary(
		struct tm_netlist *list, const char *nul)
{
	const char *line = list->block + list->begin;
	uint64_t number = list->line + 1;
	const char *end;

	for (; (end = memchr(line, '\n', nul - line)); line = end + 1)
		number++;
	list->has_ended = true;
	list->begin = list->end = 0;
	return wrong(list, number, nul - line + 1,
			"byte 0x00: not a text file, and so no list of networks");
}

static enum tm_netlist_found refuse_gzip(struct tm_netlist *list)
{
	list->has_ended = true;
	list->begin = list->end = 0;
	return wrong(list, 1, 1,
			"gzip data, not a list; zcat gives the list that is in it");
}

static enum tm_netlist_found look_at_start(struct tm_netlist *list)
{
	if (list->end >= 2 && !memcmp(list->block, "\x1f\x8b", 2))
		return refuse_gzip(list);
	if (list->end >= 3 && !memcmp(list->block, "\xef\xbb\xbf", 3))
		list->begin = 3; /* a byte order mark, from Windows */
	return TM_NETLIST_ENTRY;
}

/* Reads more after the unfinished line in the block. */
static enum tm_netlist_found netlist_fill(struct tm_netlist *list)
{
	const bool is_start = !list->line && !list->end;
	const char *nul;
	ssize_t n;

	memmove(list->block, list->block + list->begin,
			list->end - list->begin);
	list->end -= list->begin;
	list->begin = 0;
	do {
		n = read(list->fd, list->block + list->end,
				LINE_MOST - list->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		netlist_fail_errno(list);
		list->end = 0;
		return TM_NETLIST_WRONG;
	}
	list->has_ended = !n;
	nul = memchr(list->block + list->end, '\0', n);
	list->end += n;
	if (is_start && look_at_start(list) == TM_NETLIST_WRONG)
		return TM_NETLIST_WRONG;
	return nul ? refuse_binary(list, nul) : TM_NETLIST_ENTRY;
}

static bool has_no_room(const struct tm_netlist *list)
{
	return !list->begin && list->end == LINE_MOST;
}

static enum tm_netlist_found refuse_long(struct tm_netlist *list)
{
	char reason[64];

	list->begin = list->end;
	list->is_skipping = true;
	snprintf(reason, sizeof(reason), "a line of more than %zu bytes",
			LINE_MOST - 1);
	return wrong(list, list->line + 1, 1, reason);
}

/* The next whole line, without its end. */
static enum tm_netlist_found next_line(
		struct tm_netlist *list, const char **line, size_t *size)
{
	enum tm_netlist_found found;
	const char *end;

	for (;;) {
		*line = list->block + list->begin;
		*size = list->end - list->begin;
		end = memchr(*line, '\n', *size);
		if (end)
			*size = end - *line;
		if (end || (list->has_ended && *size))
			break;
		if (list->has_ended)
			return TM_NETLIST_END;
		if (list->is_skipping)
			list->begin = list->end;
		else if (has_no_room(list))
			return refuse_long(list);
		found = netlist_fill(list);
		if (found == TM_NETLIST_WRONG)
			return found;
	}
	list->begin += *size + !!end;
	list->line++;
	if (*size && (*line)[*size - 1] == '\r')
		--*size;
	return TM_NETLIST_ENTRY;
}

enum tm_netlist_found tm_netlist_next(
		struct tm_netlist *list, struct tm_netlist_entry *entry)
{
	char reason[TM_NETENTRY_REASON];
	enum tm_netlist_found found;
	size_t size, column;
	const char *line;
	int status;

	for (;;) {
		found = next_line(list, &line, &size);
		if (found != TM_NETLIST_ENTRY)
			return found;
		if (list->is_skipping) {
			list->is_skipping = false;
			continue;
		}
		status = tm_netentry_parse(line, size, list->has_names, entry,
				reason, &column);
		if (status < 0)
			return wrong(list, list->line, column, reason);
		if (status) {
			entry->line = list->line;
			return TM_NETLIST_ENTRY;
		}
	}
}

int tm_netlist_parse(const char *text, struct tm_netlist_entry *entry,
		char problem[TM_NETLIST_PROBLEM])
{
	char reason[TM_NETENTRY_REASON] = "a network is missing";
	size_t column = 1;
	int status;

	status = tm_netentry_parse(
			text, strlen(text), false, entry, reason, &column);
	entry->line = 0;
	if (status > 0)
		return 0;
	snprintf(problem, TM_NETLIST_PROBLEM, "'%.*s', column %zu: %s",
			NAME_MOST, text, column, reason);
	return -1;
}

bool tm_netlist_range(const struct tm_netlist_entry *entry, uint32_t *step,
		struct tm_range *range)
{
	uint32_t stars, bits, value, rest = (*step)++;
	unsigned behind;

	if (!entry->is_pattern) {
		*range = entry->range;
		return !rest;
	}
	/* The bits of the step, an octet for each '*' that is not at the end.
	 */
	behind = __builtin_ctz(entry->mask);
	stars = ~entry->mask >> behind << behind;
	value = entry->range.first.high >> 32;
	for (bits = 0; bits < 32; bits += 8) {
		if (stars >> bits & 255) {
			value |= (rest & 255) << bits;
			rest >>= 8;
		}
	}
	range->first = (struct tm_ordinal){ (uint64_t)value << 32, 0 };
	range->last = tm_ordinal_behind(32 - behind);
	range->last.high |= range->first.high;
	return !rest;
}

bool tm_netlist_holds(
		const struct tm_netlist_entry *entry, const uint8_t address[16])
{
	struct tm_ordinal key;

	if (tm_ordinal_from_address(&key, address) != entry->is_ipv4)
		return false;
	if (entry->is_pattern)
		return !((key.high ^ entry->range.first.high) >> 32 &
				entry->mask);
	return !tm_ordinal_below(key, entry->range.first) &&
			!tm_ordinal_below(entry->range.last, key);
}
