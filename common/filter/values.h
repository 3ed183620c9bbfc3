/* The words of an expression that take a value, and the meaning of their
 * values. Only for the files of the parser. */
#ifndef TM_FILTER_VALUES_H
#define TM_FILTER_VALUES_H

#include <string.h>

#include "parser.h"

/* One value of a word. */
struct tm_value {
	char *text;	/* may be changed */
	size_t column;	/* of its first character */
	bool is_quoted; /* literal, not a pattern */
	enum tm_comparison comparison;
};

struct tm_filter_word {
	const char *name;
	/* False with the problem. */
	bool (*parse)(struct tm_parser *parser,
			const struct tm_filter_word *word,
			const struct tm_value *value,
			struct tm_question *question);
	enum tm_test test;
	uint8_t fact; /* as of struct tm_wanted */
	uint64_t max;
	bool is_ordered; /* may be compared by < and the like */
	bool has_ends;
	bool is_flag;  /* takes no value: the value is max */
	bool is_alias; /* tcpdump's word, which no message names */
	/* The values that a name stands for, with commas between; to be freed.
	 * NULL = none, with the problem, or just itself without. */
	char *(*expand)(struct tm_parser *parser, const struct tm_value *value);
};

/* Whether the value is a pattern: it has * ? or [ and no quotes. */
static inline bool tm_value_is_pattern(const struct tm_value *value)
{
	return !value->is_quoted && strpbrk(value->text, "*?[");
}

/* Parses the value of a word about a fact. */
bool tm_fact_word_parse(struct tm_parser *parser,
		const struct tm_filter_word *word, const struct tm_value *value,
		struct tm_question *question);

const struct tm_filter_word *tm_filter_word_find(const char *name);

/* " in out ...": all of them. */
void tm_filter_words_list(char *out, size_t size);

#endif
