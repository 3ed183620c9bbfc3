#include <string.h>
#include <strings.h>

#include "fields.h"

static const struct tm_word kinds[] = {
	{ "traffic", TM_TRAFFIC },
	{ "lost", TM_LOST },
	{ "unattributed", TM_UNATTRIBUTED },
	{ "name", TM_NAME },
	{ "start", TM_START },
	{ "tick", TM_TICK },
	{ "end", TM_END },
	{ NULL, 0 },
};

static const struct tm_word directions[] = {
	{ "in", TM_IN },
	{ "out", TM_OUT },
	{ NULL, 0 },
};

const struct tm_word tm_protocols[] = {
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "ipip", 4 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "dccp", 33 },
	{ "ipv6", 41 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ah", 51 },
	{ "icmpv6", 58 },
	{ "icmp6", 58 },
	{ "ipv6-icmp", 58 },
	{ "ospf", 89 },
	{ "sctp", 132 },
	{ "udplite", 136 },
	{ NULL, 0 },
};

static const struct tm_word tcp_flags[] = {
	{ "fin", 1 },
	{ "syn", 2 },
	{ "rst", 4 },
	{ "psh", 8 },
	{ "ack", 16 },
	{ "urg", 32 },
	{ "ece", 64 },
	{ "cwr", 128 },
	{ NULL, 0 },
};

static const struct tm_word flags[] = {
	{ "socket", TM_OWNER_SOCKET },
	{ "task", TM_OWNER_TASK },
	{ "listening", TM_LISTENING },
	{ "loopback", TM_LOOPBACK },
	{ "offload", TM_OFFLOAD },
	{ "fragment", TM_FRAGMENT },
	{ "older", TM_OLDER },
	{ "unsure", TM_UNSURE },
	{ "multicast", TM_MULTICAST },
	{ "raw", TM_RAW },
	{ "link_layer", TM_LINK_LAYER },
	{ "forwarded", TM_FORWARDED },
	{ "copy", TM_COPY },
	{ NULL, 0 },
};

static const struct tm_word names_of[] = {
	{ "user", TM_NAME_USER },
	{ "interface", TM_NAME_INTERFACE },
	{ "cgroup", TM_NAME_CGROUP },
	{ "command", TM_NAME_COMMAND },
	{ "login", TM_NAME_LOGIN },
	{ "cgroup1", TM_NAME_CGROUP1 },
	{ "arguments", TM_NAME_ARGUMENTS },
	{ "group", TM_NAME_GROUP },
	{ NULL, 0 },
};

static const struct tm_word hooks[] = {
	{ "cgroup_skb", TM_HOOK_CGROUP_SKB },
	{ "sock_create", TM_HOOK_SOCK_CREATE },
	{ "recv_length", TM_HOOK_RECV_LENGTH },
	{ "rcv_space_adjust", TM_HOOK_RCV_SPACE_ADJUST },
	{ "task_file", TM_HOOK_TASK_FILE },
	{ "intervals", TM_HOOK_INTERVALS },
	{ "tcx", TM_HOOK_TCX },
	{ "clsact", TM_HOOK_CLSACT },
	{ "send_length", TM_HOOK_SEND_LENGTH },
	{ "processes", TM_HOOK_PROCESSES },
	{ NULL, 0 },
};

/* clang-format off */
#define AT(type, member) \
	offsetof(struct type, member), sizeof(((struct type *)0)->member)
#define COMMON \
	{"kind", TM_FIELD_WORD, AT(tm_event, kind), false, kinds}, \
	{"time", TM_FIELD_TIME, AT(tm_event, time_ns), false, NULL}, \
	{"time_ns", TM_FIELD_NUMBER, AT(tm_event, time_ns), false, NULL}
#define END {NULL, 0, 0, 0, false, NULL}

static const struct tm_field traffic[] = {
	COMMON,
	{"direction", TM_FIELD_WORD, AT(tm_event, direction), false, directions},
	{"uid", TM_FIELD_UID, AT(tm_event, uid), false, NULL},
	{"bytes", TM_FIELD_NUMBER, AT(tm_event, bytes), false, NULL},
	{"packets", TM_FIELD_NUMBER, AT(tm_event, packets), false, NULL},
	{"protocol", TM_FIELD_CODE, AT(tm_event, protocol), true, tm_protocols},
	{"source", TM_FIELD_ADDRESS, AT(tm_event, source), true, NULL},
	{"source_port", TM_FIELD_NUMBER, AT(tm_event, source_port), true, NULL},
	{"destination", TM_FIELD_ADDRESS, AT(tm_event, destination), true, NULL},
	{"destination_port", TM_FIELD_NUMBER, AT(tm_event, destination_port), true, NULL},
	{"tcp_flags", TM_FIELD_BITS, AT(tm_event, tcp_flags), true, tcp_flags},
	{"pid", TM_FIELD_NUMBER, AT(tm_event, pid), true, NULL},
	{"process", TM_FIELD_TEXT, AT(tm_event, process), true, NULL},
	{"ifindex", TM_FIELD_NUMBER, AT(tm_event, ifindex), true, NULL},
	{"netns", TM_FIELD_NUMBER, AT(tm_event, netns), true, NULL},
	{"cgroup_id", TM_FIELD_NUMBER, AT(tm_event, cgroup_id), true, NULL},
	{"socket_uid", TM_FIELD_UID, AT(tm_event, socket_uid), true, NULL},
	{"flags", TM_FIELD_BITS, AT(tm_event, flags), true, flags},
	{"span", TM_FIELD_NUMBER, AT(tm_event, span), true, NULL},
	{"total_in", TM_FIELD_NUMBER, AT(tm_event, total_in), true, NULL},
	{"total_out", TM_FIELD_NUMBER, AT(tm_event, total_out), true, NULL},
	END,
};

