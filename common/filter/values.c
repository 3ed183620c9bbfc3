#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/moment.h"
#include "common/base/number.h"
#include "common/base/text.h"
#include "common/net/address.h"
#include "common/record/event.h"
#include "common/record/fields.h"
#include "common/record/words.h"
#include "values.h"

#define ADDRESSES_MOST 64 /* of one host */

/* --- numbers --- */

/* A missing owner, process or port (0, or the uid of nobody) is neither below
 * nor above a number; it only matches its own number. */
static void bound(struct tm_question *question, enum tm_comparison comparison,
		uint64_t value, const struct tm_filter_word *word)
{
	const bool can_lack =
			word->test == TM_TEST_PID || word->test == TM_TEST_PORT;
	const uint64_t least = can_lack ? 1 : 0;
	const uint64_t most =
			word->test == TM_TEST_UID ? TM_NOBODY - 1 : word->max;

	question->low = least;
	question->high = most;
	switch (comparison) {
	case TM_LESS:
		if (value > most)
			break;
		question->low = value > least ? least : 1;
		question->high = value > least ? value - 1 : 0;
		break;
	case TM_AT_MOST:
		question->high = value < most ? value : most;
		break;
	case TM_GREATER:
		question->low = value < most ? value + 1 : 1;
		question->high = value < most ? most : 0;
		if (question->low < least)
			question->low = least;
		break;
	case TM_AT_LEAST:
		question->low = value > least ? value : least;
		break;
	default:
		question->low = question->high = value;
	}
}

static bool value_read(const struct tm_filter_word *word, const char *text,
		uint64_t *value)
{
	if (word->test == TM_TEST_BYTES)
		return tm_size_parse(text, value);
	return tm_number_parse(text, word->max, value);
}

static bool no_number(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		const char *text)
{
	const size_t column = value->column + (text - value->text);
	const char * or = "";

	if (word->test == TM_TEST_UID || word->test == TM_TEST_LOGIN)
		or = " or none";
	else if (word->expand)
		or = " or a service such as ssh";
	if (word->test == TM_TEST_BYTES)
		return tm_parser_fail(parser, column,
				"bytes takes a size such as 1500, 1.5M or 4GB, not '%s'",
				text);
	return tm_parser_fail(parser, column,
			"%s takes a number up to %ju%s, not '%s'", word->name,
			(uintmax_t)word->max, or, text);
}

/* 5, or 5-10. A number below 0 is no range. */
static bool parse_range(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	char *const dash = *value->text ? strchr(value->text + 1, '-') : NULL;
	uint64_t number;

	if (dash)
		*dash = '\0';
	if (!value_read(word, value->text, &number))
		return no_number(parser, word, value, value->text);
	bound(question, value->comparison, number, word);
	if (!dash)
		return true;
	if (value->comparison > TM_DIFFERENT)
		return tm_parser_fail(parser, value->column,
				"a range can only be compared with = and !=");
	if (!dash[1])
		return tm_parser_fail(parser,
				value->column + (dash - value->text),
				"the range has no end");
	if (!value_read(word, dash + 1, &question->high))
		return no_number(parser, word, value, dash + 1);
	if (question->high < question->low)
		return tm_parser_fail(parser, value->column,
				"the range ends before it begins");
	return true;
}

static bool text_is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* A service may have different ports by TCP and by UDP. */
static char *expand_port(struct tm_parser *parser, const struct tm_value *value)
{
	const struct servent *service;
	int tcp, udp;
	char *text;

	(void)parser;
	if (text_is_number(value->text) || strchr("0123456789-", *value->text))
		return NULL;
	service = getservbyname(value->text, "tcp");
	tcp = service ? ntohs(service->s_port) : -1;
	service = getservbyname(value->text, "udp");
	udp = service ? ntohs(service->s_port) : tcp;
	if (tcp < 0)
		tcp = udp;
	if (tcp < 0 ||
			asprintf(&text, udp == tcp ? "%d" : "%d,%d", tcp, udp) <
					0)
		return NULL;
	return text;
}

static bool parse_uid(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	if (strcmp(value->text, "none"))
		return parse_range(parser, word, value, question);
	if (value->comparison > TM_DIFFERENT)
		return tm_parser_fail(parser, value->column,
				"none cannot be compared with a number");
	question->low = question->high = TM_NOBODY;
	return true;
}

/* --- names --- */

static bool parse_name(struct tm_parser *parser, enum tm_name_of of,
		enum tm_test test, const struct tm_value *value,
		struct tm_question *question)
{
	question->test = test;
	parser->sources->has_names = true;
	question->ids = tm_ids_new(&parser->sources->ids, of, value->text,
			tm_value_is_pattern(value), parser->sources->names);
	return question->ids ||
			tm_parser_fail(parser, value->column, "out of memory");
}

