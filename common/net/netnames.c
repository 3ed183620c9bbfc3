#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlist.h"
#include "netnames.h"

/* One range of a line. */
struct named {
	struct tm_range range;
	size_t line; /* of two of the same size the later wins */
	char *name;
	uint32_t number;
};

/* A piece reaches from its first address to that of the next. */
struct piece {
	struct tm_ordinal first;
	uint32_t number;
};

/* Separate for IPv6 and IPv4. */
struct family {
	struct named *named;
	size_t count, room;
	struct piece *pieces;
	size_t piece_count;
};

struct tm_netnames {
	struct family families[2];
	char **names; /* sorted, one for each line */
	uint32_t count;
};

static int netnames_compare_keys(struct tm_ordinal a, struct tm_ordinal b)
{
	return tm_ordinal_below(a, b) ? -1 : tm_ordinal_below(b, a);
}

static bool netnames_add_range(struct family *family,
		const struct tm_range *range, size_t line, char *name)
{
	const size_t room = family->room ? 2 * family->room : 64;
	struct named *more;

	if (family->count == family->room) {
		more = realloc(family->named, room * sizeof(*more));
		if (!more)
			return false;
		family->named = more;
		family->room = room;
	}
	family->named[family->count++] = (struct named){
		.range = *range, .line = line, .name = name
	};
	return true;
}

/* Takes the name over. */
static bool add_name(struct tm_netnames *netnames, char *name)
{
	const size_t count = netnames->count;
	char **more;

	if (!(count & (count - 1))) {
		more = realloc(netnames->names,
				(count ? 2 * count : 1) * sizeof(*more));
		if (!more) {
			free(name);
			return false;
		}
		netnames->names = more;
	}
	netnames->names[netnames->count++] = name;
	return true;
}

static bool netnames_add(struct tm_netnames *netnames,
		const struct tm_netlist_entry *entry)
{
	char *const name = strndup(entry->name, entry->name_size);
	struct tm_range range;
	uint32_t step = 0;

	if (!name || !add_name(netnames, name))
		return false;
	while (tm_netlist_range(entry, &step, &range)) {
		if (!netnames_add_range(&netnames->families[entry->is_ipv4],
				    &range, entry->line, name))
			return false;
	}
	return true;
}

static bool netnames_read(struct tm_netnames *netnames, struct tm_netlist *list,
		char problem[TM_NETNAMES_PROBLEM])
{
	struct tm_netlist_entry entry;
	enum tm_netlist_found found;

	list->has_names = true;
	while ((found = tm_netlist_next(list, &entry)) == TM_NETLIST_ENTRY) {
		if (netnames_add(netnames, &entry))
			continue;
		snprintf(problem, TM_NETNAMES_PROBLEM, "%s: %s", list->name,
				strerror(errno));
		return false;
	}
	if (found == TM_NETLIST_WRONG)
		snprintf(problem, TM_NETNAMES_PROBLEM, "%s", list->problem);
	return found == TM_NETLIST_END;
}

