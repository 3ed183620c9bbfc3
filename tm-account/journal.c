#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/stream/output.h"
#include "journal.h"

#define ENTRY_MAGIC                                                            \
	0x01537d74u /* the last byte is the version of the format              \
		     */
#define ENTRY_USERS 4096

struct entry {
	uint32_t magic;
	uint32_t check; /* CRC-32 of the rest of this struct */
	uint32_t users;
	uint32_t runs;
	uint32_t body_check; /* CRC-32 of the users and runs that follow */
	uint32_t reserved;
	uint64_t snapshot_size; /* in the first entry: of the snapshot,
				   including itself */
};

struct stored_user {
	uint64_t in;
	uint64_t out;
	uint32_t uid;
	uint32_t reserved;
};

_Static_assert(sizeof(struct entry) == 32, "entry");
_Static_assert(sizeof(struct stored_user) == 24, "user");
_Static_assert(sizeof(struct tm_run) == 16, "run");

/* An entry is written by one write(2), so that kill -9 leaves it complete. */
static struct {
	struct entry entry;
	unsigned char body[ENTRY_USERS * sizeof(struct stored_user) +
			TM_RUNS_KEPT * sizeof(struct tm_run)];
} out;

/* The users to write: those whose numbers are in a list, or all. */
struct selection {
	const struct totals *totals;
	const struct tm_runs *runs;
	const uint32_t *users;
	const uint16_t *changed;
	uint32_t user_count;
	uint32_t run_count;
};

static uint32_t entry_check(const struct entry *entry)
{
	return crc32(0, (const void *)&entry->users,
			sizeof(*entry) - offsetof(struct entry, users));
}

static off_t write_entry(int fd, size_t body_size)
{
	const off_t size = sizeof(out.entry) + body_size;

	out.entry.magic = ENTRY_MAGIC;
	out.entry.body_check = crc32(0, out.body, body_size);
	out.entry.check = entry_check(&out.entry);
	return tm_write(fd, &out, size) ? -1 : size;
}

static unsigned char *put_users(
		unsigned char *to, const struct selection *of, uint32_t from)
{
	for (uint32_t i = from; i < from + out.entry.users; i++) {
		const struct total *total =
				&of->totals->users[of->users ? of->users[i]
							     : i];
		const struct stored_user user = { .in = total->sum[TM_IN],
			.out = total->sum[TM_OUT],
			.uid = total->uid };

		to = (unsigned char *)mempcpy(to, &user, sizeof(user));
	}
	return to;
}

static unsigned char *put_runs(unsigned char *to, const struct selection *of)
{
	for (uint32_t i = 0; i < out.entry.runs; i++) {
		const uint32_t number = of->changed
				? of->changed[i]
				: (of->runs->oldest + i) % of->runs->kept_count;

		to = (unsigned char *)mempcpy(to, &of->runs->kept[number],
				sizeof(struct tm_run));
	}
	return to;
}

/* Runs follow the last users: the progress of a run must not be in the file
 * without what it counted. */
static off_t write_selection(int fd, const struct selection *of)
{
	uint32_t from = 0;
	off_t size = 0, written;
	unsigned char *end;

	do {
		const uint32_t left = of->user_count - from;
		const bool is_last = left <= ENTRY_USERS;

		out.entry = (struct entry){
			.users = is_last ? left : ENTRY_USERS,
			.runs = is_last ? of->run_count : 0,
		};
		end = put_runs(put_users(out.body, of, from), of);
		written = write_entry(fd, end - out.body);
		if (written < 0)
			return -1;
		size += written;
		from += out.entry.users;
	} while (from < of->user_count);
	return size;
}

off_t journal_append(
		int fd, const struct totals *totals, const struct tm_runs *runs)
{
	const struct selection touched = { .totals = totals,
		.runs = runs,
		.users = totals->touched,
		.changed = runs->changed,
		.user_count = totals->touched_count,
		.run_count = runs->changed_count };

	if (!touched.user_count && !touched.run_count)
		return 0;
	return write_selection(fd, &touched);
}

off_t journal_begin(
		int fd, const struct totals *totals, const struct tm_runs *runs)
{
	const struct selection all = { .totals = totals,
		.runs = runs,
		.user_count = totals->count,
		.run_count = runs->kept_count };
	const off_t entries = 2 +
			(all.user_count ? all.user_count - 1 : 0) / ENTRY_USERS;
	const off_t size = entries * sizeof(struct entry) +
			(off_t)all.user_count * sizeof(struct stored_user) +
			(off_t)all.run_count * sizeof(struct tm_run);
	off_t written;

	out.entry = (struct entry){ .snapshot_size = size };
	if (write_entry(fd, 0) < 0)
		return -1;
	written = write_selection(fd, &all);
	return written < 0 ? -1 : written + (off_t)sizeof(struct entry);
}

