#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "netentry.h"

struct parser {
	const char *start, *p, *end;
	const char *wrong_at;
	char *reason;
};

/* An address or a pattern, before any prefix or range. */
struct address {
	bool is_ipv4;
	bool has_stars;
	uint32_t mask; /* IPv4: 0 under the stars */
	unsigned prefix;
	struct tm_ordinal first;
};

__attribute__((format(printf, 3, 4))) static int entry_fail(
		struct parser *in, const char *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(in->reason, TM_NETENTRY_REASON, format, args);
	va_end(args);
	in->wrong_at = at;
	return -1;
}

/* The current byte, 0 after the last. */
static unsigned char peek(const struct parser *in)
{
	return in->p < in->end ? *in->p : 0;
}

static bool entry_take(struct parser *in, char c)
{
	if (peek(in) != (unsigned char)c)
		return false;
	in->p++;
	return true;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct parser *in)
{
	while (is_blank(peek(in)))
		in->p++;
}

static int fail_here(struct parser *in, const char *wanted)
{
	const unsigned char c = peek(in);

	if (!c)
		return entry_fail(in, in->p, "%s", wanted);
	if (c == '%')
		return entry_fail(in, in->p,
				"a zone (%%) means nothing in a list of networks");
	if (c < ' ' || c > '~')
		return entry_fail(in, in->p, "byte 0x%02x: %s", c, wanted);
	return entry_fail(in, in->p, "'%c': %s", c, wanted);
}

/* Decimal, without leading zeros: elsewhere those mean octal. */
static int parse_decimal(struct parser *in, unsigned most, const char *what,
		const char *wanted, unsigned *value)
{
	const char *const at = in->p;

	if (!is_digit(peek(in)))
		return fail_here(in, wanted);
	*value = 0;
	while (is_digit(peek(in)) && *value <= most)
		*value = *value * 10 + (*in->p++ - '0');
	if (*at == '0' && in->p > at + 1)
		return entry_fail(in, at, "%s with a leading zero", what);
	if (*value > most)
		return entry_fail(in, at, "%s above %u", what, most);
	return 0;
}

static int entry_parse_ipv4(struct parser *in, struct address *out)
{
	uint32_t value = 0;
	unsigned octet;

	for (unsigned i = 0; i < 4; i++) {
		if (i && !entry_take(in, '.'))
			return fail_here(in, "an IPv4 address has four octets");
		value <<= 8;
		out->mask <<= 8;
		if (entry_take(in, '*')) {
			out->has_stars = true;
			continue;
		}
		if (parse_decimal(in, 255, "an octet",
				    "not an address, network, range or pattern",
				    &octet))
			return -1;
		value |= octet;
		out->mask |= 255;
	}
	if (peek(in) == '.')
		return fail_here(in, "an IPv4 address has four octets");
	out->is_ipv4 = true;
	out->first.high = (uint64_t)value << 32;
	out->prefix = out->mask ? 32 - __builtin_ctz(out->mask) : 0;
	return 0;
}

