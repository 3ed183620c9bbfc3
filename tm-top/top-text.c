#include <langinfo.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "common/base/escape.h"
#include "common/base/number.h"
#include "top-text.h"

#define PIECE_SIZE 16
#define PATH_MOST 200 /* bytes of a path that are looked at */

bool text_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Replaces text that does not fit. */
static const char *text_ellipsis(void)
{
	return text_is_utf8() ? "\u2026" : "~";
}

typedef size_t take_fn(char piece[PIECE_SIZE], unsigned *columns,
		const char *text, size_t length);

/* Takes the first character of text in a form that is safe to show; *columns is
 * its width. Returns how many bytes of text it took. */
static size_t take_piece(char piece[PIECE_SIZE], unsigned *columns,
		const char *text, size_t length)
{
	uint32_t code = 0;
	const size_t found = tm_utf8_decode(text, length, &code);
	const size_t size = found ? found : 1;
	const size_t used = tm_escape_text(piece, PIECE_SIZE, text, size);
	int width;

	*columns = used;
	if (code < 0x80 || used != size)
		return size;
	width = text_is_utf8() ? wcwidth(code) : -1;
	if (width > 0)
		*columns = width;
	else
		*columns = snprintf(piece, PIECE_SIZE, "\\u{%x}", code);
	return size;
}

/* The same for text that is harmless already. */
static size_t take_harmless(char piece[PIECE_SIZE], unsigned *columns,
		const char *text, size_t length)
{
	if (*text != '\\')
		return take_piece(piece, columns, text, length);
	strcpy(piece, "\\");
	*columns = 1;
	return 1;
}

static unsigned fit(char out[TEXT_SIZE], const char *text, unsigned columns,
		take_fn *take)
{
	size_t length = strlen(text), used = 0, cut = 0;
	unsigned taken = 0, taken_at_cut = 0, width;
	char piece[PIECE_SIZE];

	while (length) {
		const size_t size = take(piece, &width, text, length);

		if (taken + width > columns ||
				used + strlen(piece) + PIECE_SIZE > TEXT_SIZE)
			break;
		used = stpcpy(out + used, piece) - out;
		taken += width;
		text += size;
		length -= size;
		if (taken < columns) {
			cut = used;
			taken_at_cut = taken;
		}
	}
	out[used] = '\0';
	if (!length || !columns)
		return taken;
	strcpy(out + cut, text_ellipsis());
	return taken_at_cut + 1;
}

unsigned text_fit(char out[TEXT_SIZE], const char *text, unsigned columns)
{
	return fit(out, text, columns, take_piece);
}

unsigned text_fit_path(char out[TEXT_SIZE], const char *path, unsigned columns)
{
	const size_t size = strlen(path);
	char whole[TEXT_SIZE], piece[PIECE_SIZE];
	const char *rest = whole;
	unsigned taken, width;

	/* no more than what has room when all of it is escaped */
	taken = fit(whole, size > PATH_MOST ? path + size - PATH_MOST : path,
			UINT_MAX, take_piece);
	if (taken <= columns && size <= PATH_MOST) {
		strcpy(out, whole);
		return taken;
	}
	for (size_t left = strlen(whole); left && taken >= columns;) {
		const size_t used = take_harmless(piece, &width, rest, left);

		rest += used;
		left -= used;
		taken -= width;
	}
	snprintf(out, TEXT_SIZE, "%s%s", text_ellipsis(), rest);
	return taken + 1;
}

unsigned text_cut(char out[TEXT_SIZE], const char *text, unsigned columns)
{
	return fit(out, text, columns, take_harmless);
}

size_t text_line(const char *text, unsigned columns)
{
	const size_t length = strlen(text);
	size_t used = 0, blank = 0;
	unsigned taken = 0, width;
	char piece[PIECE_SIZE];

	while (used < length) {
		const size_t size = take_harmless(
				piece, &width, text + used, length - used);

		if (text[used] == ' ')
			blank = used;
		if (taken + width > columns)
			return blank ? blank : used;
		taken += width;
		used += size;
	}
	return used;
}

unsigned text_columns(const char *text)
{
	char out[TEXT_SIZE];

	return fit(out, text, UINT_MAX, take_harmless);
}

static const char *format_short(char out[SHORT_SIZE], double value, double step,
		const char *units)
{
	/* 999.95 would print as 1000.0 */
	for (; value >= (*units == ' ' ? 999.5 : 999.95) && units[1]; units++)
		value /= step;
	if (*units == ' ')
		snprintf(out, SHORT_SIZE, "%.0f", value);
	else
		snprintf(out, SHORT_SIZE, "%.1f%c", value, *units);
	return out;
}

const char *short_decimal(char out[SHORT_SIZE], double bits)
{
	return format_short(out, bits, 1000, " kMGTPEZ");
}

const char *short_bytes(char out[SHORT_SIZE], double bytes)
{
	return format_short(out, bytes, tm_size_base(),
			tm_size_base() == 1000 ? " kMGTPEZ" : " KMGTPEZ");
}
