#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/moment.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/record/event.h"
#include "common/record/fields.h"
#include "common/record/words.h"
#include "expression.h"

enum token { END, WORD, QUOTED, OPEN, CLOSE, COMPARISON };

enum comparison { EQUAL, DIFFERENT, LESS, AT_MOST, GREATER, AT_LEAST };

/* One token ahead: its kind, its place, and the text of a word. */
struct parser {
	struct tm_expression *expression;
	struct tm_sources *sources;
	enum token token;
	enum comparison comparison;
	size_t begin, end;
	size_t last_end; /* of the token before */
	char *word;
	size_t node_count;
	unsigned depth;
};

struct word {
	const char *name;
	bool (*parse)(struct parser *, const struct word *,
			struct tm_question *, enum comparison);
	enum tm_test test;
	uint64_t max;
	bool is_ordered; /* < and the like make sense */
	bool has_ends;
};

/* The first problem stays. */
__attribute__((format(printf, 3, 4))) static bool fail(
		struct parser *parser, size_t column, const char *format, ...)
{
	struct tm_expression *const expression = parser->expression;
	va_list args;

	if (*expression->problem)
		return false;
	va_start(args, format);
	vsnprintf(expression->problem, sizeof(expression->problem), format,
			args);
	va_end(args);
	expression->column = column;
	return false;
}

static bool parser_take_quoted(struct parser *parser, const char *at)
{
	const char *const close = strchr(at + 1, *at);

	if (!close)
		return fail(parser, parser->begin, "unterminated quote");
	memcpy(parser->word, at + 1, close - at - 1);
	parser->word[close - at - 1] = '\0';
	parser->token = QUOTED;
	parser->end += close - at + 1;
	return true;
}

static bool take_comparison(struct parser *parser, const char *at)
{
	const bool is_double = at[1] == '=';

	switch (*at) {
	case '=':
		parser->comparison = EQUAL;
		break;
	case '!':
		if (!is_double)
			return fail(parser, parser->begin,
					"for negation, write not");
		parser->comparison = DIFFERENT;
		break;
	case '<':
		parser->comparison = is_double ? AT_MOST : LESS;
		break;
	case '>':
		parser->comparison = is_double ? AT_LEAST : GREATER;
		break;
	}
	parser->token = COMPARISON;
	parser->end += is_double ? 2 : 1;
	return true;
}

static bool parser_take_word(struct parser *parser, const char *at)
{
	const size_t size = strcspn(at, " \t\n\r()=!<>'\"");

	memcpy(parser->word, at, size);
	parser->word[size] = '\0';
	parser->token = WORD;
	parser->end += size;
	return true;
}

/* Looks at the next token. */
static bool advance(struct parser *parser)
{
	const char *at = parser->expression->text + parser->end;

	parser->last_end = parser->end;
	parser->end += strspn(at, " \t\n\r");
	at = parser->expression->text + parser->end;
	parser->begin = parser->end;
	switch (*at) {
	case '\0':
		parser->token = END;
		return true;
	case '(':
	case ')':
		parser->token = *at == '(' ? OPEN : CLOSE;
		parser->end++;
		return true;
	case '\'':
	case '"':
		return parser_take_quoted(parser, at);
	case '=':
	case '!':
	case '<':
	case '>':
		return take_comparison(parser, at);
	}
	return parser_take_word(parser, at);
}

static bool parser_is_at(const struct parser *parser, const char *word)
{
	return parser->token == WORD && !strcmp(parser->word, word);
}

/* There are fewer nodes than characters, so the array never ends. */
static struct tm_node *node_new(struct parser *parser, enum tm_join join,
		struct tm_node *left, struct tm_node *right)
{
	struct tm_node *const node =
			&parser->expression->nodes[parser->node_count++];

	node->join = join;
	node->left = left;
	node->right = right;
	if (left)
		node->begin = left->begin;
	node->end = parser->last_end;
	return node;
}

/* Values: the parser's word, which stands at begin. */

static bool parse_flag(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	(void)parser;
	(void)comparison;
	question->low = question->high = word->max;
	return true;
}