static int hex_value(unsigned char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int entry_parse_group(struct parser *in, uint16_t *group)
{
	const char *const at = in->p;

	if (hex_value(peek(in)) < 0)
		return fail_here(in, "a group of an IPv6 address is missing");
	for (*group = 0; hex_value(peek(in)) >= 0; in->p++) {
		if (in->p == at + 4)
			return entry_fail(in, at,
					"a group of an IPv6 address has at most four "
					"digits");
		*group = *group << 4 | hex_value(peek(in));
	}
	return 0;
}

/* Eight groups while they are read; gap is the place of "::", or -1. */
struct groups {
	uint16_t values[8];
	unsigned count;
	int gap;
};

/* The last 32 bits in dotted form (RFC 4291, 2.2.3). */
static int parse_dotted_end(
		struct parser *in, const char *at, struct groups *groups)
{
	struct address tail = { 0 };

	if (groups->count > 6)
		return entry_fail(in, at, "an IPv6 address has eight groups");
	in->p = at;
	if (entry_parse_ipv4(in, &tail))
		return -1;
	if (tail.has_stars)
		return entry_fail(
				in, at, "'*' stands for whole groups of IPv6");
	groups->values[groups->count++] = tail.first.high >> 48;
	groups->values[groups->count++] = tail.first.high >> 32;
	return 0;
}

/* One '*' for all remaining groups, or one for each. */
static int parse_stars(struct parser *in, const struct groups *groups,
		struct address *out)
{
	const char *const at = in->p;
	unsigned stars = 0;

	if (!groups->count)
		return entry_fail(in, at,
				"'*' follows the groups that are known; all of IPv6 "
				"is ::/0");
	if (groups->gap >= 0 && groups->gap != (int)groups->count)
		return entry_fail(in, at,
				"'::' before other groups leaves open where '*' "
				"begins");
	if (groups->count >= 8)
		return entry_fail(in, at, "an IPv6 address has eight groups");
	do {
		in->p++;
		stars++;
	} while (peek(in) == ':' && in->p + 1 < in->end && in->p[1] == '*' &&
			in->p++);
	if (stars > 1 && (groups->gap >= 0 || groups->count + stars != 8))
		return entry_fail(in, at,
				"one '*' stands for all groups from there on");
	if (peek(in) == ':')
		return fail_here(in, "'*' stands for all groups from there on");
	out->has_stars = true;
	out->prefix = 16 * groups->count;
	return 0;
}

static int parse_groups(
		struct parser *in, struct groups *groups, struct address *out)
{
	const char *at;

	for (;;) {
		if (peek(in) == ':' && in->p + 1 < in->end && in->p[1] == ':') {
			if (groups->gap >= 0)
				return entry_fail(
						in, in->p, "'::' stands twice");
			groups->gap = groups->count;
			in->p += 2;
			if (hex_value(peek(in)) < 0 && peek(in) != '*')
				return 0;
		} else if (groups->count && !entry_take(in, ':')) {
			return 0;
		}
		at = in->p;
		if (peek(in) == '*')
			return parse_stars(in, groups, out);
		if (groups->count == 8)
			return entry_fail(in, at,
					"an IPv6 address has eight groups");
		if (entry_parse_group(in, &groups->values[groups->count]))
			return -1;
		if (peek(in) == '.')
			return parse_dotted_end(in, at, groups);
		groups->count++;
	}
}

static int entry_parse_ipv6(struct parser *in, struct address *out)
{
	const char *const at = in->p;
	struct groups groups = { .gap = -1 };
	unsigned gap_size, at_group = 0;
	uint64_t halves[2] = { 0 };

	out->prefix = 128;
	if (parse_groups(in, &groups, out))
		return -1;
	if (!out->has_stars &&
			(groups.gap < 0 ? groups.count != 8 : groups.count > 7))
		return entry_fail(in, at,
				"an IPv6 address has eight groups, or fewer and '::'");
	gap_size = 8 - groups.count;
	for (unsigned i = 0; i < groups.count; i++, at_group++) {
		if ((int)i == groups.gap)
			at_group += gap_size;
		halves[at_group / 4] |= (uint64_t)groups.values[i]
				<< (48 - at_group % 4 * 16);
	}
	out->first = (struct tm_ordinal){ halves[0], halves[1] };
	return 0;
}

static int parse_address(struct parser *in, struct address *out)
{
	const char *p = in->p;

	memset(out, 0, sizeof(*out));
	while (p < in->end && (hex_value(*p) >= 0 || *p == '*'))
		p++;
	if (p < in->end && *p == ':')
		return entry_parse_ipv6(in, out);
	return entry_parse_ipv4(in, out);
}

static struct tm_range range_of(const struct address *address, unsigned prefix)
{
	const struct tm_ordinal behind = tm_ordinal_behind(prefix);
	struct tm_range range = { address->first, address->first };

	range.last.high |= behind.high;
	range.last.low |= behind.low;
	return range;
}

static bool is_netmask(const struct parser *in)
{
	const char *p = in->p;

	while (p < in->end && is_digit(*p))
		p++;
	return p > in->p && p < in->end && *p == '.';
}

static int parse_prefix(struct parser *in, const struct address *address,
		struct tm_range *range)
{
	const unsigned most = address->is_ipv4 ? 32 : 128;
	const struct tm_ordinal first = address->first;
	char network[TM_NETWORK_SIZE];
	struct tm_network masked;
	struct tm_ordinal behind;
	unsigned prefix;
	const char *at;

	if (address->has_stars)
		return fail_here(in, "a pattern has no prefix");
	at = ++in->p;
	if (address->is_ipv4 && is_netmask(in))
		return entry_fail(
				in, at, "write the netmask as a prefix (/24)");
	if (parse_decimal(in, most, "a prefix", "a prefix is a number",
			    &prefix))
		return -1;
	behind = tm_ordinal_behind(prefix);
	*range = range_of(address, prefix);
	range->first.high &= ~behind.high;
	range->first.low &= ~behind.low;
	if (first.high == range->first.high && first.low == range->first.low)
		return 0;
	tm_range_take(&(struct tm_range){ range->first, range->last },
			address->is_ipv4, &masked);
	tm_network_format(network, &masked);
	return entry_fail(in, at,
			"host bits are set below /%u; the network is %s",
			prefix, network);
}

static int parse_range_end(struct parser *in, const struct address *first,
		struct tm_range *range)
{
	struct address last;
	const char *at;

	if (first->has_stars)
		return fail_here(in, "a pattern is not the end of a range");
	in->p++;
	skip_blanks(in);
	at = in->p;
	if (parse_address(in, &last))
		return -1;
	if (last.has_stars)
		return entry_fail(
				in, at, "a pattern is not the end of a range");
	if (last.is_ipv4 != first->is_ipv4)
		return entry_fail(
				in, at, "a range has both ends in one family");
	if (tm_ordinal_below(last.first, first->first))
		return entry_fail(in, at,
				"a range ends at or above its beginning");
	range->first = first->first;
	range->last = range_of(&last, first->is_ipv4 ? 32 : 128).last;
	return 0;
}

/* 10.0.*.* is a network; with an octet after a '*' it is several. */
static int make_pattern(struct parser *in, const struct address *address,
		struct tm_netlist_entry *entry)
{
	const uint32_t behind = ~address->mask;
	uint64_t networks = UINT64_C(1) << __builtin_popcount(behind);

	if (address->mask)
		networks >>= __builtin_ctz(address->mask);
	if (!address->mask || networks == 1)
		return 0;
	if (networks > TM_NETLIST_PATTERN_MOST)
		return entry_fail(in, in->start,
				"%.*s would become %ju networks; a pattern may be %d",
				(int)(in->p - in->start), in->start,
				(uintmax_t)networks, TM_NETLIST_PATTERN_MOST);
	entry->is_pattern = true;
	entry->mask = address->mask;
	entry->range.last.high |= (uint64_t)behind << 32;
	return 0;
}

/* A network within ::ffff:0:0/96 would match nothing, because the families are
 * separate. Only networks that contain all of it are accepted. */
static int refuse_mapped(struct parser *in, const struct tm_range *range)
{
	static const struct tm_range mapped = { { 0, UINT64_C(0xffff00000000) },
		{ 0, UINT64_C(0xffffffffffff) } };
	struct tm_range rest = *range;
	struct tm_network network;
	bool is_several;

	if (tm_ordinal_below(range->last, mapped.first) ||
			tm_ordinal_below(mapped.last, range->first))
		return 0;
	is_several = tm_range_take(&rest, false, &network);
	if (!is_several && network.prefix < 96)
		return 0;
	return entry_fail(in, in->start,
			"::ffff:0:0/96 is IPv4 inside IPv6; write IPv4 networks as "
			"such (192.0.2.0/24)");
}

/* Blanks may surround the dash. */
static bool find_dash(struct parser *in)
{
	const char *const before = in->p;

	skip_blanks(in);
	if (peek(in) == '-')
		return true;
	in->p = before;
	return false;
}

static int parse_entry(struct parser *in, struct tm_netlist_entry *entry)
{
	struct address address;

	if (parse_address(in, &address))
		return -1;
	entry->is_ipv4 = address.is_ipv4;
	entry->range = range_of(&address, address.prefix);
	if (peek(in) == '/') {
		if (parse_prefix(in, &address, &entry->range))
			return -1;
	} else if (find_dash(in)) {
		if (parse_range_end(in, &address, &entry->range))
			return -1;
	} else if (address.is_ipv4 && make_pattern(in, &address, entry)) {
		return -1;
	}
	entry->text = in->start;
	entry->size = in->p - in->start;
	return entry->is_ipv4 ? 0 : refuse_mapped(in, &entry->range);
}

/* Up to a # after a blank, which begins a comment. */
static void take_name(struct parser *in, struct tm_netlist_entry *entry)
{
	const char *end = in->p;

	while (end < in->end && (*end != '#' || !is_blank(end[-1])))
		end++;
	while (end > in->p && is_blank(end[-1]))
		end--;
	entry->name = in->p;
	entry->name_size = end - in->p;
}

/* What follows the entry. */
static int parse_rest(struct parser *in, bool has_name,
		struct tm_netlist_entry *entry)
{
	skip_blanks(in);
	entry->name_size = 0;
	if (has_name && (in->p == in->end || *in->p == '#'))
		return entry_fail(in, in->p,
				"the name after the network is missing");
	if (in->p == in->end || *in->p == '#')
		return 1;
	if (!is_blank(in->p[-1]))
		return fail_here(in, "does not belong here");
	if (!has_name)
		return fail_here(in, "a line holds one entry");
	take_name(in, entry);
	return 1;
}

int tm_netentry_parse(const char *text, size_t size, bool has_name,
		struct tm_netlist_entry *entry, char reason[TM_NETENTRY_REASON],
		size_t *column)
{
	struct parser in = { .p = text, .end = text + size, .reason = reason };
	int status;

	skip_blanks(&in);
	in.start = in.p;
	if (in.p == in.end || *in.p == '#')
		return 0;
	entry->is_pattern = false;
	status = parse_entry(&in, entry);
	if (!status)
		status = parse_rest(&in, has_name, entry);
	if (status < 0)
		*column = in.wrong_at - text + 1;
	return status;
}
