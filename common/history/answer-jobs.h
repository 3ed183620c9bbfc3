/* What jobs moved, as text: a table of several, or one job by lines. */
#ifndef TM_HISTORY_ANSWER_JOBS_H
#define TM_HISTORY_ANSWER_JOBS_H

#include "answer.h"
#include "jobs.h"

/* 0, or -1 and errno. */
int tm_history_answer_jobs(const struct tm_history_form *form,
		const struct tm_history_jobs *jobs);

/* One job, which the rows are of: as lines "Name: value", or in JSON as an
 * object. */
int tm_history_answer_job(const struct tm_history_form *form,
		const struct tm_history_jobs *job);

#endif
