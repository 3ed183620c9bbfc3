#include <stdlib.h>
#include <string.h>

#include "common/net/address.h"
#include "common/record/fields.h"
#include "terms.h"
#include "values.h"

/* The question of a word while its values are read. */
struct term {
	const struct tm_filter_word *word;
	enum tm_ends ends;
	enum tm_comparison comparison;
	size_t begin;
	struct tm_node *node; /* of the values so far, joined by or */
};

static bool term_add(struct tm_parser *parser, struct term *term,
		const struct tm_value *value)
{
	struct tm_node *const node = tm_parser_node(parser, TM_ASK, NULL, NULL);

	if (!node)
		return false;
	node->begin = term->begin;
	node->end = parser->end;
	node->question.test = term->word->test;
	node->question.ends = term->ends;
	if (!term->word->parse(parser, term->word, value, &node->question))
		return false;
	term->node = term->node
			? tm_parser_node(parser, TM_OR, term->node, node)
			: node;
	if (term->node)
		term->node->end = parser->end;
	return term->node;
}

/* A name that stands for several values is any of them. */
static bool term_add_name(struct tm_parser *parser, struct term *term,
		struct tm_value value)
{
	char *const names = term->word->expand
			? term->word->expand(parser, &value)
			: NULL;
	char *rest = names;
	bool is_added = true;

	if (*parser->expression->problem)
		return false;
	if (!names)
		return term_add(parser, term, &value);
	while (is_added && (value.text = strsep(&rest, ",")))
		is_added = term_add(parser, term, &value);
	free(names);
	return is_added;
}

/* Values with commas between, of which an empty one is left out. */
static bool term_add_list(struct tm_parser *parser, struct term *term)
{
	char *rest = parser->word;
	struct tm_value value = { .comparison = term->comparison };

	while ((value.text = strsep(&rest, ","))) {
		value.column = parser->begin + (value.text - parser->word);
		if (*value.text && !term_add_name(parser, term, value))
			return false;
	}
	return true;
}

static bool term_add_token(struct tm_parser *parser, struct term *term)
{
	const struct tm_value value = { .text = parser->word,
		.column = parser->begin + 1,
		.is_quoted = true,
		.comparison = term->comparison };

	return parser->token == TM_TOKEN_QUOTED
			? term_add_name(parser, term, value)
			: term_add_list(parser, term);
}

static bool has_value(const struct tm_parser *parser)
{
	return parser->token == TM_TOKEN_QUOTED ||
			(parser->token == TM_TOKEN_WORD &&
					!tm_parser_is_at_join(parser));
}

static bool ends_in_comma(const struct tm_parser *parser)
{
	const size_t size = strlen(parser->word);

	return parser->token == TM_TOKEN_WORD && size &&
			parser->word[size - 1] == ',';
}

static bool begins_with_comma(const struct tm_parser *parser)
{
	return parser->token == TM_TOKEN_WORD && *parser->word == ',';
}

static bool term_take_values(struct tm_parser *parser, struct term *term)
{
	bool goes_on;

	do {
		if (!has_value(parser))
			return tm_parser_fail(parser, parser->begin,
					"%s needs a value", term->word->name);
		goes_on = ends_in_comma(parser);
		if (!term_add_token(parser, term) || !tm_parser_advance(parser))
			return false;
	} while (goes_on || begins_with_comma(parser));
	return term->node ||
			tm_parser_fail(parser, parser->last_end,
					"%s needs a value", term->word->name);
}

/* The comparison between a word and its value; without one it is =. */
static bool term_take_comparison(struct tm_parser *parser, struct term *term)
{
	const struct tm_filter_word *const word = term->word;

	if (parser->token != TM_TOKEN_COMPARISON)
		return true;
	term->comparison = parser->comparison;
	if (word->test == TM_TEST_SINCE || word->test == TM_TEST_UNTIL)
		return tm_parser_fail(parser, parser->begin,
				"%s takes no comparison, only a time",
				word->name);
	if (term->comparison > TM_DIFFERENT && !word->is_ordered)
		return tm_parser_fail(parser, parser->begin,
				"%s can only be compared with = and !=",
				word->name);
	return tm_parser_advance(parser);
}

