/* A site's own names of networks: a file of lines "NETWORK NAME". */
#ifndef TM_REPORT_NETNAMES_H
#define TM_REPORT_NETNAMES_H

#include <stdint.h>

#define NETNAMES_PROBLEM 640
#define NETNAMES_NONE UINT32_MAX

struct netnames;

/* NULL with a problem of one line, which names the file and the line. */
struct netnames *netnames_load(
		const char *path, char problem[NETNAMES_PROBLEM]);

/* The number of the smallest network that holds the address, numbers in the
 * order of the names; NETNAMES_NONE where there is none. */
uint32_t netnames_find(
		const struct netnames *netnames, const uint8_t address[16]);

/* As hostile as the file. */
const char *netnames_text(const struct netnames *netnames, uint32_t number);

#endif
