/* What the eBPF programs and tm-capture share besides the record: the settings,
 * fixed before the load, the counters and the flow table. */
#ifndef TM_BPF_CAPTURE_H
#define TM_BPF_CAPTURE_H

#include "common/record/event.h"

#define METERED_INTERFACES 16 /* that -i can name */
#define CARRIERS 1024	      /* interfaces with counters of their own */
#define NO_CARRIER 0	      /* the ifindex of no interface */
#define LOST_OWNERS 65536     /* of two turns; others share the overflow */

#define TREES 4 /* of cgroup1, in which a process is looked for */

#define LISTED_NETWORKS (1 << 24) /* at most; allocated as they are added */
#define LIST_GENERATIONS (1 << 29)

/* Read-only to the programs, so the verifier knows the values and removes the
 * code that they switch off. */
struct settings {
	uint32_t wake_bytes;	  /* the reader is woken once in so many, 2^n */
	uint32_t cpu_mask;	  /* cpu & cpu_mask numbers the counters */
	uint32_t interface_count; /* 0 = all interfaces */
	uint32_t netns;		  /* of the interfaces */
	uint32_t own_netns;	  /* its interfaces are counted, 0 = none */
	uint8_t knows_buffer; /* may read its device, route, fragment size */
	uint8_t excludes;     /* there are lists of networks */
	uint8_t counts_link;  /* --l2: bytes include the link header */
	uint8_t knows_reader; /* a hook sees who receives, by any socket */
	uint8_t knows_tcp_reader; /* by a TCP socket */
	uint8_t reads_task;	  /* by its pointer; else copies its fields */
	uint8_t finds_receivers;  /* of frames, by socket look-up */
	uint8_t knows_result;	  /* of the programs that ran before */
	uint8_t sums; /* interval sums; else an event for each packet */
	uint8_t reports_processes; /* who a process is, see struct process */
	uint8_t reports_arguments; /* and its command line */
	int8_t subsystems[TREES];  /* of css_set, -1 = none */
	uint64_t cgroup_root;	   /* the id where paths of cgroup2 begin */
	uint64_t secret[9];	   /* of mix_ends() */
};

#ifdef __bpf__
extern const volatile struct settings settings;
#endif

/* The numbers of the interfaces that are metered, 0 = none. Mapped, because an
 * interface that is created again gets another number. */
struct scope {
	uint32_t ifindexes[METERED_INTERFACES];
};

/* A key of the list of networks. The family keeps IPv4 and IPv6 apart. */
struct listed_network {
	uint32_t prefix; /* significant bits of family and address */
	uint32_t family; /* 4 or 6 */
	uint8_t address[16];
};

#define LISTED_NETWORK_BITS (8 * (sizeof(struct listed_network) - 4))

struct lists {
	uint32_t generation; /* below LIST_GENERATIONS, from 1 */
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

/* One for each CPU, mapped, so that user space reads them without a system
 * call. A softirq can interrupt a program and run it again on the same CPU:
 * only atomic additions are exact. */
struct counters {
	struct counted counted[2]; /* by enum tm_direction */
	uint64_t unreported;	   /* processes that did not fit their ring */
} __attribute__((aligned(128)));

/* What sockets moved over an interface, for each CPU, by ifindex. Interfaces
 * that did not fit share the entry of NO_CARRIER, which tm-capture makes. */
struct carrier {
	struct tm_amount moved[2];    /* by enum tm_direction */
	struct tm_amount segments[2]; /* of it, what undoing segmentation
					 offload adds: some interfaces count
					 that, some do not */
};

/* tm-capture empties the entries of the one turn while programs write those of
 * the other. */
struct lost_key {
	uint32_t uid;
	uint16_t direction;
	uint16_t turn;
};

/* Who owns a socket. */
struct owner {
	uint64_t cgroup_id;
	uint32_t uid;
	uint32_t pid;
	uint32_t socket_uid;
	uint32_t netns;
	char comm[TM_COMM_SIZE];
	uint16_t flags;
	uint8_t reserved[2];
	uint32_t identity; /* of the process among those that had its pid */
};

enum process_text {
	PROCESS_COMMAND,
	PROCESS_CGROUP,
	PROCESS_TREES, /* one for each of settings.subsystems */
	PROCESS_ARGUMENTS = PROCESS_TREES + TREES,
	PROCESS_TEXTS
};

#define PROCESS_TEXT 4096  /* the most of one text */
#define PROCESS_ROOM 32768 /* for all of them */
#define PROCESS_NAME 256   /* of a component of a path, with its NUL */

/* Who a process is. An event, and the owner of a sum, carry the identity: a pid
 * can be used again, and a process can execute another program. */
struct process {
	uint32_t pid;
	uint32_t identity; /* 0 = unknown */
	uint64_t cgroup_id;
	uint32_t login; /* TM_NOBODY = none */
	uint32_t session;
	/* where the text ends, and the next one begins */
	uint16_t ends[PROCESS_TEXTS];
	uint8_t cut;	    /* 1 << enum process_text: its begin is missing */
	uint8_t is_deleted; /* the executable */
	/* The texts follow. A path is its components, the last one first, each
	 * with its NUL. */
};

/* What a flow moved in one direction. Amounts are never reset, not even when
 * the slot passes to another flow. */
struct moved {
	struct tm_amount all; /* inbound: except data */
	uint64_t since_ns;    /* boot time of the epoch's first packet */
	uint32_t epoch;
	uint8_t tcp_flags; /* those seen in the epoch, combined */
	uint8_t reserved[3];
};

/* What identifies a flow among those of its socket. Local is the source of
 * outgoing packets and the destination of incoming ones. */
struct flow_ends {
	uint32_t local[4];
	uint32_t remote[4];
	uint16_t local_port;
	uint16_t remote_port;
	uint32_t ifindex;
	uint16_t copy; /* TM_COPY if all incoming packets are copies */
	uint8_t protocol;
	uint8_t reserved;
};

/* A slot of the flow table: one flow of one owner. Programs write the identity
 * once, before is_ready; after that they only add, and tm-capture reads. A
 * reference is the slot's number and its generation. tm-capture ends a flow by
 * raising the generation: all references become void, and the next packet takes
 * another slot. */
struct flow {
	/* compared with each packet: one cache line */
	uint32_t generation;
	uint32_t is_ready;	/* the generation whose identity is complete */
	uint64_t socket;	/* state_name() of its socket */
	uint32_t owner_version; /* of the socket, see struct socket_state */
	struct flow_ends ends;

	/* data whose reader is unknown so far: see tm-capture/flow-table.c */
	struct moved in;
	struct tm_amount data;
	struct tm_amount settled; /* of data: what came before the last I/O */

	struct moved out;
	uint64_t holder; /* reference of the slot that has owner, heir and io */
	uint32_t seen_io;
	uint32_t io;	    /* changes with each I/O of the owner */
	uint32_t io_before; /* what io was when the flow began */
	uint32_t has_heir;  /* the generation for which there is one */
	uint16_t flags;
	uint8_t is_used; /* a task used the socket before the flow began */
	uint8_t reserved[5];

	struct owner owner;
	struct owner heir; /* who took the socket over */
} __attribute__((aligned(64)));

/* tm-capture appends free slots to a ring; programs take them from it, in turn.
 */
struct flow_control {
	uint32_t epoch; /* the number of the interval */
	uint32_t given; /* how many slots were ever appended */
	uint32_t mask;	/* of the ring's size, a power of two */
	uint32_t taken	/* how many were ever taken */
			__attribute__((aligned(64)));
} __attribute__((aligned(64)));

#endif
