/* The fields of a record by name, for its forms in text: tm-print writes and
 * tm-parse reads by the same tables. */
#ifndef TM_RECORD_FIELDS_H
#define TM_RECORD_FIELDS_H

#include <stdbool.h>

#include "event.h"

enum tm_field_type {
	TM_FIELD_TIME, /* the same bytes as text and as a number */
	TM_FIELD_NUMBER,
	TM_FIELD_WORD, /* one of words, otherwise a number */
	TM_FIELD_CODE, /* the same in text; a number in JSON */
	TM_FIELD_BITS, /* several of words; a number in JSON */
	TM_FIELD_UID,  /* a number; in text TM_NOBODY is "none" */
	TM_FIELD_ADDRESS,
	TM_FIELD_TEXT,
	TM_FIELD_BYTES, /* hexadecimal; omitted if all are 0 */
};

struct tm_word {
	const char *text; /* NULL behind the last */
	uint32_t value;
};

struct tm_field {
	const char *key; /* NULL behind the last */
	enum tm_field_type type;
	uint8_t offset;
	uint8_t size;
	bool is_optional; /* omitted from a line of text if 0 */
	const struct tm_word *words;
};

#define TM_FIELDS_MAX 32

/* The first of every kind: kind itself, time and time_ns. */
#define TM_FIELDS_COMMON 3

/* Every byte of such a record after the magic, once; a kind that this version
 * does not know has the fields "reserved" and "raw". */
const struct tm_field *tm_fields_of(unsigned kind);

/* A line of text shows five fields together, from the one of type
 * TM_FIELD_CODE: protocol, source, source_port, destination, destination_port.
 */
#define TM_FIELDS_FLOW 5

/* Little-endian, size 1, 2, 4 or 8. */
uint64_t tm_field_number(
		const struct tm_event *event, const struct tm_field *field);

/* The number of that name, whatever its case; false if there is none. */
bool tm_word_find(const struct tm_word *words, const char *text,
		uint32_t *number);

/* IP protocols that hosts send. Not every machine has /etc/protocols. The first
 * name of a number is the one to print. */
extern const struct tm_word tm_protocols[];

/* NULL if there is none. */
const char *tm_word_text(const struct tm_word *words, uint32_t value);

/* The bytes of the field in the record. */
static inline char *tm_field_bytes(
		const struct tm_event *event, const struct tm_field *field)
{
	return (char *)event + field->offset;
}

#endif
