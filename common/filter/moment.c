#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "moment.h"

static bool moment_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Advances past exactly so many digits. */
static bool moment_digits(const char **p, unsigned count, int *value)
{
	for (*value = 0; count; count--, (*p)++) {
		if (!moment_is_digit(**p))
			return false;
		*value = 10 * *value + **p - '0';
	}
	return true;
}

static bool two(const char **p, char before, int max, int *value)
{
	return *(*p)++ == before && moment_digits(p, 2, value) && *value <= max;
}

/* .5, or nothing; what is finer than a nanosecond is cut off. */
static bool moment_fraction(const char **p, uint64_t *ns)
{
	uint64_t unit = TM_SECOND_NS / 10;

	*ns = 0;
	if (**p != '.')
		return true;
	if (!moment_is_digit(*++*p))
		return false;
	for (; moment_is_digit(**p); (*p)++, unit /= 10)
		*ns += (**p - '0') * unit;
	return true;
}

static bool clock_time(const char **p, struct tm *tm, uint64_t *ns)
{
	const char separator = **p;

	*ns = 0;
	if (separator != 'T' && separator != 't' && separator != ' ')
		return !separator;
	if (!two(p, separator, 23, &tm->tm_hour) ||
			!two(p, ':', 59, &tm->tm_min))
		return false;
	if (**p != ':')
		return true;
	return two(p, ':', 60, &tm->tm_sec) && moment_fraction(p, ns);
}

/* Z or +01:00; without either it is local time. */
static bool to_epoch(const char *zone, struct tm *tm, time_t *seconds)
{
	const char sign = *zone;
	int hours, minutes;

	if (!sign) {
		tm->tm_isdst = -1;
		*seconds = mktime(tm);
		return true;
	}
	*seconds = timegm(tm);
	if (sign == 'Z' || sign == 'z')
		return !zone[1];
	if ((sign != '+' && sign != '-') || !two(&zone, sign, 23, &hours) ||
			!two(&zone, ':', 59, &minutes) || *zone)
		return false;
	minutes += 60 * hours;
	*seconds -= 60 * (sign == '+' ? minutes : -minutes);
	return true;
}

static bool calendar(const char *p, uint64_t *ns)
{
	struct tm tm = { 0 }, date;
	uint64_t rest;
	time_t seconds;

	if (!moment_digits(&p, 4, &tm.tm_year) ||
			!two(&p, '-', 12, &tm.tm_mon) ||
			!two(&p, '-', 31, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	date = tm; /* timegm makes March of the 30th of February */
	timegm(&date);
	if (date.tm_mon != tm.tm_mon || !tm.tm_mday)
		return false;
	if (!clock_time(&p, &tm, &rest) || !to_epoch(p, &tm, &seconds))
		return false;
	return seconds >= 0 &&
			!__builtin_mul_overflow(seconds, TM_SECOND_NS, ns) &&
			!__builtin_add_overflow(*ns, rest, ns);
}

static bool since_epoch(const char *text, uint64_t *ns)
{
	const size_t whole = strspn(text, "0123456789");
	char seconds[TM_NUMBER_SIZE + 1];
	uint64_t rest;

	if (whole >= sizeof(seconds))
		return false;
	memcpy(seconds, text, whole);
	seconds[whole] = '\0';
	text += whole;
	return tm_number_parse(seconds, UINT64_MAX / TM_SECOND_NS - 1, ns) &&
			moment_fraction(&text, &rest) && !*text &&
			(*ns = *ns * TM_SECOND_NS + rest, true);
}

bool tm_moment_parse(const char *text, uint64_t now_ns, uint64_t *ns)
{
	uint64_t ago_ns;

	if (since_epoch(text, ns))
		return true;
	if (tm_duration_parse(text, &ago_ns)) {
		*ns = ago_ns < now_ns ? now_ns - ago_ns : 0;
		return true;
	}
	return calendar(text, ns);
}