/* What has no owner, process or port (0, or the uid of nobody) is neither
 * below nor above a number; it can only be asked for by its own. */
static void bound(struct tm_question *question, enum comparison comparison,
		uint64_t value, const struct word *word)
{
	const bool can_lack =
			word->test == TM_TEST_PID || word->test == TM_TEST_PORT;
	const uint64_t least = can_lack ? 1 : 0;
	const uint64_t most =
			word->test == TM_TEST_UID ? TM_NOBODY - 1 : word->max;

	question->low = least;
	question->high = most;
	switch (comparison) {
	case LESS:
		if (value > most)
			break;
		question->low = value > least ? least : 1;
		question->high = value > least ? value - 1 : 0;
		break;
	case AT_MOST:
		question->high = value < most ? value : most;
		break;
	case GREATER:
		question->low = value < most ? value + 1 : 1;
		question->high = value < most ? most : 0;
		if (question->low < least)
			question->low = least;
		break;
	case AT_LEAST:
		question->low = value > least ? value : least;
		break;
	default:
		question->low = question->high = value;
	}
}

static bool parse_one(
		const struct word *word, const char *text, uint64_t *value)
{
	if (word->test == TM_TEST_BYTES)
		return tm_size_parse(text, value);
	return tm_number_parse(text, word->max, value);
}

static bool no_number(struct parser *parser, const struct word *word,
		const char *text)
{
	const size_t column = parser->begin + (text - parser->word);

	if (word->test == TM_TEST_BYTES)
		return fail(parser, column,
				"bytes takes a size such as 1500, 1.5M or 4GB, not '%s'",
				text);
	return fail(parser, column, "%s takes a number up to %ju, not '%s'",
			word->name, (uintmax_t)word->max, text);
}

/* 5, or 5-10. */
static bool parse_word_number(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	char *const dash = strchr(parser->word, '-');
	uint64_t value;

	if (dash)
		*dash = '\0';
	if (!parse_one(word, parser->word, &value))
		return no_number(parser, word, parser->word);
	bound(question, comparison, value, word);
	if (!dash)
		return true;
	if (comparison > DIFFERENT)
		return fail(parser, parser->begin,
				"a range can only be compared with = and !=");
	if (!parse_one(word, dash + 1, &question->high))
		return no_number(parser, word, dash + 1);
	if (question->high < question->low)
		return fail(parser, parser->begin,
				"the range ends before it begins");
	return true;
}

static bool text_is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static bool parse_uid(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	if (strcmp(parser->word, "none"))
		return parse_word_number(parser, word, question, comparison);
	if (comparison > DIFFERENT)
		return fail(parser, parser->begin,
				"none cannot be compared with a number");
	question->low = question->high = TM_NOBODY;
	return true;
}

static bool parse_name(struct parser *parser, enum tm_name_of of,
		enum tm_test test, struct tm_question *question)
{
	question->test = test;
	question->ids = tm_ids_new(&parser->sources->ids, of, parser->word,
			parser->sources->names);
	return question->ids || fail(parser, parser->begin, "out of memory");
}

static bool parse_user(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	if (text_is_number(parser->word) || !strcmp(parser->word, "none"))
		return parse_uid(parser, word, question, comparison);
	return parse_name(parser, TM_NAME_USER, TM_TEST_USER_NAME, question);
}

static bool parse_cgroup(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	if (text_is_number(parser->word))
		return parse_word_number(parser, word, question, comparison);
	return parse_name(
			parser, TM_NAME_CGROUP, TM_TEST_CGROUP_NAME, question);
}

static bool parse_interface(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	if (text_is_number(parser->word))
		return parse_word_number(parser, word, question, comparison);
	return parse_name(parser, TM_NAME_INTERFACE, TM_TEST_INTERFACE_NAME,
			question);
}

/* The kernel cuts names of tasks to 15 bytes; so is what is asked for. */
static bool parse_process(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	(void)parser;
	(void)word;
	(void)comparison;
	memset(question->comm, 0, sizeof(question->comm));
	memcpy(question->comm, parser->word,
			strnlen(parser->word, TM_COMM_SIZE));
	return true;
}

