#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/net/range.h"
#include "common/record/fields.h"
#include "common/record/words.h"
#include "common/sums/calendar.h"
#include "keys.h"

#define IPV4_PREFIX 24
#define IPV6_PREFIX 48

typedef void take_fn(const struct keys *keys, const struct tm_event *event,
		uint64_t *words);
typedef void put_fn(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words);

struct key_kind {
	const char *name;
	unsigned words;
	take_fn *take;
	put_fn *put;
	struct tm_column column;
};

/* What is not known: a mark for people, empty in data. */
static void put_text(struct tm_table *table, const char *text)
{
	const bool is_table = table->spec.form == TM_FORM_TABLE;

	if (text && *text)
		tm_table_name(table, text);
	else
		tm_table_text(table, is_table ? "-" : NULL);
}

static const char *number_text(uint64_t number)
{
	static char text[TM_NUMBER_SIZE + 1];

	*tm_number_format(text, number) = '\0';
	return text;
}

static void put_number(struct tm_table *table, uint64_t number)
{
	if (number)
		tm_table_number(table, number);
	else
		put_text(table, NULL);
}

static bool is_out(const struct tm_event *event)
{
	return event->direction == TM_OUT;
}

/* Users */

const char *user_name(const struct labels *labels, uint32_t uid)
{
	if (!labels->is_numeric || uid == TM_NOBODY)
		return tm_names_user(labels->names, uid);
	return number_text(uid);
}

static void take_user(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	*words = event->uid;
}

static void put_user(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	const char *name = user_name(labels, *words);

	(void)keys;
	tm_table_number(table, *words);
	if (!name && table->spec.form == TM_FORM_TABLE)
		name = number_text(*words);
	if (*words == TM_NOBODY)
		tm_table_text(table, name);
	else
		tm_table_name(table, name);
}

/* Processes */

static void take_pid(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	*words = event->pid;
}

static void put_plain(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	(void)keys;
	(void)labels;
	put_number(table, *words);
}

static void take_process(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	memcpy(words, event->process, TM_COMM_SIZE);
	words[0] = be64toh(words[0]);
	words[1] = be64toh(words[1]);
}

void words_to_comm(const uint64_t words[2], char comm[TM_COMM_SIZE + 1])
{
	const uint64_t big[2] = { htobe64(words[0]), htobe64(words[1]) };

	memcpy(comm, big, TM_COMM_SIZE);
	comm[TM_COMM_SIZE] = '\0';
}

static void put_process(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	char comm[TM_COMM_SIZE + 1];

	(void)keys;
	(void)labels;
	words_to_comm(words, comm);
	put_text(table, comm);
}

/* One of the ids that have its name. */
static uint64_t number_of(
		const struct keys *keys, enum tm_name_of of, uint64_t id)
{
	return keys->names ? tm_names_first(keys->names, of, id) : id;
}

static void take_cgroup(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	*words = number_of(keys, TM_NAME_CGROUP, event->cgroup_id);
}

static const char *recorded(
		const struct keys *keys, enum tm_name_of of, uint64_t id)
{
	return keys->names ? tm_names_recorded(keys->names, of, id) : NULL;
}

static void put_cgroup(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	const char *const name = recorded(keys, TM_NAME_CGROUP, *words);

	(void)labels;
	put_text(table, name || !*words ? name : number_text(*words));
}

/* Addresses */

void words_from_address(uint64_t words[2], const uint8_t address[16])
{
	memcpy(words, address, 16);
	words[0] = be64toh(words[0]);
	words[1] = be64toh(words[1]);
}

void words_to_address(const uint64_t words[2], uint8_t address[16])
{
	const uint64_t big[2] = { htobe64(words[0]), htobe64(words[1]) };

	memcpy(address, big, 16);
}

static const uint8_t *remote_of(const struct tm_event *event)
{
	return is_out(event) ? event->destination : event->source;
}

static void take_remote(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	words_from_address(words, remote_of(event));
}

static void take_local(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	words_from_address(words,
			is_out(event) ? event->source : event->destination);
}

static void put_address(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	char text[TM_ADDRESS_SIZE + 1];
	uint8_t address[16];

	(void)keys;
	(void)labels;
	words_to_address(words, address);
	if (tm_address_is_absent(address)) {
		put_text(table, NULL);
		return;
	}
	*tm_address_format(text, address) = '\0';
	tm_table_text(table, text);
}

/* Networks: the number of a name behind that of none, or an address without
 * its host's part. */

#define NAMED 1	  /* the first word, which no address has in front of ... */
#define UNNAMED 2 /* ... what follows here */

