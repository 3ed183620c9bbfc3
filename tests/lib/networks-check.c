/* Compares tm_networks_hold with a naive look through the networks, on random
 * sets and the addresses at their edges: networks-check SEED ROUNDS. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/address.h"
#include "common/net/netlist.h"
#include "common/net/networks.h"

#define MOST 4000

static uint64_t state;

/* splitmix64 */
static uint64_t random_bits(void)
{
	uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* An oracle that shares nothing with the library: 16 bytes, from and to. */
struct naive {
	uint8_t first[16], last[16];
};

static struct naive naive[MOST];
static unsigned naive_count;

static bool naive_holds(const uint8_t address[16])
{
	for (unsigned i = 0; i < naive_count; i++) {
		if (tm_address_is_ipv4(naive[i].first) ==
						tm_address_is_ipv4(address) &&
				memcmp(naive[i].first, address, 16) <= 0 &&
				memcmp(address, naive[i].last, 16) <= 0)
			return true;
	}
	return false;
}

static unsigned spread, fixed_bits;

/* Close together, so that networks overlap and touch. */
static void random_address(uint8_t address[16], bool is_ipv4)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(address, 0, 16);
	if (is_ipv4)
		memcpy(address, mapped, sizeof(mapped));
	else
		memcpy(address, "\x20\x01\x0d\xb8", 4);
	for (unsigned bit = fixed_bits + 96 * is_ipv4; bit < 128; bit++) {
		if (random_bits() % 64 < spread)
			address[bit / 8] ^= 0x80 >> bit % 8;
	}
}

static void set_behind(uint8_t address[16], unsigned prefix, bool value)
{
	for (unsigned bit = prefix; bit < 128; bit++) {
		address[bit / 8] &= ~(0x80 >> bit % 8);
		address[bit / 8] |= value ? 0x80 >> bit % 8 : 0;
	}
}

static void step(uint8_t address[16], int by)
{
	for (int i = 15; i >= 0; i--) {
		address[i] += by;
		if (address[i] != (by > 0 ? 0 : 255))
			break;
	}
}

static void add(struct tm_networks *networks, const char *text)
{
	char problem[TM_NETWORKS_PROBLEM];

	if (tm_networks_add(networks, text, problem))
		errx(1, "%s", problem);
}

static void add_random(struct tm_networks *networks)
{
	const bool is_ipv4 = random_bits() % 2;
	struct naive *one = &naive[naive_count++];
	char text[2 * TM_ADDRESS_SIZE + 8], *end;
	unsigned prefix;

	random_address(one->first, is_ipv4);
	memcpy(one->last, one->first, 16);
	if (random_bits() % 3) {
		prefix = is_ipv4 ? random_bits() % 33 : random_bits() % 129;
		if (random_bits() % 64 && prefix < 8)
			prefix += 20;
		set_behind(one->first, prefix + 96 * is_ipv4, 0);
		set_behind(one->last, prefix + 96 * is_ipv4, 1);
		end = tm_address_format(text, one->first);
		sprintf(end, "/%u", prefix);
	} else {
		for (unsigned i = random_bits() % 99; i; i--)
			step(one->last, 1);
		end = tm_address_format(text, one->first);
		*end++ = '-';
		*tm_address_format(end, one->last) = '\0';
	}
	add(networks, text);
}

static void compare(
		const struct tm_networks *networks, const uint8_t address[16])
{
	char text[TM_ADDRESS_SIZE];
	const bool wanted = naive_holds(address);

	if (tm_networks_hold(networks, address) == wanted)
		return;
	*tm_address_format(text, address) = '\0';
	errx(1, "%s: %s", text, wanted ? "not found" : "found");
}

static void compare_edges(
		const struct tm_networks *networks, const uint8_t edge[16])
{
	uint8_t address[16];

	memcpy(address, edge, 16);
	step(address, -1);
	for (int i = 0; i < 3; i++) {
		compare(networks, address);
		step(address, 1);
	}
	/* the same with one bit foreign, wherever it is */
	for (int i = 0; i < 8; i++) {
		const unsigned bit = random_bits() % 128;

		memcpy(address, edge, 16);
		address[bit / 8] ^= 0x80 >> bit % 8;
		compare(networks, address);
	}
}

/* The walk gives sorted, disjoint networks that are the set again. */
static void compare_walk(const struct tm_networks *networks)
{
	struct tm_networks *again = tm_networks_new();
	struct tm_networks_walk walk = { 0 };
	struct tm_network network;
	char text[TM_NETWORK_SIZE];
	uint8_t before[16] = { 0 }, last[16];
	bool was_ipv4 = true;

	while (tm_networks_next(networks, &walk, &network)) {
		const bool is_ipv4 = tm_address_is_ipv4(network.address);

		if (is_ipv4 > was_ipv4)
			errx(1, "IPv4 behind IPv6");
		if (is_ipv4 < was_ipv4)
			memset(before, 0, 16);
		if (memcmp(before, network.address, 16) > 0)
			errx(1, "not sorted or not disjoint");
		memcpy(last, network.address, 16);
		set_behind(last, network.prefix + 96 * is_ipv4, 1);
		memcpy(before, last, 16);
		was_ipv4 = is_ipv4;
		tm_network_format(text, &network);
		add(again, text);
		compare(networks, network.address);
		compare(networks, last);
	}
	if (tm_networks_build(again))
		err(1, NULL);
	for (unsigned i = 0; i < naive_count; i++) {
		compare(again, naive[i].first);
		compare(again, naive[i].last);
	}
	tm_networks_free(again);
}

static void run(unsigned count)
{
	struct tm_networks *networks = tm_networks_new();
	uint8_t address[16];

	naive_count = 0;
	spread = 1 + random_bits() % 32;
	fixed_bits = random_bits() % 3 ? random_bits() % 128 : 0;
	while (naive_count < count)
		add_random(networks);
	if (tm_networks_build(networks))
		err(1, NULL);
	for (unsigned i = 0; i < count; i++) {
		compare_edges(networks, naive[i].first);
		compare_edges(networks, naive[i].last);
		random_address(address, i % 2);
		compare(networks, address);
	}
	memset(address, 0, 16);
	compare_edges(networks, address);
	compare_walk(networks);
	tm_networks_free(networks);
}

int main(int argc, char *argv[])
{
	static const unsigned counts[] = { 0, 1, 4, 5, 30, 300, 2000 };

	if (argc != 3)
		errx(2, "usage: networks-check SEED ROUNDS");
	state = strtoull(argv[1], NULL, 10);
	for (int rounds = atoi(argv[2]); rounds > 0; rounds--)
		run(counts[random_bits() % 7]);
	return 0;
}
