#include <time.h>

#include "calendar.h"
#include "common/base/clock.h"
#include "common/base/moment.h"

#define QUARTER 900 /* since 2011 no zone changes its offset within */
#define QUARTERS 64 /* streams are nearly in order of time */

struct quarter {
	uint64_t number; /* from 1, 0 = empty */
	int64_t offset;	 /* seconds east of UTC */
	uint64_t hour_ns, day_ns;
	unsigned zone;
};

static unsigned zone = 1;

void tm_calendar_forget(void)
{
	zone++;
}

/* Before the epoch there is nothing. */
static uint64_t calendar_ns(time_t seconds)
{
	return seconds < 0 ? 0 : seconds * TM_SECOND_NS;
}

static int64_t offset_at(time_t seconds)
{
	struct tm local;

	return localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
}

/* How long ago local time was a multiple of a length. */
static uint64_t calendar_since(
		uint64_t time_ns, int64_t offset, uint64_t length_ns)
{
	const uint64_t west_ns = offset < 0 ? -offset * TM_SECOND_NS : 0;

	if (time_ns >= west_ns)
		return (time_ns + offset * TM_SECOND_NS) % length_ns;
	/* local time is of 1969 */
	return length_ns - 1 - (west_ns - time_ns - 1) % length_ns;
}

/* Where the clock says so, or where it was changed since. */
static time_t hour_begin(time_t seconds, const struct tm *local)
{
	const time_t full = seconds - local->tm_min * 60 - local->tm_sec;
	time_t begin = seconds;

	while (begin > full && offset_at(begin - QUARTER) == local->tm_gmtoff)
		begin -= QUARTER;
	return begin > full ? begin : full;
}

static void quarter_fill(struct quarter *quarter, uint64_t number)
{
	const time_t seconds = (number - 1) * QUARTER;
	struct tm local;

	*quarter = (struct quarter){ .number = number, .zone = zone };
	if (!localtime_r(&seconds, &local))
		return;
	quarter->offset = local.tm_gmtoff;
	quarter->hour_ns = calendar_ns(hour_begin(seconds, &local));
	quarter->day_ns = calendar_ns(tm_day_begin(local));
}

static const struct quarter *quarter_of(uint64_t time_ns)
{
	static _Thread_local struct quarter quarters[QUARTERS];
	const uint64_t number = time_ns / TM_SECOND_NS / QUARTER + 1;
	struct quarter *const quarter = &quarters[number % QUARTERS];

	if (quarter->number != number || quarter->zone != zone)
		quarter_fill(quarter, number);
	return quarter;
}

/* Where the clock changes within, all of it begins where its beginning did. */
uint64_t tm_calendar_bin(uint64_t time_ns, uint64_t length_ns)
{
	const int64_t offset = quarter_of(time_ns)->offset;
	const uint64_t since_ns = calendar_since(time_ns, offset, length_ns);
	const uint64_t first_ns = time_ns - since_ns;

	if (time_ns < since_ns)
		return 0;
	return first_ns +
			(offset - quarter_of(first_ns)->offset) * TM_SECOND_NS;
}

uint64_t tm_calendar_hour(uint64_t time_ns)
{
	return quarter_of(time_ns)->hour_ns;
}

uint64_t tm_calendar_day(uint64_t time_ns)
{
	return quarter_of(time_ns)->day_ns;
}

uint64_t tm_calendar_next_hour(uint64_t time_ns)
{
	const uint64_t length_ns = QUARTER * TM_SECOND_NS;
	const uint64_t hour_ns = tm_calendar_hour(time_ns);
	uint64_t next_ns = time_ns - time_ns % length_ns;

	do
		next_ns += length_ns;
	while (tm_calendar_hour(next_ns) == hour_ns);
	return next_ns;
}

/* The first day of a month of local time, or a day of it, so many further. */
static uint64_t calendar_day(uint64_t time_ns, int months, int days)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return 0;
	local.tm_mon += months;
	local.tm_mday = days ? local.tm_mday + days : 1;
	return calendar_ns(tm_day_begin(local));
}

uint64_t tm_calendar_next_day(uint64_t time_ns)
{
	return calendar_day(time_ns, 0, 1);
}

uint64_t tm_calendar_month(uint64_t time_ns)
{
	return calendar_day(time_ns, 0, 0);
}

uint64_t tm_calendar_next_month(uint64_t time_ns)
{
	return calendar_day(time_ns, 1, 0);
}
