/* What jobs moved, by day, user and host, until it is added to the database. */
#ifndef TM_HISTORY_JOB_SUMS_H
#define TM_HISTORY_JOB_SUMS_H

#include "common/base/index.h"
#include "common/record/names.h"
#include "common/sums/sums.h"

struct tm_history;

/* To be set up by tm_job_sums_init. */
struct tm_job_sums {
	struct tm_sums table;
	struct tm_index known;	/* jobs of the day, by their text's number */
	struct tm_index budget; /* users with new jobs in the minute */
	uint16_t *budgets;
	uint64_t day_ns, minute;
	uint64_t left_out; /* events of jobs that had no room */
};

void tm_job_sums_init(struct tm_job_sums *sums);

/* Adds an event of traffic, if it is of a job. */
void tm_job_sums_take(struct tm_job_sums *sums, struct tm_names *names,
		const struct tm_event *event);

bool tm_job_sums_are_full(const struct tm_job_sums *sums);

/* Adds them to those of the database, within a transaction. 0, or -1 with a
 * problem. */
int tm_job_sums_write(const struct tm_job_sums *sums,
		struct tm_history *history, struct tm_names *names);

/* Removes all sums and keeps the memory. */
void tm_job_sums_clear(struct tm_job_sums *sums);

void tm_job_sums_free(struct tm_job_sums *sums);

#endif
