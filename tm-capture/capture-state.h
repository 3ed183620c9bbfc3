/* The state of a capture, and how it starts and is reported. */
#ifndef TM_CAPTURE_CAPTURE_STATE_H
#define TM_CAPTURE_CAPTURE_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "capture-options.h"
#include "cgroup.h"
#include "crossings.h"
#include "flow-table.h"
#include "held.h"
#include "order.h"
#include "processes.h"
#include "programs.h"
#include "wall-clock.h"
#include "writer.h"

struct capture {
	struct capture_options options;
	struct cgroup_tree cgroup;
	struct programs programs;
	struct crossings crossings;
	struct wall_clock clock;
	struct event_order order;
	struct writer writer;
	struct processes *processes; /* NULL = programs do not report them */
	struct flow_table *flows;    /* NULL = every packet is an event */
	struct held sums;	     /* read from the flows, not yet written */
	size_t round; /* records that this round may still read */
	bool is_drained;
	bool is_orphaned; /* the cgroup or all interfaces were removed */
	bool is_crowded;  /* too few flows, which was reported */
	bool has_queue;	  /* so was that packets wait for another program */
	bool has_unnamed; /* so was that a process has no names */
};

static inline bool meters_frames(const struct capture *capture)
{
	return capture->options.meter != TM_HOOK_CGROUP_SKB;
}

/* Loads and attaches the programs, gives up rights and writes START. Exits with
 * a message if it cannot. */
void capture_start(struct capture *capture,
		int on_event(void *context, void *data, size_t size));

/* What tm-capture prints about itself; every message goes to standard error.
 */
void report_missing(const char *what);
void report_swept(const char *interface, const char *what);
void report_gone(const char *interface);
void report_lost(const char *interface);
void report_back(const char *interface, uint32_t ifindex);
void report_bridge(const struct named_interface *interface);
void report_stuck(const char *interface);
void report_statistics(struct capture *capture);
void report_crowded(struct capture *capture);
void report_unnamed(struct capture *capture);
void report_queue(void);

/* Reports how the capture ended and returns the exit code. */
int report_end(struct capture *capture);

#endif
