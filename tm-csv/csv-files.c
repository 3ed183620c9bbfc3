#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/record/event.h"
#include "user-file.h"

#define IDLE_NS (10 * TM_MS_NS) /* an idle flush at most each 10 ms */
#define FLUSH_NS (1000 * TM_MS_NS)
#define RETRY_NS (1000 * TM_MS_NS)
#define SYNC_NS (5000 * TM_MS_NS)

#define ROWS_MIN 4096
#define ROWS_MAX 65536
#define MEMORY_MAX ((size_t)256 << 20) /* of all buffers */

#define OPEN_MAX_FILES 900
#define OPEN_OTHERS 16 /* standard three, directory, lock, input, names */
#define OPEN_FEW 8

#define RETRIES 1000 /* of failing files, each second */

static void flush_file(struct csv_files *files, struct user_file *file)
{
	const size_t done =
			user_file_append(files, file, file->rows, file->used);

	file->used -= done;
	memmove(file->rows, file->rows + done, file->used);
	if (!file->used)
		user_file_set_well(files, file);
}

/* --- all files --- */

static void flush_all(struct csv_files *files, uint64_t now)
{
	const uint32_t count = files->touched.count;

	files->touched.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct user_file *file = &files->all[files->touched.numbers[i]];

		file->is_touched = false;
		if (file->used)
			flush_file(files, file);
	}
	files->flushed_ns = now;
	files->is_starved = false;
}

/* The list is gone along from its end: what is well again leaves it. */
static void retry(struct csv_files *files, uint32_t most, uint64_t now)
{
	uint32_t i = files->failing.count;
	uint32_t failed = 0;

	while (i-- && failed < most) {
		struct user_file *file = &files->all[files->failing.numbers[i]];

		flush_file(files, file);
		failed += file->is_failing;
	}
	files->retried_ns = now;
}

static void sync_all(struct csv_files *files, uint64_t now)
{
	for (uint32_t i = 0; i < files->unsynced.count; i++) {
		struct user_file *file =
				&files->all[files->unsynced.numbers[i]];

		user_file_sync(files, file);
		file->is_unsynced = false;
	}
	files->unsynced.count = 0;
	files->synced_ns = now;
	tm_place_sync(files->directory); /* the names of new files */
}

static int64_t left_ns(uint64_t since_ns, uint64_t limit_ns, uint64_t now)
{
	return (int64_t)(since_ns + limit_ns - now);
}

int csv_files_patience(const struct csv_files *files)
{
	const uint64_t now = tm_clock_coarse_ns();
	int64_t left = INT64_MAX;
	int64_t other;

	if (files->touched.count)
		left = left_ns(files->flushed_ns, IDLE_NS, now);
	other = left_ns(files->retried_ns, RETRY_NS, now);
	if (files->failing.count && other < left)
		left = other;
	other = left_ns(files->synced_ns, SYNC_NS, now);
	if (files->unsynced.count && other < left)
		left = other;
	if (left == INT64_MAX)
		return -1;
	return left <= 0 ? 0 : (left + TM_MS_NS - 1) / TM_MS_NS;
}

void csv_files_work(struct csv_files *files, bool idle)
{
	const uint64_t now = tm_clock_coarse_ns();

	if (left_ns(files->flushed_ns, idle ? IDLE_NS : FLUSH_NS, now) <= 0)
		flush_all(files, now);
	if (files->failing.count &&
			left_ns(files->retried_ns, RETRY_NS, now) <= 0)
		retry(files, RETRIES, now);
	if (files->unsynced.count &&
			left_ns(files->synced_ns, SYNC_NS, now) <= 0)
		sync_all(files, now);
}

/* --- rows --- */

static int make_room_for_users(struct csv_files *files)
{
	const uint32_t room = files->room ? 2 * files->room : 64;
	struct user_list *lists[] = { &files->touched, &files->failing,
		&files->unsynced };
	uint32_t *numbers;
	struct user_file *all;

	all = realloc(files->all, room * sizeof(*all));
	if (!all)
		return -1;
	files->all = all;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		numbers = realloc(lists[i]->numbers, room * sizeof(*numbers));
		if (!numbers)
			return -1;
		lists[i]->numbers = numbers;
	}
	files->room = room;
	return 0;
}

static struct user_file *find_new(struct csv_files *files, uint32_t uid)
{
	const uint64_t key = files->target->file ? 0 : uid;
	uint32_t number = tm_index_find(&files->index, key);

