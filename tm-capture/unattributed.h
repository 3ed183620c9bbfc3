/* Traffic that the interfaces counted but no socket moved: forwarded packets,
 * ARP, connections in TIME_WAIT, packet sockets. The counters of interfaces are
 * read before those of sockets, so that the difference is never too large. */
#ifndef TM_CAPTURE_UNATTRIBUTED_H
#define TM_CAPTURE_UNATTRIBUTED_H

#include "bpf/capture.h"
#include "interfaces.h"

struct tm_unattributed;

/* For the carriers map of programs that are attached, with the settings that
 * they were loaded with. NULL: no memory. */
struct unattributed *unattributed_new(int carriers_fd,
		const struct settings *settings,
		const struct interfaces *interfaces);

/* Reads the counters while the programs are attached. The ports of a bond or
 * bridge are counted with the bond or bridge. 0, or -1 with errno. */
int unattributed_look(struct unattributed *unattributed);

/* Calls found for each interface and direction with what was seen since the
 * last call. */
void unattributed_take(struct unattributed *unattributed,
		void found(void *context, uint32_t ifindex,
				enum tm_direction direction,
				const struct tm_amount *amount),
		void *context);

#endif
