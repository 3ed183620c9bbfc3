#include <stdio.h>
#include <string.h>

#include "escape.h"

#define ESCAPE_SIZE 16

/* Characters that are invisible or change how other text appears: C1 controls,
 * fillers, variation selectors, line separators and all of Unicode's category
 * Cf, which holds zero width and bidirectional controls and tags. */
static bool is_hidden(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0x9f },
		{ 0xad, 0xad },
		{ 0x34f, 0x34f },
		{ 0x600, 0x605 },
		{ 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },
		{ 0x890, 0x891 },
		{ 0x8e2, 0x8e2 },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0x110bd, 0x110bd },
		{ 0x110cd, 0x110cd },
		{ 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		if (code <= ranges[i].last)
			return code >= ranges[i].first;
	}
	return false;
}

size_t tm_utf8_decode(const char *text, size_t length, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const void *)text;
	size_t size;

	if (!length)
		return 0;
	*code = *p;
	if (*p < 0x80)
		return 1;
	size = *p < 0xc2	    ? 0
			: *p < 0xe0 ? 2
			: *p < 0xf0 ? 3
			: *p < 0xf5 ? 4
				    : 0;
	if (!size || size > length)
		return 0;
	*code = *p & (0x7f >> size);
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < least[size] || *code > 0x10ffff || *code >> 11 == 0x1b)
		return 0;
	return size;
}

char *tm_utf8_encode(char *out, uint32_t code)
{
	if (code < 0x80) {
		*out++ = code;
		return out;
	}
	if (code < 0x800) {
		*out++ = 0xc0 | code >> 6;
	} else {
		if (code < 0x10000) {
			*out++ = 0xe0 | code >> 12;
		} else {
			*out++ = 0xf0 | code >> 18;
			*out++ = 0x80 | (code >> 12 & 0x3f);
		}
		*out++ = 0x80 | (code >> 6 & 0x3f);
	}
	*out++ = 0x80 | (code & 0x3f);
	return out;
}

/* Writes the escape of the first character at text, which is not UTF-8 if
 * size is 0. Returns the escape's length, 0 if none is needed. */
typedef int escape_fn(char out[ESCAPE_SIZE], const char *text, size_t size,
		uint32_t code);

static int text_escape(char out[ESCAPE_SIZE], const char *text, size_t size,
		uint32_t code)
{
	if (!size || code < 0x20 || code == 0x7f)
		return sprintf(out, "\\x%02x", (unsigned char)*text);
	if (code == '\\')
		return sprintf(out, "\\\\");
	return is_hidden(code) ? sprintf(out, "\\u{%x}", code) : 0;
}

static int word_escape(char out[ESCAPE_SIZE], const char *text, size_t size,
		uint32_t code)
{
	if (size && code == '"')
		return sprintf(out, "\\\"");
	return text_escape(out, text, size, code);
}

static int json_escape(char out[ESCAPE_SIZE], const char *text, size_t size,
		uint32_t code)
{
	static const char letters[0x20] = { ['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r' };

	if (!size)
		return sprintf(out, "\\udc%02x", (unsigned char)*text);
	if (code == '"' || code == '\\')
		return sprintf(out, "\\%c", code);
	if (code < 0x20 && letters[code])
		return sprintf(out, "\\%c", letters[code]);
	if (code < 0x20 || code == 0x7f || (code < 0x10000 && is_hidden(code)))
		return sprintf(out, "\\u%04x", code);
	if (!is_hidden(code))
		return 0;
	code -= 0x10000;
	return sprintf(out, "\\u%04x\\u%04x", 0xd800 | code >> 10,
			0xdc00 | (code & 0x3ff));
}

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static size_t escape_all(char *out, size_t size, const char *text,
		size_t length, escape_fn *escape)
{
	size_t done = 0, used = 0, width;
	char escaped[ESCAPE_SIZE];
	const char *from;
	uint32_t code;
	int n;

	if (!size)
		return 0;
	while (done < length) {
		if (is_plain(text[done])) {
			if (used + 1 >= size)
				break;
			out[used++] = text[done++];
			continue;
		}
		width = tm_utf8_decode(text + done, length - done, &code);
		n = escape(escaped, text + done, width, code);
		from = n ? escaped : text + done;
		width = width ? width : 1;
		n = n ? n : (int)width;
		if (used + n >= size)
			break;
		memcpy(out + used, from, n);
		used += n;
		done += width;
	}
	out[used] = '\0';
	return used;
}

size_t tm_escape_text(char *out, size_t size, const char *text, size_t length)
{
	return escape_all(out, size, text, length, text_escape);
}

size_t tm_escape_json(char *out, size_t size, const char *text, size_t length)
{
	return escape_all(out, size, text, length, json_escape);
}

static bool is_bare(char c)
{
	return (c >= '-' && c <= ':') || (c >= '@' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || c == '_' || c == '+';
}

size_t tm_escape_word(char *out, size_t size, const char *text, size_t length)
{
	size_t bare = 0, used;

	while (bare < length && is_bare(text[bare]))
		bare++;
	if (length && bare == length)
		return escape_all(out, size, text, length, word_escape);
	if (size < 3) {
		if (size)
			*out = '\0';
		return 0;
	}
	*out = '"';
	used = 1 + escape_all(out + 1, size - 2, text, length, word_escape);
	out[used++] = '"';
	out[used] = '\0';
	return used;
}
