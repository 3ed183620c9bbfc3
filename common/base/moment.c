#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "moment.h"
#include "number.h"

#define QUARTER 900 /* Nepal once changed its clock by as little */
#define EPOCH_SECONDS_LEAST UINT64_C(100000000) /* 1973: nine digits */
#define EPOCH_NS_LEAST UINT64_C(1000000000000000)

struct moment {
	const char *text, *p;
	uint64_t now_ns, ns;
	struct tm_moment_problem *problem;
};

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };

/* Only the first problem is kept. */
__attribute__((format(printf, 3, 4))) static bool moment_refuse(
		struct moment *moment, const char *at, const char *format, ...)
{
	struct tm_moment_problem *const problem = moment->problem;
	va_list arguments;

	if (*problem->reason)
		return false;
	problem->column = at - moment->text;
	va_start(arguments, format);
	vsnprintf(problem->reason, sizeof(problem->reason), format, arguments);
	va_end(arguments);
	return false;
}

static bool moment_is_no_time(struct moment *moment)
{
	return moment_refuse(moment, moment->p,
			"not a time such as 2026-11-21, '2026-11-21 09:48', "
			"yesterday, 'last month' or 2h (ago)");
}

static bool moment_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void moment_skip_spaces(struct moment *moment)
{
	while (*moment->p == ' ')
		moment->p++;
}

/* Advances past a word in upper or lower case. */
static bool moment_take_word(struct moment *moment, const char *word)
{
	const size_t length = strlen(word);
	const char after = moment->p[0] ? moment->p[length] : '\0';

	if (strncasecmp(moment->p, word, length) ||
			(after | 0x20) - 'a' + 0u < 26)
		return false;
	moment->p += length;
	return true;
}

time_t tm_day_begin(struct tm date)
{
	struct tm day = date, noon = date, found;
	time_t at;

	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_isdst = noon.tm_isdst = -1;
	noon.tm_hour = 12;
	noon.tm_min = noon.tm_sec = 0;
	at = mktime(&day);
	mktime(&noon); /* mktime(3) turns day 32 into one of the next month */
	while (localtime_r(&at, &found) && found.tm_mday != noon.tm_mday &&
			found.tm_hour > 12)
		at += QUARTER;
	for (at -= QUARTER; localtime_r(&at, &found) &&
			found.tm_mday == noon.tm_mday;)
		at -= QUARTER;
	return at + QUARTER;
}

static bool moment_set(struct moment *moment, time_t seconds, uint64_t rest_ns)
{
	if (seconds < 0)
		return moment_refuse(moment, moment->text, "before 1970");
	if (__builtin_mul_overflow(
			    (uint64_t)seconds, TM_SECOND_NS, &moment->ns) ||
			__builtin_add_overflow(
					moment->ns, rest_ns, &moment->ns))
		return moment_refuse(moment, moment->text, "after 2554");
	return true;
}

static bool moment_end(struct moment *moment)
{
	return !*moment->p ||
			moment_refuse(moment, moment->p,
					"the time ends before '%.20s'",
					moment->p);
}

/* .5, or nothing; digits beyond a nanosecond are ignored. */
static bool moment_take_fraction(struct moment *moment, uint64_t *ns)
{
	uint64_t unit = TM_SECOND_NS / 10;

	*ns = 0;
	if (*moment->p != '.')
		return true;
	if (!moment_is_digit(*++moment->p))
		return moment_is_no_time(moment);
	for (; moment_is_digit(*moment->p); moment->p++, unit /= 10)
		*ns += (*moment->p - '0') * unit;
	return true;
}

static bool moment_take_epoch(struct moment *moment)
{
	uint64_t seconds, rest_ns;

	moment->p++;
	if (!tm_digits_scan(&moment->p, &seconds))
		return moment_refuse(moment, moment->p,
				"@ is followed by seconds since the epoch");
	if (seconds > INT64_MAX)
		return moment_refuse(moment, moment->text, "after 2554");
	return moment_take_fraction(moment, &rest_ns) && moment_end(moment) &&
			moment_set(moment, seconds, rest_ns);
}

