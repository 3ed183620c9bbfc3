/* The lists of networks that the programs leave out (-s and -x). */
#ifndef TM_CAPTURE_LISTS_H
#define TM_CAPTURE_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/capture.h"
#include "common/net/networks.h"

#define TM_LIST_ARGUMENTS 64

struct tm_list {
	const char *arguments[TM_LIST_ARGUMENTS]; /* NETWORK or @FILE */
	size_t count;
	struct tm_networks *networks; /* as the programs have them */
	int fd;			      /* of their map */
};

struct tm_exclusion {
	struct tm_list site;
	struct tm_list excluded;
	const char *wrong;	 /* the argument that could not be read */
	struct tm_lists *in_use; /* shared with the programs */
};

/* False when there are too many. */
bool tm_list_name(struct tm_list *list, const char *argument);

/* Reads the arguments of both lists. 0, or -1 with a one-line problem. */
int tm_exclusion_read(struct tm_exclusion *exclusion,
		char problem[TM_NETWORKS_PROBLEM]);

/* Hands the lists to the programs, before they are attached. 0, or -1. */
int tm_exclusion_load(struct tm_exclusion *exclusion, int site_fd,
		int excluded_fd, int in_use_fd);

/* Reads the arguments again and changes what differs; while that lasts a
 * packet may be left out by the old lists or the new ones. 0, or -1 with a
 * problem, and the old lists stay. */
int tm_exclusion_reload(struct tm_exclusion *exclusion,
		char problem[TM_NETWORKS_PROBLEM]);

#endif
