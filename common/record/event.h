/* The record that the eBPF programs, the pipes and the files share: 128 bytes,
 * little-endian, no padding. Its page is tm-event(5).
 *
 * Every record begins with the same 16 bytes (magic, kind, three bytes that
 * depend on the kind, time_ns) and is handed about as a struct tm_event; the
 * other structs are views of it for the kinds that carry no traffic. */
#ifndef TM_RECORD_EVENT_H
#define TM_RECORD_EVENT_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8 text never begins with 0xf5; the last byte is the format's version. */
#define TM_MAGIC 0x016d74f5u
#define TM_MAGIC_FORMAT 0x00ffffffu /* bytes that all versions share */
#define TM_FORMAT_VERSION (TM_MAGIC >> 24)

#define TM_NOBODY 4294967295u /* the uid of traffic without an owner */
#define TM_EVENT_SIZE 128
#define TM_COMM_SIZE 16
#define TM_HOST_SIZE 64
#define TM_NAME_SIZE 104

enum tm_kind {
	TM_TRAFFIC,	 /* one packet, or one flow over an interval */
	TM_LOST,	 /* counted, but its details did not fit the ring */
	TM_UNATTRIBUTED, /* counted by an interface, but moved by no socket */
	TM_NAME,	 /* struct tm_name */
	TM_START,	 /* struct tm_start */
	TM_TICK,	 /* struct tm_status, each second */
	TM_END,		 /* struct tm_status, the last of a run */
	TM_KINDS
};

enum tm_direction { TM_IN, TM_OUT };

/* The two low bits of flags say how the owner was found; the others are one bit
 * each. */
enum tm_flag {
	TM_OWNER_NONE = 0,
	TM_OWNER_SOCKET = 1, /* the user of the socket */
	TM_OWNER_TASK = 2,   /* the task that does the I/O */
	TM_OWNER_MASK = 3,
	TM_LISTENING = 1 << 2,
	TM_LOOPBACK = 1 << 3,
	TM_OFFLOAD = 1 << 4,  /* segmentation offload was undone */
	TM_FRAGMENT = 1 << 5, /* fragmentation was undone */
	TM_OLDER = 1 << 6,    /* the socket is older than the capture */
	TM_UNSURE = 1 << 7,   /* the owner may be somebody else */
	TM_MULTICAST = 1 << 8,
	TM_RAW = 1 << 9,
	TM_LINK_LAYER = 1 << 10, /* bytes include the link header */
	TM_FORWARDED = 1 << 11,
	TM_COPY = 1 << 12, /* a copy: the packet crossed the interface elsewhere
			    */
};

/* TRAFFIC, LOST and UNATTRIBUTED. Addresses are IPv6, IPv4 as v4-mapped. */
struct tm_event {
	uint32_t magic;
	uint8_t kind;
	uint8_t direction;
	uint8_t protocol; /* IP protocol number */
	uint8_t tcp_flags;
	uint64_t time_ns; /* since the epoch; for an interval, its end */
	uint64_t bytes;	  /* from the IP header on, as on the wire */
	uint32_t packets;
	uint32_t uid; /* the owner */
	uint32_t pid; /* the owner's thread group, 0 = unknown */
	uint32_t ifindex;
	uint16_t source_port; /* ports in host order */
	uint16_t destination_port;
	uint16_t flags; /* enum tm_flag */
	uint16_t span;	/* length of the interval, in 10 ms */
	uint8_t source[16];
	uint8_t destination[16];
	char process[TM_COMM_SIZE]; /* ends in NUL unless all 16 are used */
	uint64_t cgroup_id;
	uint64_t total_in; /* the owner's running totals, 0 = not counted */
	uint64_t total_out;
	uint32_t socket_uid; /* the user of the socket itself */
	uint32_t netns;	     /* inode of ifindex's namespace, 0 = unknown */
};

