/* Compares tm_address_format with inet_ntop(3), and tm_number_format with
 * printf(3), on edges and on as many random values as the argument says. */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/number.h"
#include "common/net/address.h"

static uint64_t state = UINT64_C(0x123456789abcdef);

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void check_address(const uint8_t address[16])
{
	char wanted[TM_ADDRESS_SIZE], got[TM_ADDRESS_SIZE + 1];
	uint8_t back[16];
	char *end;

	if (tm_address_is_ipv4(address))
		inet_ntop(AF_INET, address + 12, wanted, sizeof(wanted));
	else
		inet_ntop(AF_INET6, address, wanted, sizeof(wanted));
	got[TM_ADDRESS_SIZE] = '#';
	end = tm_address_format(got, address);
	if (got[TM_ADDRESS_SIZE] != '#')
		errx(1, "%s: written past its end", wanted);
	*end = '\0';
	if (strcmp(wanted, got))
		errx(1, "inet_ntop: %s, tm_address_format: %s", wanted, got);
	if (!tm_address_parse(got, back) || memcmp(back, address, 16))
		errx(1, "%s is not read back", got);
}

/* Random groups, many of them 0 or short, so that gaps are frequent. */
static void check_random_address(void)
{
	const uint64_t shape = next_random();
	uint8_t address[16] = { 0 };
	uint16_t group;

	for (unsigned i = 0; i < 8; i++) {
		if (shape >> i & 1)
			continue;
		group = next_random() >> (shape >> (8 + 4 * i) & 15);
		address[2 * i] = group >> 8;
		address[2 * i + 1] = group;
	}
	check_address(address);
	memset(address, 0, 10);
	memset(address + 10, shape >> 60 & 1 ? 0 : 0xff, 2);
	check_address(address);
}

/* Each pattern of zero and full groups. */
static void check_edges(void)
{
	static const uint16_t values[] = { 1, 0xf, 0x10, 0xff, 0x100, 0xfff,
		0x1000, 0xffff };
	uint8_t address[16];

	for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
		for (unsigned shape = 0; shape < 256; shape++) {
			memset(address, 0, sizeof(address));
			for (unsigned i = 0; i < 8; i++) {
				if (!(shape >> i & 1))
					continue;
				address[2 * i] = values[v] >> 8;
				address[2 * i + 1] = values[v];
			}
			check_address(address);
		}
	}
}

static void check_number(uint64_t value)
{
	char wanted[TM_NUMBER_SIZE + 1], got[TM_NUMBER_SIZE + 2];

	snprintf(wanted, sizeof(wanted), "%" PRIu64, value);
	got[TM_NUMBER_SIZE] = '#';
	*tm_number_format(got, value) = '\0';
	if (strcmp(wanted, got))
		errx(1, "%s was written as %s", wanted, got);
	value %= 1000000000;
	snprintf(wanted, sizeof(wanted), "%09" PRIu64, value);
	*tm_nanoseconds_format(got, value) = '\0';
	if (strcmp(wanted, got))
		errx(1, "%s was written as %s", wanted, got);
}

int main(int argc, char **argv)
{
	const long rounds = argc > 1 ? atol(argv[1]) : 1000000;

	check_edges();
	for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
		check_number(power - 1);
		check_number(power);
		check_number(power + 1);
	}
	check_number(UINT64_MAX);
	for (long i = 0; i < rounds; i++) {
		check_random_address();
		check_number(next_random() >> (i % 64));
	}
	printf("%ld rounds agree\n", rounds);
	return 0;
}