static bool parse_host(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	const bool is_network = strchr(parser->word, '/');

	(void)comparison;
	return tm_address_parse(parser->word, question->address) ||
			fail(parser, parser->begin,
					"%s takes an address, not '%s'%s",
					word->name, parser->word,
					is_network ? "; write network" : "");
}

static bool parse_network(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	struct tm_filter_list *const list =
			tm_filter_list_new(&parser->sources->lists);
	char problem[TM_NETWORKS_PROBLEM];

	(void)word;
	(void)comparison;
	if (!tm_sources_take(parser->sources, parser->word))
		return fail(parser, parser->begin, TM_STDIN_TAKEN);
	if (!list || tm_filter_list_add(list, parser->word))
		return fail(parser, parser->begin, "out of memory");
	question->list = list;
	if (!tm_filter_list_read(list, problem))
		return true;
	parser->expression->in_file = tm_filter_list_has_files(list);
	return fail(parser, parser->begin, "%s", problem);
}

static bool parse_word_protocol(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	uint32_t protocol;

	if (text_is_number(parser->word))
		return parse_word_number(parser, word, question, comparison);
	if (!tm_word_find(tm_protocols, parser->word, &protocol))
		return fail(parser, parser->begin,
				"protocol takes tcp, udp, icmp, icmp6, sctp or "
				"another protocol's number, not '%s'",
				parser->word);
	question->low = question->high = protocol;
	return true;
}

static bool parse_kind(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	static const struct tm_word kinds[] = {
		{ "traffic", TM_TRAFFIC },
		{ "lost", TM_LOST },
		{ "unattributed", TM_UNATTRIBUTED },
		{ NULL, 0 },
	};

	uint32_t kind;

	(void)word;
	(void)comparison;
	if (!tm_word_find(kinds, parser->word, &kind))
		return fail(parser, parser->begin,
				"kind takes traffic, lost or unattributed, not '%s'",
				parser->word);
	question->low = question->high = kind;
	return true;
}

static bool parse_moment(struct parser *parser, const struct word *word,
		struct tm_question *question, enum comparison comparison)
{
	const size_t begin = parser->begin + (parser->token == QUOTED);
	struct tm_moment_problem problem;

	(void)comparison;
	question->high = UINT64_MAX;
	return tm_moment_parse(parser->word, parser->sources->now_ns,
			       &question->low, &problem) ||
			fail(parser, begin + problem.column, "%s %s: %s",
					word->name, parser->word,
					problem.reason);
}

static const struct word words[] = {
	{ "in", parse_flag, TM_TEST_DIRECTION, TM_IN, false, false },
	{ "out", parse_flag, TM_TEST_DIRECTION, TM_OUT, false, false },
	{ "loopback", parse_flag, TM_TEST_LOOPBACK, TM_LOOPBACK, false, false },
	{ "user", parse_user, TM_TEST_UID, UINT32_MAX, false, false },
	{ "uid", parse_uid, TM_TEST_UID, UINT32_MAX, true, false },
	{ "pid", parse_word_number, TM_TEST_PID, UINT32_MAX, true, false },
	{ "process", parse_process, TM_TEST_COMM, 0, false, false },
	{ "cgroup", parse_cgroup, TM_TEST_CGROUP, UINT64_MAX, false, false },
	{ "host", parse_host, TM_TEST_HOST, 0, false, true },
	{ "network", parse_network, TM_TEST_NET, 0, false, true },
	{ "port", parse_word_number, TM_TEST_PORT, UINT16_MAX, true, true },
	{ "protocol", parse_word_protocol, TM_TEST_PROTOCOL, UINT8_MAX, false,
			false },
	{ "interface", parse_interface, TM_TEST_IFINDEX, UINT32_MAX, false,
			false },
	{ "bytes", parse_word_number, TM_TEST_BYTES, UINT64_MAX, true, false },
	{ "packets", parse_word_number, TM_TEST_PACKETS, UINT32_MAX, true,
			false },
	{ "since", parse_moment, TM_TEST_SINCE, 0, false, false },
	{ "until", parse_moment, TM_TEST_UNTIL, 0, false, false },
	{ "kind", parse_kind, TM_TEST_KIND, 0, false, false },
};

