#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "text.h"

#define FIRST_ROOM 1024
#define USUAL_LINE 128

char *tm_text_grow(struct tm_text *text, size_t more)
{
	const size_t most = text->most ? text->most : SIZE_MAX / 2;
	size_t room = text->room ? text->room : FIRST_ROOM;
	char *at;

	if (text->error)
		return NULL;
	if (more > most || text->size > most - more) {
		text->error = EFBIG;
		return NULL;
	}
	while (room < text->size + more)
		room *= 2;
	if (room > most)
		room = most;
	at = realloc(text->at, room);
	if (!at) {
		text->error = ENOMEM;
		return NULL;
	}
	text->at = at;
	text->room = room;
	return at + text->size;
}

void tm_text_put(struct tm_text *text, const char *more, size_t size)
{
	char *const to = tm_text_reserve(text, size);

	if (!to)
		return;
	memcpy(to, more, size);
	text->size += size;
}

void tm_text_string(struct tm_text *text, const char *more)
{
	tm_text_put(text, more, strlen(more));
}

void tm_text_character(struct tm_text *text, char more)
{
	tm_text_put(text, &more, 1);
}

void tm_text_number(struct tm_text *text, uint64_t number)
{
	char *const to = tm_text_reserve(text, TM_NUMBER_SIZE);

	if (to)
		text->size += tm_number_format(to, number) - to;
}

/* Tries again if the usual room was too little. */
void tm_text_format(struct tm_text *text, const char *format, ...)
{
	size_t room = USUAL_LINE;
	va_list arguments;
	char *to;
	int size;

	for (;;) {
		to = tm_text_reserve(text, room);
		if (!to)
			return;
		va_start(arguments, format);
		size = vsnprintf(to, room, format, arguments);
		va_end(arguments);
		if (size < 0) {
			text->error = errno;
			return;
		}
		if ((size_t)size < room)
			break;
		room = (size_t)size + 1;
	}
	text->size += size;
}

int tm_text_write(void *context, const char *more, size_t size)
{
	struct tm_text *const text = context;

	tm_text_put(text, more, size);
	errno = text->error;
	return errno ? -1 : 0;
}

void tm_text_free(struct tm_text *text)
{
	free(text->at);
	*text = (struct tm_text){ 0 };
}
