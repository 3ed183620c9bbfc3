/* What the counters of the interfaces have and no socket moved: forwarded, ARP,
 * of connections in TIME_WAIT, of sockets of frames. Read so that it is never
 * too much: counters of interfaces before those of the sockets. */
#ifndef TM_CAPTURE_UNATTRIBUTED_H
#define TM_CAPTURE_UNATTRIBUTED_H

#include "bpf/capture.h"

struct tm_unattributed;

/* For the carriers map of programs that are attached, with the settings that
 * they were loaded with. NULL: no memory. */
struct unattributed *unattributed_new(
		int carriers_fd, const struct settings *settings);

/* Looks at the counters, while the programs are attached. Interfaces that are
 * parts of others (of a bond, of a bridge) are left to those. 0, or -1 and
 * errno. */
int unattributed_look(struct unattributed *unattributed);

/* Calls found for each interface and direction with what the looks since the
 * last call have shown. */
void unattributed_take(struct unattributed *unattributed,
		void found(void *context, uint32_t ifindex,
				enum tm_direction direction,
				const struct tm_amount *amount),
		void *context);

void unattributed_free(struct unattributed *unattributed);

#endif