static const struct word *word_find(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (tm_word_means(words[i].name, name, strlen(name)))
			return &words[i];
	}
	return NULL;
}

/* The comparison between a word and its value; without one it is =. */
static bool take_operator(struct parser *parser, const struct word *word,
		enum comparison *comparison)
{
	const bool is_moment = word->test == TM_TEST_SINCE ||
			word->test == TM_TEST_UNTIL;

	*comparison = EQUAL;
	if (parser->token != COMPARISON)
		return true;
	*comparison = parser->comparison;
	if (is_moment)
		return fail(parser, parser->begin,
				"%s takes no comparison, only a time",
				word->name);
	if (*comparison > DIFFERENT && !word->is_ordered)
		return fail(parser, parser->begin,
				"%s can only be compared with = and !=",
				word->name);
	return advance(parser);
}

static bool has_value(const struct parser *parser)
{
	return parser->token == QUOTED ||
			(parser->token == WORD &&
					!parser_is_at(parser, "and") &&
					!parser_is_at(parser, "or") &&
					!parser_is_at(parser, "not"));
}

static struct tm_node *parse_value(struct parser *parser,
		const struct word *word, struct tm_node *node)
{
	enum comparison comparison;

	if (word->parse == parse_flag) {
		word->parse(parser, word, &node->question, EQUAL);
		return node;
	}
	if (!take_operator(parser, word, &comparison))
		return NULL;
	if (!has_value(parser)) {
		fail(parser, parser->begin, "%s needs a value", word->name);
		return NULL;
	}
	if (!word->parse(parser, word, &node->question, comparison) ||
			!advance(parser))
		return NULL;
	node->end = parser->last_end;
	return comparison == DIFFERENT ? node_new(parser, TM_NOT, node, NULL)
				       : node;
}

static bool unknown_word(struct parser *parser)
{
	char known[256] = "";
	size_t size = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		size += snprintf(known + size, sizeof(known) - size, " %s",
				words[i].name);
	return fail(parser, parser->begin,
			"unknown word '%.40s'; the words are%s, src, dst, local, remote, and, or, not",
			parser->word, known);
}

/* Before a word: the end of the event that it asks about. */
static bool take_ends(struct parser *parser, enum tm_ends *ends)
{
	static const struct tm_word known[] = {
		{ "src", TM_SOURCE },
		{ "dst", TM_DESTINATION },
		{ "local", TM_LOCAL },
		{ "remote", TM_REMOTE },
		{ NULL, 0 },
	};

	uint32_t found = TM_EITHER;

	if (tm_word_find(known, parser->word, &found) && !advance(parser))
		return false;
	*ends = found;
	return true;
}

/* Of local and remote, an address needs no word. */
static const struct word *take_word_name(
		struct parser *parser, enum tm_ends ends)
{
	const struct word *const word =
			parser->token == WORD ? word_find(parser->word) : NULL;

	if (!word && (ends == TM_LOCAL || ends == TM_REMOTE))
		return word_find("host");
	if (!word && ends == TM_EITHER)
		unknown_word(parser);
	else if (ends != TM_EITHER && (!word || !word->has_ends))
		fail(parser, parser->begin, "expected host, network or port");
	else if (advance(parser))
		return word;
	return NULL;
}

static struct tm_node *parse_question(struct parser *parser)
{
	const size_t begin = parser->begin;
	const struct word *word;
	struct tm_node *node;
	enum tm_ends ends;

	if (!take_ends(parser, &ends))
		return NULL;
	word = take_word_name(parser, ends);
	if (!word)
		return NULL;
	node = node_new(parser, TM_ASK, NULL, NULL);
	node->question.test = word->test;
	node->question.ends = ends;
	node->begin = begin;
	return parse_value(parser, word, node);
}

