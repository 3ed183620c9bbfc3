#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/system/place.h"
#include "state.h"

#define SYNC_NS (4 * TM_SECOND_NS) /* a power cut loses 5 s at most */
#define RETRY_NS TM_SECOND_NS
#define LIMIT ((off_t)32 * 1024 * 1024)

static int write_new(struct state *state)
{
	int fd, problem;

	if (unlinkat(state->files.dir, state->files.names.new, 0) &&
			errno != ENOENT)
		return errno;
	fd = state_files_openat(&state->files, state->files.names.new,
			O_WRONLY | O_CREAT | O_EXCL);
	if (fd < 0)
		return errno;
	problem = journal_begin(fd, state->files.totals, state->files.runs) <
							0 ||
					fsync(fd)
			? errno
			: 0;
	if (close(fd) && !problem)
		problem = errno;
	if (problem)
		unlinkat(state->files.dir, state->files.names.new, 0);
	return problem;
}

/* Moves the entries that were written since the snapshot began. */
static int copy_rest(int from, off_t at, off_t end, int to)
{
	char block[16384];
	ssize_t n;

	while (at < end) {
		n = pread(from, block, sizeof(block), at);
		if (n <= 0)
			return n ? errno : EIO;
		if (n > end - at)
			n = end - at;
		if (write(to, block, n) != n)
			return errno ? errno : EIO;
		at += n;
	}
	return 0;
}

static int rename_new(struct state *state)
{
	const struct state_names *names = &state->files.names;

	if (state->fd >= 0 &&
			renameat(state->files.dir, names->file,
					state->files.dir, names->old))
		return errno;
	return renameat(state->files.dir, names->new, state->files.dir,
			       names->file)
			? errno
			: 0;
}

static void use_file(
		struct state *state, int fd, off_t snapshot_size, off_t size)
{
	state->fd = fd;
	state->size = size;
	state->snapshot_size = snapshot_size;
	state->limit = 3 * snapshot_size > LIMIT ? 3 * snapshot_size : LIMIT;
	state->is_torn = false;
}

/* Renames FILE.new to FILE, with the entries that FILE got after that size. */
static int take_new(struct state *state, off_t from)
{
	const int fd = state_files_openat(&state->files, state->files.names.new,
			O_RDWR | O_APPEND);
	const off_t rest = state->size - from;
	struct stat status;
	int problem;

	if (fd < 0)
		return errno;
	problem = fstat(fd, &status) ? errno : 0;
	if (!problem)
		problem = copy_rest(state->fd, from, state->size, fd);
	if (!problem)
		problem = rename_new(state);
	if (problem) {
		close(fd);
		return problem;
	}
	if (state->fd >= 0)
		close(state->fd);
	use_file(state, fd, status.st_size, status.st_size + rest);
	state->is_dirty = rest > 0;
	state->sync_due_ns = 0;
	state->is_suspect = tm_place_sync(state->files.dir);
	return state->is_suspect ? errno : 0;
}

static int make_snapshot(struct state *state)
{
	const int problem = write_new(state);

	return problem ? problem : take_new(state, state->size);
}

static void state_say(struct state *state, const char *what, int problem)
{
	if (!state->is_said)
		warnx("%s: %s: %s; tried again each second", state->files.path,
				what, strerror(problem));
	state->is_said = true;
}

/* Data that fsync(2) failed to write may be gone. Instead of trying again, a
 * new file is due. */
static void state_finish(struct state *state, enum state_work work, int problem)
{
	if (work == STATE_SNAPSHOT && !problem)
		problem = take_new(state, state->child_size);
	if (!problem)
		return;
	if (work == STATE_SYNC)
		state->is_suspect = true;
	state->retry_due_ns = tm_clock_coarse_ns() + RETRY_NS;
	state_say(state,
			work == STATE_SYNC ? "cannot be synced"
					   : "cannot be written anew",
			problem);
}

static int work_here(struct state *state, enum state_work work)
{
	if (work == STATE_SNAPSHOT)
		return write_new(state);
	return fdatasync(state->fd) ? errno : 0;
}

/* A child does what may take long, so that a slow disk delays nothing. It must
 * not keep the pipeline open nor outlive us. */