static bool parse_user(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	if (text_is_number(value->text + (*value->text == '-')) ||
			!strcmp(value->text, "none"))
		return parse_uid(parser, word, value, question);
	return parse_name(parser, TM_NAME_USER, TM_TEST_USER_NAME, value,
			question);
}

/* The user who logged in, before su or sudo. */
static bool parse_login_name(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	parser->sources->has_names = true;
	if (!value->is_quoted && !strcmp(value->text, "any")) {
		question->low = 0;
		question->high = TM_NOBODY - 1;
		return true;
	}
	if (text_is_number(value->text + (*value->text == '-')) ||
			!strcmp(value->text, "none"))
		return parse_uid(parser, word, value, question);
	return parse_name(parser, TM_NAME_USER, TM_TEST_LOGIN_NAME, value,
			question);
}

static bool parse_cgroup(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	if (text_is_number(value->text))
		return parse_range(parser, word, value, question);
	return parse_name(parser, TM_NAME_CGROUP, TM_TEST_CGROUP_NAME, value,
			question);
}

static bool parse_interface(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	if (text_is_number(value->text))
		return parse_range(parser, word, value, question);
	return parse_name(parser, TM_NAME_INTERFACE, TM_TEST_INTERFACE_NAME,
			value, question);
}

/* The kernel cuts the names of tasks to 15 bytes, so the value is cut too. */
static bool parse_process(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	(void)word;
	if (tm_value_is_pattern(value)) {
		question->test = TM_TEST_PROCESS_PATTERN;
		question->pattern = tm_sources_pattern(
				parser->sources, value->text);
		return question->pattern ||
				tm_parser_fail(parser, value->column,
						"out of memory");
	}
	memset(question->comm, 0, sizeof(question->comm));
	memcpy(question->comm, value->text, strnlen(value->text, TM_COMM_SIZE));
	return true;
}

/* --- addresses --- */

/* Whether it can only be an address, for which no name server is asked. */
static bool is_numeric(const char *text)
{
	return !text[strspn(text, "0123456789.")] || strpbrk(text, ":/@[]* ");
}

static char *join_addresses(const struct addrinfo *all)
{
	struct tm_text text = { 0 };
	char one[NI_MAXHOST];
	unsigned count = 0;

	for (; all && count < ADDRESSES_MOST; all = all->ai_next) {
		if (getnameinfo(all->ai_addr, all->ai_addrlen, one, sizeof(one),
				    NULL, 0, NI_NUMERICHOST))
			continue;
		one[strcspn(one, "%")] =
				'\0'; /* an interface of this machine */
		tm_text_format(&text, "%s%s", count++ ? "," : "", one);
	}
	if (text.error)
		free(text.at);
	return text.error ? NULL : text.at;
}

/* All addresses that the name has now. */
static char *expand_host(struct tm_parser *parser, const struct tm_value *value)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all;
	char *text;
	int error;

	if (!*value->text || is_numeric(value->text))
		return NULL;
	error = getaddrinfo(value->text, NULL, &hints, &all);
	if (error) {
		tm_parser_fail(parser, value->column, "host %s: %s",
				value->text, gai_strerror(error));
		return NULL;
	}
	text = join_addresses(all);
	freeaddrinfo(all);
	if (!text)
		tm_parser_fail(parser, value->column, "host %s: no address",
				value->text);
	return text;
}

static bool parse_host(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	const bool is_network = strchr(value->text, '/');

	return tm_address_parse(value->text, question->address) ||
			tm_parser_fail(parser, value->column,
					"%s takes an address, not '%s'%s",
					word->name, value->text,
					is_network ? "; write network" : "");
}

static bool parse_network(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	struct tm_filter_list *const list =
			tm_filter_list_new(&parser->sources->lists);
	char problem[TM_NETWORKS_PROBLEM];

	(void)word;
	if (!tm_sources_take(parser->sources, value->text))
		return tm_parser_fail(parser, value->column, TM_STDIN_TAKEN);
	if (!list || tm_filter_list_add(list, value->text))
		return tm_parser_fail(parser, value->column, "out of memory");
	question->list = list;
	if (!tm_filter_list_read(list, problem))
		return true;
	parser->expression->in_file = tm_filter_list_has_files(list);
	return tm_parser_fail(parser, value->column, "%s", problem);
}

/* --- the others --- */

