#include <stdio.h>
#include <string.h>

#include "glob.h"
#include "traits.h"

/* Whether an event can have a text that is not in the expression where it is
 * chosen to have one that is: a cgroup below that path, or slurm/1 where the
 * job is 1. Patterns may match it as well. */
static bool stands_for_others(enum tm_trait_of of)
{
	return of == TM_TRAIT_CGROUP_NAME || of >= TM_TRAIT_FACT;
}

static bool question_is_pattern(const struct tm_question *question)
{
	switch (question->test) {
	case TM_TEST_COMM:
		return false;
	case TM_TEST_PROCESS_PATTERN:
		return true;
	case TM_TEST_FACT:
		return question->wanted->how == TM_WANTED_PATTERN;
	case TM_TEST_SERVICE: /* as ssh and 22/tcp are the same */
		return *question->wanted->text;
	}
	return question->ids->is_pattern;
}

static const char *text_of(const struct tm_question *question)
{
	switch (question->test) {
	case TM_TEST_COMM:
		return question->comm;
	case TM_TEST_PROCESS_PATTERN:
		return question->pattern;
	case TM_TEST_FACT:
	case TM_TEST_SERVICE:
		return question->wanted->text;
	}
	return question->ids->name;
}

/* The number of the trait, or -1. */
static int pattern_find(const struct tm_traits *traits, enum tm_trait_of of,
		const char *text)
{
	for (size_t i = 0; i < traits->pattern_count; i++) {
		if (traits->patterns[i].of == of &&
				!strcmp(traits->patterns[i].text, text))
			return TM_TRAIT_PATTERN + i;
	}
	return -1;
}

static void pattern_learn(
		struct tm_traits *traits, enum tm_trait_of of, const char *text)
{
	const size_t number = traits->pattern_count;
	const bool is_everything =
			of == TM_TRAIT_PROCESS && !text[strspn(text, "*")];

	if (pattern_find(traits, of, text) >= 0)
		return;
	traits->is_too_much |= number == TM_TRAIT_PATTERNS;
	if (traits->is_too_much)
		return;
	traits->patterns[number].of = of;
	traits->patterns[number].text = text;
	traits->pattern_count++;
	for (uint64_t truth = is_everything; truth <= 1; truth++)
		tm_trait_add(traits, TM_TRAIT_PATTERN + number,
				(union tm_trait_value){ .number = truth });
}

void tm_trait_texts_learn(struct tm_traits *traits, enum tm_trait_of of,
		const struct tm_question *question)
{
	if (!traits->all[of].count) {
		tm_trait_add(traits, of,
				(union tm_trait_value){ .text = NULL });
		if (of >= TM_TRAIT_FACT)
			tm_trait_add(traits, of,
					(union tm_trait_value){ .text = "" });
	}
	if (question_is_pattern(question))
		pattern_learn(traits, of, text_of(question));
	else
		tm_trait_add(traits, of,
				(union tm_trait_value){
						.text = text_of(question) });
}

static enum tm_truth pattern_answer(struct tm_traits *traits,
		enum tm_trait_of of, const char *pattern)
{
	const int number = pattern_find(traits, of, pattern);
	const union tm_trait_value *const chosen = traits->all[number].chosen;

	if (!chosen)
		return tm_trait_open(traits, number);
	return chosen->number ? TM_TRUE : TM_FALSE;
}

static bool text_matches(const struct tm_question *question, const char *text)
{
	char process[TM_COMM_SIZE];

	switch (question->test) {
	case TM_TEST_COMM:
		return !strncmp(text, question->comm, TM_COMM_SIZE - 1);
	case TM_TEST_PROCESS_PATTERN:
		snprintf(process, sizeof(process), "%.*s", TM_COMM_SIZE - 1,
				text);
		return tm_glob_matches(question->pattern, process);
	case TM_TEST_FACT:
	case TM_TEST_SERVICE:
		return tm_wanted_matches(question->wanted, text);
	}
	return tm_ids_match(question->ids, text);
}

enum tm_truth tm_trait_text_answer(struct tm_traits *traits,
		enum tm_trait_of of, const struct tm_question *question,
		const char *text)
{
	if (!text && of >= TM_TRAIT_FACT &&
			question->wanted->how == TM_WANTED_ANY)
		return TM_TRUE;
	if (text && text_matches(question, text))
		return TM_TRUE;
	if (question_is_pattern(question) &&
			(!text || (*text && stands_for_others(of))))
		return pattern_answer(traits, of, text_of(question));
	return TM_FALSE;
}

/* Whether some text matches this pattern and every other one that traits says
 * matches. */
bool tm_trait_pattern_can_hold(const struct tm_traits *traits, int trait)
{
	const size_t number = trait - TM_TRAIT_PATTERN;
	const enum tm_trait_of of = traits->patterns[number].of;

	if (stands_for_others(of))
		return true;
	for (size_t i = 0; i < traits->pattern_count; i++) {
		const union tm_trait_value *const chosen =
				traits->all[TM_TRAIT_PATTERN + i].chosen;

		if (traits->patterns[i].of == of && chosen && chosen->number &&
				!tm_globs_meet(traits->patterns[i].text,
						traits->patterns[number].text))
			return false;
	}
	return true;
}