static int netnames_compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The place of the name, or of the first of several equal ones. */
static uint32_t netnames_number(
		const struct tm_netnames *netnames, const char *name)
{
	uint32_t low = 0, high = netnames->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (strcmp(netnames->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void number_names(struct tm_netnames *netnames)
{
	if (netnames->count)
		qsort(netnames->names, netnames->count,
				sizeof(*netnames->names),
				netnames_compare_names);
	for (int i = 0; i < 2; i++) {
		struct family *const family = &netnames->families[i];

		for (size_t n = 0; n < family->count; n++)
			family->named[n].number = netnames_number(
					netnames, family->named[n].name);
	}
}

static struct tm_ordinal range_length(const struct tm_range *range)
{
	struct tm_ordinal key = { range->last.high - range->first.high,
		range->last.low - range->first.low };

	key.high -= range->last.low < range->first.low;
	return key;
}

/* Sorts by size, the smallest first; of one size, the later line first. */
static int netnames_compare_sizes(const void *a, const void *b)
{
	const struct named *const left = a, *const right = b;
	const int sizes = netnames_compare_keys(range_length(&left->range),
			range_length(&right->range));

	return sizes ? sizes
		     : (left->line < right->line) - (left->line > right->line);
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *const left = a, *const right = b;

	return netnames_compare_keys(left->first, right->first);
}

/* The last piece that begins at or below the key; 0 if none does. */
static size_t pieces_up_to(const struct family *family, struct tm_ordinal key)
{
	size_t low = 0, high = family->piece_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (tm_ordinal_below(key, family->pieces[middle].first))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void cut_pieces(struct family *family)
{
	struct piece *const pieces = family->pieces;
	size_t count = 0, all = 0;

	for (size_t i = 0; i < family->count; i++) {
		const struct tm_ordinal behind =
				tm_ordinal_next(family->named[i].range.last);

		pieces[all++].first = family->named[i].range.first;
		if (behind.high | behind.low)
			pieces[all++].first = behind;
	}
	qsort(pieces, all, sizeof(*pieces), compare_pieces);
	for (size_t i = 0; i < all; i++) {
		if (!count || compare_pieces(&pieces[count - 1], &pieces[i]))
			pieces[count++].first = pieces[i].first;
	}
	for (size_t i = 0; i < count; i++)
		pieces[i].number = TM_NETNAMES_NONE;
	family->piece_count = count;
}

/* The first piece from here on without a name; shortens the path to it. */
static size_t free_piece(size_t *next, size_t from)
{
	size_t end = from;

	while (next[end] != end)
		end = next[end];
	while (next[from] != end) {
		const size_t after = next[from];

		next[from] = end;
		from = after;
	}
	return end;
}

/* The smallest networks claim their pieces first. */
static bool name_pieces(struct family *family)
{
	const size_t count = family->piece_count;
	size_t *const next = malloc((count + 1) * sizeof(*next));

	if (!next)
		return false;
	for (size_t i = 0; i <= count; i++)
		next[i] = i;
	qsort(family->named, family->count, sizeof(*family->named),
			netnames_compare_sizes);
	for (size_t i = 0; i < family->count; i++) {
		const struct named *const named = &family->named[i];
		const size_t end = pieces_up_to(family, named->range.last);
		size_t at = pieces_up_to(family, named->range.first) - 1;

		while ((at = free_piece(next, at)) < end) {
			family->pieces[at].number = named->number;
			next[at] = at + 1;
		}
	}
	free(next);
	return true;
}

static bool netnames_build_family(struct family *family)
{
	if (!family->count)
		return true;
	family->pieces = malloc(2 * family->count * sizeof(*family->pieces));
	if (!family->pieces)
		return false;
	cut_pieces(family);
	if (!name_pieces(family))
		return false;
	free(family->named);
	family->named = NULL;
	return true;
}

struct tm_netnames *tm_netnames_load(
		const char *path, char problem[TM_NETNAMES_PROBLEM])
{
	struct tm_netnames *const netnames = calloc(1, sizeof(*netnames));
	struct tm_netlist list;
	bool is_good;

	snprintf(problem, TM_NETNAMES_PROBLEM, "%s: %s", path, strerror(errno));
	if (!netnames)
		return NULL;
	if (tm_netlist_open(&list, path)) {
		snprintf(problem, TM_NETNAMES_PROBLEM, "%s", list.problem);
		return NULL;
	}
	is_good = netnames_read(netnames, &list, problem);
	tm_netlist_close(&list);
	if (!is_good)
		return NULL;
	number_names(netnames);
	if (!netnames_build_family(&netnames->families[0]) ||
			!netnames_build_family(&netnames->families[1])) {
		snprintf(problem, TM_NETNAMES_PROBLEM, "%s: %s", path,
				strerror(errno));
		return NULL;
	}
	return netnames;
}

uint32_t tm_netnames_find(
		const struct tm_netnames *netnames, const uint8_t address[16])
{
	const struct family *family;
	struct tm_ordinal key;
	size_t up_to;

	family = &netnames->families[tm_ordinal_from_address(&key, address)];
	up_to = pieces_up_to(family, key);
	return up_to ? family->pieces[up_to - 1].number : TM_NETNAMES_NONE;
}

const char *tm_netnames_text(
		const struct tm_netnames *netnames, uint32_t number)
{
	return netnames->names[number];
}
