#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/zone.h"
#include "common/sums/calendar.h"
#include "slot.h"

/* The most recent slots, until the zone changes. */
struct known {
	uint64_t begin, end;
	unsigned zone;
};

static unsigned zone_number = 1;

static struct known slot_find(
		enum tm_history_resolution resolution, uint64_t time_ns)
{
	const uint64_t minute_ns = time_ns - time_ns % TM_MINUTE_NS;

	switch (resolution) {
	case TM_HISTORY_MINUTE:
		return (struct known){ minute_ns, minute_ns + TM_MINUTE_NS,
			zone_number };
	case TM_HISTORY_HOUR:
		return (struct known){ tm_calendar_hour(time_ns),
			tm_calendar_next_hour(time_ns), zone_number };
	case TM_HISTORY_DAY:
		return (struct known){ tm_calendar_day(time_ns),
			tm_calendar_next_day(time_ns), zone_number };
	default:
		return (struct known){ tm_calendar_month(time_ns),
			tm_calendar_next_month(time_ns), zone_number };
	}
}

static struct known look_up(
		enum tm_history_resolution resolution, uint64_t time_ns)
{
	static _Thread_local struct known known[TM_HISTORY_RESOLUTIONS];
	struct known *const slot = &known[resolution];

	if (slot->zone != zone_number || time_ns < slot->begin ||
			time_ns >= slot->end)
		*slot = slot_find(resolution, time_ns);
	return *slot;
}

uint64_t tm_history_slot(
		enum tm_history_resolution resolution, uint64_t time_ns)
{
	return look_up(resolution, time_ns).begin;
}

uint64_t tm_history_next_slot(
		enum tm_history_resolution resolution, uint64_t time_ns)
{
	return look_up(resolution, time_ns).end;
}

const char *tm_history_resolution_name(enum tm_history_resolution resolution)
{
	static const char *const names[] = { "minute", "hour", "day", "month" };

	return names[resolution];
}

int tm_history_use_zone(const char *zone)
{
	const char *const now = getenv("TZ");

	if (!tm_zone_is_known(zone))
		return -1;
	if (now && !strcmp(now, zone))
		return 0;
	setenv("TZ", zone, 1);
	tzset();
	tm_calendar_forget();
	zone_number++;
	return 0;
}
