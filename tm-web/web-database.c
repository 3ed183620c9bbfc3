#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "web-database.h"

static atomic_uint generation;

void database_reopen_all(void)
{
	atomic_fetch_add(&generation, 1);
}

/* They share the directory and the process's zone. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void database_close(struct database *database)
{
	if (!database->history)
		return;
	pthread_mutex_lock(&lock);
	tm_history_close(database->history);
	pthread_mutex_unlock(&lock);
	database->history = NULL;
}

static struct tm_history *open_one(const char *path, const char **problem)
{
	static _Thread_local char why[512];
	struct tm_history *history;
	int status;

	pthread_mutex_lock(&lock);
	history = tm_history_open(path, TM_HISTORY_READ, &status);
	if (status) {
		snprintf(why, sizeof(why), "%s", tm_history_problem(history));
		*problem = why;
		tm_history_close(history);
		history = NULL;
	}
	pthread_mutex_unlock(&lock);
	if (history)
		tm_history_set_limit(history, DATABASE_PATIENCE_MS);
	return history;
}

static bool has_log(const char *path)
{
	char name[PATH_MAX];
	struct stat status;

	return snprintf(name, sizeof(name), "%s-wal", path) <
			(int)sizeof(name) &&
			!stat(name, &status);
}

static bool is_same_file(const struct database *a, const struct database *b)
{
	return a->device == b->device && a->file == b->file &&
			a->generation == b->generation;
}

struct tm_history *database_use(struct database *database, const char **problem)
{
	struct database now = { .path = database->path,
		.generation = atomic_load(&generation),
		.opened = database->opened };
	struct stat status;

	if (stat(database->path, &status)) {
		database_close(database);
		*problem = errno == ENOENT ? "there is no database yet "
					     "(tm-store --db makes it)"
					   : strerror(errno);
		return NULL;
	}
	now.device = status.st_dev;
	now.file = status.st_ino;
	now.has_log = has_log(database->path);
	if (database->history && is_same_file(database, &now) &&
			database->has_log == now.has_log)
		return database->history;
	now.opened += !is_same_file(database, &now);
	database_close(database);
	*database = now;
	database->history = open_one(database->path, problem);
	return database->history;
}
