#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/zone.h"
#include "common/system/place.h"
#include "conversion.h"
#include "database.h"
#include "functions.h"
#include "marks.h"
#include "open.h"
#include "schema.h"

#define BUSY_MS 5000
#define WRITER_BUSY_MS 100   /* the stream waits for it */
#define LOG_BYTES (64 << 20) /* that the -wal file keeps afterwards */

/* SQLite opens files by their path, which somebody could lead elsewhere after
 * it was looked at. So it opens them here: relative to the directory that was,
 * and judged by what was opened. There is one at a time in a process. */
static struct {
	int directory;
	char name[NAME_MAX + 1];
	char *path; /* as SQLite knows it: all links resolved */
	enum tm_trust trust;
	unsigned users;
} place;

static bool is_of_database(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm",
		"-journal" };
	const size_t size = place.path ? strlen(place.path) : 0;

	if (!size || strncmp(path, place.path, size))
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (!strcmp(path + size, suffixes[i]))
			return true;
	}
	return false;
}

static int open_here(const char *path, int flags, int mode)
{
	struct tm_refusal refusal;

	if (!is_of_database(path))
		return open(path, flags, mode);
	return tm_place_file(place.directory, strrchr(path, '/') + 1, flags,
			mode, place.trust, &refusal);
}

/* --- the place --- */

static enum tm_trust trust_of(enum tm_history_access access)
{
	return access == TM_HISTORY_READ ? TM_TRUST_ALL : TM_TRUST_ROOT;
}

static int refuse(struct tm_history *history, const char *suffix,
		const struct tm_refusal *refusal)
{
	switch (refusal->flaw) {
	case TM_FLAW_HELD:
		return tm_history_fail(history,
				history->access == TM_HISTORY_WRITE
						? "%s writes to it; give each "
						  "tm-store a database of its own"
						: "has an older format, and %s "
						  "writes to it; restart that "
						  "tm-store, which converts it",
				refusal->text);
	default:
		return tm_history_fail(history, "%s%s", *suffix ? suffix : "",
				refusal->text);
	}
}

/* By the rights that are in force: access(2) does not count a capability that
 * was kept. */
static int access_here(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

static int set_system_calls(struct tm_history *history)
{
	sqlite3_vfs *const vfs = sqlite3_vfs_find(NULL);

	if (!vfs)
		return tm_history_fail(history, "out of memory");
	vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_here);
	vfs->xSetSystemCall(vfs, "access", (sqlite3_syscall_ptr)access_here);
	return 0;
}

static int enter_place(struct tm_history *history)
{
	struct tm_refusal refusal;
	const char *name;
	int directory;

	directory = tm_place_open_for(history->path, &name,
			trust_of(history->access), &refusal);
	if (directory < 0)
		return refuse(history, "its directory: ", &refusal);
	if (!*name || strlen(name) > NAME_MAX - 8) {
		close(directory);
		return tm_history_fail(history, "not the name of a file");
	}
	if (place.users && strcmp(name, place.name)) {
		close(directory);
		return tm_history_fail(history, "another history is open");
	}
	history->has_place = true;
	if (place.users++) {
		close(directory);
		return 0;
	}
	place.directory = directory;
	place.trust = trust_of(history->access);
	strcpy(place.name, name);
	return set_system_calls(history);
}

static void leave_place(struct tm_history *history)
{
	if (!history->has_place || --place.users)
		return;
	close(place.directory);
	free(place.path);
	place.path = NULL;
}

/* SQLite gives the files beside it the same mode. */
static int make_file(struct tm_history *history)
{
	struct tm_refusal refusal;
	const int fd = tm_place_file(place.directory, place.name,
			O_RDWR | O_CREAT, 0640, place.trust, &refusal);

	if (fd < 0)
		return refuse(history, "", &refusal);
	close(fd);
	return 0;
}

static int take_lock(struct tm_history *history)
{
	struct tm_refusal refusal;
	char name[NAME_MAX + 16];

	snprintf(name, sizeof(name), "%s.lock", place.name);
	history->lock = tm_place_lock(place.directory, name, &refusal);
	return history->lock < 0 ? refuse(history, "", &refusal) : 0;
}

bool tm_history_try_lock(struct tm_history *history)
{
	return !take_lock(history);
}

