/* Text that grows up to a limit: an answer while it is written. */
#ifndef TM_WEB_WEB_TEXT_H
#define TM_WEB_WEB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;
	size_t size, room;
	size_t most;	/* 0 = TEXT_MOST */
	bool is_broken; /* no memory, or beyond the limit: cut */
};

#define TEXT_MOST ((size_t)64 << 20)

void text_put(struct text *text, const char *more, size_t size);
void text_string(struct text *text, const char *more);
void text_character(struct text *text, char more);
void text_number(struct text *text, uint64_t number);
void text_format(struct text *text, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; NULL is null. */
void text_json(struct text *text, const char *string);

/* ,"name": or, behind an opening bracket, "name": */
void text_member(struct text *text, const char *name);

/* ,"name":number */
void text_member_number(struct text *text, const char *name, uint64_t number);

/* ,"name":"number", for what may be beyond 2^53; 0 is null. */
void text_member_time(struct text *text, const char *name, uint64_t time_ns);

/* What tm_table_open takes to write with. */
int text_write(void *text, const char *more, size_t size);

/* Compressed by gzip(1)'s method; false, and as it was, when it failed. */
bool text_compress(struct text *text);

void text_free(struct text *text);

#endif
