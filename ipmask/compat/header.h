/* The C header that the first eBPF traffic meter is compiled with. */
#ifndef TM_IPMASK_COMPAT_HEADER_H
#define TM_IPMASK_COMPAT_HEADER_H

#include <stddef.h>
#include <stdio.h>

#include "common/net/netlist.h"

/* The entries of all lists, in their order. All zero is none. */
struct header {
	struct tm_netlist_entry *entries;
	size_t count, size;
};

/* 0, or -1 and errno. */
int header_add(struct header *header, const struct tm_netlist_entry *entry);

/* The caller looks at ferror(out). */
void header_print(const struct header *header, FILE *out);

void header_free(struct header *header);

#endif
