#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "progress.h"

void tm_progress_start(struct tm_progress *progress, bool quiet)
{
	memset(progress, 0, sizeof(*progress));
	progress->start_ns = tm_clock_coarse_ns();
	progress->due_ns = progress->start_ns + TM_SECOND_NS;
	progress->wanted = !quiet && isatty(STDERR_FILENO);
}

bool tm_progress_due(struct tm_progress *progress)
{
	const uint64_t now = progress->wanted ? tm_clock_coarse_ns() : 0;

	if (!progress->wanted || now < progress->due_ns)
		return false;
	progress->due_ns = now + TM_SECOND_NS;
	return true;
}

static void format_rate(char out[16], double rate)
{
	if (rate >= 1e6)
		snprintf(out, 16, "%.1f M/s", rate / 1e6);
	else if (rate >= 1e3)
		snprintf(out, 16, "%.1f k/s", rate / 1e3);
	else
		snprintf(out, 16, "%.0f/s", rate);
}

const char *tm_progress_counts(struct tm_progress *progress, uint64_t events,
		uint64_t lost_packets)
{
	const uint64_t spent_ns = tm_clock_coarse_ns() - progress->start_ns;
	char rate[16];

	format_rate(rate, events * 1e9 / (spent_ns + 1e6));
	snprintf(progress->text, sizeof(progress->text),
			"%" PRIu64 " events, %s, %" PRIu64 " lost", events,
			rate, lost_packets);
	return progress->text;
}

const char *tm_progress_text(
		struct tm_progress *progress, const struct tm_reader *reader)
{
	const int percent = tm_reader_percent(reader);
	size_t length;

	tm_progress_counts(progress, reader->events, reader->lost_packets);
	length = strlen(progress->text);
	if (percent >= 0)
		snprintf(progress->text + length,
				sizeof(progress->text) - length, ", %d %%",
				percent);
	return progress->text;
}

void tm_progress_show(
		struct tm_progress *progress, const struct tm_reader *reader)
{
	if (!tm_progress_due(progress))
		return;
	fprintf(stderr, "\r%s\033[K", tm_progress_text(progress, reader));
	progress->is_shown = true;
}

void tm_progress_clear(struct tm_progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
