#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/escape.h"
#include "common/base/number.h"
#include "common/base/timestamp.h"
#include "common/net/address.h"
#include "common/record/words.h"
#include "pairs.h"

#define SHOWN 40 /* of an unknown word in a message */

int problem_set(struct problem *problem, const char *at, const char *format,
		...)
{
	va_list args;

	problem->at = at;
	va_start(args, format);
	vsnprintf(problem->text, sizeof(problem->text), format, args);
	va_end(args);
	return -1;
}

struct pair *pair_add(struct pairs *pairs, const char *at)
{
	struct pair *pair;

	if (pairs->count == TM_FIELDS_MAX) {
		problem_set(pairs->problem, at, "more keys than a record has");
		return NULL;
	}
	pair = &pairs->list[pairs->count++];
	memset(pair, 0, sizeof(*pair));
	pair->key.at = pair->value.at = at;
	return pair;
}

static bool slice_is(const struct slice *slice, const char *text)
{
	return slice->length == strlen(text) &&
			!memcmp(slice->text, text, slice->length);
}

static uint64_t field_largest(const struct tm_field *field)
{
	return UINT64_MAX >> (64 - 8 * field->size);
}

/* Copies the text with a NUL; false if it is too long for any such value. */
static bool slice_copy(char out[64], const struct slice *slice)
{
	if (slice->length >= 64 || memchr(slice->text, 0, slice->length))
		return false;
	memcpy(out, slice->text, slice->length);
	out[slice->length] = '\0';
	return true;
}

static bool slice_is_number(const struct slice *slice, uint64_t *value)
{
	char text[64];

	return slice_copy(text, slice) &&
			tm_number_parse(text, UINT64_MAX, value);
}

static const struct tm_word *slice_find_word(
		const struct tm_word *words, const struct slice *slice)
{
	for (; words->text; words++) {
		if (slice_is(slice, words->text))
			return words;
	}
	return NULL;
}

/* "one of in, out" */
static void list_choices(char *out, size_t size, const struct tm_word *words)
{
	int n = snprintf(out, size, "a number");

	for (; words && words->text; words++)
		n += snprintf(out + n, size - n, "%s%s",
				words[1].text ? ", " : " or ", words->text);
}

static int not_a_value(const struct pairs *pairs, const struct pair *pair,
		const struct tm_field *field)
{
	const bool is_json = pair->shape == SHAPE_NUMBER ||
			pair->shape == SHAPE_STRING;
	const bool takes_words = field->words &&
			(!is_json || field->type == TM_FIELD_WORD);
	char wanted[PROBLEM_SIZE / 2];

	list_choices(wanted, sizeof(wanted), takes_words ? field->words : NULL);
	return problem_set(pairs->problem, pair->value.at, "%s is %s",
			field->key, wanted);
}

static bool is_bits(const struct pair *pair, const struct tm_field *field,
		uint64_t *value)
{
	const char *p = pair->value.text, *end = p + pair->value.length;
	const struct tm_word *word;
	uint64_t bits;

	for (*value = 0;; p++) {
		struct slice one = { .text = (char *)p };
		const char *comma = memchr(p, ',', end - p);

		one.length = (comma ? comma : end) - p;
		word = slice_find_word(field->words, &one);
		if (word)
			bits = word->value;
		else if (!slice_is_number(&one, &bits))
			return false;
		*value |= bits;
		if (!comma)
			return true;
		p = comma;
	}
}

/* Parses a field that is a number in the record. */
static int pair_number(const struct pairs *pairs, const struct pair *pair,
		const struct tm_field *field, uint64_t *value)
{
	const bool is_word = pair->shape == SHAPE_BARE ||
			(pair->shape == SHAPE_STRING &&
					field->type == TM_FIELD_WORD);
	const struct tm_word *word = NULL;
	bool is_known = false;

	if (is_word && field->words)
		word = slice_find_word(field->words, &pair->value);
	if (word) {
		*value = word->value;
		return 0;
	}
	if (pair->shape == SHAPE_BARE && field->type == TM_FIELD_BITS)
		is_known = is_bits(pair, field, value);
	else if (pair->shape == SHAPE_BARE && field->type == TM_FIELD_UID &&
			slice_is(&pair->value, "none"))
		is_known = (*value = TM_NOBODY);
	else if (pair->shape == SHAPE_BARE || pair->shape == SHAPE_NUMBER)
		is_known = slice_is_number(&pair->value, value);
	if (!is_known && pair->shape == SHAPE_NUMBER)
		*value = UINT64_MAX;
	else if (!is_known)
		return not_a_value(pairs, pair, field);
	if (!is_known || *value > field_largest(field))
		return problem_set(pairs->problem, pair->value.at,
				"%s is at most %" PRIu64, field->key,
				field_largest(field));
	return 0;
}

static int pair_set_number(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair, const struct tm_field *field)
{
	uint64_t value;

	if (pair_number(pairs, pair, field, &value))
		return -1;
	memcpy(tm_field_bytes(event, field), &value, field->size);
	return 0;
}

static int set_time(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair)
{
	if (pair->shape != SHAPE_NUMBER &&
			tm_timestamp_parse(pair->value.text, pair->value.length,
					&event->time_ns))
		return 0;
	return problem_set(pairs->problem, pair->value.at,
			"time is like 2023-11-14T22:13:20.000000000Z");
}

