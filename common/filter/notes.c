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

void tm_filter_note_names(const struct tm_ids *all, tm_note_fn *say)
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
