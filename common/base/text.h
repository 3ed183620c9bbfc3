/* Text that grows. After an error it does not change, so that a caller need
 * look for one only at the end. */
#ifndef TM_BASE_TEXT_H
#define TM_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty text. No NUL follows it. */
struct tm_text {
	char *at;
	size_t size, room;
	size_t most; /* bytes at most; 0 = no limit */
	int error;   /* errno: ENOMEM, or EFBIG beyond most */
};

/* Makes room for so many more bytes; tm_text_reserve calls it where there is
 * none. */
char *tm_text_grow(struct tm_text *text, size_t more);

/* Where so many more bytes may be written; the caller then adds to size what it
 * wrote. NULL after an error. */
static inline char *tm_text_reserve(struct tm_text *text, size_t more)
{
	if (text->at && !text->error && more <= text->room - text->size)
		return text->at + text->size;
	return tm_text_grow(text, more);
}

void tm_text_put(struct tm_text *text, const char *more, size_t size);
void tm_text_string(struct tm_text *text, const char *more);
void tm_text_character(struct tm_text *text, char more);
void tm_text_number(struct tm_text *text, uint64_t number);
void tm_text_format(struct tm_text *text, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

/* tm_text_put as a callback: 0, or -1 with errno. */
int tm_text_write(void *text, const char *more, size_t size);

void tm_text_free(struct tm_text *text);

#endif
