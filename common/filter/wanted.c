#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/record/fields.h"
#include "common/record/services.h"
#include "glob.h"
#include "wanted.h"

#define COUNT_LEAST 64
#define MANY (1u << 20) /* a byte each, of a text of maybe 64 */

struct tm_wanted *tm_wanted_new(struct tm_wanted **all, uint8_t fact,
		enum tm_wanted_how how, const char *text,
		const struct tm_wanted_sources *sources)
{
	struct tm_wanted *const wanted = calloc(1, sizeof(*wanted));

	if (!wanted)
		return NULL;
	wanted->next = *all;
	*all = wanted;
	wanted->fact = fact;
	wanted->how = how;
	wanted->sources = *sources;
	wanted->text = strdup(text);
	return wanted->text ? wanted : NULL;
}

static bool wanted_equals(
		const struct tm_wanted *wanted, const char *text, size_t size)
{
	char part[4096];

	if (wanted->how == TM_WANTED_TEXT)
		return strlen(wanted->text) == size &&
				!memcmp(wanted->text, text, size);
	if (!text[size])
		return tm_glob_matches(wanted->text, text);
	if (size >= sizeof(part))
		return false;
	memcpy(part, text, size);
	part[size] = '\0';
	return tm_glob_matches(wanted->text, part);
}

static bool wanted_equals_all(const struct tm_wanted *wanted, const char *text)
{
	return wanted_equals(wanted, text, strlen(text));
}

/* Of PORT/PROTOCOL the port alone will do. */
static bool port_matches(const struct tm_wanted *wanted, const char *text)
{
	return wanted_equals_all(wanted, text) ||
			wanted_equals(wanted, text, strcspn(text, "/"));
}

/* The place after the last such character; NULL without one. */
static const char *after_last(const char *text, char character)
{
	const char *const last = strrchr(text, character);

	return last ? last + 1 : NULL;
}

/* What the kernel appends to the path of a file that was removed. */
static size_t command_size(const char *path)
{
	static const char removed[] = " (deleted)";
	const size_t size = strlen(path), end = sizeof(removed) - 1;

	return size > end && !strcmp(path + size - end, removed) ? size - end
								 : size;
}

/* "ssh" is /usr/bin/ssh, too. */
static bool command_matches(const struct tm_wanted *wanted, const char *path)
{
	const char *const base = after_last(path, '/');
	const bool is_path = strchr(wanted->text, '/');
	const char *const text = is_path || !base ? path : base;

	return wanted_equals(wanted, text, command_size(text)) ||
			wanted_equals_all(wanted, text);
}

/* Of HOST.DOMAIN the host alone will do. */
static bool host_matches(const struct tm_wanted *wanted, const char *host)
{
	return wanted_equals_all(wanted, host) ||
			wanted_equals(wanted, host, strcspn(host, "."));
}

/* Of MANAGER/ID the id alone will do, and of a step the last part. */
static bool id_matches(const struct tm_wanted *wanted, const char *text)
{
	const char *const id = strchr(text, '/');
	const char *const step = wanted->fact == TM_FACT_STEP
			? after_last(text, '.')
			: NULL;

	return wanted_equals_all(wanted, text) ||
			(id && wanted_equals_all(wanted, id + 1)) ||
			(step && wanted_equals_all(wanted, step));
}

bool tm_wanted_matches(const struct tm_wanted *wanted, const char *text)
{
	if (wanted->how == TM_WANTED_NONE)
		return !*text;
	if (!*text || wanted->how == TM_WANTED_ANY)
		return *text;
	if (wanted->fact == TM_FACT_COMMAND)
		return command_matches(wanted, text);
	if (wanted->fact == TM_FACT_HOST)
		return host_matches(wanted, text);
	if (wanted->fact == TM_WANTED_PROJECT)
		return wanted_equals_all(wanted, text);
	return id_matches(wanted, text);
}

static void wanted_remember(
		struct tm_wanted *wanted, uint32_t number, enum tm_truth answer)
{
	uint32_t count = wanted->count ? wanted->count : COUNT_LEAST;
	uint8_t *more;

	while (count <= number)
		count *= 2;
	if (count > wanted->count) {
		more = realloc(wanted->answers, count);
		if (!more)
			return;
		memset(more + wanted->count, TM_UNDECIDED,
				count - wanted->count);
		wanted->answers = more;
		wanted->count = count;
	}
	wanted->answers[number] = answer;
}

