#include <string.h>

#include "escape.h"
#include "json.h"

void tm_json_string(struct tm_text *text, const char *string)
{
	size_t length, room;
	char *to;

	if (!string) {
		tm_text_string(text, "null");
		return;
	}
	length = strlen(string);
	room = TM_ESCAPE_GROWTH * length + 1;
	tm_text_character(text, '"');
	to = tm_text_reserve(text, room);
	if (to)
		text->size += tm_escape_json(to, room, string, length);
	tm_text_character(text, '"');
}

void tm_json_member(struct tm_text *text, const char *name)
{
	if (text->size && !strchr("{[", text->at[text->size - 1]))
		tm_text_character(text, ',');
	tm_text_character(text, '"');
	tm_text_string(text, name);
	tm_text_string(text, "\":");
}

void tm_json_member_string(
		struct tm_text *text, const char *name, const char *string)
{
	tm_json_member(text, name);
	tm_json_string(text, string);
}

void tm_json_member_number(
		struct tm_text *text, const char *name, uint64_t number)
{
	tm_json_member(text, name);
	tm_text_number(text, number);
}
