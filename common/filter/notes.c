#include <stdio.h>
#include <string.h>

#include "never.h"
#include "notes.h"

#define SHOWN 76 /* bytes of an expression */
#define NOTE_SIZE (2 * SHOWN)

static void note_part(const struct tm_expression *expression,
		const struct tm_node *node, const char *what, tm_note_fn *say)
{
	char part[SHOWN + 1], note[NOTE_SIZE];

	if (!node)
		return;
	tm_expression_show(part, sizeof(part), expression->text + node->begin,
			node->end - node->begin);
	snprintf(note, sizeof(note), "this %s: %s", what, part);
	say(note);
}

bool tm_filter_note_parts(
		const struct tm_expression *expression, tm_note_fn *say)
{
	struct tm_constants found;

	tm_expression_find_constants(expression->root, &found);
	note_part(expression, found.never, "can never be true", say);
	note_part(expression, found.always, "is always true", say);
	return found.never;
}

void tm_filter_note_rules(const struct tm_program *program, tm_note_fn *say)
{
	if (tm_program_is_void(program))
		say("no event can meet all of these expressions and options");
}

/* An expression may ask for a name more than once. */
static bool is_repeated(const struct tm_ids *ids)
{
	for (const struct tm_ids *other = ids->next; other;
			other = other->next) {
		if (other->of == ids->of && !strcmp(other->name, ids->name))
			return true;
	}
	return false;
}

static void note_ids(const struct tm_ids *all, tm_note_fn *say)
{
	static const char *const kinds[] = {
		[TM_NAME_USER] = "user is called",
		[TM_NAME_INTERFACE] = "interface is called",
		[TM_NAME_CGROUP] = "cgroup is at or below",
	};
	char name[SHOWN + 1], note[NOTE_SIZE];

	for (const struct tm_ids *ids = all; ids; ids = ids->next) {
		if (ids->found || is_repeated(ids))
			continue;
		tm_expression_show(name, sizeof(name), ids->name,
				sizeof(name) - 1);
		snprintf(note, sizeof(note), "no %s %s in these events%s",
				kinds[ids->of], name,
				ids->of == TM_NAME_CGROUP ? "" : " or here");
		say(note);
	}
}

static bool is_wanted_again(const struct tm_wanted *wanted)
{
	const struct tm_wanted *other = wanted->next;

	while (other &&
			(other->fact != wanted->fact ||
					strcmp(other->text, wanted->text)))
		other = other->next;
	return other;
}

static void note_wanted(const struct tm_wanted *all, tm_note_fn *say)
{
	static const char *const kinds[] = {
		[TM_FACT_JOB] = "job",
		[TM_FACT_STEP] = "step",
		[TM_FACT_UNIT] = "unit",
		[TM_FACT_CONTAINER] = "container",
		[TM_FACT_SESSION] = "session",
		[TM_FACT_WORKLOAD] = "workload",
		[TM_FACT_COMMAND] = "command",
		[TM_FACT_GROUP] = "group",
		[TM_FACT_HOST] = "host",
		[TM_WANTED_SERVICE] = "service",
		[TM_WANTED_PROJECT] = "project",
	};
	char text[SHOWN + 1], note[NOTE_SIZE];

	for (const struct tm_wanted *wanted = all; wanted;
			wanted = wanted->next) {
		if (wanted->found || !*wanted->text || is_wanted_again(wanted))
			continue;
		tm_expression_show(text, sizeof(text), wanted->text,
				sizeof(text) - 1);
		snprintf(note, sizeof(note),
				"no %s is called %s in these events",
				kinds[wanted->fact], text);
		say(note);
	}
}

void tm_filter_note_names(const struct tm_sources *sources, tm_note_fn *say)
{
	note_ids(sources->ids, say);
	note_wanted(sources->wanted, say);
}
