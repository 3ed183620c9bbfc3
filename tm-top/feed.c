#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/signals.h"
#include "common/stream/stream-clock.h"
#include "feed.h"

/* Longer gaps, such as between two recordings, are skipped. */
#define GAP_NS (10 * TM_SECOND_NS)

static bool is_recorded(const char *path)
{
	struct stat status;

	if (!strcmp(path, "-"))
		return !fstat(STDIN_FILENO, &status) && S_ISREG(status.st_mode);
	return !stat(path, &status) && S_ISREG(status.st_mode);
}

int feed_open(struct feed *feed, char *const *paths, double speed)
{
	static char *const standard_input[] = { (char *)"-", NULL };

	memset(feed, 0, sizeof(*feed));
	feed->speed = speed;
	if (!*paths)
		paths = standard_input;
	feed->paths = paths;
	feed->is_recording = true;
	for (char *const *path = paths; *path; path++)
		feed->is_recording &= is_recorded(*path);
	return tm_reader_open(&feed->reader, paths);
}

/* Reads more once all that was read has been handed out. */
static void feed_refill(struct feed *feed)
{
	ssize_t n;

	if (feed->count || feed->has_ended)
		return;
	if (feed->reader.events && tm_reader_ready(&feed->reader, 0) <= 0)
		return;
	n = tm_reader_next(&feed->reader, &feed->events);
	feed->has_ended = n < 0;
	feed->count = n > 0 ? n : 0;
}

static void feed_anchor(struct feed *feed, uint64_t stream_ns)
{
	feed->stream_ns = stream_ns;
	feed->began_ns = tm_clock_steady_ns();
}

static bool is_gap(const struct feed *feed, uint64_t time_ns)
{
	const uint64_t newest_ns = feed->newest_ns;

	return time_ns < newest_ns ? newest_ns - time_ns > GAP_NS
				   : time_ns - newest_ns > GAP_NS;
}

/* The time of the stream that has been reached by now. */
static uint64_t feed_due_ns(const struct feed *feed, uint64_t now_ns)
{
	return feed->stream_ns +
			(uint64_t)((now_ns - feed->began_ns) * feed->speed);
}

/* How many of the events are due. */
static size_t feed_count_due(struct feed *feed)
{
	uint64_t limit_ns = feed_due_ns(feed, tm_clock_steady_ns());
	size_t i;

	for (i = 0; i < feed->count; i++) {
		const uint64_t time_ns = feed->events[i].time_ns;

		if (!tm_stream_has_time(&feed->events[i]))
			continue;
		if (is_gap(feed, time_ns)) {
			feed_anchor(feed, time_ns);
			limit_ns = time_ns;
		}
		if (time_ns > limit_ns)
			break;
		feed->newest_ns = time_ns;
	}
	return i;
}

size_t feed_take(struct feed *feed, struct tm_event **events)
{
	size_t n;

	feed_refill(feed);
	if (tm_stop_requested() && feed->is_recording) {
		feed->has_ended = true;
		return 0;
	}
	n = feed->is_recording && feed->speed > 0 ? feed_count_due(feed)
						  : feed->count;
	if (!n) /* and perhaps no events at all */
		return 0;
	*events = feed->events;
	feed->events += n;
	feed->count -= n;
	feed->given += n;
	if (feed->speed <= 0 && tm_stream_has_time(&(*events)[n - 1]))
		feed->newest_ns = (*events)[n - 1].time_ns;
	return n;
}

void feed_give_back(struct feed *feed, size_t n)
{
	feed->events -= n;
	feed->count += n;
	feed->given -= n;
}

/* Standard input by a name that opens it again, at its beginning. */
static char **names_of(char *const *paths)
{
	size_t count = 0;
	char **names;

	while (paths[count])
		count++;
	names = calloc(count + 1, sizeof(*names));
	for (size_t i = 0; names && i < count; i++)
		names[i] = strcmp(paths[i], "-") ? paths[i]
						 : (char *)"/proc/self/fd/0";
	return names;
}

void feed_read_again(const struct feed *feed, feed_fn *take, void *context)
{
	char **const names = names_of(feed->paths);
	uint64_t left = feed->given;
	struct tm_reader reader;
	struct tm_event *events;
	int result = 0;
	ssize_t n;

	if (names && !tm_reader_open(&reader, names)) {
		while (left && !result &&
				(n = tm_reader_next(&reader, &events)) >= 0) {
			for (ssize_t i = 0; i < n && left && !result; i++) {
				result = take(context, &events[i]);
				left--;
			}
		}
		tm_reader_close(&reader);
	}
	free(names);
}

int feed_wait_ms(const struct feed *feed, int limit_ms, int *fd)
{
	uint64_t now_ns, next_ns;
	double wait_ms;

	*fd = -1;
	if (feed->has_ended)
		return limit_ms;
	if (feed->count && feed->is_recording && feed->speed > 0) {
		now_ns = feed_due_ns(feed, tm_clock_steady_ns());
		next_ns = feed->events->time_ns;
		if (next_ns <= now_ns)
			return 0;
		wait_ms = (next_ns - now_ns) / feed->speed / 1e6 + 1;
		return wait_ms < limit_ms ? (int)wait_ms : limit_ms;
	}
	if (feed->count || tm_reader_ready(&feed->reader, 0))
		return 0;
	*fd = tm_reader_fd(&feed->reader);
	return limit_ms;
}

void feed_set_speed(struct feed *feed, double speed)
{
	feed_anchor(feed, feed->newest_ns);
	feed->speed = speed;
}
