#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "values.h"

#define CONTAINER_DIGITS 12 /* of a container's id, as names have it */

static bool has_suffix(const char *name)
{
	static const char *const suffixes[] = { ".service", ".scope", ".socket",
		".mount", ".swap", ".slice", ".timer", ".path", ".target",
		".device", ".automount" };
	const size_t size = strlen(name);
	size_t suffix;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		suffix = strlen(suffixes[i]);
		if (size > suffix && !strcmp(name + size - suffix, suffixes[i]))
			return true;
	}
	return false;
}

/* As systemctl(1): a unit without a suffix is a service. */
static void complete_unit(const char *name, char *out, size_t size)
{
	const bool is_unit = !strchr(name, '/');

	snprintf(out, size, "%s%s", name,
			is_unit && !has_suffix(name) ? ".service" : "");
}

/* An id in full, as the container's manager prints it, is cut as in names. */
static void cut_container(char *name)
{
	char *const slash = strrchr(name, '/');
	char *const id = slash ? slash + 1 : name;
	size_t digits = 0;

	while (isxdigit((unsigned char)id[digits]))
		digits++;
	if (!id[digits] && digits > CONTAINER_DIGITS)
		id[CONTAINER_DIGITS] = '\0';
}

static bool is_container(const char *name)
{
	return strchr(name, '/') ||
			(strlen(name) >= CONTAINER_DIGITS &&
					!name[strspn(name,
							"0123456789abcdef")]);
}

/* Makes what answers about services and projects need. */
static bool sources_prepare(struct tm_sources *sources, uint8_t fact,
		struct tm_wanted_sources *of)
{
	const bool is_service = fact == TM_WANTED_SERVICE;
	const bool is_project = fact == TM_WANTED_PROJECT;

	if (is_service && !sources->ports)
		sources->ports = tm_ports_new();
	if (is_project && !sources->projects && !sources->groups)
		sources->groups = tm_projects_new();
	of->names = sources->names;
	of->ports = sources->ports;
	of->projects = sources->projects ? sources->projects : sources->groups;
	return (!is_service || of->ports) && (!is_project || of->projects);
}

static bool question_want(struct tm_parser *parser,
		const struct tm_filter_word *word, enum tm_wanted_how how,
		const struct tm_value *value, struct tm_question *question)
{
	struct tm_sources *const sources = parser->sources;
	struct tm_wanted_sources of;

	sources->has_names = true;
	if (!sources_prepare(sources, word->fact, &of))
		return tm_parser_fail(parser, value->column, "out of memory");
	question->wanted = tm_wanted_new(
			&sources->wanted, word->fact, how, value->text, &of);
	return question->wanted ||
			tm_parser_fail(parser, value->column, "out of memory");
}

static bool find_how(const char *text, enum tm_wanted_how *how)
{
	const bool is_none = !strcmp(text, "none");

	*how = is_none ? TM_WANTED_NONE : TM_WANTED_ANY;
	return is_none || !strcmp(text, "any");
}

bool tm_fact_word_parse(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question)
{
	struct tm_value name = *value;
	char unit[512], empty[] = "";
	enum tm_wanted_how how;

	if (!*value->text)
		return tm_parser_fail(parser, value->column,
				"%s takes a name; without one it is %s none",
				word->name, word->name);
	if (!value->is_quoted && find_how(value->text, &how)) {
		name.text = empty;
		return question_want(parser, word, how, &name, question);
	}
	if (tm_value_is_pattern(value))
		return question_want(parser, word, TM_WANTED_PATTERN, value,
				question);
	if (word->fact == TM_FACT_CONTAINER ||
			(word->fact == TM_FACT_WORKLOAD &&
					is_container(value->text))) {
		cut_container(name.text);
	} else if (word->fact == TM_FACT_UNIT ||
			word->fact == TM_FACT_WORKLOAD) {
		complete_unit(value->text, unit, sizeof(unit));
		name.text = unit;
	}
	return question_want(parser, word, TM_WANTED_TEXT, &name, question);
}