/* Digits alone: seconds, or nanoseconds as in time_ns; never a year. */
static bool moment_take_number(struct moment *moment)
{
	const char *const begin = moment->p;
	uint64_t number = 0, rest_ns;

	if (!tm_digits_scan(&moment->p, &number))
		return moment_refuse(moment, begin, "after 2554");
	if (number >= EPOCH_NS_LEAST && !*moment->p) {
		moment->ns = number;
		return true;
	}
	if (moment->p - begin == 4 && !*moment->p)
		return moment_refuse(moment, begin,
				"a year alone; write %.4s-01 or %.4s-01-01",
				begin, begin);
	if (moment->p - begin == 8 && !*moment->p)
		return moment_refuse(moment, begin,
				"write a date as %.4s-%.2s-%.2s", begin,
				begin + 4, begin + 6);
	if (number >= EPOCH_NS_LEAST / 1000)
		return moment_refuse(moment, begin,
				"%d digits: seconds since the epoch have 10, "
				"nanoseconds 19",
				(int)(moment->p - begin));
	if (number < EPOCH_SECONDS_LEAST)
		return moment_refuse(moment, moment->p,
				"a unit is missing, as in %.9sm or %.9sd; @%.9s "
				"is seconds since the epoch",
				begin, begin, begin);
	return moment_take_fraction(moment, &rest_ns) && moment_end(moment) &&
			moment_set(moment, number, rest_ns);
}

/* Reads at least least and at most most digits. */
static bool moment_take_digits(struct moment *moment, unsigned least,
		unsigned most, int low, int high, const char *what, int *value)
{
	const char *const begin = moment->p;

	for (*value = 0;
			moment->p - begin < most && moment_is_digit(*moment->p);
			moment->p++)
		*value = 10 * *value + *moment->p - '0';
	if (moment->p - begin < least || moment_is_digit(*moment->p))
		return moment_refuse(
				moment, begin, "%s has %u digits", what, most);
	if (*value < low || *value > high)
		return moment_refuse(moment, begin, "there is no %s %.*s", what,
				(int)(moment->p - begin), begin);
	return true;
}

static bool moment_take_colon(struct moment *moment)
{
	return *moment->p++ == ':' ||
			moment_refuse(moment, moment->p - 1,
					"a time of day is written as 09:48");
}

/* 09:48, 09:48:12, 09:48:12.5 */
static bool moment_take_clock(
		struct moment *moment, struct tm *tm, uint64_t *rest_ns)
{
	*rest_ns = 0;
	if (!moment_take_digits(moment, 1, 2, 0, 23, "hour", &tm->tm_hour) ||
			!moment_take_colon(moment) ||
			!moment_take_digits(moment, 2, 2, 0, 59, "minute",
					&tm->tm_min))
		return false;
	if (*moment->p != ':')
		return true;
	moment->p++;
	return moment_take_digits(moment, 2, 2, 0, 60, "second", &tm->tm_sec) &&
			moment_take_fraction(moment, rest_ns);
}

/* +01:00, +0100, +01 */
static bool moment_take_offset(struct moment *moment, int *seconds)
{
	const int sign = *moment->p++ == '-' ? -1 : 1;
	int hours, minutes = 0;

	if (!moment_is_digit(moment->p[0]) || !moment_is_digit(moment->p[1]))
		return moment_refuse(
				moment, moment->p, "a zone is Z or as +01:00");
	hours = 10 * (moment->p[0] - '0') + moment->p[1] - '0';
	moment->p += 2;
	moment->p += *moment->p == ':';
	if (moment_is_digit(*moment->p) &&
			!moment_take_digits(moment, 2, 2, 0, 59, "minute",
					&minutes))
		return false;
	*seconds = sign * (3600 * hours + 60 * minutes);
	return hours < 24 ||
			moment_refuse(moment, moment->p, "no zone is that far");
}