enum tm_name_of {
	TM_NAME_USER,	   /* id: uid */
	TM_NAME_INTERFACE, /* netns << 32 | ifindex */
	TM_NAME_CGROUP,	   /* cgroup id; the path in the tree of cgroup2 */
	/* of a process, by pid: as a process begins, and for its successor */
	TM_NAME_COMMAND,   /* the path of its executable */
	TM_NAME_LOGIN,	   /* "UID SESSION" of its login; "" = none */
	TM_NAME_CGROUP1,   /* its path in a tree of cgroup1 */
	TM_NAME_ARGUMENTS, /* its command line, with secrets masked */
	TM_NAME_GROUP,	   /* uid; the name of the user's primary group */
	TM_NAMES
};

/* NAME: an id and its text, before the id's first use. Text longer than one
 * record goes on in the next; the last is padded with NUL. */
struct __attribute__((may_alias)) tm_name {
	uint32_t magic;
	uint8_t kind;
	uint8_t of;    /* enum tm_name_of */
	uint8_t part;  /* from 0 */
	uint8_t parts; /* how many records the text takes */
	uint64_t time_ns;
	uint64_t id;
	char text[TM_NAME_SIZE];
};

enum tm_hook {
	TM_HOOK_CGROUP_SKB = 1 << 0,
	TM_HOOK_SOCK_CREATE = 1 << 1,
	TM_HOOK_RECV_LENGTH = 1 << 2,
	TM_HOOK_RCV_SPACE_ADJUST = 1 << 3,
	TM_HOOK_TASK_FILE = 1 << 4,
	TM_HOOK_INTERVALS = 1 << 5,
	TM_HOOK_TCX = 1 << 6,
	TM_HOOK_CLSACT = 1 << 7,
	TM_HOOK_SEND_LENGTH = 1 << 8,
	TM_HOOK_PROCESSES = 1 << 9, /* programs report who a process is */
};

struct __attribute__((may_alias)) tm_start {
	uint32_t magic;
	uint8_t kind;
	uint8_t reserved[3];
	uint64_t time_ns;
	uint64_t run_id;
	uint64_t cgroup_id; /* scope: traffic of this cgroup and below */
	uint32_t ifindex;   /* scope: the first interface, 0 = all */
	uint32_t hooks;	    /* enum tm_hook */
	char host[TM_HOST_SIZE];
	uint8_t reserved_end[24];
};

struct tm_amount {
	uint64_t packets;
	uint64_t bytes;
};

/* TICK and END, one record for each direction, TM_IN first. All that happened
 * before a TICK's time has been written before it. In an END
 * seen = recorded + excluded + lost, to the byte. */
struct __attribute__((may_alias)) tm_status {
	uint32_t magic;
	uint8_t kind;
	uint8_t direction;
	uint8_t reserved[2];
	uint64_t time_ns;
	uint64_t run_id;
	struct tm_amount seen;	   /* by the programs, on entry */
	struct tm_amount recorded; /* written as TRAFFIC */
	struct tm_amount excluded; /* omitted on request, here or by a filter */
	struct tm_amount lost;	   /* written as LOST */
	uint8_t reserved_end[40];
};

_Static_assert(sizeof(struct tm_event) == TM_EVENT_SIZE, "event");
_Static_assert(sizeof(struct tm_name) == TM_EVENT_SIZE, "name");
_Static_assert(sizeof(struct tm_start) == TM_EVENT_SIZE, "start");
_Static_assert(sizeof(struct tm_status) == TM_EVENT_SIZE, "status");
_Static_assert(offsetof(struct tm_event, time_ns) == 8, "time_ns");
_Static_assert(offsetof(struct tm_event, uid) == 28, "uid");
_Static_assert(offsetof(struct tm_event, source_port) == 40, "source_port");
_Static_assert(offsetof(struct tm_event, source) == 48, "source");
_Static_assert(offsetof(struct tm_event, process) == 80, "process");
_Static_assert(offsetof(struct tm_event, cgroup_id) == 96, "cgroup_id");
_Static_assert(offsetof(struct tm_event, socket_uid) == 120, "socket_uid");
_Static_assert(offsetof(struct tm_name, text) == 24, "name text");
_Static_assert(offsetof(struct tm_status, seen) == 24, "status seen");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");

#endif
