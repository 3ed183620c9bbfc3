/* Addresses as 16 bytes, IPv4 as v4-mapped (RFC 4291, 2.5.5.2). */
#ifndef TM_NET_ADDRESS_H
#define TM_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TM_ADDRESS_SIZE 46 /* INET6_ADDRSTRLEN */

static inline bool tm_address_is_ipv4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, mapped, sizeof(mapped));
}

/* Records without an address, such as LOST, have 16 bytes of 0. */
static inline bool tm_address_is_absent(const uint8_t address[16])
{
	uint64_t half[2];

	memcpy(half, address, sizeof(half));
	return !(half[0] | half[1]);
}

/* Strict: no leading zeros, no zone, no spaces. */
bool tm_address_parse(const char *text, uint8_t address[16]);

/* As inet_ntop(3) prints it, IPv4 dotted; without a NUL; returns the end. */
char *tm_address_format(char out[TM_ADDRESS_SIZE], const uint8_t address[16]);

#endif
