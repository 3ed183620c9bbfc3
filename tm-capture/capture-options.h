/* The options of tm-capture. */
#ifndef TM_CAPTURE_CAPTURE_OPTIONS_H
#define TM_CAPTURE_CAPTURE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/capture.h"
#include "exclusion.h"
#include "interfaces.h"

/* Which programs of interfaces are to be removed. */
enum detaching { DETACH_NONE, DETACH_LEFT, DETACH_ALL };

struct capture_options {
	const char *cgroup;
	const char *recording; /* NULL = standard output */
	const char *user;      /* to become, NULL = tm or who called sudo */
	struct settings settings;
	struct exclusion exclusion;
	struct interfaces interfaces;
	uint64_t ring_bytes;
	uint64_t for_ns;   /* 0 = until a signal */
	uint64_t every_ns; /* 0 = an event for each packet */
	uint32_t flows;	   /* slots for the sums of every_ns, a power of two */
	uint64_t count;	   /* 0 = any number */
	uint32_t meter;	   /* enum tm_hook: candidates, in order */
	enum detaching detaching; /* instead of metering */
	bool is_trial;		  /* of that */
	bool is_quiet;
	bool is_strict;
};

/* Exits with a message if they are invalid. */
void capture_options_parse(
		struct capture_options *options, int argc, char **argv);

/* The inode of this process's network namespace, 0 = unknown. */
uint32_t own_netns(void);

#endif
