/* Lists of networks that can be read again while events pass. */
#ifndef TM_FILTER_LIST_H
#define TM_FILTER_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/net/networks.h"

struct tm_filter_list {
	struct tm_filter_list *next;
	char **arguments; /* NETWORK or @FILE, each */
	size_t count;
	const char *bad; /* the argument that tm_filter_list_read() failed on */
	struct tm_networks *networks;
};

/* A new list, before the others; NULL without memory. */
struct tm_filter_list *tm_filter_list_new(struct tm_filter_list **all);

/* Adds a NETWORK or @FILE to the list. 0, or -1 with errno. */
int tm_filter_list_add(struct tm_filter_list *list, const char *argument);

/* Reads everything that was added and replaces the contents of the list; or -1
 * with a problem, and the list does not change. */
int tm_filter_list_read(
		struct tm_filter_list *list, char problem[TM_NETWORKS_PROBLEM]);

bool tm_filter_list_has_files(const struct tm_filter_list *list);
bool tm_filter_list_has_stdin(const struct tm_filter_list *list);

void tm_filter_list_free(struct tm_filter_list *all);

#endif
