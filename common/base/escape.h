/* Text that strangers chose (commands, user and host names) made harmless:
 * nothing that moves the cursor, ends the line, hides or turns other text gets
 * out as it stands, and no two texts look the same.
 *
 * All of them write at most size - 1 bytes and a NUL, never part of an escape,
 * and return how many bytes that were without the NUL. */
#ifndef TM_BASE_ESCAPE_H
#define TM_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest output for one byte of input. */
#define TM_ESCAPE_GROWTH 6

/* For terminals, tables and logs: backslash as \\, control characters and
 * bytes that are not UTF-8 as \xNN, invisible and bidirectional controls as
 * \u{202e}; all else stays. */
size_t tm_escape_text(char *out, size_t size, const char *text, size_t length);

/* The same as one word: in "quotes" where it is empty or holds more than
 * letters, digits and _./:@+- ; a quote inside is \". */
size_t tm_escape_word(char *out, size_t size, const char *text, size_t length);

/* For a JSON string (RFC 8259), without the quotes. Bytes that are not UTF-8
 * become U+DC80 to U+DCFF, as Python's "surrogateescape" reads and writes. */
size_t tm_escape_json(char *out, size_t size, const char *text, size_t length);

/* The length of the UTF-8 sequence at text and its code point, 0 where there
 * is none (RFC 3629: no overlong forms, no surrogates). */
size_t tm_utf8_decode(const char *text, size_t length, uint32_t *code);

/* Writes the 1 to 4 bytes of a code point; returns the end. */
char *tm_utf8_encode(char *out, uint32_t code);

#endif
