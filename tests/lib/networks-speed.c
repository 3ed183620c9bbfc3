/* How fast sets of networks load and answer: prints a table. The addresses are
 * random, half of them inside a network, so that no guess is ever right; real
 * traffic, which comes back to the same addresses, is faster. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/net/address.h"
#include "common/net/netlist.h"
#include "common/net/networks.h"

#define ADDRESSES 4096
#define LOOKUPS (1 << 24)

static uint64_t state = 1;

/* splitmix64 */
static uint64_t random_bits(void)
{
	uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

/* A /24, or in IPv6 a /48 of 2001::/16; or a random address of it. */
static void make_address(uint8_t address[16], bool is_ipv4, bool is_network)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint64_t bits[2] = { random_bits(), random_bits() };

	memcpy(address, bits, 16);
	if (is_network)
		memset(address + (is_ipv4 ? 15 : 6), 0, is_ipv4 ? 1 : 10);
	if (is_ipv4)
		memcpy(address, mapped, sizeof(mapped));
	else
		memcpy(address, "\x20\x01", 2);
}

static void write_list(const char *path, unsigned count, bool is_ipv4)
{
	struct tm_network network = { .prefix = is_ipv4 ? 24 : 48 };
	char text[TM_NETWORK_SIZE];
	FILE *list = fopen(path, "w");

	if (!list)
		err(1, "%s", path);
	for (; count; count--) {
		make_address(network.address, is_ipv4, true);
		tm_network_format(text, &network);
		fprintf(list, "%s\n", text);
	}
	if (fclose(list))
		err(1, "%s", path);
}

static double look_up(const struct tm_networks *networks, bool is_ipv4,
		uint64_t first_state)
{
	static uint8_t addresses[ADDRESSES][16];
	static uint16_t order[1 << 16];
	volatile uint64_t held = 0;
	uint64_t found = 0;
	double start;

	state = first_state; /* every second address is in the list */
	for (int i = 0; i < ADDRESSES; i++)
		make_address(addresses[i], is_ipv4, i % 2);
	for (int i = 0; i < 1 << 16; i++)
		order[i] = random_bits() % ADDRESSES;
	start = now();
	for (int i = 0; i < LOOKUPS; i++)
		found += tm_networks_hold(
				networks, addresses[order[i & 0xffff]]);
	held = found;
	(void)held;
	return LOOKUPS / (now() - start);
}

static void measure(const char *path, unsigned count, bool is_ipv4)
{
	struct tm_networks *networks = tm_networks_new();
	char problem[TM_NETWORKS_PROBLEM], argument[256];
	const uint64_t first_state = state;
	double start, loaded;

	write_list(path, count, is_ipv4);
	snprintf(argument, sizeof(argument), "@%s", path);
	start = now();
	if (!networks || tm_networks_add(networks, argument, problem))
		errx(1, "%s", problem);
	if (tm_networks_build(networks))
		err(1, NULL);
	loaded = now();
	printf("%s %8u networks: %5.0f ms to load, %4.0f M look-ups/s\n",
			is_ipv4 ? "IPv4" : "IPv6", count,
			(loaded - start) * 1e3,
			look_up(networks, is_ipv4, first_state) / 1e6);
	tm_networks_free(networks);
}

int main(int argc, char *argv[])
{
	static const unsigned counts[] = { 3, 100, 10000, 1000000 };

	if (argc != 2)
		errx(2, "usage: networks-speed SCRATCH-FILE");
	for (int i = 0; i < 8; i++)
		measure(argv[1], counts[i % 4], i < 4);
	if (remove(argv[1]))
		err(1, "%s", argv[1]);
	return 0;
}
