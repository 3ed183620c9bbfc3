#include <arpa/inet.h>

#include "address.h"
#include "common/base/number.h"

bool tm_address_parse(const char *text, uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (strchr(text, ':'))
		return inet_pton(AF_INET6, text, address) == 1;
	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address + 12) == 1;
}

static char *format_ipv4(char *out, const uint8_t address[4])
{
	for (unsigned i = 0; i < 4; i++) {
		out = tm_octet_format(out, address[i]);
		*out++ = '.';
	}
	return out - 1;
}

/* Writes 16 bits in hexadecimal without leading zeros; overwrites four bytes.
 */
static char *format_group(char *out, unsigned group)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned size =
			1 + (group > 0xf) + (group > 0xff) + (group > 0xfff);

	group <<= 4 * (4 - size);
	out[0] = digits[group >> 12 & 0xf];
	out[1] = digits[group >> 8 & 0xf];
	out[2] = digits[group >> 4 & 0xf];
	out[3] = digits[group & 0xf];
	return out + size;
}

/* The longest run of two or more groups of 0, the first of equals. Returns its
 * end, 0 = none. */
static unsigned find_gap(const uint16_t groups[8], unsigned *start)
{
	unsigned end = 0, longest = 1, run = 0;

	for (unsigned i = 0; i < 8; i++) {
		run = groups[i] ? 0 : run + 1;
		if (run <= longest)
			continue;
		longest = run;
		end = i + 1;
	}
	*start = end - longest;
	return end;
}

static char *format_ipv6(char *out, const uint8_t address[16])
{
	unsigned gap_start, gap_end;
	uint16_t groups[8];

	memcpy(groups, address, sizeof(groups));
	for (unsigned i = 0; i < 8; i++)
		groups[i] = ntohs(groups[i]);
	gap_end = find_gap(groups, &gap_start);
	for (unsigned i = 0; i < 8; i++) {
		if (gap_end && i == gap_start) {
			*out++ = ':';
			i = gap_end - 1;
			if (gap_end == 8)
				*out++ = ':';
			continue;
		}
		if (i)
			*out++ = ':';
		/* ::192.0.2.1, as inet_ntop prints it */
		if (i == 6 && gap_end == 6 && !gap_start)
			return format_ipv4(out, address + 12);
		out = format_group(out, groups[i]);
	}
	return out;
}

char *tm_address_format(char out[TM_ADDRESS_SIZE], const uint8_t address[16])
{
	if (tm_address_is_ipv4(address))
		return format_ipv4(out, address + 12);
	return format_ipv6(out, address);
}
