/* Interfaces and the programs on them, by rtnetlink(7). */
#ifndef TM_SYSTEM_NETLINK_H
#define TM_SYSTEM_NETLINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define TM_FILTER_NAME 64

struct tm_tc_filter {
	uint32_t ifindex;
	uint32_t program; /* id, 0 = none: classic code, or another kind */
	uint32_t handle;
	uint16_t preference;
	bool is_in;
	char name[TM_FILTER_NAME]; /* of the program, chosen by whoever added it
				    */
};

/* Calls found for each tc filter of an interface, by clsact. 0, or -1 with
 * errno. */
int tm_netlink_filters(uint32_t ifindex,
		void found(void *context, const struct tm_tc_filter *filter),
		void *context);

struct tm_link {
	uint32_t ifindex;
	uint32_t lower;	 /* the lower interface, 0 = none in this namespace */
	uint32_t master; /* the bond or bridge that it is a port of; 0 = none */
	uint16_t type;	 /* ARPHRD_ETHER, ... */
	bool is_up;	 /* by the administrator */
	char name[IF_NAMESIZE];
	char kind[16]; /* "vlan", "veth", ...; "" for hardware */
	/* its counters, by enum tm_direction; bytes with the link header */
	uint64_t packets[2];
	uint64_t bytes[2];
};

/* Calls found for each interface of this network namespace. 0, or -1 with
 * errno. */
int tm_netlink_links(void found(void *context, const struct tm_link *link),
		void *context);

/* The interface of that name, which may be an alternative one (ip-link(8)), or,
 * if name is NULL, of that number. 0, or -1 with errno, which is ENODEV if
 * there is none. */
int tm_netlink_link(const char *name, uint32_t ifindex, struct tm_link *link);

/* A descriptor that can be read after interfaces of this network namespace
 * changed, or -1 with errno. */
int tm_netlink_watch(void);

/* Reads the changes that are pending. Calls removed for each interface that is
 * gone. Whether there were any; *is_complete is false if some were lost. */
bool tm_netlink_changes(int fd, bool *is_complete,
		void removed(void *context, uint32_t ifindex), void *context);

/* The id of the interface's XDP program, 0 = none. */
uint32_t tm_netlink_xdp(uint32_t ifindex);

/* Add the queue that holds the filters of an interface, and remove it with all
 * of them. 0, or -1 with errno, which is EEXIST if there is one. */
int tm_netlink_add_clsact(uint32_t ifindex);
int tm_netlink_remove_clsact(uint32_t ifindex);

/* Add a program to that queue by its descriptor, and remove it; the kernel
 * chooses a preference for 0, and removal ignores the name. 0, or -1 with
 * errno. */
int tm_netlink_add_filter(const struct tm_tc_filter *filter, int program);
int tm_netlink_remove_filter(const struct tm_tc_filter *filter);

#endif
