#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/exit.h"
#include "common/record/event.h"
#include "common/tool/options.h"
#include "counter.h"
#include "show.h"
#include "state.h"

static int by_uid(const void *a, const void *b)
{
	const struct total *const one = a, *const other = b;

	return (one->uid > other->uid) - (one->uid < other->uid);
}

static void show_users(struct totals *totals)
{
	const uint32_t count = totals->count;

	if (count)
		qsort(totals->users, count, sizeof(*totals->users), by_uid);
	for (uint32_t i = 0; i < count; i++) {
		const struct total *total = &totals->users[i];

		if (total->uid == TM_NOBODY)
			fputs("user none", stdout);
		else
			printf("user %" PRIu32, total->uid);
		printf(" in %" PRIu64 " out %" PRIu64 "\n", total->sum[TM_IN],
				total->sum[TM_OUT]);
	}
}

static void show_runs(const struct tm_runs *runs)
{
	for (uint32_t i = 0; i < runs->kept_count; i++) {
		const struct tm_run *run = &runs->kept[i];

		if (run->counted == TM_RUN_ENDED)
			printf("run %" PRIu64 " ended\n", run->id);
		else
			printf("run %" PRIu64 " counted %" PRIu64 "\n", run->id,
					run->counted);
	}
}

int show_state(const char *path, struct counter *counter)
{
	if (state_read(path, &counter->totals, counter->runs))
		return TM_FAILED;
	show_users(&counter->totals);
	show_runs(counter->runs);
	tm_stdout_finish();
	return TM_DONE;
}
