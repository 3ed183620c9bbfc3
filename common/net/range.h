/* Ranges of addresses of one family, for the lists and sets of networks. */
#ifndef TM_NET_RANGE_H
#define TM_NET_RANGE_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* An address as a number, first bit on top: IPv6's 128 bits; IPv4's 32 are the
 * upper ones, so that a prefix has the same length in both. */
struct tm_ordinal {
	uint64_t high;
	uint64_t low;
};

/* From first to last, inclusive. In ranges of IPv4 addresses the 96 bits that
 * IPv4 lacks are 0 in first and 1 in last. */
struct tm_range {
	struct tm_ordinal first;
	struct tm_ordinal last;
};

/* A network as records hold addresses, and its prefix in its own family: at
 * most 32 when tm_address_is_ipv4(address). */
struct tm_network {
	uint8_t address[16];
	uint8_t prefix;
};

#define TM_NETWORK_SIZE 50 /* address, '/', prefix and NUL */

static inline bool tm_ordinal_below(struct tm_ordinal a, struct tm_ordinal b)
{
	return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* The bits after a prefix. */
static inline struct tm_ordinal tm_ordinal_behind(unsigned prefix)
{
	struct tm_ordinal bits = { UINT64_MAX, UINT64_MAX };

	bits.high = prefix < 64 ? bits.high >> prefix : 0;
	if (prefix > 64)
		bits.low = prefix < 128 ? bits.low >> (prefix - 64) : 0;
	return bits;
}

/* The next address; after the highest comes the lowest. */
static inline struct tm_ordinal tm_ordinal_next(struct tm_ordinal key)
{
	key.low++;
	key.high += !key.low;
	return key;
}

/* An address as a number; whether it is IPv4. */
static inline bool tm_ordinal_from_address(
		struct tm_ordinal *key, const uint8_t address[16])
{
	uint64_t half[2];
	bool is_ipv4;

	memcpy(half, address, sizeof(half));
	key->high = be64toh(half[0]);
	key->low = be64toh(half[1]);
	is_ipv4 = !key->high && key->low >> 32 == 0xffff;
	if (is_ipv4)
		*key = (struct tm_ordinal){ key->low << 32, 0 };
	return is_ipv4;
}

/* Removes the largest network that begins where the range does. Returns whether
 * anything is left. Repeated until then, this yields the fewest networks that
 * cover the range. */
bool tm_range_take(struct tm_range *range, bool is_ipv4,
		struct tm_network *network);

/* "192.0.2.0/24", "2001:db8::/32"; ends in NUL; returns its end. */
char *tm_network_format(
		char out[TM_NETWORK_SIZE], const struct tm_network *network);

#endif