static int set_address(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair, const struct tm_field *field)
{
	char text[64];

	if (pair->shape == SHAPE_STRING ? !pair->value.length
					: slice_is(&pair->value, "-"))
		return 0;
	if (pair->shape != SHAPE_NUMBER && slice_copy(text, &pair->value) &&
			tm_address_parse(text,
					(void *)tm_field_bytes(event, field)))
		return 0;
	return problem_set(pairs->problem, pair->value.at,
			"%s is an IPv4 or IPv6 address", field->key);
}

static int set_text(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair, const struct tm_field *field)
{
	if (pair->shape == SHAPE_NUMBER)
		return problem_set(pairs->problem, pair->value.at,
				"%s is a string", field->key);
	if (pair->value.length > field->size)
		return problem_set(pairs->problem, pair->value.at,
				"%s has at most %u bytes, not %zu", field->key,
				field->size, pair->value.length);
	memcpy(tm_field_bytes(event, field), pair->value.text,
			pair->value.length);
	return 0;
}

static int digit_of_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int set_bytes(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair, const struct tm_field *field)
{
	const char *text = pair->value.text;
	char *bytes = tm_field_bytes(event, field);
	bool is_sound = pair->shape != SHAPE_NUMBER &&
			pair->value.length == 2u * field->size;

	for (unsigned i = 0; is_sound && i < field->size; i++) {
		const int high = digit_of_hex(text[2 * i]);
		const int low = digit_of_hex(text[2 * i + 1]);

		is_sound = high >= 0 && low >= 0;
		bytes[i] = high << 4 | low;
	}
	if (is_sound)
		return 0;
	return problem_set(pairs->problem, pair->value.at,
			"%s is %u bytes in hexadecimal", field->key,
			field->size);
}

static int pair_set(struct tm_event *event, const struct pairs *pairs,
		const struct pair *pair, const struct tm_field *field)
{
	switch (field->type) {
	case TM_FIELD_TIME:
		return set_time(event, pairs, pair);
	case TM_FIELD_ADDRESS:
		return set_address(event, pairs, pair, field);
	case TM_FIELD_TEXT:
		return set_text(event, pairs, pair, field);
	case TM_FIELD_BYTES:
		return set_bytes(event, pairs, pair, field);
	default:
		return pair_set_number(event, pairs, pair, field);
	}
}

static const struct tm_field *find_field(
		const struct tm_field *field, const struct slice *key)
{
	for (; field->key; field++) {
		if (tm_word_means(field->key, key->text, key->length))
			return field;
	}
	return NULL;
}

static int foreign_key(const struct pairs *pairs, const struct slice *key,
		const struct tm_event *event)
{
	const char *kind = tm_word_text(
			tm_fields_of(TM_TRAFFIC)->words, event->kind);
	char shown[SHOWN];

	tm_escape_text(shown, sizeof(shown), key->text, key->length);
	for (unsigned i = 0; i <= TM_KINDS; i++) {
		if (find_field(tm_fields_of(i), key))
			return problem_set(pairs->problem, key->at,
					"a record of kind %s has no %s",
					kind ? kind : "unknown", shown);
	}
	return problem_set(
			pairs->problem, key->at, "unknown key \"%s\"", shown);
}

static int set_kind(struct tm_event *event, const struct pairs *pairs)
{
	const struct tm_field *kind = tm_fields_of(TM_TRAFFIC);

	memset(event, 0, sizeof(*event));
	event->magic = TM_MAGIC;
	for (unsigned i = 0; i < pairs->count; i++) {
		if (slice_is(&pairs->list[i].key, kind->key) &&
				pair_set(event, pairs, &pairs->list[i], kind))
			return -1;
	}
	if (event->kind <= TM_UNATTRIBUTED)
		event->uid = TM_NOBODY;
	return 0;
}

/* Beside a uid, a user's name is there for people. */
static bool is_comment(const struct pairs *pairs, const struct slice *key,
		const struct tm_event *event)
{
	if (event->kind > TM_LOST || !slice_is(key, "user"))
		return false;
	for (unsigned i = 0; i < pairs->count; i++) {
		if (slice_is(&pairs->list[i].key, "uid"))
			return true;
	}
	return false;
}

int assemble(struct tm_event *event, const struct pairs *pairs)
{
	const struct tm_field *fields, *field;
	uint32_t seen = 0;
	uint64_t time_ns;

	if (set_kind(event, pairs))
		return -1;
	fields = tm_fields_of(event->kind);
	for (unsigned i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->list[i];

		field = find_field(fields, &pair->key);
		if (!field && is_comment(pairs, &pair->key, event))
			continue;
		if (!field)
			return foreign_key(pairs, &pair->key, event);
		if (seen & 1u << (field - fields))
			return problem_set(pairs->problem, pair->key.at,
					"%s is given twice", field->key);
		seen |= 1u << (field - fields);
		time_ns = event->time_ns;
		if (pair_set(event, pairs, pair, field))
			return -1;
		if (field->offset == offsetof(struct tm_event, time_ns) &&
				(seen & 6) == 6 && event->time_ns != time_ns)
			return problem_set(pairs->problem, pair->key.at,
					"time and time_ns differ");
	}
	return 0;
}
