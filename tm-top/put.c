#include <ncurses.h>
#include <stdarg.h>
#include <stdio.h>

#include "put.h"
#include "top-text.h"

void put(unsigned line, unsigned at, unsigned paint, const char *text)
{
	attrset(paint);
	mvaddstr(line, at, text);
	attrset(A_NORMAL);
}

void put_right(unsigned line, const struct span *span, unsigned paint,
		const char *text)
{
	const unsigned columns = text_columns(text);

	if (columns <= span->columns)
		put(line, span->at + span->columns - columns, paint, text);
}

void put_fitted(unsigned line, const struct span *span, unsigned paint,
		const char *text)
{
	char fitted[TEXT_SIZE];

	text_fit(fitted, text, span->columns);
	put(line, span->at, paint, fitted);
}

unsigned put_end(unsigned line, unsigned columns, unsigned paint,
		const char *format, ...)
{
	char text[TEXT_SIZE], fitted[TEXT_SIZE];
	unsigned used;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	used = text_cut(fitted, text, columns);
	put(line, columns - used, paint, fitted);
	return columns > used + 2 ? columns - used - 2 : 0;
}
