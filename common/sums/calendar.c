#include <time.h>

#include "calendar.h"
#include "common/base/clock.h"

#define QUARTER 900 /* no zone changes its offset within */
#define QUARTERS 64 /* streams are nearly in order of time */

struct quarter {
	uint64_t number; /* from 1, 0 = empty */
	int64_t offset;	 /* seconds east of UTC */
	uint64_t hour_ns, day_ns;
};

static time_t start_of(struct tm *local)
{
	local->tm_hour = local->tm_min = local->tm_sec = 0;
	local->tm_isdst = -1;
	return mktime(local);
}

static void quarter_fill(struct quarter *quarter, uint64_t number)
{
	const time_t seconds = (number - 1) * QUARTER;
	int64_t hour;
	struct tm local;
	time_t day;

	*quarter = (struct quarter){ .number = number };
	if (!localtime_r(&seconds, &local))
		return;
	quarter->offset = local.tm_gmtoff;
	hour = seconds - (seconds + quarter->offset) % 3600;
	day = start_of(&local);
	/* before the epoch there is nothing */
	quarter->hour_ns = hour < 0 ? 0 : hour * TM_SECOND_NS;
	quarter->day_ns = day < 0 ? 0 : day * TM_SECOND_NS;
}

static const struct quarter *quarter_of(uint64_t time_ns)
{
	static struct quarter quarters[QUARTERS];
	const uint64_t number = time_ns / TM_SECOND_NS / QUARTER + 1;
	struct quarter *const quarter = &quarters[number % QUARTERS];

	if (quarter->number != number)
		quarter_fill(quarter, number);
	return quarter;
}

uint64_t tm_calendar_hour(uint64_t time_ns)
{
	return quarter_of(time_ns)->hour_ns;
}

uint64_t tm_calendar_day(uint64_t time_ns)
{
	return quarter_of(time_ns)->day_ns;
}

/* Where the clock changes within, all of it begins where its beginning did. */
uint64_t tm_calendar_bin(uint64_t time_ns, uint64_t length_ns)
{
	const int64_t offset = quarter_of(time_ns)->offset;
	const uint64_t local_ns = time_ns + offset * TM_SECOND_NS;
	const uint64_t begin_ns = local_ns - local_ns % length_ns;
	const uint64_t first = begin_ns - offset * TM_SECOND_NS;

	/* before the epoch there is nothing */
	if (time_ns < local_ns % length_ns)
		return 0;
	return begin_ns - quarter_of(first)->offset * TM_SECOND_NS;
}

uint64_t tm_calendar_month(uint64_t time_ns)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;
	time_t start;

	if (!localtime_r(&seconds, &local))
		return 0;
	local.tm_mday = 1;
	start = start_of(&local);
	return start < 0 ? 0 : start * TM_SECOND_NS;
}
