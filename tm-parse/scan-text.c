/* A line of words as tm-print writes it: a time, words that say by themselves
 * which field they are, "SOURCE > DESTINATION", and key=value. */
#include <string.h>

#include "common/base/escape.h"
#include "pairs.h"

struct cursor {
	char *p, *end;
	struct pairs *pairs;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void text_skip_space(struct cursor *in)
{
	while (in->p < in->end && is_space(*in->p))
		in->p++;
}

static int hex_digit(char c)
{
	const char lower = c | 0x20;

	if (c >= '0' && c <= '9')
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* \xNN: a byte; \u{N}: a code point; \\ and \" */
static int text_take_escape(struct cursor *in, char **out)
{
	const char *const at = in->p++;
	const char kind = in->p < in->end ? *in->p++ : 0;
	uint32_t code = 0;
	int digits = 0;

	if (kind == '\\' || kind == '"') {
		*(*out)++ = kind;
		return 0;
	}
	if (kind == 'u' && in->p < in->end && *in->p == '{')
		in->p++;
	else if (kind != 'x')
		return problem_set(in->pairs->problem, at,
				"no such escape; there are \\\\ \\\" \\xNN \\u{N}");
	while (in->p < in->end && hex_digit(*in->p) >= 0 &&
			digits < (kind == 'x' ? 2 : 6)) {
		code = code << 4 | hex_digit(*in->p++);
		digits++;
	}
	if (kind == 'x' && digits == 2) {
		*(*out)++ = code;
		return 0;
	}
	if (kind == 'x' || !digits || in->p == in->end || *in->p++ != '}' ||
			code > 0x10ffff || code >> 11 == 0x1b)
		return problem_set(in->pairs->problem, at, "a bad escape");
	*out = tm_utf8_encode(*out, code);
	return 0;
}

/* Escapes only shrink, so they are undone in place. */
static int text_take_quoted(struct cursor *in, struct slice *slice)
{
	char *out = ++in->p;
	uint32_t code;
	size_t size;

	slice->text = out;
	while (in->p < in->end && *in->p != '"') {
		if (*in->p == '\\') {
			if (text_take_escape(in, &out))
				return -1;
			continue;
		}
		size = tm_utf8_decode(in->p, in->end - in->p, &code);
		if (!size || code < 0x20)
			return problem_set(in->pairs->problem, in->p,
					"not text; such a byte is written \\x%02x",
					(unsigned char)*in->p);
		memmove(out, in->p, size);
		out += size;
		in->p += size;
	}
	slice->length = out - slice->text;
	if (in->p == in->end)
		return problem_set(in->pairs->problem, slice->at,
				"a quote without its end");
	in->p++;
	if (in->p < in->end && !is_space(*in->p))
		return problem_set(in->pairs->problem, in->p,
				"expected a space after the closing quote");
	return 0;
}

/* Reads up to a space, or to the "=" after a key. */
static int take_bare(struct cursor *in, struct slice *slice, char stop)
{
	slice->text = in->p;
	slice->at = in->p;
	while (in->p < in->end && !is_space(*in->p) && *in->p != stop) {
		if (*in->p <= ' ' || *in->p > '~' || *in->p == '"' ||
				*in->p == '\\')
			return problem_set(in->pairs->problem, in->p,
					"such a character needs quotes, as in "
					"comm=\"a b\"");
		in->p++;
	}
	slice->length = in->p - slice->text;
	return 0;
}

static int text_add(
		struct cursor *in, const char *key, const struct slice *value)
{
	struct pair *pair = pair_add(in->pairs, value->at);

	if (!pair)
		return -1;
	pair->key.text = (char *)key;
	pair->key.length = strlen(key);
	pair->value = *value;
	pair->shape = SHAPE_BARE;
	return 0;
}

/* ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT; "-" is no address. */
static int add_end(struct cursor *in, const struct slice *end,
		const bool is_source)
{
	struct slice address = *end, port = *end;
	char *last = memchr(end->text, ':', end->length);
	char *const behind = end->text + end->length;

	if (end->length && *end->text == '[') {
		last = memchr(end->text, ']', end->length);
		if (!last || last + 1 == behind || last[1] != ':')
			return problem_set(in->pairs->problem, end->at,
					"expected [ADDRESS]:PORT");
		address.at = ++address.text;
		address.length = last - address.text;
		last++;
	} else if (last && memchr(last + 1, ':', behind - last - 1)) {
		last = NULL; /* IPv6 without a port */
	} else if (last) {
		address.length = last - address.text;
	}
	if (text_add(in, is_source ? "source" : "destination", &address))
		return -1;
	if (!last)
		return 0;
	port.at = port.text = last + 1;
	port.length = behind - port.text;
	return text_add(in, is_source ? "source_port" : "destination_port",
			&port);
}

/* Whether the next word is ">". */
static bool take_arrow(struct cursor *in)
{
	text_skip_space(in);
	if (in->p == in->end || *in->p != '>' ||
			(in->p + 1 < in->end && !is_space(in->p[1])))
		return false;
	in->p++;
	text_skip_space(in);
	return true;
}

static int add_flow(struct cursor *in, const struct slice *source)
{
	struct slice destination;

	if (take_bare(in, &destination, ' '))
		return -1;
	if (!destination.length)
		return problem_set(in->pairs->problem, in->p,
				"expected a destination");
	if (add_end(in, source, true))
		return -1;
	return add_end(in, &destination, false);
}

static bool is_word_of(const struct slice *word, const struct tm_word *words)
{
	for (; words->text; words++) {
		if (strlen(words->text) == word->length &&
				!memcmp(words->text, word->text, word->length))
			return true;
	}
	return false;
}

/* The field that the word identifies. */
static const char *text_key(const struct slice *word)
{
	static const enum tm_kind kinds[] = { TM_TRAFFIC, TM_NAME };
	const struct tm_field *field;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (field = tm_fields_of(kinds[i]); field->key; field++) {
			if ((field->type == TM_FIELD_WORD ||
					    field->type == TM_FIELD_CODE) &&
					is_word_of(word, field->words))
				return field->key;
		}
	}
	if (word->length > 10 && hex_digit(*word->text) >= 0 &&
			word->text[4] == '-')
		return "time";
	return NULL;
}

static int text_take_word(struct cursor *in)
{
	struct slice word;
	struct pair *pair;
	const char *key;

	if (take_bare(in, &word, '='))
		return -1;
	if (in->p < in->end && *in->p == '=') {
		in->p++;
		pair = pair_add(in->pairs, word.at);
		if (!pair)
			return -1;
		pair->key = word;
		pair->value.at = in->p;
		pair->shape = SHAPE_QUOTED;
		if (in->p < in->end && *in->p == '"')
			return text_take_quoted(in, &pair->value);
		pair->shape = SHAPE_BARE;
		return take_bare(in, &pair->value, ' ');
	}
	key = text_key(&word);
	if (key)
		return text_add(in, key, &word);
	if (take_arrow(in))
		return add_flow(in, &word);
	return problem_set(in->pairs->problem, word.at,
			"expected a time, a kind, a direction, a protocol, "
			"SOURCE > DESTINATION or KEY=VALUE");
}

int scan_text(struct pairs *pairs, char *line, char *end)
{
	struct cursor in = { line, end, pairs };

	for (text_skip_space(&in); in.p < in.end; text_skip_space(&in)) {
		if (text_take_word(&in))
			return -1;
	}
	return 0;
}
