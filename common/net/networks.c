#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlist.h"
#include "networks.h"

/* Look-ups: a tree whose nodes are tables as large as the number of ranges
 * that they have to tell apart, so that one or two of them lead to the one
 * range that may hold an address; that range is compared in full. So an entry
 * for addresses that are in no range may lead to any range, and a node leaves
 * out the bits that all its ranges share: who comes there with other bits is
 * sent away in the end. (After the LC-trie of Nilsson and Karlsson, 1999.)
 *
 * An entry is the index of a range, or NODE, the first bit that the table looks
 * at (7 bits), 64 less the number of them (6 bits), and where the table is. */
#define NODE (UINT64_C(1) << 63)
#define FIRST_BIT(entry) ((entry) >> 56 & 127)
#define SHIFT(entry) ((entry) >> 50 & 63)
#define TABLE(entry) ((entry) & ((UINT64_C(1) << 50) - 1))
#define BITS_MOST 21

struct family {
	struct tm_range *ranges; /* built: disjoint and sorted */
	uint32_t count, size;
	bool is_deep; /* some range begins or ends after the 64th bit */
	uint64_t top; /* the first entry */
	uint64_t *tables;
	size_t table_count, table_size;
};

enum { IPV6, IPV4, FAMILIES };

struct tm_networks {
	struct family families[FAMILIES];
	uint64_t count;
};

struct tm_networks *tm_networks_new(void)
{
	return calloc(1, sizeof(struct tm_networks));
}

static void forget_tables(struct family *family)
{
	free(family->tables);
	family->tables = NULL;
	family->table_count = family->table_size = 0;
}

void tm_networks_free(struct tm_networks *networks)
{
	if (!networks)
		return;
	for (int i = 0; i < FAMILIES; i++) {
		forget_tables(&networks->families[i]);
		free(networks->families[i].ranges);
	}
	free(networks);
}

static int reserve(struct family *family, uint32_t more)
{
	uint32_t size = family->size ? family->size : 64;
	struct tm_range *ranges;

	if (more > UINT32_MAX / 2 - family->count) {
		errno = E2BIG;
		return -1;
	}
	while (size < family->count + more)
		size *= 2;
	if (size == family->size)
		return 0;
	ranges = reallocarray(family->ranges, size, sizeof(*ranges));
	if (!ranges)
		return -1;
	family->ranges = ranges;
	family->size = size;
	return 0;
}

int tm_networks_add_entry(struct tm_networks *networks,
		const struct tm_netlist_entry *entry)
{
	struct family *family = &networks->families[entry->is_ipv4];
	struct tm_range range;

	for (uint32_t step = 0; tm_netlist_range(entry, &step, &range);) {
		if (reserve(family, 1))
			return -1;
		family->ranges[family->count++] = range;
		networks->count++;
	}
	return 0;
}

static int networks_problem(char problem[TM_NETWORKS_PROBLEM], const char *text)
{
	snprintf(problem, TM_NETWORKS_PROBLEM, "%s", text);
	return -1;
}

/* Reads the whole file: names the first wrong line and counts the others.
 */
static int add_list(struct tm_networks *networks, struct tm_netlist *list,
		char problem[TM_NETWORKS_PROBLEM])
{
	struct tm_netlist_entry entry;
	enum tm_netlist_found found;
	uint64_t wrong = 0;
	size_t size;

	while ((found = tm_netlist_next(list, &entry)) != TM_NETLIST_END) {
		if (found == TM_NETLIST_WRONG && !wrong++)
			networks_problem(problem, list->problem);
		if (found == TM_NETLIST_ENTRY && !wrong &&
				tm_networks_add_entry(networks, &entry))
			return networks_problem(problem, strerror(errno));
	}
	if (!wrong)
		return 0;
	size = strlen(problem);
	if (wrong > 1)
		snprintf(problem + size, TM_NETWORKS_PROBLEM - size,
				" (and %ju more; ipmask names them all)",
				(uintmax_t)(wrong - 1));
	return -1;
}

static int add_file(struct tm_networks *networks, const char *path,
		char problem[TM_NETWORKS_PROBLEM])
{
	struct tm_netlist list;
	int status;

	if (tm_netlist_open(&list, path))
		return networks_problem(problem, list.problem);
	status = add_list(networks, &list, problem);
	tm_netlist_close(&list);
	return status;
}