/* A question that asks for one value only. */
static struct tm_node *term_ask(struct tm_parser *parser, size_t begin,
		enum tm_test test, uint64_t value)
{
	struct tm_node *const node = tm_parser_node(parser, TM_ASK, NULL, NULL);

	if (!node)
		return NULL;
	node->begin = begin;
	node->question.test = test;
	node->question.low = node->question.high = value;
	return node;
}

static struct tm_node *term_parse_word(
		struct tm_parser *parser, struct term *term)
{
	if (term->word->is_flag)
		return term_ask(parser, term->begin, term->word->test,
				term->word->max);
	if (!term_take_comparison(parser, term) ||
			!term_take_values(parser, term))
		return NULL;
	return term->comparison == TM_DIFFERENT
			? tm_parser_node(parser, TM_NOT, term->node, NULL)
			: term->node;
}

static const struct family {
	const char *word;
	bool is_ipv4;
} families[] = { { "ip", true }, { "ip6", false } };

static const struct family *family_find(const char *word)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (!strcmp(families[i].word, word))
			return &families[i];
	}
	return NULL;
}

/* IPv6 is what is neither IPv4 nor without an address. */
static struct tm_node *family_invert(
		struct tm_parser *parser, struct tm_node *ipv4)
{
	struct tm_node *node = term_ask(parser, ipv4->begin, TM_TEST_HOST, 0);

	if (!node)
		return NULL;
	memset(node->question.address, 0, sizeof(node->question.address));
	node->question.ends = TM_DESTINATION;
	node = tm_parser_node(parser, TM_OR, ipv4, node);
	return node ? tm_parser_node(parser, TM_NOT, node, NULL) : NULL;
}

/* By the destination: it is never absent where there is a source. */
static struct tm_node *family_ask(struct tm_parser *parser, size_t begin,
		const struct family *family)
{
	struct tm_filter_list *const list =
			tm_filter_list_new(&parser->sources->lists);
	struct tm_node *node = term_ask(parser, begin, TM_TEST_NET, 0);
	char problem[TM_NETWORKS_PROBLEM];

	if (!list || !node || tm_filter_list_add(list, "0.0.0.0/0") ||
			tm_filter_list_read(list, problem)) {
		tm_parser_fail(parser, begin, "out of memory");
		return NULL;
	}
	node->question.list = list;
	node->question.ends = TM_DESTINATION;
	return family->is_ipv4 ? node : family_invert(parser, node);
}

static bool unknown_word(struct tm_parser *parser)
{
	uint8_t address[16];
	char known[512];

	if (tm_address_parse(parser->word, address))
		return tm_parser_fail(parser, parser->begin,
				"an address alone; write host %.60s",
				parser->word);
	tm_filter_words_list(known, sizeof(known));
	return tm_parser_fail(parser, parser->begin,
			"unknown word '%.40s'; the words are%s, src, dst, local, remote, and, or, not",
			parser->word, known);
}

static const struct tm_word ends_words[] = {
	{ "src", TM_SOURCE },
	{ "dst", TM_DESTINATION },
	{ "local", TM_LOCAL },
	{ "remote", TM_REMOTE },
	{ NULL, 0 },
};

/* After "src" or "dst": "and dst" means both ends, and "or dst" either. */
static bool term_take_other_end(struct tm_parser *parser, enum tm_ends *ends)
{
	const bool is_and = tm_parser_is_at(parser, "and");
	const char *const other = *ends == TM_SOURCE ? "dst" : "src";

	if (!is_and && !tm_parser_is_at(parser, "or"))
		return true;
	*ends = is_and ? TM_BOTH : TM_EITHER;
	return tm_parser_advance(parser) &&
			(tm_parser_is_at(parser, other) ||
					tm_parser_fail(parser, parser->begin,
							"expected %s",
							other)) &&
			tm_parser_advance(parser);
}

