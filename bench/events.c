/* Makes events, the same ones each time:
 *   events [-n COUNT] [-u USERS] [-r REMOTES] [-6 PERCENT] [-l PERCENT] [-S N]
 * COUNT records of traffic between this host and REMOTES others, of which some
 * percent have IPv6 and some are inside the site's own networks, in a run that
 * balances. Another -S gives other events, later, of the same users and hosts.
 *   events -w COUNT
 * A list of COUNT networks instead, the site's own first. */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "records.h"

#define NETNS 4026531840u

static struct {
	uint64_t count, users, remotes, ipv6, local, seed, networks;
} options = { 2000000, 100, 10000, 25, 20, 1, 0 };

static void put_v4(uint8_t to[16], uint32_t address)
{
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	address = htonl(address);
	memcpy(to + 12, &address, 4);
}

static void put_v6(uint8_t to[16], uint64_t high, uint64_t low)
{
	high = __builtin_bswap64(high);
	low = __builtin_bswap64(low);
	memcpy(to, &high, 8);
	memcpy(to + 8, &low, 8);
}

/* Public unicast: 11.0.0.0 to 222.255.255.255, 2100:: to 3fff::. */
static uint32_t outside_v4(uint64_t random)
{
	return (11 + (random >> 32) % 212) << 24 | (random & 0xffffff);
}

static uint64_t outside_v6(uint64_t random)
{
	return (0x2100 + (random >> 48) % 0x1f00) << 48 | random >> 16;
}

static void put_ends(uint8_t host[16], uint8_t remote[16], uint64_t which)
{
	const uint64_t random = mix(which);
	const int is_local = random % 100 < options.local;

	if (mix(random) % 100 < options.ipv6) {
		put_v6(host, 0x20010db800010000, 0x10);
		put_v6(remote,
				is_local ? 0x20010db800010000 | (random >> 16 & 0xffff)
					 : outside_v6(random),
				mix(random + 1));
	} else {
		put_v4(host, 10 << 24 | 1 << 16 | 10);
		put_v4(remote,
				is_local ? 10 << 24 | 1 << 16 | random >> 48
					 : outside_v4(random));
	}
}

/* Some hosts are met more often than others: twice as many draws fall into the
 * first quarter as into the last half. */
static uint64_t draw_remote(void)
{
	const uint64_t at = draw() % options.remotes;

	return at * (draw() % options.remotes) / options.remotes;
}

static void put_traffic(void)
{
	struct tm_event *const event = next_record(TM_TRAFFIC);
	const uint64_t random = draw();
	const uint64_t user = draw() % options.users;
	const int is_out = random & 1;

	event->direction = is_out;
	event->protocol = random & 6 ? 6 : 17;
	event->tcp_flags = random & 6 ? 0x10 : 0;
	event->bytes = random & 8 ? 1500 : 40 + (random >> 8) % 1400;
	event->packets = 1;
	event->uid = event->socket_uid = 1000 + user;
	event->pid = 2000 + user * 4 + (random >> 4 & 3);
	event->ifindex = INTERFACE;
	event->netns = NETNS;
	event->flags = TM_OWNER_TASK;
	event->cgroup_id = 5000 + user;
	event->source_port = is_out ? 32768 + (random >> 40 & 0x3fff) : 443;
	event->destination_port =
			is_out ? 443 : 32768 + (random >> 40 & 0x3fff);
	memcpy(event->process, "worker", 6);
	if (is_out)
		put_ends(event->source, event->destination, draw_remote());
	else
		put_ends(event->destination, event->source, draw_remote());
	count_seen(event);
}

/* About a million a second; a TICK each second. */
static void put_events(void)
{
	uint64_t tick_ns;

	state = mix(options.seed);
	now_ns = (1700000000 + options.seed * 86400) * TM_SECOND_NS;
	tick_ns = now_ns + TM_SECOND_NS;
	put_start(options.seed, INTERFACE);
	put_names((uint64_t)NETNS << 32 | INTERFACE, options.users);
	for (uint64_t i = 0; i < options.count; i++) {
		now_ns += draw() & 2047;
		if (now_ns >= tick_ns) {
			put_status(TM_TICK, options.seed);
			tick_ns += TM_SECOND_NS;
		}
		put_traffic();
	}
	put_status(TM_END, options.seed);
	flush();
}

static void print_network(uint64_t random)
{
	const unsigned v4_bits = 24 + mix(random) % 9;
	const unsigned v6_bits = 32 + mix(random) % 33;
	char text[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (random % 10 < 6) {
		put_v4(address, outside_v4(random) & ~0U << (32 - v4_bits));
		inet_ntop(AF_INET, address + 12, text, sizeof(text));
	} else {
		put_v6(address, outside_v6(random) & ~0ULL << (64 - v6_bits),
				0);
		inet_ntop(AF_INET6, address, text, sizeof(text));
	}
	printf("%s/%u\n", text, random % 10 < 6 ? v4_bits : v6_bits);
}

static int print_networks(void)
{
	puts("10.1.0.0/16\n2001:db8:1::/48");
	for (uint64_t i = 2; i < options.networks; i++)
		print_network(mix(i << 32));
	return fflush(stdout) || ferror(stdout);
}

static uint64_t *option_value(int letter)
{
	switch (letter) {
	case 'n':
		return &options.count;
	case 'u':
		return &options.users;
	case 'r':
		return &options.remotes;
	case '6':
		return &options.ipv6;
	case 'l':
		return &options.local;
	case 'S':
		return &options.seed;
	case 'w':
		return &options.networks;
	default:
		errx(2, "see the head of bench/events.c");
	}
}

int main(int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "n:u:r:6:l:S:w:")) != -1)
		*option_value(letter) = strtoull(optarg, NULL, 10);
	if (!options.users || !options.remotes || isatty(STDOUT_FILENO))
		errx(2, "see the head of bench/events.c");
	if (options.networks)
		return print_networks();
	put_events();
	return 0;
}
