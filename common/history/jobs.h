/* Questions for what jobs moved. Their sums are by day, so a range finds the
 * days of the jobs that moved something in it. What was lost has no job. */
#ifndef TM_HISTORY_JOBS_H
#define TM_HISTORY_JOBS_H

#include "query.h"

struct tm_history_jobs_query {
	uint64_t from_ns, to_ns; /* to is not included; 0 = no limit */
	const char *job; /* "slurm/4711", or "4711" of any manager; NULL = all
			  */
	const char *search; /* in its name or the user's; or NULL */
	bool has_user;
	uint32_t uid;
	const char *host;	   /* the metering one; NULL = all */
	bool by_host;		   /* a row for each host */
	enum tm_history_sort sort; /* KEY is the time of the beginning */
	bool is_ascending;
	uint64_t offset, limit; /* limit: 0 = all */
};

/* What a user moved in a job. Texts may be hostile. */
struct tm_history_job {
	const char *name; /* "" = of the jobs that had no room */
	uint32_t uid;
	const char *user; /* NULL if no name was recorded */
	const char *host; /* "" = not known; NULL = the remainder, or several */
	uint64_t hosts;
	uint64_t first_ns, last_ns; /* whole seconds */
	struct tm_amount moved[2];
};

struct tm_history_jobs {
	struct tm_history_job *jobs;
	size_t count;
	uint64_t found;		    /* without offset and limit */
	uint64_t first_ns, last_ns; /* of all that were found; 0 = none was */
	struct tm_amount moved[2];
	struct tm_amount lost[2]; /* see tm_history_jobs_lost */
	void *texts;
};

int tm_history_jobs(struct tm_history *history,
		const struct tm_history_jobs_query *query,
		struct tm_history_jobs *answer);

/* Adds up what the users of the rows lost while the jobs were there. */
int tm_history_jobs_lost(
		struct tm_history *history, struct tm_history_jobs *answer);

void tm_history_jobs_free(struct tm_history_jobs *answer);

#endif
