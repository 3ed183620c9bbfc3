/* The grammar of one line of a list of networks; ipmask(1) describes it. */
#ifndef TM_NET_NETENTRY_H
#define TM_NET_NETENTRY_H

#include "netlist.h"

#define TM_NETENTRY_REASON 192

/* 1 and the entry; 0 for a blank line or a comment; -1, the reason and, from
 * 1, the column in bytes. A name has to follow the entry, or must not. */
int tm_netentry_parse(const char *text, size_t size, bool has_name,
		struct tm_netlist_entry *entry, char reason[TM_NETENTRY_REASON],
		size_t *column);

#endif