static size_t body_size(const struct entry *entry)
{
	return entry->users * sizeof(struct stored_user) +
			entry->runs * sizeof(struct tm_run);
}

static bool is_entry(const struct entry *entry)
{
	return entry->magic == ENTRY_MAGIC &&
			entry->check == entry_check(entry) &&
			entry->users <= ENTRY_USERS &&
			entry->runs <= TM_RUNS_KEPT;
}

static int journal_take_user(
		struct totals *totals, const struct stored_user *user)
{
	struct total *total = totals_find(totals, user->uid);

	if (!total)
		return -1;
	if (total->sum[TM_IN] < user->in)
		total->sum[TM_IN] = user->in;
	if (total->sum[TM_OUT] < user->out)
		total->sum[TM_OUT] = user->out;
	return 0;
}

static int journal_take(const struct entry *entry, const unsigned char *body,
		struct totals *totals, struct tm_runs *runs)
{
	struct stored_user user;
	struct tm_run run;

	for (uint32_t i = 0; i < entry->users; i++, body += sizeof(user)) {
		memcpy(&user, body, sizeof(user));
		if (journal_take_user(totals, &user))
			return -1;
	}
	for (uint32_t i = 0; i < entry->runs; i++, body += sizeof(run)) {
		memcpy(&run, body, sizeof(run));
		tm_runs_keep(runs, run.id, run.counted);
	}
	return 0;
}

static bool journal_is_zero(const unsigned char *data, size_t size)
{
	while (size && !*data)
		data++, size--;
	return !size;
}

static void note_damage(struct journal *journal, size_t at)
{
	if (journal->damaged_at < 0)
		journal->damaged_at = at;
}

/* An incomplete entry at the end is the result of a kill -9 or a power cut; but
 * a snapshot was complete once. */
static void note_end(struct journal *journal, size_t at)
{
	journal->sound_size = at;
	if (!at || (off_t)at < journal->snapshot_size)
		note_damage(journal, at);
}

static int journal_parse(struct journal *journal, const unsigned char *data,
		struct totals *totals, struct tm_runs *runs)
{
	const size_t size = journal->size;
	struct entry entry;
	size_t at = 0, next;

	for (; at + sizeof(entry) <= size; at = next) {
		const unsigned char *body = data + at + sizeof(entry);

		memcpy(&entry, data + at, sizeof(entry));
		next = at + 8;
		if (!is_entry(&entry)) {
			if (journal_is_zero(data + at, size - at))
				break;
			note_damage(journal, at);
			continue;
		}
		if (entry.snapshot_size)
			journal->snapshot_size = entry.snapshot_size;
		next = at + sizeof(entry) + body_size(&entry);
		if (next > size)
			break;
		if (entry.body_check != crc32(0, body, body_size(&entry)))
			note_damage(journal, at);
		else if (journal_take(&entry, body, totals, runs))
			return -1;
	}
	note_end(journal, at);
	return 0;
}

/* The places of the first two entries do not depend on their contents. A file
 * with neither is something else, and may be large. */
static bool journal_is_ours(int fd)
{
	uint32_t magic = 0;

	if (pread(fd, &magic, sizeof(magic), 0) > 0 && magic == ENTRY_MAGIC)
		return true;
	return pread(fd, &magic, sizeof(magic), sizeof(struct entry)) > 0 &&
			magic == ENTRY_MAGIC;
}

static int journal_read_all(int fd, unsigned char *to, size_t size)
{
	size_t filled = 0;
	ssize_t n;

	while (filled < size) {
		n = pread(fd, to + filled, size - filled, filled);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		filled += n;
	}
	memset(to + filled, 0, size - filled);
	return 0;
}

int journal_read(int fd, struct journal *journal, struct totals *totals,
		struct tm_runs *runs)
{
	struct stat status;
	unsigned char *data;
	int result;

	*journal = (struct journal){ .damaged_at = -1 };
	if (fstat(fd, &status))
		return -1;
	journal->size = status.st_size;
	journal->is_ours = journal_is_ours(fd);
	if (!journal->is_ours) {
		journal->damaged_at = 0;
		return 0;
	}
	data = malloc(status.st_size + 1);
	if (!data)
		return -1;
	result = journal_read_all(fd, data, status.st_size);
	if (!result)
		result = journal_parse(journal, data, totals, runs);
	totals_settle(totals);
	tm_runs_settle(runs);
	free(data);
	return result;
}
