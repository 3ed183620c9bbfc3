/* The interfaces that --hook tc meters, and how the programs hold on to them:
 * by tcx, whose links end with the process, or as filters of clsact. */
#ifndef TM_CAPTURE_CROSSINGS_H
#define TM_CAPTURE_CROSSINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bpf/capture.h"

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
	const char *user; /* whom it becomes */
};

/* Attaches the programs to the interfaces by the first of hooks that the kernel
 * takes, and removes from them what an earlier run left; say tells of that. 0,
 * or -1 with errno, and nothing is attached. */
int crossings_attach(struct crossings *crossings,
		const struct settings *settings, uint32_t hooks,
		const int programs[2], const char *user,
		void say(const char *interface, const char *what));

/* How many interfaces are still metered. Calls gone once for each that is not,
 * any more. */
size_t crossings_watch(
		struct crossings *crossings, void gone(const char *interface));

/* Calls say for each interface where filters stayed all the same. */
void crossings_detach(
		struct crossings *crossings, void say(const char *interface));

#endif
