/* The interfaces of -i. One that is removed and made again has another number:
 * it is found again by its name, and metered meanwhile is no other. */
#ifndef TM_CAPTURE_INTERFACES_H
#define TM_CAPTURE_INTERFACES_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/capture.h"

struct named_interface {
	const char *name; /* as given; may be an alternative one */
	uint32_t ifindex; /* 0 = gone */
};

struct interfaces {
	struct named_interface all[METERED_INTERFACES];
	uint32_t count;	     /* 0 = all interfaces */
	struct scope *scope; /* mapped */
	int changes;	     /* descriptor that reports them, -1 = none */
};

bool interfaces_have(const struct interfaces *interfaces, uint32_t ifindex);

/* The name of the bridge that the interface is a port of, with room for
 * IF_NAMESIZE; false if there is none. */
bool interfaces_find_bridge(
		const struct named_interface *interface, char *bridge);

/* Makes the programs meter the interfaces, by the map of that descriptor, and
 * begins to follow them. 0, or -1 with errno. */
int interfaces_watch(struct interfaces *interfaces, int scope_fd);

/* Call it when changes can be read. Calls gone and back for interfaces that
 * disappeared and returned. */
void interfaces_follow(struct interfaces *interfaces,
		void gone(const char *name),
		void back(const char *name, uint32_t ifindex));

#endif