static struct tm_node *parse_or(struct parser *parser);

static struct tm_node *parse_parentheses(struct parser *parser)
{
	const size_t begin = parser->begin;
	struct tm_node *node;

	if (!advance(parser))
		return NULL;
	node = parse_or(parser);
	if (!node)
		return NULL;
	if (parser->token != CLOSE) {
		fail(parser, parser->token == END ? begin : parser->begin,
				parser->token == END
						? "this parenthesis is not closed"
						: "expected and, or, or )");
		return NULL;
	}
	if (!advance(parser))
		return NULL;
	node->begin = begin;
	node->end = parser->last_end;
	return node;
}

static struct tm_node *parse_not(struct parser *parser)
{
	const size_t begin = parser->begin;
	struct tm_node *node;

	if (++parser->depth > TM_EXPRESSION_DEPTH) {
		fail(parser, begin, "nested more than %d levels deep",
				TM_EXPRESSION_DEPTH);
		return NULL;
	}
	if (parser_is_at(parser, "not")) {
		node = advance(parser) ? parse_not(parser) : NULL;
		if (node) {
			node = node_new(parser, TM_NOT, node, NULL);
			node->begin = begin;
		}
	} else if (parser->token == OPEN) {
		node = parse_parentheses(parser);
	} else if (parser->token == WORD && !parser_is_at(parser, "and") &&
			!parser_is_at(parser, "or")) {
		node = parse_question(parser);
	} else {
		fail(parser, begin, "expected a word such as user or network");
		node = NULL;
	}
	parser->depth--;
	return node;
}

static struct tm_node *parse_and(struct parser *parser)
{
	struct tm_node *left = parse_not(parser);
	struct tm_node *right;

	while (left && parser_is_at(parser, "and")) {
		right = advance(parser) ? parse_not(parser) : NULL;
		left = right ? node_new(parser, TM_AND, left, right) : NULL;
	}
	return left;
}

static struct tm_node *parse_or(struct parser *parser)
{
	struct tm_node *left = parse_and(parser);
	struct tm_node *right;

	while (left && parser_is_at(parser, "or")) {
		right = advance(parser) ? parse_and(parser) : NULL;
		left = right ? node_new(parser, TM_OR, left, right) : NULL;
	}
	return left;
}

static struct tm_node *parse_all(struct parser *parser)
{
	struct tm_node *root;

	if (!advance(parser))
		return NULL;
	if (parser->token == END) {
		fail(parser, 0, "the expression is empty");
		return NULL;
	}
	root = parse_or(parser);
	if (root && parser->token != END) {
		fail(parser, parser->begin,
				parser->token == CLOSE
						? "this parenthesis was not opened"
						: "expected and, or, or the end");
		return NULL;
	}
	return root;
}

bool tm_sources_take(struct tm_sources *sources, const char *argument)
{
	if (strcmp(argument, "@-"))
		return true;
	if (sources->stdin_is_taken)
		return false;
	sources->stdin_is_taken = true;
	return true;
}

int tm_expression_parse(struct tm_expression *expression, const char *text,
		struct tm_sources *sources)
{
	struct parser parser = { .expression = expression, .sources = sources };
	const size_t size = strlen(text);

	memset(expression, 0, sizeof(*expression));
	expression->text = text;
	if (size > TM_EXPRESSION_MAX) {
		fail(&parser, TM_EXPRESSION_MAX,
				"longer than %d characters; put a long list of "
				"networks in a file: network @FILE",
				TM_EXPRESSION_MAX);
		return -1;
	}
	expression->nodes = calloc(size + 1, sizeof(*expression->nodes));
	parser.word = malloc(size + 1);
	if (expression->nodes && parser.word)
		expression->root = parse_all(&parser);
	else
		fail(&parser, 0, "out of memory");
	free(parser.word);
	return expression->root ? 0 : -1;
}

void tm_expression_free(struct tm_expression *expression)
{
	free(expression->nodes);
	memset(expression, 0, sizeof(*expression));
}
