#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/index.h"
#include "common/base/intern.h"
#include "projects.h"

#define BLANKS " \t\r\n"

/* Projects by the names of users, or of jobs. */
struct assignment {
	struct tm_intern names;
	char **projects; /* of number n at n - 1 */
};

struct tm_projects {
	struct assignment users, jobs;
	struct tm_index uids; /* whose groups this machine was asked for */
	char **groups;	      /* theirs; NULL = none */
};

struct tm_projects *tm_projects_new(void)
{
	return calloc(1, sizeof(struct tm_projects));
}

/* A later line counts. */
static bool assignment_add(struct assignment *assignment, const char *name,
		const char *project)
{
	const uint32_t count = assignment->names.count;
	char *const copy = strdup(project);
	char **more;
	uint32_t number;

	if (!copy)
		return false;
	number = tm_intern(&assignment->names, name);
	if (number == TM_INTERN_FULL) {
		free(copy);
		return false;
	}
	if (number > count && !(count & (count - 1))) {
		more = reallocarray(assignment->projects,
				count ? 2 * (size_t)count : 1, sizeof(*more));
		if (!more) {
			free(copy);
			return false;
		}
		assignment->projects = more;
	}
	if (number <= count)
		free(assignment->projects[number - 1]);
	assignment->projects[number - 1] = copy;
	return true;
}

/* NULL, or what is wrong. */
static const char *projects_add_line(struct tm_projects *projects, char *line)
{
	char *rest, *kind, *name, *project;
	struct assignment *assignment;

	line[strcspn(line, "#")] = '\0';
	kind = strtok_r(line, BLANKS, &rest);
	if (!kind)
		return NULL;
	name = strtok_r(NULL, BLANKS, &rest);
	project = strtok_r(NULL, BLANKS, &rest);
	if (!strcmp(kind, "user"))
		assignment = &projects->users;
	else if (!strcmp(kind, "job"))
		assignment = &projects->jobs;
	else
		return "begins with neither user nor job";
	if (!project || strtok_r(NULL, BLANKS, &rest))
		return "is not: user NAME PROJECT, or job MANAGER/ID PROJECT";
	if (assignment == &projects->jobs && !strchr(name, '/'))
		return "names a job without its manager; write slurm/4711";
	return assignment_add(assignment, name, project) ? NULL
							 : strerror(errno);
}

static bool projects_read(struct tm_projects *projects, FILE *file,
		const char *path, char problem[TM_PROJECTS_PROBLEM])
{
	const char *why = NULL;
	size_t room = 0, line = 0;
	char *text = NULL;
	ssize_t size;

	errno = 0;
	while (!why && (size = getline(&text, &room, file)) > 0) {
		line++;
		why = memchr(text, '\0', size)
				? "has a zero byte"
				: projects_add_line(projects, text);
	}
	if (why)
		snprintf(problem, TM_PROJECTS_PROBLEM, "%s:%zu: %s", path, line,
				why);
	else if (!feof(file))
		snprintf(problem, TM_PROJECTS_PROBLEM, "%s: %s", path,
				strerror(errno));
	free(text);
	return !why && feof(file);
}

struct tm_projects *tm_projects_load(
		const char *path, char problem[TM_PROJECTS_PROBLEM])
{
	struct tm_projects *const projects = tm_projects_new();
	FILE *const file = projects ? fopen(path, "re") : NULL;
	bool is_read;

	if (!file) {
		snprintf(problem, TM_PROJECTS_PROBLEM, "%s: %s", path,
				strerror(errno));
		tm_projects_free(projects);
		return NULL;
	}
	is_read = projects_read(projects, file, path, problem);
	fclose(file);
	if (is_read)
		return projects;
	tm_projects_free(projects);
	return NULL;
}

static uint32_t assignment_find(const struct assignment *assignment,
		struct tm_names *names, const char *name)
{
	const uint32_t number =
			name ? tm_intern_find(&assignment->names, name) : 0;

	return number ? tm_names_number(names, assignment->projects[number - 1])
		      : 0;
}

static char *group_here(uint32_t uid)
{
	const struct passwd *const user = getpwuid(uid);
	const struct group *const group = user ? getgrgid(user->pw_gid) : NULL;

	return group ? strdup(group->gr_name) : NULL;
}

/* This machine is asked once for each of its users. */
static const char *projects_group(struct tm_projects *projects, uint32_t uid)
{
	uint32_t number = tm_index_find(&projects->uids, uid);
	char **more;

	if (number != TM_INDEX_NONE)
		return projects->groups[number];
	more = reallocarray(projects->groups, projects->uids.count + (size_t)1,
			sizeof(*more));
	if (!more)
		return NULL;
	projects->groups = more;
	number = tm_index_add(&projects->uids, uid);
	if (number == TM_INDEX_NONE)
		return NULL;
	return projects->groups[number] = group_here(uid);
}

uint32_t tm_projects_find(struct tm_projects *projects, struct tm_names *names,
		const struct tm_event *event)
{
	const char *group;
	uint32_t found = 0;

	if (projects->jobs.names.count)
		found = assignment_find(&projects->jobs, names,
				tm_names_text(names,
						tm_names_fact(names,
								TM_FACT_JOB,
								event)));
	if (!found && projects->users.names.count && event->uid != TM_NOBODY)
		found = assignment_find(&projects->users, names,
				tm_names_user(names, event->uid));
	if (!found)
		found = tm_names_fact(names, TM_FACT_GROUP, event);
	if (found || event->uid == TM_NOBODY || !tm_names_are_here(names))
		return found;
	group = projects_group(projects, event->uid);
	return group ? tm_names_number(names, group) : 0;
}

static void assignment_free(struct assignment *assignment)
{
	for (uint32_t i = 0; i < assignment->names.count; i++)
		free(assignment->projects[i]);
	free(assignment->projects);
	tm_intern_free(&assignment->names);
}

void tm_projects_free(struct tm_projects *projects)
{
	if (!projects)
		return;
	assignment_free(&projects->users);
	assignment_free(&projects->jobs);
	for (uint32_t i = 0; i < projects->uids.count; i++)
		free(projects->groups[i]);
	free(projects->groups);
	tm_index_free(&projects->uids);
	free(projects);
}
