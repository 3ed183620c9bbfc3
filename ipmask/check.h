/* Finds the entries of the lists that contain the addresses of --check. */
#ifndef TM_IPMASK_CHECK_H
#define TM_IPMASK_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/net/netlist.h"

struct check {
	const char *text;
	uint8_t address[16];
	FILE *out;
	char *matches; /* lines to print */
	size_t size;
};

/* NULL, or why the text is not an address to check. */
const char *check_init(struct check *check, const char *text);

/* Remembers the entry if it contains the address. 0, or -1 with errno. */
int check_entry(struct check *check, const char *file,
		const struct tm_netlist_entry *entry);

/* Prints what matched and returns whether anything did. The caller checks
 * ferror(out).
 */
bool check_print(const struct check *check, FILE *out);

void check_free(struct check *check);

#endif