static bool parse_protocol_name(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	uint32_t protocol;

	if (text_is_number(value->text))
		return parse_range(parser, word, value, question);
	if (!tm_word_find(tm_protocols, value->text, &protocol))
		return tm_parser_fail(parser, value->column,
				"protocol takes tcp, udp, icmp, icmp6, sctp or "
				"another protocol's number, not '%s'",
				value->text);
	question->low = question->high = protocol;
	return true;
}

static bool parse_kind(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	static const struct tm_word kinds[] = {
		{ "traffic", TM_TRAFFIC },
		{ "lost", TM_LOST },
		{ "unattributed", TM_UNATTRIBUTED },
		{ NULL, 0 },
	};

	uint32_t kind;

	(void)word;
	if (!tm_word_find(kinds, value->text, &kind))
		return tm_parser_fail(parser, value->column,
				"kind takes traffic, lost or unattributed, not '%s'",
				value->text);
	question->low = question->high = kind;
	return true;
}

static bool parse_time(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	struct tm_moment_problem problem;

	question->high = UINT64_MAX;
	return tm_moment_parse(value->text, parser->sources->now_ns,
			       &question->low, &problem) ||
			tm_parser_fail(parser, value->column + problem.column,
					"%s %s: %s", word->name, value->text,
					problem.reason);
}

static const struct tm_filter_word words[] = {
	{ "in", .test = TM_TEST_DIRECTION, .max = TM_IN, .is_flag = true },
	{ "out", .test = TM_TEST_DIRECTION, .max = TM_OUT, .is_flag = true },
	{ "inbound", .test = TM_TEST_DIRECTION, .max = TM_IN, .is_flag = true,
			.is_alias = true },
	{ "outbound", .test = TM_TEST_DIRECTION, .max = TM_OUT, .is_flag = true,
			.is_alias = true },
	{ "loopback", .test = TM_TEST_LOOPBACK, .max = TM_LOOPBACK,
			.is_flag = true },
	{ "user", parse_user, .test = TM_TEST_UID, .max = UINT32_MAX },
	{ "uid", parse_uid, .test = TM_TEST_UID, .max = UINT32_MAX,
			.is_ordered = true },
	{ "pid", parse_range, .test = TM_TEST_PID, .max = UINT32_MAX,
			.is_ordered = true },
	{ "process", parse_process, .test = TM_TEST_COMM },
	{ "cgroup", parse_cgroup, .test = TM_TEST_CGROUP, .max = UINT64_MAX },
	{ "job", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_JOB },
	{ "step", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_STEP },
	{ "unit", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_UNIT },
	{ "container", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_CONTAINER },
	{ "workload", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_WORKLOAD },
	{ "session", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_SESSION },
	{ "login", parse_login_name, .test = TM_TEST_LOGIN, .max = UINT32_MAX },
	{ "command", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_COMMAND },
	{ "service", tm_fact_word_parse, .test = TM_TEST_SERVICE,
			.fact = TM_WANTED_SERVICE },
	{ "project", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_WANTED_PROJECT },
	{ "on", tm_fact_word_parse, .test = TM_TEST_FACT,
			.fact = TM_FACT_HOST },
	{ "host", parse_host, .test = TM_TEST_HOST, .has_ends = true,
			.expand = expand_host },
	{ "network", parse_network, .test = TM_TEST_NET, .has_ends = true },
	{ "port", parse_range, .test = TM_TEST_PORT, .max = UINT16_MAX,
			.is_ordered = true, .has_ends = true,
			.expand = expand_port },
	{ "portrange", parse_range, .test = TM_TEST_PORT, .max = UINT16_MAX,
			.has_ends = true, .is_alias = true,
			.expand = expand_port },
	{ "protocol", parse_protocol_name, .test = TM_TEST_PROTOCOL,
			.max = UINT8_MAX },
	{ "interface", parse_interface, .test = TM_TEST_IFINDEX,
			.max = UINT32_MAX },
	{ "bytes", parse_range, .test = TM_TEST_BYTES, .max = UINT64_MAX,
			.is_ordered = true },
	{ "packets", parse_range, .test = TM_TEST_PACKETS, .max = UINT32_MAX,
			.is_ordered = true },
	{ "since", parse_time, .test = TM_TEST_SINCE },
	{ "until", parse_time, .test = TM_TEST_UNTIL },
	{ "kind", parse_kind, .test = TM_TEST_KIND },
};

const struct tm_filter_word *tm_filter_word_find(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (tm_word_means(words[i].name, name, strlen(name)))
			return &words[i];
	}
	return NULL;
}

void tm_filter_words_list(char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!words[i].is_alias && used < size)
			used += snprintf(out + used, size - used, " %s",
					words[i].name);
	}
}
