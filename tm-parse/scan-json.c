/* Scans one flat JSON object (RFC 8259) whose values are numbers and strings.
 */
#include <string.h>

#include "common/base/escape.h"
#include "pairs.h"

struct cursor {
	char *p, *end;
	struct problem *problem;
};

static void json_skip_space(struct cursor *in)
{
	while (in->p < in->end && strchr(" \t\r", *in->p) && *in->p)
		in->p++;
}

static bool json_take(struct cursor *in, char c)
{
	json_skip_space(in);
	if (in->p == in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

static int expected(struct cursor *in, const char *what)
{
	return problem_set(in->problem, in->p, "expected %s%s", what,
			in->p == in->end ? " before the end of the line" : "");
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char lower = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			value = value << 4 | (p[i] - '0');
		else if (lower >= 'a' && lower <= 'f')
			value = value << 4 | (lower - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* After \u: a code point, half of a pair, or a byte that was not UTF-8
 * (U+DC80 to U+DCFF). */
static int take_code(struct cursor *in, const char *at, char **out)
{
	int32_t code = hex4(in->p, in->end), low = -1;

	if (code < 0)
		return problem_set(in->problem, at,
				"\\u needs four hexadecimal digits");
	in->p += 4;
	if (code >= 0xdc80 && code <= 0xdcff) {
		*(*out)++ = code & 0xff;
		return 0;
	}
	if (code >> 10 == 0x36) {
		if (in->end - in->p >= 2 && in->p[0] == '\\' && in->p[1] == 'u')
			low = hex4(in->p + 2, in->end);
		if (low < 0 || low >> 10 != 0x37)
			return problem_set(in->problem, at,
					"half of a surrogate pair");
		in->p += 6;
		code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
	} else if (code >> 10 == 0x37) {
		return problem_set(in->problem, at, "half of a surrogate pair");
	}
	*out = tm_utf8_encode(*out, code);
	return 0;
}

static int json_take_escape(struct cursor *in, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *const at = in->p++;
	const char *found;

	if (in->p < in->end && *in->p == 'u') {
		in->p++;
		return take_code(in, at, out);
	}
	found = in->p < in->end && *in->p ? strchr(from, *in->p) : NULL;
	if (!found)
		return problem_set(in->problem, at, "no such escape");
	in->p++;
	*(*out)++ = to[found - from];
	return 0;
}

/* Starts after the opening quote. Escapes only shrink, so they are undone in
 * place.
 */
static int take_string(struct cursor *in, struct slice *slice)
{
	char *out = in->p;
	uint32_t code;
	size_t size;

	slice->text = out;
	while (in->p < in->end && *in->p != '"') {
		if (*in->p == '\\') {
			if (json_take_escape(in, &out))
				return -1;
			continue;
		}
		size = tm_utf8_decode(in->p, in->end - in->p, &code);
		if (!size)
			return problem_set(in->problem, in->p,
					"not UTF-8; such a byte is written \\udc%02x",
					(unsigned char)*in->p);
		if (code < 0x20)
			return problem_set(in->problem, in->p,
					"a control character; it is written \\u%04x",
					code);
		memmove(out, in->p, size);
		out += size;
		in->p += size;
	}
	slice->length = out - slice->text;
	if (in->p == in->end)
		return problem_set(in->problem, slice->at,
				"a string without its end");
	in->p++;
	return 0;
}

/* Non-negative integers: a record holds no other numbers. */
static int take_number(struct cursor *in, struct slice *slice)
{
	slice->text = in->p;
	while (in->p < in->end && *in->p >= '0' && *in->p <= '9')
		in->p++;
	slice->length = in->p - slice->text;
	if ((slice->length > 1 && *slice->text == '0') ||
			(in->p < in->end && *in->p && strchr(".eE", *in->p)))
		return problem_set(in->problem, slice->at,
				"not a whole number in plain digits");
	return 0;
}

static int take_value(struct cursor *in, struct pair *pair)
{
	json_skip_space(in);
	pair->value.at = in->p;
	if (json_take(in, '"')) {
		pair->shape = SHAPE_STRING;
		return take_string(in, &pair->value);
	}
	if (in->p < in->end && *in->p >= '0' && *in->p <= '9') {
		pair->shape = SHAPE_NUMBER;
		return take_number(in, &pair->value);
	}
	if (in->p < in->end && *in->p == '-')
		return problem_set(in->problem, in->p,
				"a number cannot be below 0");
	return expected(in, "a number or a string");
}

static int take_pair(struct cursor *in, struct pairs *pairs)
{
	struct pair *pair;

	json_skip_space(in);
	pair = pair_add(pairs, in->p);
	if (!pair)
		return -1;
	if (!json_take(in, '"'))
		return expected(in, "a key in quotes");
	if (take_string(in, &pair->key))
		return -1;
	if (!json_take(in, ':'))
		return expected(in, "a colon");
	return take_value(in, pair);
}

int scan_json(struct pairs *pairs, char *line, char *end)
{
	struct cursor in = { line, end, pairs->problem };

	json_take(&in, '{');
	if (!json_take(&in, '}')) {
		do {
			if (take_pair(&in, pairs))
				return -1;
		} while (json_take(&in, ','));
		if (!json_take(&in, '}'))
			return expected(&in, "a comma or a closing brace");
	}
	json_skip_space(&in);
	if (in.p < in.end)
		return problem_set(pairs->problem, in.p,
				"text after the object; write one event per line");
	return 0;
}