/* Matches each text once. */
static enum tm_truth wanted_learn(
		struct tm_wanted *wanted, uint32_t number, bool matches)
{
	const enum tm_truth answer = matches ? TM_TRUE : TM_FALSE;

	wanted->found |= matches;
	wanted_remember(wanted, number, answer);
	return answer;
}

static enum tm_truth wanted_remembered(
		const struct tm_wanted *wanted, uint32_t number)
{
	return number < wanted->count ? wanted->answers[number] : TM_UNDECIDED;
}

static uint32_t wanted_number(
		const struct tm_wanted *wanted, const struct tm_event *event)
{
	const struct tm_wanted_sources *const sources = &wanted->sources;

	return wanted->fact == TM_WANTED_PROJECT
			? tm_projects_find(sources->projects, sources->names,
					  event)
			: tm_names_fact(sources->names, wanted->fact, event);
}

enum tm_truth tm_wanted_answer(
		struct tm_wanted *wanted, const struct tm_event *event)
{
	const uint32_t number = wanted_number(wanted, event);
	enum tm_truth answer;
	const char *text;

	/* A record without details may have lost this one as well. */
	if (!number && event->kind != TM_TRAFFIC)
		return TM_UNDECIDED;
	if (!number)
		return wanted->how == TM_WANTED_NONE ? TM_TRUE : TM_FALSE;
	answer = wanted_remembered(wanted, number);
	if (answer != TM_UNDECIDED)
		return answer;
	text = tm_names_text(wanted->sources.names, number);
	if (!text) /* it did not fit */
		return wanted->how == TM_WANTED_ANY ? TM_TRUE : TM_UNDECIDED;
	return wanted_learn(wanted, number, tm_wanted_matches(wanted, text));
}

static bool service_matches(
		const struct tm_wanted *wanted, uint8_t protocol, uint16_t port)
{
	const char *const name = port ? tm_service_name(protocol, port) : NULL;
	const char *const word = tm_word_text(tm_protocols, protocol);
	char known[24], text[80];

	if (wanted->how == TM_WANTED_NONE || wanted->how == TM_WANTED_ANY)
		return (wanted->how == TM_WANTED_ANY) == (port || protocol);
	snprintf(known, sizeof(known), "%u", (unsigned)protocol);
	if (word)
		snprintf(known, sizeof(known), "%s", word);
	if (!port)
		return protocol && wanted_equals_all(wanted, known);
	snprintf(text, sizeof(text), "%u/%s", (unsigned)port, known);
	if (port_matches(wanted, text))
		return true;
	snprintf(text, sizeof(text), "%.40s/%s", name ? name : "", known);
	return name && port_matches(wanted, text);
}

enum tm_truth tm_wanted_service_answer(
		struct tm_wanted *wanted, const struct tm_event *event)
{
	struct tm_ports *const ports = wanted->sources.ports;
	const uint16_t port =
			tm_ports_settle(ports, tm_ports_note(ports, event));
	const uint32_t number = tm_index_add(&wanted->services,
			(uint64_t)event->protocol << 16 | port);
	enum tm_truth answer = TM_UNDECIDED;
	bool matches;

	if (number != TM_INDEX_NONE)
		answer = wanted_remembered(wanted, number);
	if (answer != TM_UNDECIDED)
		return answer;
	matches = service_matches(wanted, event->protocol, port);
	if (number == TM_INDEX_NONE)
		return matches ? TM_TRUE : TM_FALSE;
	return wanted_learn(wanted, number, matches);
}

bool tm_wanted_has_project(const struct tm_wanted *all)
{
	while (all && all->fact != TM_WANTED_PROJECT)
		all = all->next;
	return all;
}

bool tm_wanted_are_many(const struct tm_wanted *all)
{
	for (; all; all = all->next) {
		if (all->count > MANY)
			return true;
	}
	return false;
}

void tm_wanted_forget(struct tm_wanted *all)
{
	for (; all; all = all->next) {
		free(all->answers);
		tm_index_free(&all->services);
		all->answers = NULL;
		all->count = 0;
	}
}

void tm_wanted_free(struct tm_wanted *all)
{
	struct tm_wanted *next;

	for (; all; all = next) {
		next = all->next;
		free(all->answers);
		tm_index_free(&all->services);
		free(all->text);
		free(all);
	}
}
