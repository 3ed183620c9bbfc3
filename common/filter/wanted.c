#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "wanted.h"

#define COUNT_LEAST 64
#define MANY (1u << 20) /* a byte each, of a text of maybe 64 */

struct tm_wanted *tm_wanted_new(struct tm_wanted **all, enum tm_fact fact,
		enum tm_wanted_how how, const char *text,
		struct tm_names *names)
{
	struct tm_wanted *const wanted = calloc(1, sizeof(*wanted));

	if (!wanted)
		return NULL;
	wanted->next = *all;
	*all = wanted;
	wanted->fact = fact;
	wanted->how = how;
	wanted->names = names;
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
			wanted_equals(wanted, text, strlen(text));
}

/* Of HOST.DOMAIN the host alone will do. */
static bool host_matches(const struct tm_wanted *wanted, const char *host)
{
	return wanted_equals(wanted, host, strlen(host)) ||
			wanted_equals(wanted, host, strcspn(host, "."));
}

/* Of MANAGER/ID the id alone will do, and of a step the last part. */
static bool id_matches(const struct tm_wanted *wanted, const char *text)
{
	const char *const id = strchr(text, '/');
	const char *const step = wanted->fact == TM_FACT_STEP
			? after_last(text, '.')
			: NULL;

	return wanted_equals(wanted, text, strlen(text)) ||
			(id && wanted_equals(wanted, id + 1, strlen(id + 1))) ||
			(step && wanted_equals(wanted, step, strlen(step)));
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
	return id_matches(wanted, text);
}

/* Matches each text once. */
static enum tm_truth wanted_learn(struct tm_wanted *wanted, uint32_t number)
{
	const char *const text = tm_names_text(wanted->names, number);
	uint32_t count = wanted->count ? wanted->count : COUNT_LEAST;
	enum tm_truth answer;
	uint8_t *more;

	if (!text) /* it did not fit */
		return wanted->how == TM_WANTED_ANY ? TM_TRUE : TM_UNDECIDED;
	answer = tm_wanted_matches(wanted, text) ? TM_TRUE : TM_FALSE;
	wanted->found |= answer == TM_TRUE;
	while (count <= number)
		count *= 2;
	if (count > wanted->count) {
		more = realloc(wanted->answers, count);
		if (!more)
			return answer;
		memset(more + wanted->count, TM_UNDECIDED,
				count - wanted->count);
		wanted->answers = more;
		wanted->count = count;
	}
	wanted->answers[number] = answer;
	return answer;
}

enum tm_truth tm_wanted_answer(
		struct tm_wanted *wanted, const struct tm_event *event)
{
	const uint32_t number =
			tm_names_fact(wanted->names, wanted->fact, event);
	enum tm_truth answer = TM_UNDECIDED;

	/* A record without details may have lost this one as well. */
	if (!number && event->kind != TM_TRAFFIC)
		return TM_UNDECIDED;
	if (!number)
		return wanted->how == TM_WANTED_NONE ? TM_TRUE : TM_FALSE;
	if (number < wanted->count)
		answer = wanted->answers[number];
	return answer != TM_UNDECIDED ? answer : wanted_learn(wanted, number);
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
		free(all->text);
		free(all);
	}
}
