#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/escape.h"
#include "common/base/number.h"
#include "web-text.h"

static char *reserve(struct text *text, size_t more)
{
	const size_t most = text->most ? text->most : TEXT_MOST;
	size_t room = text->room ? text->room : 1024;
	char *at;

	if (text->is_broken || more > most || text->size > most - more) {
		text->is_broken = true;
		return NULL;
	}
	if (text->size + more <= text->room)
		return text->at + text->size;
	while (room < text->size + more)
		room *= 2;
	at = realloc(text->at, room);
	if (!at) {
		text->is_broken = true;
		return NULL;
	}
	text->at = at;
	text->room = room;
	return at + text->size;
}

void text_put(struct text *text, const char *more, size_t size)
{
	char *const to = reserve(text, size);

	if (!to)
		return;
	memcpy(to, more, size);
	text->size += size;
}

void text_string(struct text *text, const char *more)
{
	text_put(text, more, strlen(more));
}

void text_character(struct text *text, char more)
{
	text_put(text, &more, 1);
}

void text_number(struct text *text, uint64_t number)
{
	char *const to = reserve(text, TM_NUMBER_SIZE);

	if (to)
		text->size += tm_number_format(to, number) - to;
}

void text_format(struct text *text, const char *format, ...)
{
	char line[512];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (size < 0 || (size_t)size >= sizeof(line))
		text->is_broken = true;
	else
		text_put(text, line, size);
}

void text_json(struct text *text, const char *string)
{
	size_t length, room;
	char *to;

	if (!string) {
		text_string(text, "null");
		return;
	}
	length = strlen(string);
	room = TM_ESCAPE_GROWTH * length + 1;
	text_character(text, '"');
	to = reserve(text, room);
	if (to)
		text->size += tm_escape_json(to, room, string, length);
	text_character(text, '"');
}

void text_member(struct text *text, const char *name)
{
	if (text->size && text->at[text->size - 1] != '{')
		text_character(text, ',');
	text_character(text, '"');
	text_string(text, name);
	text_string(text, "\":");
}

void text_member_number(struct text *text, const char *name, uint64_t number)
{
	text_member(text, name);
	text_number(text, number);
}

void text_member_time(struct text *text, const char *name, uint64_t time_ns)
{
	text_member(text, name);
	if (time_ns)
		text_format(text, "\"%" PRIu64 "\"", time_ns);
	else
		text_string(text, "null");
}

int text_write(void *text, const char *more, size_t size)
{
	struct text *const to = text;

	text_put(to, more, size);
	if (!to->is_broken)
		return 0;
	errno = ENOMEM;
	return -1;
}

bool text_compress(struct text *text)
{
	struct text packed = { .most = 2 * TEXT_MOST };
	z_stream stream = { .next_in = (Bytef *)text->at,
		.avail_in = text->size };
	size_t bound;
	char *to;

	/* 16: gzip's header in the place of zlib's own */
	if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8,
			    Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	bound = deflateBound(&stream, text->size);
	to = reserve(&packed, bound);
	stream.next_out = (Bytef *)to;
	stream.avail_out = bound;
	if (!to || deflate(&stream, Z_FINISH) != Z_STREAM_END) {
		deflateEnd(&stream);
		text_free(&packed);
		return false;
	}
	packed.size = stream.total_out;
	deflateEnd(&stream);
	packed.most = text->most;
	text_free(text);
	*text = packed;
	return true;
}

void text_free(struct text *text)
{
	free(text->at);
	*text = (struct text){ 0 };
}