static int check_place(struct tm_history *history)
{
	struct tm_refusal refusal;
	int found;

	if (enter_place(history))
		return -1;
	found = tm_place_look(place.directory, place.name,
			trust_of(history->access), &refusal);
	if (found < 0)
		return refuse(history, "", &refusal);
	if (history->access == TM_HISTORY_WRITE)
		return take_lock(history) || (found && make_file(history)) ? -1
									   : 0;
	return found ? tm_history_fail(history, "%s", strerror(ENOENT)) : 0;
}

/* --- the database --- */

/* file:/some/path?immutable=1 */
static char *as_immutable(const char *path)
{
	static const char more[] = "?immutable=1";
	char *const uri = malloc(
			3 * strlen(path) + sizeof("file:") + sizeof(more));
	char *end = uri ? stpcpy(uri, "file:") : NULL;

	for (; uri && *path; path++)
		end += sprintf(end, strchr("%?#", *path) ? "%%%02x" : "%c",
				*path);
	if (uri)
		strcpy(end, more);
	return uri;
}

static int open_database(struct tm_history *history, bool is_immutable)
{
	const int flags = history->access == TM_HISTORY_READ
			? SQLITE_OPEN_READONLY
			: SQLITE_OPEN_READWRITE;
	char *uri = NULL;
	int result;

	if (!place.path)
		place.path = realpath(history->path, NULL);
	if (!place.path)
		return tm_history_fail(history, "%s", strerror(errno));
	if (is_immutable && !(uri = as_immutable(place.path)))
		return tm_history_fail(history, "%s", strerror(errno));
	result = sqlite3_open_v2(uri ? uri : place.path, &history->db,
			flags | SQLITE_OPEN_NOMUTEX |
					(uri ? SQLITE_OPEN_URI : 0),
			NULL);
	free(uri);
	if (result)
		return tm_history_fail_sql(history);
	sqlite3_busy_timeout(history->db, BUSY_MS);
	sqlite3_db_config(history->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (tm_history_add_functions(history))
		return -1;
	return tm_history_sql(history,
			"PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
}

/* Whether the database itself is complete, without its log. */
static bool has_no_log(void)
{
	char name[NAME_MAX + 8];
	struct stat status;

	snprintf(name, sizeof(name), "%s-wal", place.name);
	return fstatat(place.directory, name, &status, AT_SYMLINK_NOFOLLOW)
			? errno == ENOENT
			: S_ISREG(status.st_mode) && !status.st_size;
}

/* A copy without the files beside it, or with an empty one, where this user may
 * make none: nobody writes to it, so it can be read as it stands. */
static bool is_lone_copy(struct tm_history *history)
{
	int code;

	if (history->access != TM_HISTORY_READ ||
			!sqlite3_exec(history->db,
					"SELECT 1 FROM sqlite_master", NULL,
					NULL, NULL))
		return false;
	code = sqlite3_errcode(history->db);
	return (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) &&
			has_no_log();
}

static int open_somehow(struct tm_history *history)
{
	if (open_database(history, false))
		return -1;
	if (!is_lone_copy(history))
		return 0;
	sqlite3_close(history->db);
	history->db = NULL;
	return open_database(history, true);
}

static int refuse_foreign(
		struct tm_history *history, int64_t id, int64_t version)
{
	if (id < 0 || version < 0)
		return -1; /* reported */
	if (id != TM_HISTORY_APPLICATION)
		return tm_history_fail(history,
				"is a database of another program; name another file");
	if (version > TM_HISTORY_FORMAT)
		return tm_history_fail(history,
				"was written by a newer tm (format %jd, this one knows "
				"%d); use that one",
				(intmax_t)version, TM_HISTORY_FORMAT);
	return 0;
}

/* With a journal of old pages, of which there are none: the log would take as
 * much room again. */
static int make_database(struct tm_history *history)
{
	char zone[TM_ZONE_SIZE];

	tm_zone_find(zone);
	if (tm_history_sql(history,
			    "PRAGMA journal_mode = TRUNCATE;"
			    "PRAGMA auto_vacuum = INCREMENTAL;"
			    "BEGIN IMMEDIATE"))
		return -1;
	if (!tm_history_make_schema(history, zone) &&
			!tm_history_sql(history, "COMMIT"))
		return 0;
	sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static int check_database(struct tm_history *history)
{
	const int64_t tables = tm_history_number(
			history, "SELECT count(*) FROM sqlite_master");
	int64_t id = tm_history_number(history, "PRAGMA application_id");

	if (tables < 0 || id < 0)
		return -1;
	if (!tables && !id) {
		if (history->access != TM_HISTORY_WRITE)
			return tm_history_fail(history,
					"is empty; tm-store writes to it first");
		if (make_database(history))
			return -1;
		id = TM_HISTORY_APPLICATION;
	}
	return refuse_foreign(history, id,
			tm_history_number(history, "PRAGMA user_version"));
}

static int set_up_writer(struct tm_history *history)
{
	const bool is_writer = history->access == TM_HISTORY_WRITE;
	char sql[256];
	int on = 1;

	sqlite3_busy_timeout(history->db, is_writer ? WRITER_BUSY_MS : BUSY_MS);
	snprintf(sql, sizeof(sql),
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
			"PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536;"
			"PRAGMA journal_size_limit = %d",
			LOG_BYTES);
	/* readers without rights on the directory need the files beside it */
	sqlite3_file_control(
			history->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	return tm_history_sql(history, sql);
}

static int read_zone(struct tm_history *history)
{
	sqlite3_stmt *const statement = tm_history_prepare(
			history, "SELECT value FROM about WHERE key = 'zone'");
	const char *zone = NULL;

	if (!statement)
		return -1;
	if (tm_history_step(history, statement) == 1)
		zone = (const char *)sqlite3_column_text(statement, 0);
	snprintf(history->zone, sizeof(history->zone), "%s",
			zone ? zone : "UTC");
	sqlite3_finalize(statement);
	if (tm_history_use_zone(history->zone))
		return tm_history_fail(history,
				"its days are those of %s, which this machine does not "
				"know; install tzdata",
				history->zone);
	return 0;
}

static int convert_database(struct tm_history *history)
{
	int result;

	if (history->access == TM_HISTORY_WRITE)
		return tm_history_convert(history);
	if (history->access != TM_HISTORY_CHANGE ||
			tm_history_number(history, "PRAGMA user_version") ==
					TM_HISTORY_FORMAT)
		return 0;
	if (take_lock(history))
		return -1;
	result = tm_history_convert(history);
	close(history->lock);
	history->lock = -1;
	return result;
}

static int set_up_database(struct tm_history *history)
{
	if (open_somehow(history) || check_database(history) ||
			read_zone(history))
		return -1;
	if (history->access != TM_HISTORY_READ && set_up_writer(history))
		return -1;
	if (convert_database(history))
		return -1;
	if (history->access == TM_HISTORY_READ)
		tm_history_sql(history,
				"PRAGMA cache_size = -65536;"
				"PRAGMA mmap_size = 1073741824");
	return tm_history_read_marks(history);
}

int tm_history_reopen(struct tm_history *history)
{
	struct tm_refusal refusal;
	int found;

	/* under its new name it has to be complete without the log */
	if (history->db)
		sqlite3_wal_checkpoint_v2(history->db, NULL,
				SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(history->db);
	history->db = NULL;
	history->marks = (struct tm_history_marks){ 0 };
	found = tm_place_look(
			place.directory, place.name, place.trust, &refusal);
	if (found < 0)
		return refuse(history, "", &refusal);
	if (found && make_file(history))
		return -1;
	return set_up_database(history);
}

int tm_history_directory(const struct tm_history *history)
{
	return history->has_place ? place.directory : -1;
}

struct tm_history *tm_history_open(
		const char *path, enum tm_history_access access, int *status)
{
	struct tm_history *const history = calloc(1, sizeof(*history));

	*status = TM_FAILED;
	if (!history)
		return NULL;
	history->lock = -1;
	history->access = access;
	history->path = strdup(path);
	if (!history->path)
		strcpy(history->problem, "out of memory");
	if (history->path && !check_place(history) && !set_up_database(history))
		*status = 0;
	return history;
}

void tm_history_close(struct tm_history *history)
{
	if (!history)
		return;
	sqlite3_close(history->db);
	if (history->lock >= 0)
		close(history->lock);
	leave_place(history);
	free(history->path);
	free(history);
}
