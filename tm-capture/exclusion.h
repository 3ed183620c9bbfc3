/* The lists of networks that the programs leave out (-s and -x). */
#ifndef TM_CAPTURE_EXCLUSION_H
#define TM_CAPTURE_EXCLUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/capture.h"
#include "common/net/networks.h"

#define NETWORK_LIST_ARGUMENTS 64

struct network_list {
	const char *arguments[NETWORK_LIST_ARGUMENTS]; /* NETWORK or @FILE */
	size_t count;
	struct tm_networks *networks; /* as loaded into the programs */
	int fd;			      /* of their map */
};

struct exclusion {
	struct network_list site;
	struct network_list excluded;
	const char *wrong;    /* the argument that could not be read */
	struct lists *in_use; /* shared with the programs */
};

/* False if there are too many. */
bool network_list_name(struct network_list *list, const char *argument);

/* Reads the arguments of both lists. 0, or -1 with a one-line problem. */
int exclusion_read(
		struct exclusion *exclusion, char problem[TM_NETWORKS_PROBLEM]);

/* Loads the lists into the maps of the programs, before they are attached. 0,
 * or -1. */
int exclusion_load(struct exclusion *exclusion, int site_fd, int excluded_fd,
		int in_use_fd);

/* Reads the arguments again and changes what differs; meanwhile either list may
 * apply to a packet. 0, or -1 with a problem and the previous lists in use. */
int exclusion_reload(
		struct exclusion *exclusion, char problem[TM_NETWORKS_PROBLEM]);

#endif
