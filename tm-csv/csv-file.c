#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "csv-file.h"

#define MODE 0640
#define BLOCK 65536
#define AGAIN_MAX 100 /* a file has no reason to say so for long */
#define FLAGS (O_RDWR | O_APPEND)

/* Rows without a header do not say what they hold; where the file system
 * keeps attributes, this one does. */
#define ATTRIBUTE "user.tm.columns"

__attribute__((format(printf, 2, 3))) static int csv_refuse(
		char text[CSV_REFUSAL_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, CSV_REFUSAL_SIZE, format, args);
	va_end(args);
	errno = EPERM;
	return -1;
}

void csv_file_explain(
		char text[CSV_REFUSAL_SIZE], const struct tm_refusal *refusal)
{
	snprintf(text, CSV_REFUSAL_SIZE, "%s%s",
			refusal->flaw == TM_FLAW_ERROR ? "" : "refused: ",
			refusal->text);
}

static bool begins_like(const char *row, size_t size, const char *start)
{
	const size_t length = strlen(start);

	return !memcmp(row, start, size < length ? size : length);
}

/* Whether it may be one of our rows, be it only the first byte of one. */
static bool may_be_row(const char *row, size_t size)
{
	return begins_like(row, size, "in,") ||
			begins_like(row, size, "out,") ||
			begins_like(row, size, "lost-in,") ||
			begins_like(row, size, "lost-out,") ||
			begins_like(row, size, "direction,");
}

static unsigned count_columns(const char *row, size_t size)
{
	bool is_quoted = false;
	unsigned count = 1;

	for (size_t i = 0; i < size; i++) {
		is_quoted ^= row[i] == '"';
		count += row[i] == ',' && !is_quoted;
	}
	return count;
}

/* Compares what a file without a header says that it holds. */
static int check_attribute(int fd, const struct csv_layout *layout,
		char text[CSV_REFUSAL_SIZE])
{
	const size_t size = strlen(layout->header) - 1;
	char columns[1024];
	const ssize_t n = fgetxattr(fd, ATTRIBUTE, columns, sizeof(columns));

	if (n < 0 || ((size_t)n == size && !memcmp(columns, layout->header, n)))
		return 0;
	return csv_refuse(text, "refused: it was begun with the columns %.*s",
			n < 150 ? (int)n : 150, columns);
}

static int check_columns(int fd, const struct csv_layout *layout,
		char text[CSV_REFUSAL_SIZE])
{
	static char row[BLOCK];
	const ssize_t n = pread(fd, row, sizeof(row), 0);
	const char *end = n > 0 ? memchr(row, '\n', n) : NULL;
	size_t size = end ? end - row : n;
	unsigned count;

	if (n < 0)
		return -1;
	if ((!end && n == BLOCK) || (*row && !may_be_row(row, size)))
		return csv_refuse(text, "refused: it does not hold rows");
	if (!end)
		return 0; /* one torn row, to be cut */
	if (begins_like(row, size, "direction,")) {
		if (size + 1 == strlen(layout->header) &&
				!memcmp(row, layout->header, size))
			return 0;
		return csv_refuse(text,
				"refused: it was begun with the columns %.*s",
				size < 150 ? (int)size : 150, row);
	}
	count = count_columns(row, size);
	if (count != layout->columns)
		return csv_refuse(text,
				"refused: it was begun with %u columns, not %u",
				count, layout->columns);
	return check_attribute(fd, layout, text);
}

/* How long the file is up to the end of its last whole row; -1 and errno. */
static off_t whole_size(int fd, off_t size)
{
	static char block[BLOCK];
	const char *end;
	ssize_t n;

	while (size) {
		n = size < BLOCK ? size : BLOCK;
		n = pread(fd, block, n, size - n);
		if (n <= 0)
			return -1;
		end = memrchr(block, '\n', n);
		if (end)
			return size - n + (end - block) + 1;
		size -= n;
	}
	return 0;
}

static int repair(int fd, const char *name, off_t size)
{
	const off_t whole = whole_size(fd, size);
	char start[16];
	ssize_t n;

	if (whole == size)
		return 0;
	n = pread(fd, start, sizeof(start), 0);
	if (n > 0 && *start && !may_be_row(start, n))
		return 0; /* not ours, and refused when its user comes */
	if (whole < 0 || ftruncate(fd, whole))
		return -1;
	warnx("%s: removed its incomplete last row (%jd bytes)", name,
			(intmax_t)(size - whole));
	return 0;
}

