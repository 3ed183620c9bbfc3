/* Sends the IPv4 events of a recording as NetFlow version 5 to a collector, so
 * that it gets the same work: netflow FILE PORT. The uid goes as the number of
 * the input interface, less 1000. */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/record/event.h"

#define FLOWS 30
#define BURST 64 /* datagrams, then a rest: nobody resends them */

struct header {
	uint16_t version, count;
	uint32_t uptime_ms, seconds, nanoseconds, sequence;
	uint8_t engine_type, engine_id;
	uint16_t sampling;
};

struct flow {
	uint32_t source, destination, next_hop;
	uint16_t input, output;
	uint32_t packets, bytes, first_ms, last_ms;
	uint16_t source_port, destination_port;
	uint8_t pad, tcp_flags, protocol, tos;
	uint16_t source_as, destination_as;
	uint8_t source_mask, destination_mask;
	uint16_t pad_end;
};

static struct {
	struct header header;
	struct flow flows[FLOWS];
} datagram;

static unsigned filled, sent_flows, sent_datagrams;

static void send_datagram(int fd)
{
	const size_t size = sizeof(datagram.header) +
			filled * sizeof(datagram.flows[0]);

	datagram.header.version = htons(5);
	datagram.header.count = htons(filled);
	datagram.header.uptime_ms = htonl(3600000);
	datagram.header.seconds = htonl(1700086400);
	datagram.header.sequence = htonl(sent_flows);
	if (send(fd, &datagram, size, 0) != (ssize_t)size)
		err(1, "send");
	sent_flows += filled;
	filled = 0;
	if (++sent_datagrams % BURST == 0)
		usleep(3000);
}

static void netflow_add(const struct tm_event *event)
{
	struct flow *const flow = &datagram.flows[filled++];

	memset(flow, 0, sizeof(*flow));
	memcpy(&flow->source, event->source + 12, 4);
	memcpy(&flow->destination, event->destination + 12, 4);
	flow->input = htons(event->uid - 1000);
	flow->packets = htonl(event->packets);
	flow->bytes = htonl(event->bytes);
	flow->first_ms = flow->last_ms = htonl(3600000 - sent_flows % 1000);
	flow->source_port = htons(event->source_port);
	flow->destination_port = htons(event->destination_port);
	flow->tcp_flags = event->tcp_flags;
	flow->protocol = event->protocol;
}

static int open_socket(const char *port)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (const void *)&to, sizeof(to)))
		err(1, "port %s", port);
	return fd;
}

int main(int argc, char **argv)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	struct tm_event event;
	FILE *file;
	int fd;

	if (argc != 3)
		errx(2, "see the head of bench/netflow.c");
	fd = open_socket(argv[2]);
	file = fopen(argv[1], "rb");
	if (!file)
		err(1, "%s", argv[1]);
	while (fread(&event, sizeof(event), 1, file) == 1) {
		if (event.kind == TM_TRAFFIC &&
				!memcmp(event.source, mapped, sizeof(mapped)))
			netflow_add(&event);
		if (filled == FLOWS)
			send_datagram(fd);
	}
	if (filled)
		send_datagram(fd);
	printf("%u\n", sent_flows);
	return 0;
}
