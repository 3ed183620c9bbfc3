#include <string.h>
#include <time.h>

#include "clock.h"
#include "timestamp.h"

static char *put_digits(char *out, unsigned value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		out[i] = '0' + value % 10;
	return out + digits;
}

static void format_second(char out[19], time_t second)
{
	struct tm date;

	gmtime_r(&second, &date);
	out = put_digits(out, date.tm_year + 1900, 4);
	*out++ = '-';
	out = put_digits(out, date.tm_mon + 1, 2);
	*out++ = '-';
	out = put_digits(out, date.tm_mday, 2);
	*out++ = 'T';
	out = put_digits(out, date.tm_hour, 2);
	*out++ = ':';
	out = put_digits(out, date.tm_min, 2);
	*out++ = ':';
	put_digits(out, date.tm_sec, 2);
}

char *tm_timestamp_format(char out[TM_TIMESTAMP_SIZE], uint64_t time_ns)
{
	/* The previous second is kept, because many events share one. */
	static __thread char text[19];
	static __thread uint64_t second = UINT64_MAX;

	if (second != time_ns / TM_SECOND_NS) {
		second = time_ns / TM_SECOND_NS;
		format_second(text, second);
	}
	memcpy(out, text, sizeof(text));
	out += sizeof(text);
	*out++ = '.';
	out = put_digits(out, time_ns % TM_SECOND_NS, 9);
	*out++ = 'Z';
	return out;
}

struct cursor {
	const char *p, *end;
	bool is_bad;
};

static char next(struct cursor *cursor)
{
	if (cursor->p == cursor->end) {
		cursor->is_bad = true;
		return 0;
	}
	return *cursor->p++;
}

static int cursor_number(struct cursor *cursor, int digits, int least, int most)
{
	int value = 0;

	while (digits--) {
		const char c = next(cursor);

		cursor->is_bad |= c < '0' || c > '9';
		value = 10 * value + c - '0';
	}
	cursor->is_bad |= value < least || value > most;
	return value;
}

static void expect(struct cursor *cursor, const char *either)
{
	const char c = next(cursor);

	cursor->is_bad |= !c || !strchr(either, c);
}

static uint64_t cursor_fraction(struct cursor *cursor)
{
	uint64_t unit = TM_SECOND_NS, value = 0;

	if (cursor->p == cursor->end || *cursor->p != '.')
		return 0;
	cursor->p++;
	while (cursor->p < cursor->end && *cursor->p >= '0' &&
			*cursor->p <= '9' && unit)
		value += (unit /= 10) * (*cursor->p++ - '0');
	cursor->is_bad |= unit == TM_SECOND_NS || !unit;
	return value;
}

/* An offset in seconds east of UTC. */
static int offset(struct cursor *cursor)
{
	const char sign = next(cursor);
	int hours, minutes;

	if (sign == 'Z' || sign == 'z')
		return 0;
	cursor->is_bad |= sign != '+' && sign != '-';
	hours = cursor_number(cursor, 2, 0, 23);
	expect(cursor, ":");
	minutes = cursor_number(cursor, 2, 0, 59);
	return (sign == '-' ? -60 : 60) * (60 * hours + minutes);
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	const bool leaps = !(year % 4) && (year % 100 || !(year % 400));

	return days[month - 1] + (month == 2 && leaps);
}

bool tm_timestamp_parse(const char *text, size_t length, uint64_t *time_ns)
{
	struct cursor cursor = { text, text + length, false };
	struct tm date = { 0 };
	uint64_t part;
	time_t second;

	date.tm_year = cursor_number(&cursor, 4, 1969, 2600) - 1900;
	expect(&cursor, "-");
	date.tm_mon = cursor_number(&cursor, 2, 1, 12) - 1;
	expect(&cursor, "-");
	date.tm_mday = cursor_number(&cursor, 2, 1, 31);
	expect(&cursor, "Tt");
	date.tm_hour = cursor_number(&cursor, 2, 0, 23);
	expect(&cursor, ":");
	date.tm_min = cursor_number(&cursor, 2, 0, 59);
	expect(&cursor, ":");
	date.tm_sec = cursor_number(&cursor, 2, 0, 59);
	part = cursor_fraction(&cursor);
	second = offset(&cursor);
	if (cursor.is_bad || cursor.p != cursor.end ||
			date.tm_mday > days_in(date.tm_year + 1900,
						       date.tm_mon + 1))
		return false;
	second = timegm(&date) - second;
	return second >= 0 &&
			!__builtin_mul_overflow((uint64_t)second, TM_SECOND_NS,
					time_ns) &&
			!__builtin_add_overflow(*time_ns, part, time_ns);
}