static void take_network(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	const uint8_t *const address = remote_of(event);
	uint32_t number;

	words_from_address(words, address);
	if (tm_address_is_absent(address))
		return;
	if (keys->netnames) {
		number = tm_netnames_find(keys->netnames, address);
		words[0] = number == TM_NETNAMES_NONE ? UNNAMED : NAMED;
		words[1] = number;
	} else if (tm_address_is_ipv4(address)) {
		words[1] &= ~UINT64_C(0) << (32 - IPV4_PREFIX);
	} else {
		words[0] &= ~UINT64_C(0) << (64 - IPV6_PREFIX);
		words[1] = 0;
	}
}

static void put_network(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	char text[TM_NETWORK_SIZE];
	struct tm_network network;

	(void)labels;
	words_to_address(words, network.address);
	if (tm_address_is_absent(network.address)) {
		put_text(table, NULL);
	} else if (!keys->netnames) {
		network.prefix = tm_address_is_ipv4(network.address)
				? IPV4_PREFIX
				: IPV6_PREFIX;
		tm_network_format(text, &network);
		tm_table_text(table, text);
	} else {
		if (*words == UNNAMED)
			tm_table_text(table, TM_WORD_UNNAMED);
		else
			tm_table_name(table,
					tm_netnames_text(keys->netnames,
							words[1]));
	}
}

/* Ports, protocols, interfaces, directions */

static uint16_t local_port(const struct tm_event *event)
{
	return is_out(event) ? event->source_port : event->destination_port;
}

static uint16_t remote_port(const struct tm_event *event)
{
	return is_out(event) ? event->destination_port : event->source_port;
}

/* The service's: clients have high ones, and a whole connection gives the
 * same. */
static void take_port(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	const uint16_t a = event->source_port, b = event->destination_port;

	(void)keys;
	*words = !a || (b && b < a) ? b : a;
}

static void take_local_port(const struct keys *keys,
		const struct tm_event *event, uint64_t *words)
{
	(void)keys;
	*words = local_port(event);
}

static void take_remote_port(const struct keys *keys,
		const struct tm_event *event, uint64_t *words)
{
	(void)keys;
	*words = remote_port(event);
}

static void take_protocol(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	*words = event->protocol;
}

static void put_protocol(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	const char *text = tm_word_text(tm_protocols, *words);

	(void)keys;
	(void)labels;
	put_text(table, text || !*words ? text : number_text(*words));
}

static void take_interface(const struct keys *keys,
		const struct tm_event *event, uint64_t *words)
{
	*words = number_of(keys, TM_NAME_INTERFACE,
			(uint64_t)event->netns << 32 | event->ifindex);
}

static void put_interface(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	const char *const name = recorded(keys, TM_NAME_INTERFACE, *words);
	const uint32_t netns = *words >> 32, ifindex = *words;
	char text[32] = "";

	(void)labels;
	if (ifindex && netns)
		snprintf(text, sizeof(text), "%u@%u", ifindex, netns);
	else if (ifindex)
		snprintf(text, sizeof(text), "%u", ifindex);
	put_text(table, name ? name : text);
}

static void take_direction(const struct keys *keys,
		const struct tm_event *event, uint64_t *words)
{
	(void)keys;
	*words = is_out(event);
}

static void put_direction(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	(void)keys;
	(void)labels;
	tm_table_text(table, *words ? "out" : "in");
}

/* Times */

static void take_hour(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	*words = tm_calendar_hour(event->time_ns);
}

static void take_day(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	(void)keys;
	*words = tm_calendar_day(event->time_ns);
}

static void take_bin(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	*words = tm_calendar_bin(event->time_ns, keys->bin_ns);
}

static void put_time(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	(void)keys;
	(void)labels;
	tm_table_number(table, *words);
}

/* All kinds */

#define TEXT(name, heading)                                                    \
	{                                                                      \
		name, heading, .is_key = true, .least = 8                      \
	}
#define NUMBER(name, heading)                                                  \
	{                                                                      \
		name, heading, TM_CELL_NUMBER, .is_key = true, .least = 8      \
	}
#define TIME(name, heading, type)                                              \
	{                                                                      \
		name, heading, type, .is_key = true                            \
	}

