#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "common/base/clock.h"
#include "live.h"
#include "watch.h"
#include "web-database.h"

#define LOOK_NS (TM_SECOND_NS / 5)
#define SPAN_LEAST_NS (TM_SECOND_NS / 3)
#define HOLD_NS (TM_SECOND_NS * 6 / 5)
#define LOOK_COST 4 /* at most one part in so many is looking */

struct watch {
	struct database database;
	struct changes changes;
	unsigned opened;
	int64_t version;
	uint64_t watermark_ns;
	uint64_t last_ns; /* when there was an event */
};

static uint64_t watch_newest(struct tm_history *history)
{
	const uint64_t now = tm_clock_wall_ns();
	struct tm_history_summary summary = { 0 };
	uint64_t newest_ns = 0;

	if (!tm_history_summary(history,
			    &(struct tm_history_filter){ .from_ns = now },
			    &summary))
		newest_ns = summary.newest_ns;
	tm_history_summary_free(&summary);
	return newest_ns;
}

/* A commit just behind another one is told with the next, because of bytes in a
 * few ms no rate can be made; but not for long. */
static bool is_too_soon(const struct watch *watch, uint64_t newest_ns)
{
	return watch->watermark_ns &&
			newest_ns < watch->watermark_ns + SPAN_LEAST_NS &&
			tm_clock_steady_ns() < watch->last_ns + HOLD_NS;
}

static void watch_tell(struct watch *watch, struct event event)
{
	if (watch->watermark_ns && event.watermark_ns > watch->watermark_ns)
		event.span_ns = event.watermark_ns - watch->watermark_ns;
	watch->watermark_ns = event.watermark_ns;
	watch->last_ns = tm_clock_steady_ns();
	live_tell(event);
}

/* Both questions are about the same state. False when it has to be looked at
 * again. */
static bool watch_look(struct watch *watch, struct tm_history *history)
{
	struct event event = { 0 };
	ssize_t count = -1;
	bool is_soon;

	if (tm_history_begin(history))
		return false;
	event.watermark_ns = watch_newest(history);
	is_soon = is_too_soon(watch, event.watermark_ns);
	if (event.watermark_ns && !is_soon)
		count = changes_look(&watch->changes, history,
				event.watermark_ns, &event.list);
	tm_history_end(history);
	event.count = count;
	if (count >= 0)
		watch_tell(watch, event);
	return count >= 0 || !is_soon;
}

/* What it knew is of another file, or too old to compare with. */
static void watch_start_over(struct watch *watch, bool is_replaced)
{
	changes_forget(&watch->changes);
	watch->watermark_ns = 0;
	watch->version = -1;
	live_forget(is_replaced);
}

static void watch_once(struct watch *watch)
{
	const char *problem;
	struct tm_history *const history =
			database_use(&watch->database, &problem);
	int64_t version;

	if (!history)
		return;
	if (watch->opened != watch->database.opened)
		watch_start_over(watch, watch->opened);
	watch->opened = watch->database.opened;
	version = tm_history_version(history);
	if (version != watch->version && watch_look(watch, history))
		watch->version = version;
}

static void watch_rest(uint64_t ns)
{
	const struct timespec pause = { ns / TM_SECOND_NS, ns % TM_SECOND_NS };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static void *watch_run(void *path)
{
	struct watch watch = {
		.database.path = path, .version = -1, .changes.note = live_name
	};

	while (true) {
		const uint64_t begin_ns = tm_clock_steady_ns();
		uint64_t cost_ns;

		if (live_is_wanted())
			watch_once(&watch);
		else if (watch.watermark_ns)
			watch_start_over(&watch, false);
		live_wake();
		cost_ns = LOOK_COST * (tm_clock_steady_ns() - begin_ns);
		watch_rest(cost_ns > LOOK_NS ? cost_ns : LOOK_NS);
	}
	return NULL;
}

int watch_start(const char *path)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, watch_run, (void *)path);
	return errno ? -1 : 0;
}
