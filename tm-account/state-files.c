#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/system/place.h"
#include "state-files.h"

static char *state_file_name(const char *file, const char *suffix)
{
	char *name;

	return asprintf(&name, "%s%s", file, suffix) < 0 ? NULL : name;
}

static int find_names(struct state_names *names, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;

	names->file = state_file_name(file, "");
	names->old = state_file_name(file, ".old");
	names->new = state_file_name(file, ".new");
	names->damaged = state_file_name(file, ".damaged");
	names->lock = state_file_name(file, ".lock");
	if (names->file && names->old && names->new && names->damaged &&
			names->lock)
		return 0;
	warnx("out of memory");
	return -1;
}

static int refuse_place(const char *path, const char *dir,
		const struct tm_refusal *refusal)
{
	const unsigned owner = refusal->status.st_uid;
	const unsigned mode = refusal->status.st_mode & 07777;

	switch (refusal->flaw) {
	case TM_FLAW_WAY:
		warnx("%s: %s: is a symbolic link of user %u's; name the "
		      "directory itself",
				path, refusal->name, owner);
		break;
	case TM_FLAW_OWNER:
		warnx("%s: %s: belongs to user %u (mode %o); use a directory "
		      "of your own",
				path, dir, owner, mode);
		break;
	case TM_FLAW_WRITE:
		warnx("%s: %s: others can write in it (owner %u, mode %o); use "
		      "a directory of your own",
				path, dir, owner, mode);
		break;
	default:
		warnx("%s: %s: %s", path, dir, refusal->text);
	}
	return -1;
}

static int state_open_place(struct state_files *files, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct tm_refusal refusal;
	int result = 0;
	char *dir;

	dir = slash ? strndup(path, slash == path ? 1 : slash - path)
		    : strdup(".");
	if (!dir) {
		warnx("out of memory");
		return -1;
	}
	files->dir = files->is_reader
			? open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)
			: tm_place_open(dir, TM_TRUST_ROOT, &refusal);
	if (files->dir < 0 && files->is_reader)
		result = state_files_refuse(files, "", strerror(errno));
	else if (files->dir < 0)
		result = refuse_place(path, dir, &refusal);
	free(dir);
	return result;
}

int state_files_refuse(const struct state_files *files, const char *suffix,
		const char *why)
{
	warnx("%s%s: %s", files->path, suffix, why);
	return -1;
}

static const char *kind_problem(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return "is a symbolic link; name the file itself";
	case S_IFDIR:
		return "is a directory; name a file in it";
	case S_IFIFO:
		return "is a FIFO; the state is an ordinary file";
	default:
		return "is a device or socket; the state is an ordinary file";
	}
}

static int refuse_file(const struct state_files *files, const char *suffix,
		const struct tm_refusal *refusal)
{
	switch (refusal->flaw) {
	case TM_FLAW_KIND:
		return state_files_refuse(files, suffix,
				kind_problem(refusal->status.st_mode));
	case TM_FLAW_WRITE:
		return state_files_refuse(files, suffix,
				"others can write it; chmod go-w it");
	case TM_FLAW_HELD:
		warnx("%s: %s has it in use; give each tm-account a state of "
		      "its own",
				files->path, refusal->text);
		return -1;
	default:
		return state_files_refuse(files, suffix, refusal->text);
	}
}

static enum tm_trust state_trust(const struct state_files *files)
{
	return files->is_reader ? TM_TRUST_ALL : TM_TRUST_ROOT;
}

int state_files_openat(
		const struct state_files *files, const char *name, int flags)
{
	struct tm_refusal refusal;

	return tm_place_file(files->dir, name, flags, 0600, state_trust(files),
			&refusal);
}

/* 0, 1 if there is no such file, -1 if it is refused. */
static int state_check_file(const struct state_files *files)
{
	struct tm_refusal refusal;
	const int found = tm_place_look(files->dir, files->names.file,
			state_trust(files), &refusal);

	return found < 0 ? refuse_file(files, "", &refusal) : found;
}

static int state_take_lock(struct state_files *files)
{
	struct tm_refusal refusal;

	if (state_check_file(files) < 0)
		return -1;
	files->lock = tm_place_lock(files->dir, files->names.lock, &refusal);
	return files->lock < 0 ? refuse_file(files, ".lock", &refusal) : 0;
}

/* 0, 1 if there is no such file, -1 if it cannot be read. */
static int read_file(struct state_files *files, const char *name,
		const char *suffix, struct journal *journal)
{
	struct tm_refusal refusal;
	int fd, result;

	fd = tm_place_file(files->dir, name, O_RDONLY, 0, state_trust(files),
			&refusal);
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return refuse_file(files, suffix, &refusal);
	result = journal_read(fd, journal, files->totals, files->runs);
	if (result)
		state_files_refuse(files, suffix, strerror(errno));
	close(fd);
	return result;
}

/* If the state file is missing or damaged, reads the previous one: 0, 1 if
 * there is none, -1 if it is damaged too. */
static int read_old(struct state_files *files)
{
	struct journal old;
	const int found = read_file(files, files->names.old, ".old", &old);

	if (found)
		return found;
	return old.damaged_at < 0 ? 0 : -1;
}

static int read_missing(struct state_files *files)
{
	switch (read_old(files)) {
	case 0:
		warnx("%s: is missing; continuing from %s.old (to begin at 0, "
		      "remove both)",
				files->path, files->path);
		return 0;
	case 1:
		return 0;
	default:
		warnx("%s: is missing, and %s.old is damaged; restore one of "
		      "them, or move both away to begin at 0",
				files->path, files->path);
		return -1;
	}
}

static int read_damaged(struct state_files *files, const struct journal *found)
{
	const int old = read_old(files);

	if (!old) {
		warnx("%s: is damaged (offset %jd); continuing from %s.old",
				files->path, (intmax_t)found->damaged_at,
				files->path);
		return 0;
	}
	if (!found->is_ours && old > 0)
		warnx("%s: is not a state of tm-account's; name another file",
				files->path);
	else
		warnx("%s: is damaged (offset %jd), and %s.old is %s; restore "
		      "one of them, or move both away to begin at 0",
				files->path, (intmax_t)found->damaged_at,
				files->path,
				old > 0 ? "missing" : "damaged too");
	return -1;
}

int state_files_load(struct state_files *files, struct journal *found)
{
	const int result = read_file(files, files->names.file, "", found);

	if (result < 0)
		return -1;
	if (result > 0 || !found->size) /* mktemp(1) leaves an empty one */
		return read_missing(files);
	return found->damaged_at < 0 ? 0 : read_damaged(files, found);
}

int state_files_open(struct state_files *files, const char *path)
{
	files->path = path;
	files->dir = files->lock = -1;
	if (find_names(&files->names, path) || state_open_place(files, path))
		return -1;
	if (!files->is_reader)
		return state_take_lock(files);
	return state_check_file(files) > 0
			? state_files_refuse(files, "", strerror(ENOENT))
			: 0;
}

void state_files_close(struct state_files *files)
{
	free(files->names.file);
	free(files->names.old);
	free(files->names.new);
	free(files->names.damaged);
	free(files->names.lock);
	if (files->dir >= 0)
		close(files->dir);
	if (files->lock >= 0)
		close(files->lock); /* last, because this releases the lock */
}