static int add_text(struct tm_networks *networks, const char *text,
		char problem[TM_NETWORKS_PROBLEM])
{
	struct tm_netlist_entry entry;

	if (tm_netlist_parse(text, &entry, problem))
		return -1;
	if (tm_networks_add_entry(networks, &entry))
		return networks_problem(problem, strerror(errno));
	return 0;
}

int tm_networks_add(struct tm_networks *networks, const char *argument,
		char problem[TM_NETWORKS_PROBLEM])
{
	const uint32_t ipv4 = networks->families[IPV4].count;
	const uint32_t ipv6 = networks->families[IPV6].count;
	const uint64_t count = networks->count;
	int status;

	if (*argument == '@')
		status = add_file(networks, argument + 1, problem);
	else
		status = add_text(networks, argument, problem);
	if (status) {
		networks->families[IPV4].count = ipv4;
		networks->families[IPV6].count = ipv6;
		networks->count = count;
	}
	return status;
}

uint64_t tm_networks_count(const struct tm_networks *networks)
{
	return networks->count;
}

static int networks_compare(const void *left, const void *right)
{
	const struct tm_range *a = left, *b = right;

	return tm_ordinal_below(b->first, a->first) -
			tm_ordinal_below(a->first, b->first);
}

static bool is_sorted(const struct family *family)
{
	for (uint32_t i = 1; i < family->count; i++) {
		if (tm_ordinal_below(family->ranges[i].first,
				    family->ranges[i - 1].first))
			return false;
	}
	return true;
}

/* Whether b, which does not begin before a, overlaps it or follows it directly.
 */
static bool joins(const struct tm_range *a, const struct tm_range *b)
{
	const struct tm_ordinal next = tm_ordinal_next(a->last);

	return !tm_ordinal_below(a->last, b->first) ||
			(next.high == b->first.high &&
					next.low == b->first.low);
}

static void family_merge(struct family *family)
{
	struct tm_range *last = family->ranges;

	if (!family->count)
		return;
	if (!is_sorted(family))
		qsort(family->ranges, family->count, sizeof(*family->ranges),
				networks_compare);
	for (uint32_t i = 1; i < family->count; i++) {
		const struct tm_range *range = &family->ranges[i];

		if (!joins(last, range))
			*++last = *range;
		else if (tm_ordinal_below(last->last, range->last))
			last->last = range->last;
	}
	family->count = last - family->ranges + 1;
}

/* The addresses that share their first bits, and the ranges (from begin to
 * before end) that contain some of them. */
struct part {
	struct tm_range span;
	unsigned bits; /* how many, after skipped bits */
	uint32_t begin, end;
};

/* The ranges of the next part, which lies above the previous one. */
static void find_ranges(
		const struct family *family, struct part *part, uint32_t end)
{
	while (part->begin < end &&
			tm_ordinal_below(family->ranges[part->begin].last,
					part->span.first))
		part->begin++;
	part->end = part->begin;
	while (part->end < end &&
			!tm_ordinal_below(part->span.last,
					family->ranges[part->end].first))
		part->end++;
}

static struct tm_ordinal later(struct tm_ordinal a, struct tm_ordinal b)
{
	return tm_ordinal_below(a, b) ? b : a;
}

static struct tm_ordinal earlier(struct tm_ordinal a, struct tm_ordinal b)
{
	return tm_ordinal_below(a, b) ? a : b;
}

/* The length of the common prefix of two keys, in bits. */
static unsigned shared_bits(struct tm_ordinal a, struct tm_ordinal b)
{
	if (a.high != b.high)
		return __builtin_clzll(a.high ^ b.high);
	return a.low != b.low ? 64 + __builtin_clzll(a.low ^ b.low) : 128;
}

/* Narrows a part to the addresses that share their first bits with all of its
 * ranges. */
static void leave_out(const struct family *family, struct part *part)
{
	const struct tm_ordinal first = later(
			family->ranges[part->begin].first, part->span.first);
	const struct tm_ordinal last = earlier(
			family->ranges[part->end - 1].last, part->span.last);
	struct tm_ordinal behind;

	part->bits = shared_bits(first, last);
	behind = tm_ordinal_behind(part->bits);
	part->span.first = (struct tm_ordinal){ first.high & ~behind.high,
		first.low & ~behind.low };
	part->span.last = (struct tm_ordinal){ first.high | behind.high,
		first.low | behind.low };
}