static const struct tm_field name[] = {
	COMMON,
	{"of", TM_FIELD_WORD, AT(tm_name, of), false, names_of},
	{"id", TM_FIELD_NUMBER, AT(tm_name, id), false, NULL},
	{"part", TM_FIELD_NUMBER, AT(tm_name, part), false, NULL},
	{"parts", TM_FIELD_NUMBER, AT(tm_name, parts), false, NULL},
	{"text", TM_FIELD_TEXT, AT(tm_name, text), false, NULL},
	END,
};

static const struct tm_field start[] = {
	COMMON,
	{"run_id", TM_FIELD_NUMBER, AT(tm_start, run_id), false, NULL},
	{"cgroup_id", TM_FIELD_NUMBER, AT(tm_start, cgroup_id), false, NULL},
	{"ifindex", TM_FIELD_NUMBER, AT(tm_start, ifindex), false, NULL},
	{"hooks", TM_FIELD_BITS, AT(tm_start, hooks), true, hooks},
	{"host", TM_FIELD_TEXT, AT(tm_start, host), false, NULL},
	{"reserved", TM_FIELD_BYTES, AT(tm_start, reserved), true, NULL},
	{"reserved_end", TM_FIELD_BYTES, AT(tm_start, reserved_end), true, NULL},
	END,
};

#define AMOUNT(member) \
	{#member "_packets", TM_FIELD_NUMBER, AT(tm_status, member.packets), \
		false, NULL}, \
	{#member "_bytes", TM_FIELD_NUMBER, AT(tm_status, member.bytes), \
		false, NULL}

static const struct tm_field status[] = {
	COMMON,
	{"direction", TM_FIELD_WORD, AT(tm_status, direction), false, directions},
	{"run_id", TM_FIELD_NUMBER, AT(tm_status, run_id), false, NULL},
	AMOUNT(seen),
	AMOUNT(recorded),
	AMOUNT(excluded),
	AMOUNT(lost),
	{"reserved", TM_FIELD_BYTES, AT(tm_status, reserved), true, NULL},
	{"reserved_end", TM_FIELD_BYTES, AT(tm_status, reserved_end), true, NULL},
	END,
};

static const struct tm_field unknown[] = {
	COMMON,
	{"reserved", TM_FIELD_BYTES, 5, 3, true, NULL},
	{"raw", TM_FIELD_BYTES, 16, 112, true, NULL},
	END,
};
/* clang-format on */

const struct tm_field *tm_fields_of(unsigned kind)
{
	static const struct tm_field *const fields[TM_KINDS] = {
		[TM_TRAFFIC] = traffic,
		[TM_LOST] = traffic,
		[TM_UNATTRIBUTED] = traffic,
		[TM_NAME] = name,
		[TM_START] = start,
		[TM_TICK] = status,
		[TM_END] = status,
	};

	return kind < TM_KINDS ? fields[kind] : unknown;
}

uint64_t tm_field_number(
		const struct tm_event *event, const struct tm_field *field)
{
	const void *bytes = tm_field_bytes(event, field);
	uint64_t wide;
	uint32_t word;
	uint16_t half;

	switch (field->size) {
	case 8:
		memcpy(&wide, bytes, 8);
		return wide;
	case 4:
		memcpy(&word, bytes, 4);
		return word;
	case 2:
		memcpy(&half, bytes, 2);
		return half;
	default:
		return *(const uint8_t *)bytes;
	}
}

bool tm_word_find(
		const struct tm_word *words, const char *text, uint32_t *number)
{
	for (; words->text; words++) {
		if (strcasecmp(words->text, text))
			continue;
		*number = words->value;
		return true;
	}
	return false;
}

const char *tm_word_text(const struct tm_word *words, uint32_t value)
{
	for (; words->text; words++) {
		if (words->value == value)
			return words->text;
	}
	return NULL;
}
