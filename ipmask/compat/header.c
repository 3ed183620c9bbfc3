#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ipmask/compat/header.h"

int header_add(struct header *header, const struct tm_netlist_entry *entry)
{
	const size_t size = header->size ? header->size * 2 : 64;
	struct tm_netlist_entry *entries = header->entries;

	if (header->count == header->size) {
		entries = reallocarray(entries, size, sizeof(*entries));
		if (!entries)
			return -1;
		header->entries = entries;
		header->size = size;
	}
	entries[header->count++] = *entry;
	return 0;
}

void header_free(struct header *header)
{
	free(header->entries);
	memset(header, 0, sizeof(*header));
}

static void print_ipv4(
		FILE *out, uint32_t address, uint32_t mask, const char *comment)
{
	fprintf(out,
			"  { __builtin_bswap32(0x%08" PRIx32
			"), __builtin_bswap32(0x%08" PRIx32 ") }, // %s\n",
			address, mask, comment);
}

/* One mask serves, although its bits do not stand together. */
static void print_pattern(FILE *out, const struct tm_netlist_entry *entry)
{
	const uint32_t address = entry->range.first.high >> 32;
	char comment[16], *end = comment;

	for (int shift = 24; shift >= 0; shift -= 8) {
		if (entry->mask >> shift & 255)
			end += sprintf(end, "%u.", address >> shift & 255);
		else
			end += sprintf(end, "*.");
	}
	end[-1] = '\0';
	print_ipv4(out, address, entry->mask, comment);
}

static void print_ipv4_network(FILE *out, const struct tm_network *network)
{
	char comment[TM_NETWORK_SIZE];
	uint32_t address = 0;

	for (int i = 12; i < 16; i++)
		address = address << 8 | network->address[i];
	tm_network_format(comment, network);
	print_ipv4(out, address,
			~(tm_ordinal_behind(network->prefix).high >> 32),
			comment);
}

static void print_ipv6_network(FILE *out, const struct tm_network *network)
{
	fputs("    { { ", out);
	for (int i = 0; i < 16; i++)
		fprintf(out, "%s0x%02x", i ? ", " : "", network->address[i]);
	fprintf(out, " }, %u },\n", network->prefix);
}

/* How many lines an entry takes: a range may be several networks. */
static unsigned print_entry(FILE *out, const struct tm_netlist_entry *entry)
{
	struct tm_range rest = entry->range;
	struct tm_network network;
	unsigned count = 0;
	bool is_more;

	if (entry->is_pattern) {
		print_pattern(out, entry);
		return 1;
	}
	do {
		is_more = tm_range_take(&rest, entry->is_ipv4, &network);
		if (entry->is_ipv4)
			print_ipv4_network(out, &network);
		else
			print_ipv6_network(out, &network);
		count++;
	} while (is_more);
	return count;
}

static void print_family(const struct header *header, bool is_ipv4, FILE *out)
{
	const char *const name = is_ipv4 ? "ipv4" : "ipv6";
	size_t count = 0;

	fprintf(out, "static const struct %s_mask untracked_%s[] = {\n", name,
			name);
	for (size_t i = 0; i < header->count; i++) {
		if (header->entries[i].is_ipv4 == is_ipv4)
			count += print_entry(out, &header->entries[i]);
	}
	fprintf(out, "};\nstatic const int untracked_%s_cnt = %zu;\n", name,
			count);
}

void header_print(const struct header *header, FILE *out)
{
	print_family(header, true, out);
	fputc('\n', out);
	print_family(header, false, out);
}