	if (number == TM_INDEX_NONE) {
		if (files->index.count == files->room &&
				make_room_for_users(files))
			return NULL;
		number = tm_index_add(&files->index, key);
		if (number == TM_INDEX_NONE)
			return NULL;
		files->all[number] = (struct user_file){ .uid = uid, .fd = -1 };
	}
	files->last = number;
	files->last_uid = uid;
	return &files->all[number];
}

/* Packets come in bursts of one user. */
static struct user_file *user_file_find(struct csv_files *files, uint32_t uid)
{
	if (uid == files->last_uid && files->last != NO_FILE)
		return &files->all[files->last];
	return find_new(files, uid);
}

/* Frees the buffers that are empty, once everything was written. */
static void free_memory(struct csv_files *files)
{
	flush_all(files, tm_clock_coarse_ns());
	for (uint32_t i = 0; i < files->index.count; i++) {
		struct user_file *file = &files->all[i];

		if (file->used)
			continue;
		free(file->rows);
		file->rows = NULL;
		files->memory -= file->size;
		file->size = 0;
	}
	/* When failing files hold most of it, not for every row. */
	files->is_starved = files->memory > MEMORY_MAX / 2;
}

static bool user_file_grow(
		struct csv_files *files, struct user_file *file, size_t wanted)
{
	size_t size = file->size ? 2 * file->size : ROWS_MIN;
	char *rows;

	while (size < file->used + wanted)
		size *= 2;
	if (size > ROWS_MAX)
		return false;
	if (files->memory + size > MEMORY_MAX && !files->is_starved)
		free_memory(files);
	if (files->memory + size > MEMORY_MAX)
		return false;
	rows = realloc(file->rows, size);
	if (!rows)
		return false;
	files->memory += size - file->size;
	file->rows = rows;
	file->size = size;
	return true;
}

static bool csv_files_make_room(
		struct csv_files *files, struct user_file *file, size_t size)
{
	if (user_file_grow(files, file, size))
		return true;
	if (!file->is_failing && file->used)
		flush_file(files, file);
	return file->used + size <= file->size ||
			user_file_grow(files, file, size);
}

static void csv_files_owe(struct csv_files *files, size_t size)
{
	files->owed_rows++;
	files->owed_bytes += size;
}

/* For a row that there is no buffer for. */
static void put_directly(struct csv_files *files, struct user_file *file,
		const char *row, size_t size)
{
	if (!file || file->is_failing ||
			user_file_append(files, file, row, size) < size)
		csv_files_owe(files, size);
}

char *csv_files_begin(struct csv_files *files, uint32_t uid, size_t size)
{
	struct user_file *file = user_file_find(files, uid);

	files->current = file;
	if (file &&
			(file->used + size <= file->size ||
					csv_files_make_room(files, file, size)))
		files->row = file->rows + file->used;
	else
		files->row = files->spare;
	return files->row;
}

void csv_files_end(struct csv_files *files, const char *end)
{
	struct user_file *file = files->current;
	const size_t size = end - files->row;

	if (files->row == files->spare) {
		put_directly(files, file, files->row, size);
		return;
	}
	file->used += size;
	if (file->is_touched || file->is_failing)
		return;
	file->is_touched = true;
	user_list_add(&files->touched, files, file);
}

/* --- beginning and end --- */

/* Room for the descriptors of users' files. */
static uint32_t descriptors(void)
{
	struct rlimit limit = { .rlim_cur = OPEN_OTHERS };

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max < OPEN_MAX_FILES + OPEN_OTHERS
				? limit.rlim_max
				: OPEN_MAX_FILES + OPEN_OTHERS;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= OPEN_MAX_FILES + OPEN_OTHERS)
		return OPEN_MAX_FILES;
	if (limit.rlim_cur >= 2 * OPEN_OTHERS)
		return limit.rlim_cur - OPEN_OTHERS;
	return limit.rlim_cur > OPEN_FEW ? limit.rlim_cur - OPEN_FEW : 1;
}

/* The one file is looked at now: a mistyped name is not worth waiting for. */
static void open_single(struct csv_files *files)
{
	struct user_file *file = user_file_find(files, 0);
	char text[CSV_REFUSAL_SIZE];

	if (!file)
		err(TM_FAILED, NULL);
	if (!csv_files_is_stdout(files) && user_file_open(files, file, text))
		errx(TM_FAILED, "%s/%s: %s", files->target->directory,
				files->target->file, text);
	if (csv_files_is_stdout(files) && files->layout->with_header)
		csv_files_end(files,
				stpcpy(csv_files_begin(files, 0, 1024),
						files->layout->header));
}