static void state_start(struct state *state, enum state_work work)
{
	state->work = work;
	state->child_size = state->size;
	state->is_dirty = false;
	state->sync_due_ns = tm_clock_coarse_ns() + SYNC_NS;
	state->child = fork();
	if (state->child > 0)
		return;
	if (state->child < 0) {
		state->work = STATE_IDLE;
		state_finish(state, work, work_here(state, work));
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	_exit(work_here(state, work));
}

static void reap(struct state *state, int options)
{
	const enum state_work work = state->work;
	int status, problem;
	pid_t pid;

	do
		pid = waitpid(state->child, &status, options);
	while (pid < 0 && errno == EINTR);
	if (!pid)
		return;
	problem = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	state->work = STATE_IDLE;
	state_finish(state, work, problem);
}

static void state_on_alarm(int signal_number)
{
	(void)signal_number;
}

/* Interrupts a waiting read, so that work is done in time on an idle stream. */
static void start_clock(void)
{
	const struct itimerval second = { .it_interval.tv_sec = 1,
		.it_value.tv_sec = 1 };
	struct sigaction action = { .sa_handler = state_on_alarm };

	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	signal(SIGCHLD, SIG_DFL); /* if it were ignored, no exit status would be
				     kept */
	setitimer(ITIMER_REAL, &second, NULL);
}

static int go_on(struct state *state, const struct journal *found)
{
	const int fd = state_files_openat(&state->files,
			state->files.names.file, O_RDWR | O_APPEND);

	if (fd < 0)
		return state_files_refuse(&state->files, "", strerror(errno));
	if (found->sound_size < found->size) {
		warnx("%s: removed its incomplete last entry (%jd "
		      "bytes)",
				state->files.path,
				(intmax_t)(found->size - found->sound_size));
		if (ftruncate(fd, found->sound_size))
			return state_files_refuse(
					&state->files, "", strerror(errno));
	}
	use_file(state, fd, found->snapshot_size, found->sound_size);
	return 0;
}

/* Creates the file, so that both it and a previous one begin with a snapshot.
 */
static int state_make(struct state *state, const struct journal *found)
{
	int problem = 0;

	if (found->size) {
		if (renameat(state->files.dir, state->files.names.file,
				    state->files.dir,
				    state->files.names.damaged))
			problem = errno;
		else
			warnx("%s: the damaged file is now %s.damaged",
					state->files.path, state->files.path);
	}
	if (!problem)
		problem = make_snapshot(state);
	if (!problem &&
			faccessat(state->files.dir, state->files.names.old,
					F_OK, 0))
		problem = make_snapshot(state);
	return problem ? state_files_refuse(
					 &state->files, "", strerror(problem))
		       : 0;
}

int state_open(struct state *state, const char *path, struct totals *totals,
		struct tm_runs *runs, bool always_sync)
{
	struct journal found = { .damaged_at = -1 };

	*state = (struct state){ .files.totals = totals,
		.files.runs = runs,
		.fd = -1,
		.always_sync = always_sync };
	if (state_files_open(&state->files, path) ||
			state_files_load(&state->files, &found))
		return -1;
	if (found.size && found.damaged_at < 0 ? go_on(state, &found)
					       : state_make(state, &found))
		return -1;
	state->sync_due_ns = tm_clock_coarse_ns() + SYNC_NS;
	start_clock();
	return 0;
}

/* Removes an entry that was only partly written. */
static int state_append(struct state *state)
{
	off_t size;
	int problem;

	if (state->is_torn && ftruncate(state->fd, state->size))
		return errno;
	size = journal_append(
			state->fd, state->files.totals, state->files.runs);
	if (size < 0) {
		problem = errno;
		state->is_torn = ftruncate(state->fd, state->size);
		return problem;
	}
	state->is_torn = false;
	state->size += size;
	state->is_dirty |= size > 0;
	totals_settle(state->files.totals);
	tm_runs_settle(state->files.runs);
	return 0;
}

static void sync_now(struct state *state)
{
	if (!state->is_dirty)
		return;
	state->is_dirty = false;
	if (fdatasync(state->fd))
		state_finish(state, STATE_SYNC, errno);
}

void state_record(struct state *state)
{
	const uint64_t now = tm_clock_coarse_ns();

	tm_runs_note(state->files.runs);
	if (state->owed && now < state->retry_due_ns)
		return;
	state->owed = state_append(state);
	if (state->owed) {
		state->retry_due_ns = now + RETRY_NS;
		state_say(state, "cannot be written", state->owed);
	} else if (state->always_sync) {
		sync_now(state);
	}
}

void state_tend(struct state *state)
{
	const uint64_t now = tm_clock_coarse_ns();

	if (state->owed && now >= state->retry_due_ns)
		state_record(state);
	if (state->work)
		reap(state, WNOHANG);
	if (state->work || now < state->retry_due_ns)
		return;
	if (state->is_said && !state->owed && !state->is_suspect &&
			state->size < state->limit) {
		warnx("%s: can be written again", state->files.path);
		state->is_said = false;
	}
	if (state->is_suspect || state->size >= state->limit)
		state_start(state, STATE_SNAPSHOT);
	else if (state->is_dirty && now >= state->sync_due_ns)
		state_start(state, STATE_SYNC);
}

/* Without room for a snapshot, the entries serve as well. */
int state_close(struct state *state)
{
	int problem;

	if (state->work)
		reap(state, 0);
	tm_runs_note(state->files.runs);
	problem = state_append(state);
	if (problem || state->is_suspect ||
			state->size > state->snapshot_size) {
		const int snapshot = make_snapshot(state);

		if (!snapshot)
			problem = 0;
		else if (!problem && state->is_suspect)
			problem = snapshot;
		else if (!problem && fdatasync(state->fd))
			problem = errno;
	}
	if (problem)
		warnx("%s: the last totals are not in it: %s",
				state->files.path, strerror(problem));
	close(state->fd);
	state_files_close(&state->files);
	return problem ? -1 : 0;
}

int state_read(const char *path, struct totals *totals, struct tm_runs *runs)
{
	struct state_files files = {
		.totals = totals, .runs = runs, .is_reader = true
	};
	struct journal found = { .damaged_at = -1 };
	int result;

	result = state_files_open(&files, path);
	if (!result)
		result = state_files_load(&files, &found);
	state_files_close(&files);
	return result;
}
