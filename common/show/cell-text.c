#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cell-text.h"
#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/base/timestamp.h"

static const char *format_local(
		char out[TM_TIME_SIZE], uint64_t time_ns, const char *format)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;

	if (!localtime_r(&seconds, &local) ||
			!strftime(out, TM_TIME_SIZE, format, &local))
		snprintf(out, TM_TIME_SIZE, "%" PRIu64, time_ns / TM_SECOND_NS);
	return out;
}

const char *tm_time_format(char out[TM_TIME_SIZE], uint64_t time_ns)
{
	return format_local(out, time_ns, "%Y-%m-%d %H:%M:%S");
}

/* The offset in RFC 3339 has a colon, that of strftime has none. */
static void format_hour(char out[TM_TIME_SIZE], uint64_t time_ns)
{
	size_t length;

	format_local(out, time_ns, "%Y-%m-%dT%H:%M:%S%z");
	length = strlen(out);
	if (length + 2 > TM_TIME_SIZE || length < 5 || !strchr(out, 'T'))
		return;
	memmove(out + length - 1, out + length - 2, 3);
	out[length - 2] = ':';
}

static void format_time(
		char out[TM_CELL_SIZE], enum tm_form form, uint64_t time_ns)
{
	if (form == TM_FORM_CSV)
		snprintf(out, TM_CELL_SIZE, "%" PRIu64 ".%09" PRIu64,
				time_ns / TM_SECOND_NS, time_ns % TM_SECOND_NS);
	else
		*tm_timestamp_format(out, time_ns) = '\0';
}

void tm_cell_format_data(char out[TM_CELL_SIZE], enum tm_cell_type type,
		enum tm_form form, uint64_t number)
{
	switch (type) {
	case TM_CELL_TIME:
		format_time(out, form, number);
		break;
	case TM_CELL_HOUR:
		format_hour(out, number);
		break;
	case TM_CELL_DAY:
		format_local(out, number, "%Y-%m-%d");
		break;
	default:
		*tm_number_format(out, number) = '\0';
	}
}

void tm_cell_format(
		char out[TM_CELL_SIZE], enum tm_cell_type type, uint64_t number)
{
	switch (type) {
	case TM_CELL_BYTES:
		tm_size_format(out, number);
		break;
	case TM_CELL_TIME:
		tm_time_format(out, number);
		break;
	case TM_CELL_HOUR:
		format_local(out, number, "%Y-%m-%d %H:%M");
		break;
	case TM_CELL_DAY:
		format_local(out, number, "%Y-%m-%d");
		break;
	default:
		*tm_number_format(out, number) = '\0';
	}
}
