/* What the eBPF programs and tm-capture share beside the record: the settings
 * that are fixed before the load, and the counters. */
#ifndef TM_BPF_CAPTURE_H
#define TM_BPF_CAPTURE_H

#include "common/record/event.h"

#define METERED_INTERFACES 16  /* that -i can name */
#define CARRIERS 1024	       /* interfaces that are counted */
#define NO_CARRIER 0	       /* the number of no interface */
#define LOST_OWNERS 32768      /* more share the overflow counters */
#define WAKE_BYTES (64 * 1024) /* the reader is woken once in so many */

#define LISTED_NETWORKS (1 << 24) /* of a list; takes no room before use */

struct metered_interface {
	uint32_t ifindex;
	uint32_t netns; /* inode of its network namespace */
};

/* Read-only to the programs; the verifier removes what is switched off. */
struct settings {
	uint32_t cpu_mask;	  /* counters are numbered by cpu & cpu_mask */
	uint32_t interface_count; /* 0 = all interfaces */
	uint32_t own_netns;	  /* whose interfaces are counted, 0 = none */
	uint8_t knows_buffer; /* its device, its route, its largest fragment */
	uint8_t excludes;     /* there are lists of networks */
	uint8_t counts_link;  /* --l2: bytes include the link header */
	uint8_t knows_reader; /* of any socket */
	uint8_t knows_tcp_reader;
	uint8_t reads_task;	 /* by its pointer */
	uint8_t finds_receivers; /* on an interface: by socket look-up */
	uint8_t sums; /* interval sums; else an event for each packet */
	struct metered_interface interfaces[METERED_INTERFACES];
};

#ifdef __bpf__
extern const volatile struct settings settings;
#endif

/* A network of a list. The family keeps IPv4 and IPv6 apart. */
struct listed_network {
	uint32_t prefix; /* bits of family and address that count */
	uint32_t family; /* 4 or 6 */
	uint8_t address[16];
};

#define LISTED_NETWORK_BITS (8 * (sizeof(struct listed_network) - 4))

struct lists {
	uint32_t generation; /* 31 bits, from 1 */
	uint8_t has_site;
	uint8_t has_excluded;
	uint8_t reserved[2];
};

struct counted {
	struct tm_amount seen;
	struct tm_amount excluded;
	struct tm_amount lost;
	struct tm_amount overflow; /* of lost: owners that did not fit */
	struct tm_amount flowless; /* events because no flow was free */
};

/* One for each CPU, in one mapping that user space reads without a system
 * call. Softirq nests inside the programs: only atomic additions are exact. */
struct counters {
	struct counted counted[2]; /* by enum tm_direction */
} __attribute__((aligned(128)));

/* What sockets moved over an interface, for each CPU, by its number; what had
 * no room is NO_CARRIER's, which user space makes. */
struct carrier {
	struct tm_amount moved[2];    /* by enum tm_direction */
	struct tm_amount segments[2]; /* of it, what segmentation offload adds:
					 some interfaces count it, some not */
};

struct lost_key {
	uint32_t uid;
	uint32_t direction;
};

/* Whose a socket is. */
struct owner {
	uint64_t cgroup_id;
	uint32_t uid;
	uint32_t pid;
	uint32_t socket_uid;
	uint32_t netns;
	char comm[TM_COMM_SIZE];
	uint16_t flags;
	uint8_t reserved[6];
};

/* What a flow moved in one direction. Amounts only grow, from one flow that
 * uses the slot to the next. */
struct moved {
	struct tm_amount all; /* inbound: all but data */
	uint64_t since_ns;    /* since boot: the first packet of the epoch */
	uint32_t epoch;
	uint8_t tcp_flags; /* all that were seen in the epoch */
	uint8_t reserved[3];
};

/* What a flow is told by. Its ends are as an outgoing packet has them. */
struct flow_ends {
	uint32_t local[4];
	uint32_t remote[4];
	uint16_t local_port;
	uint16_t remote_port;
	uint32_t ifindex;
	uint16_t copy; /* TM_COPY: of all that comes in, or of nothing */
	uint8_t protocol;
	uint8_t reserved;
};

/* A slot of the flow table: one flow of one owner. Programs write the identity
 * once, before is_ready, and from then on only add; tm-capture reads. A slot is
 * referred to by its number and generation, which tm-capture raises to end the
 * flow: whoever still refers to it takes another slot. */
struct flow {
	/* what a packet is compared with, in one cache line */
	uint32_t generation;
	uint32_t is_ready;	/* the generation whose identity is complete */
	uint64_t socket;	/* state_name() of its socket */
	uint32_t owner_version; /* of the socket, see struct socket_state */
	struct flow_ends ends;

	/* data whose reader is not known yet, see flow-table.c */
	struct moved in;
	struct tm_amount data;
	struct tm_amount settled; /* of data: what came before io was seen_io */

	struct moved out;
	uint64_t holder; /* reference of the slot with owner, heir and io */
	uint32_t seen_io;
	uint32_t io;	    /* how often the owner has used the socket; wraps */
	uint32_t io_before; /* what io was when the flow began */
	uint32_t has_heir;  /* the generation that has one */
	uint16_t flags;
	uint8_t is_used; /* by a task, before the flow began */
	uint8_t reserved[5];

	struct owner owner;
	struct owner heir; /* who used the socket next */
} __attribute__((aligned(64)));

/* How slots change hands: tm-capture appends free ones to a ring, programs take
 * them from it in turn. */
struct flow_control {
	uint32_t epoch; /* the interval, by number */
	uint32_t given; /* how many slots tm-capture has put into the ring */
	uint32_t mask;	/* of the ring's size, a power of two */
	uint32_t taken __attribute__((aligned(64)));
} __attribute__((aligned(64)));

#endif