static const struct key_kind kinds[] = {
	{ "user", 1, take_user, put_user, TEXT("user", "USER") },
	{ "pid", 1, take_pid, put_plain, NUMBER("pid", "PID") },
	{ "process", 2, take_process, put_process, TEXT("process", "PROCESS") },
	{ "local", 2, take_local, put_address, TEXT("local", "LOCAL") },
	{ "remote", 2, take_remote, put_address, TEXT("remote", "REMOTE") },
	{ "network", 2, take_network, put_network, TEXT("network", "NETWORK") },
	{ "port", 1, take_port, put_plain, NUMBER("port", "PORT") },
	{ "local_port", 1, take_local_port, put_plain,
			NUMBER("local_port", "LOCAL PORT") },
	{ "remote_port", 1, take_remote_port, put_plain,
			NUMBER("remote_port", "REMOTE PORT") },
	{ "protocol", 1, take_protocol, put_protocol,
			TEXT("protocol", "PROTOCOL") },
	{ "interface", 1, take_interface, put_interface,
			TEXT("interface", "INTERFACE") },
	{ "cgroup", 1, take_cgroup, put_cgroup,
			{ "cgroup", "CGROUP", .is_key = true, .least = 8,
					.keeps_end = true } },
	{ "direction", 1, take_direction, put_direction,
			TEXT("direction", "DIRECTION") },
	{ "hour", 1, take_hour, put_time, TIME("hour", "HOUR", TM_CELL_HOUR) },
	{ "day", 1, take_day, put_time, TIME("day", "DAY", TM_CELL_DAY) },
	/* --bin adds it */
	{ "bin", 1, take_bin, put_time, TIME("bin", "TIME", TM_CELL_TIME) },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const struct tm_column uid_column = { .key = "uid",
	.type = TM_CELL_NUMBER };

const char *keys_known(void)
{
	return "user, pid, process, local, remote, network, port, local_port, "
	       "remote_port, protocol, interface, cgroup, direction, hour, "
	       "day";
}

static const struct key_kind *find_kind(const char *name, size_t length)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (tm_word_means(kinds[i].name, name, length))
			return &kinds[i];
	}
	return NULL;
}

static const char *add_kind(struct keys *keys, const char *name, size_t length)
{
	static char problem[512];
	const struct key_kind *const kind = find_kind(name, length);

	if (!kind || (kind->take == take_bin && !keys->bin_ns)) {
		snprintf(problem, sizeof(problem),
				"no such key: %.*s; they are %s",
				length < 64 ? (int)length : 64, name,
				keys_known());
		return problem;
	}
	if (keys_find(keys, kind->name) >= 0) {
		snprintf(problem, sizeof(problem), "%s twice", kind->name);
		return problem;
	}
	keys->kinds[keys->count] = kind;
	keys->offsets[keys->count++] = keys->words;
	keys->words += kind->words;
	return NULL;
}

const char *keys_parse(struct keys *keys, const char *list)
{
	const char *problem;
	size_t length;

	for (;; list += length + 1) {
		length = strcspn(list, ",");
		problem = add_kind(keys, list, length);
		if (problem || !list[length])
			return problem;
	}
}

int keys_find(const struct keys *keys, const char *name)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (!strcmp(keys->kinds[i]->name, name))
			return i;
	}
	return -1;
}

bool keys_are_user(const struct keys *keys)
{
	return keys->count == 1 && keys->kinds[0]->take == take_user;
}

bool keys_are_names(const struct keys *keys, unsigned kind)
{
	take_fn *const take = keys->kinds[kind]->take;

	return keys->names && (take == take_cgroup || take == take_interface);
}

const char *keys_name(
		const struct keys *keys, unsigned kind, const uint64_t *words)
{
	return recorded(keys,
			keys->kinds[kind]->take == take_cgroup
					? TM_NAME_CGROUP
					: TM_NAME_INTERFACE,
			*words);
}

bool keys_are_by_interface(const struct keys *keys)
{
	static const char *const owners[] = { "user", "pid", "process",
		"cgroup" };

	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		if (keys_find(keys, owners[i]) >= 0)
			return false;
	}
	return keys_find(keys, "interface") >= 0;
}

int keys_time(const struct keys *keys)
{
	uint64_t shortest = UINT64_MAX, length;
	int found = -1;

	for (unsigned i = 0; i < keys->count; i++) {
		const struct key_kind *const kind = keys->kinds[i];

		length = kind->take == take_bin		  ? keys->bin_ns
				: kind->take == take_hour ? TM_HOUR_NS
				: kind->take == take_day  ? TM_DAY_NS
							  : UINT64_MAX;
		if (length < shortest) {
			shortest = length;
			found = i;
		}
	}
	return found;
}

void keys_take(const struct keys *keys, const struct tm_event *event,
		uint64_t *words)
{
	/* most reports are by user */
	if (keys->count == 1 && keys->kinds[0]->take == take_user) {
		*words = event->uid;
		return;
	}
	for (unsigned i = 0; i < keys->count; i++)
		keys->kinds[i]->take(keys, event, words + keys->offsets[i]);
}

unsigned keys_columns(const struct keys *keys, struct tm_column *columns)
{
	unsigned count = 0;

	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->kinds[i]->take == take_user)
			columns[count++] = uid_column;
		columns[count] = keys->kinds[i]->column;
		/* a user's name and a time are of one width */
		if (keys_are_user(keys))
			columns[count].least = columns[count].most = 19;
		count++;
	}
	return count;
}

void keys_put(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words)
{
	for (unsigned i = 0; i < keys->count; i++)
		keys->kinds[i]->put(
				keys, table, labels, words + keys->offsets[i]);
}

void keys_put_label(const struct keys *keys, struct tm_table *table,
		const char *label)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->kinds[i]->take == take_user)
			tm_table_none(table);
		tm_table_text(table, i ? NULL : label);
	}
}
