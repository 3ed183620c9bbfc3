/* A site's own names of networks: a file of lines "NETWORK NAME". */
#ifndef TM_NET_NETNAMES_H
#define TM_NET_NETNAMES_H

#include <stdint.h>

#define TM_NETNAMES_PROBLEM 640
#define TM_NETNAMES_NONE UINT32_MAX

struct tm_netnames;

/* NULL with a problem of one line, which names the file and the line. */
struct tm_netnames *tm_netnames_load(
		const char *path, char problem[TM_NETNAMES_PROBLEM]);

/* The number of the smallest network that contains the address, in the order of
 * the names; TM_NETNAMES_NONE if there is none. */
uint32_t tm_netnames_find(
		const struct tm_netnames *netnames, const uint8_t address[16]);

/* Not escaped: as hostile as the file. */
const char *tm_netnames_text(
		const struct tm_netnames *netnames, uint32_t number);

#endif