static int csv_open_here(
		int directory, const char *name, struct tm_refusal *refusal)
{
	int fd = tm_place_file(
			directory, name, FLAGS, 0, TM_TRUST_ROOT, refusal);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = tm_place_file(directory, name, FLAGS | O_CREAT | O_EXCL, MODE,
			TM_TRUST_ROOT, refusal);
	if (fd >= 0)
		fchmod(fd, MODE); /* whatever the umask */
	return fd;
}

static int csv_check(int fd, const char *name, const struct csv_layout *layout,
		ino_t *inode, char text[CSV_REFUSAL_SIZE])
{
	struct stat status;

	if (fstat(fd, &status))
		return -1;
	if (status.st_ino == *inode)
		return 0;
	if (!status.st_size && !layout->is_seven && !layout->with_header)
		fsetxattr(fd, ATTRIBUTE, layout->header,
				strlen(layout->header) - 1, 0);
	if (status.st_size &&
			(check_columns(fd, layout, text) ||
					repair(fd, name, status.st_size)))
		return -1;
	*inode = status.st_ino;
	return 0;
}

int csv_file_open(int directory, const char *name,
		const struct csv_layout *layout, ino_t *inode,
		char text[CSV_REFUSAL_SIZE])
{
	struct tm_refusal refusal;
	int fd, error;

	fd = csv_open_here(directory, name, &refusal);
	if (fd < 0) {
		error = errno;
		csv_file_explain(text, &refusal);
		errno = error;
		return -1;
	}
	*text = '\0';
	if (!csv_check(fd, name, layout, inode, text))
		return fd;
	error = errno;
	if (!*text)
		snprintf(text, CSV_REFUSAL_SIZE, "%s", strerror(error));
	close(fd);
	errno = error;
	return -1;
}

int csv_file_give(int fd, gid_t group)
{
	struct stat status;

	if (group == (gid_t)-1 || fstat(fd, &status) || status.st_gid == group)
		return 0;
	return fchown(fd, -1, group);
}

static size_t write_some(int fd, const char *rows, size_t size)
{
	unsigned again = 0;
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(fd, rows + done, size - done);
		if (n > 0)
			done += n;
		else if (n == 0 || again++ == AGAIN_MAX ||
				(errno != EINTR && errno != EAGAIN))
			break;
	}
	return done;
}

size_t csv_file_append(int fd, const char *rows, size_t size)
{
	const size_t done = write_some(fd, rows, size);
	const int error = errno;
	const char *last = memrchr(rows, '\n', done);
	const size_t torn = rows + done - (last ? last + 1 : rows);
	struct stat status;

	/* Never longer than it is: someone may have cut it meanwhile. */
	if (done < size && torn && !fstat(fd, &status) &&
			lseek(fd, 0, SEEK_CUR) == status.st_size &&
			!ftruncate(fd, status.st_size - torn)) {
		errno = error;
		return done - torn;
	}
	errno = error;
	return done;
}

static bool csv_is_ours(const char *name, const char *prefix)
{
	const size_t size = strlen(prefix);
	size_t digits;

	if (strncmp(name, prefix, size))
		return false;
	name += size;
	if (!strcmp(name, "none.log"))
		return true;
	digits = strspn(name, "0123456789");
	return digits && !strcmp(name + digits, ".log");
}

static void repair_one(int directory, const char *name)
{
	struct tm_refusal refusal;
	struct stat status;
	const int fd = tm_place_file(
			directory, name, FLAGS, 0, TM_TRUST_ROOT, &refusal);

	if (fd < 0)
		return; /* it is said when its user comes */
	if (!fstat(fd, &status))
		repair(fd, name, status.st_size);
	close(fd);
}

void csv_file_repair_all(int directory, const char *prefix)
{
	const int fd = openat(
			directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list)
		return; /* each is looked into when its user comes */
	while ((entry = readdir(list))) {
		if (csv_is_ours(entry->d_name, prefix))
			repair_one(directory, entry->d_name);
	}
	closedir(list);
}
