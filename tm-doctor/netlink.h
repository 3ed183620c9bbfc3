/* Programs on interfaces, as rtnetlink(7) tells them. */
#ifndef TM_DOCTOR_NETLINK_H
#define TM_DOCTOR_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

struct tm_filter {
	uint32_t ifindex;
	uint32_t program; /* id, 0 = none: classic code */
	uint32_t handle;
	uint16_t preference;
	bool is_in;
};

/* Calls found for each tc filter that is a program, by clsact, of an
 * interface. 0, or -1 with errno. */
int tm_netlink_filters(uint32_t ifindex,
	void found(void *context, const struct tm_filter *filter),
	void *context);

/* The id of the interface's XDP program, 0 = none. */
uint32_t tm_netlink_xdp(uint32_t ifindex);

#endif
