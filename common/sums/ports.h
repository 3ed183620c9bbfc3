/* Which of a connection's two ports is the service's.
 *
 * The one whose side listens: it has answered a SYN, or the kernel found a
 * listening socket there. Connections that began before the recording, sums of
 * intervals and UDP do not show that; there it is the port that was seen with
 * more ends of other sides, since a server has many clients and each client's
 * port few servers. Otherwise it is the smaller number. */
#ifndef TM_SUMS_PORTS_H
#define TM_SUMS_PORTS_H

#include <stdbool.h>

#include "common/record/event.h"

struct tm_ports;

/* NULL if there is no memory. */
struct tm_ports *tm_ports_new(void);

/* Learns from an event, and returns what to count it under: the port, or a pair
 * of ports as long as nobody is known to listen on just one of them. */
uint64_t tm_ports_note(struct tm_ports *ports, const struct tm_event *event);

/* The port, by all that was learnt. */
uint16_t tm_ports_settle(const struct tm_ports *ports, uint64_t value);

void tm_ports_free(struct tm_ports *ports);

#endif