static int64_t new_table(struct family *family, size_t size)
{
	const size_t count = family->table_count;
	size_t room = family->table_size ? family->table_size : 64;
	uint64_t *tables;

	while (room < count + size)
		room *= 2;
	if (room > family->table_size) {
		tables = reallocarray(
				family->tables, room, sizeof(*family->tables));
		if (!tables)
			return -1;
		family->tables = tables;
		family->table_size = room;
	}
	family->table_count += size;
	return count;
}

/* Two to four entries for a range, by bits in one half of a key. */
static unsigned choose_bits(const struct part *part)
{
	const unsigned wanted = 33 - __builtin_clz(part->end - part->begin - 1);
	const unsigned left = 64 - part->bits % 64;
	const unsigned bits = wanted < left ? wanted : left;

	return bits < BITS_MOST ? bits : BITS_MOST;
}

static int make_entry(struct family *family, const struct part *part,
		uint64_t *entry);

static int family_make_table(
		struct family *family, const struct part *part, uint64_t *entry)
{
	const unsigned bits = choose_bits(part);
	const struct tm_ordinal behind = tm_ordinal_behind(part->bits + bits);
	const int64_t table = new_table(family, (size_t)1 << bits);
	struct part child = { .span = part->span, .begin = part->begin };
	uint64_t made;

	if (table < 0)
		return -1;
	for (size_t i = 0; i < (size_t)1 << bits; i++) {
		child.span.last.high = child.span.first.high | behind.high;
		child.span.last.low = child.span.first.low | behind.low;
		find_ranges(family, &child, part->end);
		if (make_entry(family, &child, &made))
			return -1;
		family->tables[table + i] = made; /* may have moved */
		child.span.first = tm_ordinal_next(child.span.last);
	}
	*entry = NODE | (uint64_t)part->bits << 56 |
			(uint64_t)(64 - bits) << 50 | table;
	return 0;
}

static int make_entry(
		struct family *family, const struct part *part, uint64_t *entry)
{
	struct part narrow = *part;

	*entry = part->begin < part->end ? part->begin : 0;
	if (part->end - part->begin < 2)
		return 0;
	leave_out(family, &narrow);
	return family_make_table(family, &narrow, entry);
}

static bool is_deep(const struct tm_range *range)
{
	return range->first.low || ~range->last.low;
}

static int family_build(struct family *family)
{
	struct part whole = { .span.last = { UINT64_MAX, UINT64_MAX } };

	forget_tables(family);
	family_merge(family);
	whole.end = family->count;
	family->is_deep = false;
	for (uint32_t i = 0; i < family->count; i++)
		family->is_deep |= is_deep(&family->ranges[i]);
	return make_entry(family, &whole, &family->top);
}

int tm_networks_build(struct tm_networks *networks)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (family_build(&networks->families[i]))
			return -1;
	}
	return 0;
}

static bool is_in_range(const struct family *family, uint32_t index,
		struct tm_ordinal key)
{
	const struct tm_ordinal first = family->ranges[index].first;
	const struct tm_ordinal last = family->ranges[index].last;

	if (family->is_deep)
		return !tm_ordinal_below(key, first) &&
				!tm_ordinal_below(last, key);
	return key.high - first.high <= last.high - first.high;
}

static bool family_holds(const struct family *family, struct tm_ordinal key)
{
	uint64_t entry = family->top;
	uint64_t half;

	if (!family->count)
		return false;
	while (entry & NODE) {
		half = FIRST_BIT(entry) < 64 ? key.high : key.low;
		half = half << FIRST_BIT(entry) % 64 >> SHIFT(entry);
		entry = family->tables[TABLE(entry) + half];
	}
	return is_in_range(family, entry, key);
}

bool tm_networks_hold(
		const struct tm_networks *networks, const uint8_t address[16])
{
	struct tm_ordinal key;
	const bool is_ipv4 = tm_ordinal_from_address(&key, address);

	return family_holds(&networks->families[is_ipv4], key);
}

bool tm_networks_next(const struct tm_networks *networks,
		struct tm_networks_walk *walk, struct tm_network *network)
{
	for (; walk->family < FAMILIES; walk->family++, walk->at = 0) {
		const bool is_ipv4 = !walk->family;
		const struct family *family = &networks->families[is_ipv4];

		if (!walk->is_inside && walk->at == family->count)
			continue;
		if (!walk->is_inside)
			walk->rest = family->ranges[walk->at++];
		walk->is_inside = tm_range_take(&walk->rest, is_ipv4, network);
		return true;
	}
	return false;
}
