#include <string.h>

#include "common/base/clock.h"
#include "common/record/event.h"
#include "never.h"

#define SPAN_NS                                                                \
	(UINT16_MAX * UINT64_C(10000000)) /* the longest of a record           \
					   */

static bool has_range(const struct tm_question *question)
{
	return question->test <= TM_TEST_SINCE;
}

static bool question_is_void(const struct tm_question *question)
{
	if (question->test == TM_TEST_NET)
		return !tm_networks_count(question->list->networks);
	return has_range(question) && question->low > question->high;
}

/* An event has one value, so two different ones exclude each other. */
static bool is_single(const struct tm_question *question)
{
	switch (question->test) {
	case TM_TEST_PORT:
		return question->ends != TM_EITHER && question->ends != TM_BOTH;
	case TM_TEST_SINCE:
	case TM_TEST_LOOPBACK:
		return false;
	}
	return has_range(question);
}

static bool names_differ(const struct tm_ids *a, const struct tm_ids *b)
{
	return a->of != TM_NAME_CGROUP && !a->is_pattern && !b->is_pattern &&
			strcmp(a->name, b->name);
}

/* An event that spans both times is both since the one and until the other. */
static bool times_exclude(const struct tm_question *since,
		const struct tm_question *until)
{
	return until->low < since->low && since->low - until->low > SPAN_NS;
}

static bool questions_exclude(
		const struct tm_question *a, const struct tm_question *b)
{
	if (a->test == TM_TEST_SINCE && b->test == TM_TEST_UNTIL)
		return times_exclude(a, b);
	if (a->test == TM_TEST_UNTIL && b->test == TM_TEST_SINCE)
		return times_exclude(b, a);
	if (a->test != b->test || a->ends != b->ends)
		return false;
	switch (a->test) {
	case TM_TEST_COMM:
		return strncmp(a->comm, b->comm, TM_COMM_SIZE - 1);
	case TM_TEST_USER_NAME:
	case TM_TEST_INTERFACE_NAME:
		return names_differ(a->ids, b->ids);
	}
	return is_single(a) && (a->low > b->high || b->low > a->high);
}

/* Whether a question excludes one before it in the chain of ands. */
static bool chain_excludes(
		const struct tm_node *chain, const struct tm_question *question)
{
	const struct tm_node *part;

	for (; chain; chain = chain->join == TM_AND ? chain->left : NULL) {
		part = chain->join == TM_AND ? chain->right : chain;
		if (part->join == TM_ASK &&
				questions_exclude(&part->question, question))
			return true;
	}
	return false;
}

const struct tm_node *tm_expression_never(const struct tm_node *node)
{
	const struct tm_node *found;

	for (; node->join != TM_ASK; node = node->left) {
		if (node->join == TM_AND && node->right->join == TM_ASK &&
				chain_excludes(node->left,
						&node->right->question))
			return node;
		found = node->right ? tm_expression_never(node->right) : NULL;
		if (found)
			return found;
	}
	return question_is_void(&node->question) ? node : NULL;
}
