#include <stdlib.h>

#include "never.h"
#include "traits.h"

#define PATIENCE 1000000 /* nodes to visit: some milliseconds */

/* The question whether some event has the wanted answer from all parts. */
struct search {
	const struct tm_node *const *parts;
	size_t count;
	enum tm_truth wanted;
	struct tm_traits traits;
	size_t *patience;
};

static enum tm_truth opposite(enum tm_truth truth)
{
	return truth == TM_UNDECIDED	   ? truth
			: truth == TM_TRUE ? TM_FALSE
					   : TM_TRUE;
}

/* --- evaluation --- */

static void node_learn(struct tm_traits *traits, const struct tm_node *node)
{
	for (; node->join != TM_ASK; node = node->left) {
		if (node->right)
			node_learn(traits, node->right);
	}
	tm_traits_learn(traits, &node->question);
}

static enum tm_truth node_answer(
		struct search *search, const struct tm_node *node);

/* The spine of a chain leans left; a loop follows it. */
static enum tm_truth chain_answer(
		struct search *search, const struct tm_node *node)
{
	const enum tm_join join = node->join;
	const enum tm_truth decisive = join == TM_AND ? TM_FALSE : TM_TRUE;
	enum tm_truth all = opposite(decisive), one = all;

	for (; node && one != decisive; node = node->left) {
		one = node_answer(search,
				node->join == join ? node->right : node);
		if (one == TM_UNDECIDED)
			all = one;
		if (node->join != join)
			break;
	}
	return one == decisive ? one : all;
}

static enum tm_truth node_answer(
		struct search *search, const struct tm_node *node)
{
	if (!*search->patience) {
		search->traits.is_too_much = true;
		return TM_UNDECIDED;
	}
	--*search->patience;
	switch (node->join) {
	case TM_ASK:
		return tm_traits_answer(&search->traits, &node->question);
	case TM_NOT:
		return opposite(node_answer(search, node->left));
	default:
		return chain_answer(search, node);
	}
}

static enum tm_truth search_answer(struct search *search)
{
	enum tm_truth all = TM_TRUE, one;

	for (size_t i = 0; i < search->count; i++) {
		one = node_answer(search, search->parts[i]);
		if (one == opposite(search->wanted))
			return TM_FALSE;
		if (one == TM_UNDECIDED)
			all = one;
	}
	return all;
}

/* Chooses values for as many traits as it takes. */
static bool search_succeeds(struct search *search)
{
	const enum tm_truth answer = search_answer(search);
	const int open = search->traits.open;
	bool found = answer == TM_TRUE || search->traits.is_too_much;

	if (answer != TM_UNDECIDED || found)
		return found;
	for (size_t i = 0; !found && i < search->traits.all[open].count; i++) {
		if (tm_traits_choose(&search->traits, open, i))
			found = search_succeeds(search);
	}
	search->traits.all[open].chosen = NULL;
	return found;
}

/* True, too, where it takes too long to tell. */
static bool parts_can_be(const struct tm_node *const *parts, size_t count,
		enum tm_truth wanted, size_t *patience)
{
	struct search search = { parts, count, wanted, .patience = patience };
	bool found;

	for (size_t i = 0; i < count; i++)
		node_learn(&search.traits, parts[i]);
	found = search_succeeds(&search);
	tm_traits_free(&search.traits);
	return found;
}

static bool can_be(const struct tm_node *node, enum tm_truth wanted,
		size_t *patience)
{
	return parts_can_be(&node, 1, wanted, patience);
}

/* --- parts --- */

/* Of an and the shortest beginning that is never true, of an or that is always
 * true. What is longer is, too. */
static const struct tm_node *chain_cut(const struct tm_node *node,
		enum tm_truth impossible, size_t *patience)
{
	while (node->left->join == node->join &&
			!can_be(node->left, impossible, patience))
		node = node->left;
	return node;
}

static void constants_find(const struct tm_node *node,
		struct tm_constants *found, size_t *patience);

static void constants_note(struct tm_constants *found, enum tm_truth impossible,
		const struct tm_node *node)
{
	if (impossible == TM_TRUE)
		found->never = node;
	else
		found->always = node;
}

static void constants_add(
		struct tm_constants *found, const struct tm_constants *inner)
{
	if (inner->never)
		found->never = inner->never;
	if (inner->always)
		found->always = inner->always;
}

/* Whether the whole of the node is one. */
static bool node_is_constant(const struct tm_node *node,
		struct tm_constants *found, size_t *patience)
{
	for (enum tm_truth truth = TM_FALSE; truth <= TM_TRUE; truth++) {
		if (can_be(node, truth, patience))
			continue;
		constants_note(found, truth, node);
		return true;
	}
	return false;
}

/* A part that explains the whole is reported without it. */
static void find_in_not(const struct tm_node *node, struct tm_constants *found,
		size_t *patience)
{
	struct tm_constants inner = { 0 };

	constants_find(node->left, &inner, patience);
	if ((inner.never || inner.always) &&
			!node_is_constant(node, found, patience))
		constants_add(found, &inner);
}

/* From the right, so that the leftmost part remains. */
static void find_in_chain(const struct tm_node *node,
		struct tm_constants *found, size_t *patience)
{
	const bool is_and = node->join == TM_AND;
	const enum tm_truth impossible = is_and ? TM_TRUE : TM_FALSE;
	const struct tm_node *part = node;
	struct tm_constants inner = { 0 };

	for (; part->join == node->join; part = part->left)
		constants_find(part->right, &inner, patience);
	constants_find(part, &inner, patience);
	if (!(is_and ? inner.never : inner.always) &&
			!can_be(node, impossible, patience))
		constants_note(&inner, impossible,
				chain_cut(node, impossible, patience));
	constants_add(found, &inner);
}

static void constants_find(const struct tm_node *node,
		struct tm_constants *found, size_t *patience)
{
	switch (node->join) {
	case TM_ASK:
		node_is_constant(node, found, patience);
		break;
	case TM_NOT:
		find_in_not(node, found, patience);
		break;
	default:
		find_in_chain(node, found, patience);
	}
}

void tm_expression_find_constants(
		const struct tm_node *root, struct tm_constants *found)
{
	size_t patience = PATIENCE;

	*found = (struct tm_constants){ 0 };
	constants_find(root, found, &patience);
}

bool tm_program_is_void(const struct tm_program *program)
{
	const size_t count = program->rule_count;
	const struct tm_node **const parts =
			malloc((count + 1) * sizeof(*parts));
	size_t patience = PATIENCE;
	bool is_possible;

	if (!parts)
		return false;
	for (size_t i = 0; i < count; i++)
		parts[i] = program->rules[i].node;
	is_possible = parts_can_be(parts, count, TM_TRUE, &patience);
	free(parts);
	return !is_possible;
}