/* Before a word: the end of the event that it applies to. */
static bool term_take_ends(
		struct tm_parser *parser, enum tm_ends *ends, bool *has_ends)
{
	uint32_t found = TM_EITHER;

	*has_ends = tm_word_find(ends_words, parser->word, &found);
	if (*has_ends && !tm_parser_advance(parser))
		return false;
	*ends = found;
	return (found != TM_SOURCE && found != TM_DESTINATION) ||
			term_take_other_end(parser, ends);
}

/* Whether the next value, before which a comparison may stand, has a slash or
 * is a file. */
static bool is_before_network(const struct tm_parser *parser)
{
	const bool is_after = parser->token == TM_TOKEN_COMPARISON;
	const char *at = parser->expression->text +
			(is_after ? parser->end : parser->begin);

	at += strspn(at, " \t\n\r'\"");
	return *at == '@' || memchr(at, '/', strcspn(at, " \t\n\r()'\""));
}

/* After an end, an address, a network or a host's name needs no word. */
static const struct tm_filter_word *term_choose_word(
		const struct tm_parser *parser)
{
	uint32_t protocol;

	if (parser->token == TM_TOKEN_WORD &&
			(family_find(parser->word) ||
					tm_word_find(tm_protocols, parser->word,
							&protocol)))
		return NULL;
	if (parser->token != TM_TOKEN_COMPARISON && !has_value(parser))
		return NULL;
	return tm_filter_word_find(
			is_before_network(parser) ? "network" : "host");
}

static const struct tm_filter_word *term_take_word(
		struct tm_parser *parser, bool has_ends)
{
	const struct tm_filter_word *word = parser->token == TM_TOKEN_WORD
			? tm_filter_word_find(parser->word)
			: NULL;

	if (!word && has_ends) {
		word = term_choose_word(parser);
		if (word)
			return word;
	}
	if (!word && !has_ends)
		unknown_word(parser);
	else if (has_ends && (!word || !word->has_ends))
		tm_parser_fail(parser, parser->begin,
				"expected host, network or port");
	else if (tm_parser_advance(parser))
		return word;
	return NULL;
}

/* The protocols that a word without a value asks for. */
static struct tm_node *term_parse_protocol(
		struct tm_parser *parser, size_t begin)
{
	const struct family *const family = family_find(parser->word);
	uint32_t protocol = 0;

	if (!family && !tm_word_find(tm_protocols, parser->word, &protocol))
		return NULL;
	parser->is_qualified = true;
	if (!tm_parser_advance(parser))
		return NULL;
	return family ? family_ask(parser, begin, family)
		      : term_ask(parser, begin, TM_TEST_PROTOCOL, protocol);
}

struct tm_node *tm_term_parse(struct tm_parser *parser)
{
	struct term term = { .begin = parser->begin };
	struct tm_node *node;
	bool has_ends;

	parser->is_qualified = false;
	if (!tm_filter_word_find(parser->word)) {
		node = term_parse_protocol(parser, term.begin);
		if (parser->is_qualified)
			return node;
	}
	if (!term_take_ends(parser, &term.ends, &has_ends))
		return NULL;
	term.word = term_take_word(parser, has_ends);
	return term.word ? term_parse_word(parser, &term) : NULL;
}

bool tm_term_is_qualified(const struct tm_parser *parser)
{
	const struct tm_filter_word *const word =
			tm_filter_word_find(parser->word);
	uint32_t ends;

	return parser->is_qualified && parser->token == TM_TOKEN_WORD &&
			((word && (word->has_ends || word->test == TM_TEST_PROTOCOL)) ||
					tm_word_find(ends_words, parser->word,
							&ends));
}