/* The zone after a time of day; without one the time is local. */
static bool moment_take_zone(
		struct moment *moment, struct tm *tm, time_t *seconds)
{
	int offset = 0;

	moment_skip_spaces(moment);
	tm->tm_isdst = -1;
	if (!*moment->p) {
		*seconds = mktime(tm);
		return true;
	}
	if (*moment->p == '+' || *moment->p == '-') {
		if (!moment_take_offset(moment, &offset))
			return false;
	} else if (!moment_take_word(moment, "Z") &&
			!moment_take_word(moment, "UTC")) {
		return moment_refuse(
				moment, moment->p, "a zone is Z or as +01:00");
	}
	*seconds = timegm(tm) - offset;
	return moment_end(moment);
}

/* The start of a day, or a time on that day. */
static bool moment_finish_day(struct moment *moment, struct tm *day)
{
	const char c = *moment->p;
	uint64_t rest_ns;
	time_t seconds;

	day->tm_hour = day->tm_min = day->tm_sec = 0;
	if (!c)
		return moment_set(moment, tm_day_begin(*day), 0);
	if (c != ' ' && c != 'T' && c != 't')
		return moment_end(moment);
	moment->p++;
	return moment_take_clock(moment, day, &rest_ns) &&
			moment_take_zone(moment, day, &seconds) &&
			moment_set(moment, seconds, rest_ns);
}

static int days_of_month(const struct tm *tm)
{
	struct tm last = { .tm_year = tm->tm_year, .tm_mon = tm->tm_mon + 1 };

	timegm(&last); /* day 0 is the last day of the month before */
	return last.tm_mday;
}

/* 2026-11, 2026-11-21, 2026-11-21T09:48 */
static bool moment_take_date(struct moment *moment)
{
	struct tm day = { .tm_mday = 1 };
	const char *begin;

	if (!moment_take_digits(moment, 4, 4, 1969, 2600, "year", &day.tm_year))
		return false;
	day.tm_year -= 1900;
	moment->p++;
	if (!moment_take_digits(moment, 2, 2, 1, 12, "month", &day.tm_mon))
		return false;
	day.tm_mon--;
	if (!*moment->p)
		return moment_finish_day(moment, &day);
	if (*moment->p != '-')
		return moment_refuse(moment, moment->p,
				"a date is written as 2026-11-21");
	begin = ++moment->p;
	if (!moment_take_digits(moment, 2, 2, 1, 99, "day", &day.tm_mday))
		return false;
	if (day.tm_mday > days_of_month(&day))
		return moment_refuse(moment, begin, "%s %d has %d days",
				months[day.tm_mon], day.tm_year + 1900,
				days_of_month(&day));
	return moment_finish_day(moment, &day);
}

static struct tm moment_today(const struct moment *moment)
{
	const time_t now = moment->now_ns / TM_SECOND_NS;
	struct tm today = { .tm_mday = 1 };

	localtime_r(&now, &today);
	return today;
}

static bool moment_take_ago(struct moment *moment)
{
	const char *problem;
	uint64_t ago_ns;

	moment->p += *moment->p == '-';
	problem = tm_duration_scan(&moment->p, &ago_ns);
	if (problem)
		return moment_refuse(moment, moment->p, "%s", problem);
	moment_skip_spaces(moment);
	moment_take_word(moment, "ago");
	moment->ns = ago_ns < moment->now_ns ? moment->now_ns - ago_ns : 0;
	return moment_end(moment);
}

static int moment_take_weekday(struct moment *moment)
{
	static const char *const days[][2] = { { "Sunday", "Sun" },
		{ "Monday", "Mon" }, { "Tuesday", "Tue" },
		{ "Wednesday", "Wed" }, { "Thursday", "Thu" },
		{ "Friday", "Fri" }, { "Saturday", "Sat" } };

	for (int i = 0; i < 7; i++) {
		if (moment_take_word(moment, days[i][0]) ||
				moment_take_word(moment, days[i][1]))
			return i;
	}
	return -1;
}

