#include "range.h"
#include "address.h"
#include "common/base/number.h"

static void store_be64(uint8_t *to, uint64_t value)
{
	value = htobe64(value);
	memcpy(to, &value, sizeof(value));
}

static void set_network(struct tm_network *network, bool is_ipv4,
		struct tm_ordinal first, unsigned prefix)
{
	if (is_ipv4) {
		first.low = UINT64_C(0xffff) << 32 | first.high >> 32;
		first.high = 0;
	}
	store_be64(network->address, first.high);
	store_be64(network->address + 8, first.low);
	network->prefix = prefix;
}

/* The shortest prefix that contains all bits of the key. */
static unsigned shortest_prefix(struct tm_ordinal key)
{
	if (key.low)
		return 128 - __builtin_ctzll(key.low);
	return key.high ? 64 - __builtin_ctzll(key.high) : 0;
}

static struct tm_ordinal last_of(struct tm_ordinal first, unsigned prefix)
{
	const struct tm_ordinal behind = tm_ordinal_behind(prefix);

	return (struct tm_ordinal){ first.high | behind.high,
		first.low | behind.low };
}

bool tm_range_take(struct tm_range *range, bool is_ipv4,
		struct tm_network *network)
{
	unsigned prefix = shortest_prefix(range->first);
	struct tm_ordinal last = last_of(range->first, prefix);

	while (tm_ordinal_below(range->last, last))
		last = last_of(range->first, ++prefix);
	set_network(network, is_ipv4, range->first, prefix);
	range->first = tm_ordinal_next(last);
	return tm_ordinal_below(last, range->last);
}

char *tm_network_format(
		char out[TM_NETWORK_SIZE], const struct tm_network *network)
{
	char *end = tm_address_format(out, network->address);

	*end++ = '/';
	end = tm_number_format(end, network->prefix);
	*end = '\0';
	return end;
}
