/* Sets of networks, IPv4 and IPv6 apart: ::/0 holds no IPv4 address. */
#ifndef TM_NET_NETWORKS_H
#define TM_NET_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

#include "range.h"

#define TM_NETWORKS_PROBLEM 512

struct tm_netlist_entry;
struct tm_networks;

/* NULL without memory. */
struct tm_networks *tm_networks_new(void);

/* Adds what a NETWORK or @FILE argument names (@- is standard input), in every
 * form that ipmask(1) takes. 0, or -1 with a one-line problem that names file,
 * line and column; then the set is as it was before. */
int tm_networks_add(struct tm_networks *networks, const char *argument,
		char problem[TM_NETWORKS_PROBLEM]);

/* Adds one entry of a list. 0, or -1 and errno. */
int tm_networks_add_entry(struct tm_networks *networks,
		const struct tm_netlist_entry *entry);

/* Prepares the set for look-ups, after the last add. 0, or -1 with errno. */
int tm_networks_build(struct tm_networks *networks);

/* How many networks were added, before merging: an entry is one, a pattern such
 * as 10.*.0.5 as many as it expands to. */
uint64_t tm_networks_count(const struct tm_networks *networks);

/* Whether a network of the set holds the address. The set must be built. It
 * stays as it is, so that many threads may ask. Records without an address
 * (tm_address_is_absent) are the caller's: here they are the address ::. */
bool tm_networks_hold(
		const struct tm_networks *networks, const uint8_t address[16]);

/* The place in a walk through a set; all zero is the beginning. */
struct tm_networks_walk {
	unsigned family;
	uint32_t at;
	bool is_inside;
	struct tm_range rest;
};

/* The next network of a built set, false at the end. These are the fewest that
 * make up the set: sorted, disjoint, IPv4 first. */
bool tm_networks_next(const struct tm_networks *networks,
		struct tm_networks_walk *walk, struct tm_network *network);

void tm_networks_free(struct tm_networks *networks);

#endif
