/* The interfaces that --hook tc meters. The programs are attached by tcx, whose
 * links end with the process, or as clsact filters. */
#ifndef TM_CAPTURE_CROSSINGS_H
#define TM_CAPTURE_CROSSINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "interfaces.h"

struct crossing {
	char name[IF_NAMESIZE];
	uint32_t ifindex;
	int links[2]; /* of tcx, by enum tm_direction */
	bool is_gone;
};

struct crossings {
	struct crossing all[METERED_INTERFACES];
	size_t count;
	uint32_t hook;	  /* TM_HOOK_TCX or TM_HOOK_CLSACT */
	uint32_t run;	  /* of clsact */
	int guard;	  /* of clsact, -1 = none */
	pid_t guard_pid;  /* who removes the filters */
	const char *user; /* the user that it becomes */
};

/* Attaches the programs to the interfaces by the first of the hooks that the
 * kernel accepts. Removes what an earlier run left behind and calls say for it.
 * 0, or -1 with errno and nothing attached. */
int crossings_attach(struct crossings *crossings,
		const struct interfaces *interfaces, uint32_t hooks,
		const int programs[2], const char *user,
		void say(const char *interface, const char *what));

/* How many interfaces are still metered. Calls gone once for each that no
 * longer is. */
size_t crossings_watch(
		struct crossings *crossings, void gone(const char *interface));

/* Calls say for each interface whose filters could not be removed. */
void crossings_detach(
		struct crossings *crossings, void say(const char *interface));

#endif