/* The most recent day of that name. Today counts, except after "last". */
static bool moment_finish_weekday(struct moment *moment, int day, bool is_last)
{
	struct tm today = moment_today(moment);

	today.tm_mday -= (today.tm_wday - day + 7) % 7;
	if (is_last && today.tm_wday == day)
		today.tm_mday -= 7;
	return moment_finish_day(moment, &today);
}

/* After "this" or "last": week, month or year. */
static bool moment_take_period(struct moment *moment, bool is_last)
{
	struct tm day = moment_today(moment);
	int weekday;

	moment_skip_spaces(moment);
	if (is_last && moment_is_digit(*moment->p))
		return moment_take_ago(moment);
	if (moment_take_word(moment, "week")) {
		day.tm_mday -= (day.tm_wday + 6) % 7 + 7 * is_last;
	} else if (moment_take_word(moment, "month")) {
		day.tm_mon -= is_last;
		day.tm_mday = 1;
	} else if (moment_take_word(moment, "year")) {
		day.tm_year -= is_last;
		day.tm_mon = 0;
		day.tm_mday = 1;
	} else if ((weekday = moment_take_weekday(moment)) >= 0) {
		return moment_finish_weekday(moment, weekday, is_last);
	} else {
		return moment_refuse(moment, moment->p,
				"%s is followed by week, month, year or a "
				"weekday, as in '%s month'",
				is_last ? "last" : "this",
				is_last ? "last" : "this");
	}
	return moment_end(moment) && moment_set(moment, tm_day_begin(day), 0);
}

static bool moment_take_words(struct moment *moment)
{
	struct tm day = moment_today(moment);
	int weekday;

	if (moment_take_word(moment, "now")) {
		moment->ns = moment->now_ns;
		return moment_end(moment);
	}
	if (moment_take_word(moment, "today"))
		return moment_finish_day(moment, &day);
	if (moment_take_word(moment, "yesterday")) {
		day.tm_mday--;
		return moment_finish_day(moment, &day);
	}
	if (moment_take_word(moment, "this"))
		return moment_take_period(moment, false);
	if (moment_take_word(moment, "last"))
		return moment_take_period(moment, true);
	weekday = moment_take_weekday(moment);
	if (weekday >= 0)
		return moment_finish_weekday(moment, weekday, false);
	return moment_is_no_time(moment);
}

static bool moment_take(struct moment *moment)
{
	const size_t digits = strspn(moment->p, "0123456789");
	const char after = moment->p[digits];
	struct tm day = moment_today(moment);
	uint64_t rest_ns;
	time_t seconds;

	if (*moment->p == '@')
		return moment_take_epoch(moment);
	if (*moment->p == '-')
		return moment_take_ago(moment);
	if (*moment->p == '+')
		return moment_refuse(moment, moment->p,
				"a time to come; 2h is two hours ago");
	if (!digits)
		return moment_take_words(moment);
	if (after == '-')
		return moment_take_date(moment);
	if (after == ':') {
		day.tm_sec = 0;
		return moment_take_clock(moment, &day, &rest_ns) &&
				moment_take_zone(moment, &day, &seconds) &&
				moment_set(moment, seconds, rest_ns);
	}
	if (!after || (after == '.' && digits > 8))
		return moment_take_number(moment);
	return moment_take_ago(moment);
}

bool tm_moment_parse(const char *text, uint64_t now_ns, uint64_t *ns,
		struct tm_moment_problem *problem)
{
	struct moment moment = {
		.text = text, .p = text, .now_ns = now_ns, .problem = problem
	};

	*problem = (struct tm_moment_problem){ 0 };
	if (!moment_take(&moment))
		return false;
	*ns = moment.ns;
	return true;
}
