/* What a process belongs to, by the path of its cgroup: a pure function of the
 * text. tm-words(7) has the forms that are recognized.
 *
 * Whoever may make cgroups may choose their names. Users may below their own
 * user@UID.service, so a path through it names no job. */
#ifndef TM_RECORD_WORKLOAD_H
#define TM_RECORD_WORKLOAD_H

#include <stddef.h>

#define TM_WORKLOAD_SIZE 272

/* Empty texts where the path does not say. */
struct tm_workload {
	char job[TM_WORKLOAD_SIZE];  /* "slurm/4711" */
	char step[TM_WORKLOAD_SIZE]; /* of the job: "0", "batch" */
	char unit[TM_WORKLOAD_SIZE]; /* "nginx.service" */
	char container[32];	     /* "docker/0123456789ab" */
	char pod[40];		     /* its UID */
	char session[32];	     /* of logind: "3" */
};

void tm_workload_parse(struct tm_workload *workload, const char *path);

#endif
