/* Which project traffic is for: a site's file of lines
 *
 *	user NAME PROJECT
 *	job MANAGER/ID PROJECT
 *
 * with comments from a "#" on. A job's line counts before its user's, that
 * before the user's primary group, which the recording names, or this machine
 * where the recording is its own. */
#ifndef TM_RECORD_PROJECTS_H
#define TM_RECORD_PROJECTS_H

#include "names.h"

#define TM_PROJECTS_PROBLEM 512

struct tm_projects;

/* Without a file, so that each project is a group; NULL when there is no
 * memory. */
struct tm_projects *tm_projects_new(void);

/* NULL with a problem of one line, which names the file and the line. */
struct tm_projects *tm_projects_load(
		const char *path, char problem[TM_PROJECTS_PROBLEM]);

/* The project of an event, as tm_names_fact. The first event of a user whose
 * group the recording does not name may wait for the name service. */
uint32_t tm_projects_find(struct tm_projects *projects, struct tm_names *names,
		const struct tm_event *event);

void tm_projects_free(struct tm_projects *projects);

#endif