static void lock(const struct csv_files *files, const char *name)
{
	const char *directory = files->target->directory;
	struct tm_refusal refusal;

	if (tm_place_lock(files->directory, name, &refusal) >= 0)
		return; /* until the end of the process */
	if (refusal.flaw == TM_FLAW_HELD)
		errx(TM_FAILED,
				"%s: %s writes the same files there; give another "
				"--nic or --dir",
				directory, refusal.text);
	errx(TM_FAILED, "%s/%s: %s: %s", directory, name,
			refusal.flaw == TM_FLAW_ERROR ? "cannot be locked"
						      : "refused",
			refusal.text);
}

static void csv_files_open_place(struct csv_files *files)
{
	const struct csv_files_target *target = files->target;
	char name[NAME_MAX + 1], text[CSV_REFUSAL_SIZE];
	struct tm_refusal refusal;

	files->directory = tm_place_open(
			target->directory, TM_TRUST_ROOT, &refusal);
	if (files->directory < 0) {
		csv_file_explain(text, &refusal);
		errx(TM_FAILED, "%s: %s", target->directory, text);
	}
	if (target->file &&
			tm_place_look(files->directory, target->file,
					TM_TRUST_ROOT, &refusal) < 0) {
		csv_file_explain(text, &refusal);
		errx(TM_FAILED, "%s/%s: %s", target->directory, target->file,
				text);
	}
	if (target->file)
		snprintf(name, sizeof(name), ".%.200s.lock", target->file);
	else
		snprintf(name, sizeof(name), ".traffic_user_%s.lock",
				target->nic);
	lock(files, name);
	if (target->file)
		return;
	snprintf(name, sizeof(name), "traffic_user_%s_", target->nic);
	csv_file_repair_all(files->directory, name);
}

struct csv_files *csv_files_open(const struct csv_files_target *target,
		const struct csv_layout *layout)
{
	struct csv_files *files = calloc(1, sizeof(*files));

	if (!files || make_room_for_users(files))
		err(TM_FAILED, NULL);
	files->target = target;
	files->layout = layout;
	files->newest = files->oldest = files->last = NO_FILE;
	files->open_limit = descriptors();
	files->directory = -1;
	files->flushed_ns = files->retried_ns = files->synced_ns =
			tm_clock_coarse_ns();
	if (!csv_files_is_stdout(files))
		csv_files_open_place(files);
	if (target->file)
		open_single(files);
	return files;
}

int csv_files_directory(const struct csv_files *files)
{
	return files->directory;
}

void csv_files_reopen(struct csv_files *files)
{
	flush_all(files, tm_clock_coarse_ns());
	while (files->open_count)
		user_file_close(files, &files->all[files->oldest]);
	for (uint32_t i = 0; i < files->index.count; i++)
		files->all[i].inode = 0;
}

void csv_files_owed(
		const struct csv_files *files, uint64_t *rows, uint64_t *bytes)
{
	*rows = files->owed_rows;
	*bytes = files->owed_bytes;
	for (uint32_t i = 0; i < files->failing.count; i++) {
		const struct user_file *file =
				&files->all[files->failing.numbers[i]];

		*bytes += file->used;
		for (uint32_t at = 0; at < file->used; at++)
			*rows += file->rows[at] == '\n';
	}
}

static void csv_files_free_all(struct csv_files *files)
{
	for (uint32_t i = 0; i < files->index.count; i++)
		free(files->all[i].rows);
	free(files->all);
	free(files->touched.numbers);
	free(files->failing.numbers);
	free(files->unsynced.numbers);
	tm_index_free(&files->index);
	free(files);
}

int csv_files_close(struct csv_files *files)
{
	const uint64_t now = tm_clock_coarse_ns();
	uint64_t rows, bytes;
	bool is_well;

	flush_all(files, now);
	retry(files, UINT32_MAX, now);
	if (files->target->is_synced && !csv_files_is_stdout(files))
		sync_all(files, now);
	while (files->open_count)
		user_file_close(files, &files->all[files->oldest]);
	csv_files_owed(files, &rows, &bytes);
	if (rows)
		warnx("%" PRIu64 " rows (%" PRIu64
		      " bytes) are owed: they could not be written",
				rows, bytes);
	is_well = !rows && !files->is_suspect;
	csv_files_free_all(files);
	return is_well ? 0 : -1;
}
