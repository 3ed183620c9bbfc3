/* JSON (RFC 8259) at the end of a text. */
#ifndef TM_BASE_JSON_H
#define TM_BASE_JSON_H

#include "text.h"

/* A string in quotes; NULL becomes null. */
void tm_json_string(struct tm_text *text, const char *string);

/* ,"name": or, after an opening bracket, "name": */
void tm_json_member(struct tm_text *text, const char *name);

void tm_json_member_string(
		struct tm_text *text, const char *name, const char *string);
void tm_json_member_number(
		struct tm_text *text, const char *name, uint64_t number);

#endif
