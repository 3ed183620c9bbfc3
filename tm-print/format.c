#include <string.h>

#include "common/base/escape.h"
#include "common/base/number.h"
#include "common/base/timestamp.h"
#include "common/net/address.h"
#include "common/record/fields.h"
#include "format.h"

static char *format_put(char *out, const char *text)
{
	return stpcpy(out, text);
}

static char *put_bytes(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	static const char digits[] = "0123456789abcdef";
	const char *bytes = tm_field_bytes(event, field);

	for (unsigned i = 0; i < field->size; i++) {
		*out++ = digits[(unsigned char)bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	return out;
}

static char *format_put_address(char *out, const struct tm_event *event,
		const struct tm_field *field, const char *absent)
{
	const uint8_t *address = (const void *)tm_field_bytes(event, field);

	if (tm_address_is_absent(address))
		return format_put(out, absent);
	return tm_address_format(out, address);
}

/* A text ends where only NULs follow; a NUL between other bytes is kept. */
static size_t text_length(const char *text, size_t size)
{
	while (size && !text[size - 1])
		size--;
	return size;
}

static bool field_is_zero(
		const struct tm_event *event, const struct tm_field *field)
{
	return !text_length(tm_field_bytes(event, field), field->size);
}

static char *put_json_text(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	const char *text = tm_field_bytes(event, field);

	*out++ = '"';
	out += tm_escape_json(out, TM_ESCAPE_GROWTH * field->size + 1, text,
			text_length(text, field->size));
	*out++ = '"';
	return out;
}

static char *put_json_value(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	const char *word;

	switch (field->type) {
	case TM_FIELD_TEXT:
		return put_json_text(out, event, field);
	case TM_FIELD_TIME:
		*out++ = '"';
		out = tm_timestamp_format(out, event->time_ns);
		*out++ = '"';
		return out;
	case TM_FIELD_ADDRESS:
		*out++ = '"';
		out = format_put_address(out, event, field, "");
		*out++ = '"';
		return out;
	case TM_FIELD_BYTES:
		*out++ = '"';
		out = put_bytes(out, event, field);
		*out++ = '"';
		return out;
	case TM_FIELD_WORD:
		word = tm_word_text(
				field->words, tm_field_number(event, field));
		if (!word)
			break;
		*out++ = '"';
		out = format_put(out, word);
		*out++ = '"';
		return out;
	default:
		break;
	}
	return tm_number_format(out, tm_field_number(event, field));
}

static char *format_put_user(char *out, const char *user)
{
	const size_t size = strnlen(user, USER_SIZE_MAX);

	out = format_put(out, ",\"user\":\"");
	out += tm_escape_json(out, TM_ESCAPE_GROWTH * size + 1, user, size);
	*out++ = '"';
	return out;
}

char *format_json(char out[LINE_MAX_SIZE], const struct tm_event *event,
		const char *user)
{
	const struct tm_field *field = tm_fields_of(event->kind);
	char separator = '{';

	for (; field->key; field++) {
		if (field->type == TM_FIELD_BYTES &&
				field_is_zero(event, field))
			continue;
		*out++ = separator;
		*out++ = '"';
		out = format_put(out, field->key);
		*out++ = '"';
		*out++ = ':';
		out = put_json_value(out, event, field);
		separator = ',';
	}
	if (user)
		out = format_put_user(out, user);
	*out++ = '}';
	*out++ = '\n';
	return out;
}

static char *put_bits(char *out, uint32_t value, const struct tm_word *words)
{
	const char *separator = "";

	for (; words->text; words++) {
		if (!(value & words->value))
			continue;
		out = format_put(format_put(out, separator), words->text);
		separator = ",";
		value &= ~words->value;
	}
	if (value || !*separator)
		out = tm_number_format(format_put(out, separator), value);
	return out;
}

static char *format_put_value(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	const char *bytes = tm_field_bytes(event, field);
	const char *word;

	switch (field->type) {
	case TM_FIELD_BYTES:
		return put_bytes(out, event, field);
	case TM_FIELD_ADDRESS:
		return format_put_address(out, event, field, "-");
	case TM_FIELD_TEXT:
		return out +
				tm_escape_word(out,
						TM_ESCAPE_GROWTH * field->size +
								3,
						bytes,
						text_length(bytes,
								field->size));
	case TM_FIELD_BITS:
		return put_bits(out, tm_field_number(event, field),
				field->words);
	case TM_FIELD_UID:
		if (tm_field_number(event, field) == TM_NOBODY)
			return format_put(out, "none");
		break;
	case TM_FIELD_WORD:
	case TM_FIELD_CODE:
		word = tm_word_text(
				field->words, tm_field_number(event, field));
		if (word)
			return format_put(out, word);
		break;
	default:
		break;
	}
	return tm_number_format(out, tm_field_number(event, field));
}

static char *put_pair(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	*out++ = ' ';
	out = format_put(out, field->key);
	*out++ = '=';
	return format_put_value(out, event, field);
}

/* Prints a word that identifies its field by itself, otherwise the pair. */
static char *put_bare(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	const uint64_t value = tm_field_number(event, field);

	if (!tm_word_text(field->words, value))
		return put_pair(out, event, field);
	*out++ = ' ';
	return format_put_value(out, event, field);
}

static char *put_end(char *out, const struct tm_event *event,
		const struct tm_field *address, const struct tm_field *port)
{
	const uint64_t number = tm_field_number(event, port);
	const uint8_t *bytes = (const void *)tm_field_bytes(event, address);
	const bool is_bracketed = number && !tm_address_is_ipv4(bytes) &&
			!tm_address_is_absent(bytes);

	if (is_bracketed)
		*out++ = '[';
	out = format_put_address(out, event, address, "-");
	if (is_bracketed)
		*out++ = ']';
	if (!number)
		return out;
	*out++ = ':';
	return tm_number_format(out, number);
}

/* tcp 192.0.2.1:1024 > 192.0.2.7:443 */
static char *put_flow(char *out, const struct tm_event *event,
		const struct tm_field *field)
{
	if (!field_is_zero(event, field))
		out = put_bare(out, event, field);
	field++;
	if (field_is_zero(event, field) && field_is_zero(event, field + 1) &&
			field_is_zero(event, field + 2) &&
			field_is_zero(event, field + 3))
		return out;
	*out++ = ' ';
	out = put_end(out, event, field, field + 1);
	out = format_put(out, " > ");
	return put_end(out, event, field + 2, field + 3);
}

char *format_text(char out[LINE_MAX_SIZE], const struct tm_event *event)
{
	const struct tm_field *field = tm_fields_of(event->kind);

	out = tm_timestamp_format(out, event->time_ns);
	out = put_bare(out, event, field);
	for (field += TM_FIELDS_COMMON; field->key; field++) {
		if (field->type == TM_FIELD_CODE) {
			out = put_flow(out, event, field);
			field += TM_FIELDS_FLOW - 1;
		} else if (field->is_optional && field_is_zero(event, field)) {
			continue;
		} else if (field->type == TM_FIELD_WORD) {
			out = put_bare(out, event, field);
		} else {
			out = put_pair(out, event, field);
		}
	}
	*out++ = '\n';
	return out;
}
