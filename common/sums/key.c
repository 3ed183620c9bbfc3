#include <stdio.h>
#include <time.h>

#include "calendar.h"
#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/net/range.h"
#include "common/record/fields.h"
#include "common/record/words.h"
#include "key-functions.h"

#define IPV4_PREFIX 24
#define IPV6_PREFIX 48

/* --- labels --- */

static void label_number(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	(void)sources;
	label->sort = *words ? TM_LABEL_NUMBER : TM_LABEL_ABSENT;
	label->number = *words;
}

static bool is_out(const struct tm_event *event)
{
	return event->direction == TM_OUT;
}

/* --- users --- */

static void extract_user(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = tm_key_uid(sources, event->uid);
}

static void label_uid(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	(void)sources;
	label->number = *words;
	tm_label_set(label,
			*words == TM_NOBODY ? TM_LABEL_WORD : TM_LABEL_NUMBER,
			TM_WORD_NONE);
}

/* --- processes --- */

static void extract_pid(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = event->pid;
}

static void extract_process(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	tm_key_words_of(words, event->process);
}

static void label_process(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	(void)sources;
	tm_key_bytes_of(words, label->room);
	label->room[TM_COMM_SIZE] = '\0';
	tm_label_set(label, *label->room ? TM_LABEL_NAME : TM_LABEL_ABSENT,
			label->room);
}

/* --- addresses --- */

static const uint8_t *remote_of(const struct tm_event *event)
{
	return is_out(event) ? event->destination : event->source;
}

static void extract_remote(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	tm_key_words_of(words, remote_of(event));
}

static void extract_local(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	tm_key_words_of(words,
			is_out(event) ? event->source : event->destination);
}

static void label_address(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	uint8_t address[16];

	(void)sources;
	tm_key_bytes_of(words, address);
	*tm_address_format(label->room, address) = '\0';
	tm_label_set(label,
			tm_address_is_absent(address) ? TM_LABEL_ABSENT
						      : TM_LABEL_WORD,
			label->room);
}

/* --- networks --- */

/* A name's number, or an address without its host's part. No address of the
 * first has such a first word. */
#define NAMED 1
#define UNNAMED 2

static void extract_network(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	const uint8_t *const address = remote_of(event);
	uint32_t number;

	tm_key_words_of(words, address);
	if (tm_address_is_absent(address))
		return;
	if (sources->netnames) {
		number = tm_netnames_find(sources->netnames, address);
		words[0] = number == TM_NETNAMES_NONE ? UNNAMED : NAMED;
		words[1] = number;
	} else if (tm_address_is_ipv4(address)) {
		words[1] &= ~UINT64_C(0) << (32 - IPV4_PREFIX);
	} else {
		words[0] &= ~UINT64_C(0) << (64 - IPV6_PREFIX);
		words[1] = 0;
	}
}

static void label_network(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	struct tm_network network;

	tm_key_bytes_of(words, network.address);
	if (tm_address_is_absent(network.address)) {
		tm_label_set(label, TM_LABEL_ABSENT, NULL);
	} else if (!sources->netnames) {
		network.prefix = tm_address_is_ipv4(network.address)
				? IPV4_PREFIX
				: IPV6_PREFIX;
		tm_network_format(label->room, &network);
		tm_label_set(label, TM_LABEL_WORD, label->room);
	} else if (*words == UNNAMED) {
		tm_label_set(label, TM_LABEL_WORD, TM_WORD_UNNAMED);
	} else {
		tm_label_set(label, TM_LABEL_NAME,
				tm_netnames_text(sources->netnames, words[1]));
	}
}

/* --- directions --- */

static void extract_direction(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = is_out(event);
}

static void label_direction(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	(void)sources;
	tm_label_set(label, TM_LABEL_WORD, *words ? "out" : "in");
}

/* --- times --- */

static void extract_minute(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = event->time_ns - event->time_ns % TM_MINUTE_NS;
}

static void extract_hour(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = tm_calendar_hour(event->time_ns);
}

static void extract_day(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = tm_calendar_day(event->time_ns);
}

