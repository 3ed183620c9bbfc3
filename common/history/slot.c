#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/moment.h"
#include "common/base/zone.h"
#include "slot.h"

/* The slots that were asked for last, until the zone is another one. */
struct known {
	uint64_t begin, end;
	unsigned zone;
};

static unsigned zone_number = 1;

static void find_day(time_t at, bool is_month, time_t *begin, time_t *end)
{
	struct tm first, next;

	localtime_r(&at, &first);
	first.tm_mday = is_month ? 1 : first.tm_mday;
	next = first;
	next.tm_mon += is_month;
	next.tm_mday += !is_month;
	*begin = tm_day_begin(first);
	*end = tm_day_begin(next);
}

/* Zones may be 30 or 45 minutes off. */
static void find_hour(time_t at, time_t *begin, time_t *end)
{
	struct tm local;

	localtime_r(&at, &local);
	*begin = at - local.tm_min * 60 - local.tm_sec;
	*end = *begin + 3600;
}

static struct known slot_find(
		enum tm_history_resolution resolution, uint64_t time_ns)
{
	const time_t at = time_ns / TM_SECOND_NS;
	time_t begin, end;

	if (resolution == TM_HISTORY_MINUTE) {
		begin = at - at % 60;
		end = begin + 60;
	} else if (resolution == TM_HISTORY_HOUR) {
		find_hour(at, &begin, &end);
	} else {
		find_day(at, resolution == TM_HISTORY_MONTH, &begin, &end);
	}
	if (begin < 0)
		begin = 0;
	return (struct known){ begin * TM_SECOND_NS, end * TM_SECOND_NS,
		zone_number };
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
	zone_number++;
	return 0;
}
