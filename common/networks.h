/* Sets of networks, IPv4 and IPv6 apart: ::/0 holds no IPv4 address. */
#ifndef TM_NETWORKS_H
#define TM_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

#define TM_NETWORKS_PROBLEM 512

struct tm_networks;

/* NULL when there is no memory. */
struct tm_networks *tm_networks_new(void);

/* Adds what a NETWORK or @FILE argument names (@- is standard input), in every
 * form that ipmask(1) takes. 0, or -1 with a one-line problem that names file,
 * line and column; then the set is as it was before. */
int tm_networks_add(struct tm_networks *networks, const char *argument,
	char problem[TM_NETWORKS_PROBLEM]);

/* Makes the set ready for look-ups, after the last add. 0, or -1 and errno. */
int tm_networks_build(struct tm_networks *networks);

/* How many networks were added. */
uint64_t tm_networks_count(const struct tm_networks *networks);

bool tm_networks_hold(
	const struct tm_networks *networks, const uint8_t address[16]);

void tm_networks_free(struct tm_networks *networks);

#endif