static void extract_month(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	(void)sources;
	*words = tm_calendar_month(event->time_ns);
}

static void extract_bin(const struct tm_key_sources *sources,
		const struct tm_event *event, uint64_t *words)
{
	*words = tm_calendar_bin(event->time_ns, sources->bin_ns);
}

static void label_time(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	(void)sources;
	label->sort = TM_LABEL_NUMBER;
	label->number = *words;
}

static void label_month(const struct tm_key_sources *sources,
		const uint64_t *words, struct tm_label *label)
{
	const time_t seconds = *words / TM_SECOND_NS;
	struct tm local;

	(void)sources;
	*label->room = '\0';
	if (localtime_r(&seconds, &local))
		strftime(label->room, sizeof(label->room), "%Y-%m", &local);
	tm_label_set(label, TM_LABEL_WORD, label->room);
}

/* --- the table --- */

#define REPORT TM_KEY_FOR_REPORT
#define CSV TM_KEY_FOR_CSV
#define HISTORY TM_KEY_FOR_HISTORY
#define TOP TM_KEY_FOR_TOP
#define EVERYWHERE (REPORT | CSV | HISTORY | TOP)
#define PROCESS_FACTS (REPORT | CSV | TOP)

/* clang-format off */
const struct tm_key tm_key_table[TM_KEYS] = {
	[TM_KEY_USER] = { "user", "USER", 1, EVERYWHERE, TM_KEY_TEXT,
		extract_user, tm_key_label_uid, .is_id = true, .is_user = true,
		.is_owner = true, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_PROCESS] = { "process", "PROCESS", 2, EVERYWHERE, TM_KEY_TEXT,
		extract_process, label_process, .is_owner = true,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_REMOTE] = { "remote", "REMOTE", 2, REPORT | HISTORY | TOP, TM_KEY_TEXT,
		extract_remote, label_address, .is_detail = true,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_PROTOCOL] = { "protocol", "PROTOCOL", 1, EVERYWHERE, TM_KEY_TEXT,
		tm_key_extract_protocol, tm_key_label_protocol, .is_id = true,
		.is_detail = true, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_INTERFACE] = { "interface", "INTERFACE", 1, EVERYWHERE, TM_KEY_TEXT,
		tm_key_extract_interface, tm_key_label_interface,
		.name_of = TM_NAME_INTERFACE, .is_named = true,
		.settle = tm_key_settle_interface, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_DIRECTION] = { "direction", "DIRECTION", 1, REPORT | HISTORY,
		TM_KEY_TEXT, extract_direction, .label = label_direction },
	[TM_KEY_MINUTE] = { "minute", "MINUTE", 1, HISTORY, TM_KEY_TIME,
		extract_minute, label_time, .length_ns = TM_MINUTE_NS },
	[TM_KEY_HOUR] = { "hour", "HOUR", 1, REPORT | HISTORY, TM_KEY_TIME_HOUR,
		extract_hour, label_time, .length_ns = TM_HOUR_NS },
	[TM_KEY_DAY] = { "day", "DAY", 1, REPORT | HISTORY, TM_KEY_TIME_DAY,
		extract_day, label_time, .length_ns = TM_DAY_NS },
	[TM_KEY_MONTH] = { "month", "MONTH", 1, HISTORY, TM_KEY_TEXT,
		extract_month, label_month, .length_ns = 28 * TM_DAY_NS },
	[TM_KEY_WORKLOAD] = { "workload", "WORKLOAD", 1, PROCESS_FACTS | HISTORY, TM_KEY_TEXT,
		tm_key_extract_workload, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_LOGIN] = { "login", "LOGIN", 1, PROCESS_FACTS | HISTORY, TM_KEY_TEXT,
		tm_key_extract_login, tm_key_label_login, .is_id = true, .is_user = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_COMMAND] = { "command", "COMMAND", 1, PROCESS_FACTS | HISTORY, TM_KEY_TEXT,
		tm_key_extract_command, tm_key_label_fact, .is_text = true,
		.is_owner = true, .is_path = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_PID] = { "pid", "PID", 1, REPORT | CSV | TOP, TM_KEY_NUMBER,
		extract_pid, label_number, .is_owner = true,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_LOCAL] = { "local", "LOCAL", 2, REPORT | TOP, TM_KEY_TEXT,
		extract_local, label_address, .is_detail = true,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_NETWORK] = { "network", "NETWORK", 2, REPORT | TOP, TM_KEY_TEXT,
		extract_network, label_network, .is_detail = true,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_PORT] = { "port", "PORT", 1, REPORT | TOP, TM_KEY_NUMBER,
		tm_key_extract_port, label_number, .is_detail = true,
		.settle = tm_key_settle_port, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_LOCAL_PORT] = { "local_port", "LOCAL PORT", 1, REPORT | TOP,
		TM_KEY_NUMBER, tm_key_extract_local_port, label_number,
		.is_detail = true, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_REMOTE_PORT] = { "remote_port", "REMOTE PORT", 1, REPORT | TOP,
		TM_KEY_NUMBER, tm_key_extract_remote_port, label_number,
		.is_detail = true, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_CGROUP] = { "cgroup", "CGROUP", 1, REPORT | CSV | TOP, TM_KEY_TEXT,
		tm_key_extract_cgroup, tm_key_label_cgroup, .name_of = TM_NAME_CGROUP,
		.is_named = true, .is_id = true, .is_owner = true,
		.is_path = true, .settle = tm_key_settle_cgroup,
		.steady = TM_KEY_OF_FLOW },
	[TM_KEY_JOB] = { "job", "JOB", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_job, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_STEP] = { "step", "STEP", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_step, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_UNIT] = { "unit", "UNIT", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_unit, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_CONTAINER] = { "container", "CONTAINER", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_container, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_SESSION] = { "session", "SESSION", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_session, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_SERVICE] = { "service", "SERVICE", 2, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_service, tm_key_label_service, .is_detail = true,
		.settle = tm_key_settle_port, .steady = TM_KEY_OF_FLOW },
	[TM_KEY_HOST] = { "host", "HOST", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_host, tm_key_label_fact, .is_text = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_PROJECT] = { "project", "PROJECT", 1, PROCESS_FACTS, TM_KEY_TEXT,
		tm_key_extract_project, tm_key_label_fact, .is_text = true,
		.is_owner = true, .steady = TM_KEY_OF_OWNER },
	[TM_KEY_BIN] = { "bin", "TIME", 1, 0, TM_KEY_TIME,
		extract_bin, .label = label_time },
	[TM_KEY_UID] = { "uid", NULL, 1, CSV, TM_KEY_NUMBER,
		extract_user, .label = label_uid },
	[TM_KEY_SOURCE_PORT] = { "source_port", "SOURCE PORT", 1, CSV,
		TM_KEY_NUMBER, tm_key_extract_source_port, label_number,
		.is_detail = true },
	[TM_KEY_DESTINATION_PORT] = { "destination_port", "DESTINATION PORT", 1,
		CSV, TM_KEY_NUMBER, tm_key_extract_destination_port, label_number,
		.is_detail = true },
	[TM_KEY_ARGUMENTS] = { "arguments", NULL, 1, CSV, TM_KEY_TEXT,
		extract_pid, tm_key_label_arguments, .is_owner = true },
};
/* clang-format on */

const struct tm_key *tm_key_find(
		enum tm_key_use use, const char *name, size_t size)
{
	for (unsigned i = 0; i < TM_KEYS; i++) {
		if (tm_key_table[i].uses & use &&
				tm_word_means(tm_key_table[i].name, name, size))
			return &tm_key_table[i];
	}
	return NULL;
}

const char *tm_key_names(enum tm_key_use use)
{
	static _Thread_local char names[TM_KEY_NAMES_SIZE];
	char *end = names;

	for (unsigned i = 0; i < TM_KEYS; i++) {
		if (!(tm_key_table[i].uses & use))
			continue;
		end = end == names ? end : stpcpy(end, ", ");
		end = stpcpy(end, tm_key_table[i].name);
	}
	return names;
}
