#include <stdlib.h>
#include <string.h>

#include "common/base/map.h"
#include "ports.h"

#define TCP 6
#define UDP 17
#define SYN_ACK 0x12
#define PORTS 65536
#define PAIR ((uint64_t)1 << 40) /* a pair of ports, the smaller one first */

enum transport { TRANSPORT_TCP, TRANSPORT_UDP, TRANSPORT_OTHER, TRANSPORTS };

struct tm_ports {
	/* A bit for each of 64 kinds of other ends, by their hash. */
	uint64_t ends[TRANSPORTS][PORTS];
	bool listens[TRANSPORTS][PORTS];
};

struct tm_ports *tm_ports_new(void)
{
	return calloc(1, sizeof(struct tm_ports));
}

static enum transport transport_of(uint8_t protocol)
{
	return protocol == TCP		  ? TRANSPORT_TCP
			: protocol == UDP ? TRANSPORT_UDP
					  : TRANSPORT_OTHER;
}

static uint64_t end_bit(const uint8_t address[16], uint16_t port)
{
	uint64_t words[3] = { 0, 0, port };

	memcpy(words, address, 16);
	return (uint64_t)1 << (tm_map_hash_words(words, 3) & 63);
}

/* A SYN alone does not show it: it may be a scan. */
static void ports_note_listener(struct tm_ports *ports,
		enum transport transport, const struct tm_event *event)
{
	const bool is_out = event->direction == TM_OUT;

	if (transport != TRANSPORT_TCP)
		return;
	if (event->flags & TM_LISTENING)
		ports->listens[transport][is_out ? event->source_port
						 : event->destination_port] =
				true;
	if (event->packets == 1 && (event->tcp_flags & SYN_ACK) == SYN_ACK)
		ports->listens[transport][event->source_port] = true;
}

uint64_t tm_ports_note(struct tm_ports *ports, const struct tm_event *event)
{
	const uint16_t a = event->source_port, b = event->destination_port;
	const enum transport transport = transport_of(event->protocol);
	const bool *const listens = ports->listens[transport];

	if (!a || !b || a == b)
		return a ? a : b;
	ports_note_listener(ports, transport, event);
	ports->ends[transport][a] |= end_bit(event->destination, b);
	ports->ends[transport][b] |= end_bit(event->source, a);
	if (listens[a] != listens[b])
		return listens[a] ? a : b;
	return PAIR | (uint64_t)transport << 32 |
			(a < b ? (uint64_t)a << 16 | b : (uint64_t)b << 16 | a);
}

uint16_t tm_ports_settle(const struct tm_ports *ports, uint64_t value)
{
	const uint16_t smaller = value >> 16, larger = value;
	const enum transport transport = value >> 32 & 3;
	const bool *const listens = ports->listens[transport];
	const uint64_t *const ends = ports->ends[transport];

	if (!(value & PAIR))
		return value;
	if (listens[smaller] != listens[larger])
		return listens[smaller] ? smaller : larger;
	return __builtin_popcountll(ends[larger]) >
					__builtin_popcountll(ends[smaller])
			? larger
			: smaller;
}

void tm_ports_free(struct tm_ports *ports)
{
	free(ports);
}
