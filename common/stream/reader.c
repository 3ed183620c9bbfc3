#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/record/amount.h"
#include "foreign.h"
#include "input-check.h"
#include "open-runs.h"
#include "reader.h"

#define BLOCK ((size_t)256 * 1024)
#define GOES_ON_NS 2000000000ULL
#define INTERRUPTED (-2)

struct run {
	const char *path; /* the offset of its START */
};

struct tm_reader_input {
	char *const *paths;
	const char *path; /* of the current file, for messages */
	int fd;		  /* -1 = none open */
	bool is_file;
	bool is_gzip;
	bool at_start;	 /* nothing of this file was read yet */
	bool in_member;	 /* gzip: the end was not reached */
	bool at_tick;	 /* stop at a TICK that shows that the source goes on */
	uint64_t offset; /* of the first byte of block, uncompressed */
	size_t handed;	 /* bytes of block that were passed on */
	size_t filled;
	uint64_t size_read, size_total; /* of regular files, as stored */
	struct tm_open_runs runs;
	const char *cut_path; /* the START of a run that another START cut */
	const char *written_path; /* the last that was still being written */
	z_stream inflate;
	unsigned char *packed;
	unsigned char block[] __attribute__((aligned(64)));
};

static char *const standard_input[] = { (char *)"-", NULL };

__attribute__((format(printf, 3, 4))) static int reader_fail(
		struct tm_reader *reader, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->problem, sizeof(reader->problem), format, args);
	va_end(args);
	reader->status = status;
	return -1;
}

static int reader_fail_errno(struct tm_reader *reader)
{
	return reader_fail(reader, TM_FAILED, "%s: %s", reader->input->path,
			strerror(errno));
}

int tm_reader_open(struct tm_reader *reader, char *const *paths)
{
	struct tm_reader_input *in;

	memset(reader, 0, sizeof(*reader));
	in = aligned_alloc(64, sizeof(*in) + BLOCK);
	if (!in)
		return reader_fail(reader, TM_FAILED, "out of memory");
	memset(in, 0, sizeof(*in));
	in->paths = *paths ? paths : standard_input;
	in->fd = -1;
	in->runs.size = sizeof(struct run);
	reader->input = in;
	reader->status = tm_inputs_check(in->paths, &in->size_total,
			reader->problem, sizeof(reader->problem));
	return reader->status ? -1 : 0;
}

/* 0, -1 failed, INTERRUPTED. */
static int reader_open_file(struct tm_reader *reader, const char *path)
{
	struct tm_reader_input *in = reader->input;
	/* Opening a FIFO waits for its writer, but not after a request to stop.
	 */
	const int wait = tm_stop_requested() ? O_NONBLOCK : 0;
	struct stat status;

	in->path = tm_input_is_standard(path) ? TM_STANDARD_INPUT : path;
	in->fd = tm_input_is_standard(path)
			? STDIN_FILENO
			: open(path, O_RDONLY | O_CLOEXEC | wait);
	if (in->fd < 0 && errno == EINTR)
		return INTERRUPTED;
	if (in->fd < 0 || fstat(in->fd, &status))
		return reader_fail_errno(reader);
	if (isatty(in->fd)) {
		reader->status = tm_input_refuse_terminal(in->path,
				reader->problem, sizeof(reader->problem));
		return -1;
	}
	in->is_file = S_ISREG(status.st_mode);
	in->is_gzip = false;
	in->at_start = true;
	in->offset = in->handed = in->filled = 0;
	in->paths++;
	fcntl(in->fd, F_SETPIPE_SZ, TM_PIPE_SIZE); /* refusal does no harm */
	return 0;
}

static void reader_close_file(struct tm_reader_input *in)
{
	if (in->is_gzip)
		inflateEnd(&in->inflate);
	in->is_gzip = false;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

/* Bytes, 0 at the end, -1 failed, INTERRUPTED. */
static ssize_t read_some(
		struct tm_reader *reader, unsigned char *to, size_t size)
{
	struct tm_reader_input *in = reader->input;
	struct pollfd readable = { .fd = in->fd, .events = POLLIN };
	ssize_t n;

	do
		n = read(in->fd, to, size);
	while (n < 0 && errno == EAGAIN && poll(&readable, 1, -1) >= 0);
	if (n < 0)
		return errno == EINTR ? INTERRUPTED : reader_fail_errno(reader);
	if (in->is_file)
		in->size_read += n;
	return n;
}

/* Before "ends inside ...". */
static const char *still_written(const struct tm_reader_input *in)
{
	return in->is_file && tm_input_is_written(in->fd)
			? "is still being written: "
			: "";
}

static int start_gzip(struct tm_reader *reader)
{
	struct tm_reader_input *in = reader->input;

	if (!in->packed)
		in->packed = malloc(BLOCK);
	memset(&in->inflate, 0, sizeof(in->inflate));
	if (!in->packed || inflateInit2(&in->inflate, 15 + 16) != Z_OK)
		return reader_fail(reader, TM_FAILED, "out of memory");
	memcpy(in->packed, in->block, in->filled);
	in->inflate.next_in = in->packed;
	in->inflate.avail_in = in->filled;
	in->filled = 0;
	in->is_gzip = true;
	in->in_member = true;
	return 0;
}

/* Inflates what fits: bytes, 0 if more compressed input is needed, -1. */
static ssize_t inflate_some(
		struct tm_reader *reader, unsigned char *to, size_t size)
{
	struct tm_reader_input *in = reader->input;
	int code;

	in->inflate.next_out = to;
	in->inflate.avail_out = size;
	do {
		code = inflate(&in->inflate, Z_NO_FLUSH);
		if (code == Z_BUF_ERROR)
			break;
		if (code == Z_MEM_ERROR)
			return reader_fail(reader, TM_FAILED, "out of memory");
		if (code != Z_OK && code != Z_STREAM_END &&
				in->inflate.avail_out != size)
			break; /* pass on what is valid first */
		if (code != Z_OK && code != Z_STREAM_END)
			return reader_fail(reader, TM_CUT,
					"%s: damaged gzip data (offset %ju)",
					in->path,
					(uintmax_t)(in->offset + in->filled));
		in->in_member = code == Z_OK;
		if (code == Z_STREAM_END)
			inflateReset(&in->inflate); /* gzip files may be
						       concatenated */
	} while (in->inflate.avail_in && in->inflate.avail_out == size);
	return size - in->inflate.avail_out;
}

static ssize_t read_gzip(
		struct tm_reader *reader, unsigned char *to, size_t size)
{
	struct tm_reader_input *in = reader->input;
	ssize_t n;

	for (;;) {
		n = inflate_some(reader, to, size);
		if (n)
			return n;
		n = read_some(reader, in->packed, BLOCK);
		if (n < 0)
			return n;
		if (!n && in->in_member)
			return reader_fail(reader, TM_CUT,
					"%s: %sends inside its gzip data (offset %ju)",
					in->path, still_written(in),
					(uintmax_t)(in->offset + in->filled));
		if (!n)
			return 0;
		in->inflate.next_in = in->packed;
		in->inflate.avail_in = n;
	}
}

/* The first two bytes of a file distinguish gzip from events. */
static int sniff(struct tm_reader *reader)
{
	struct tm_reader_input *in = reader->input;

	if (in->filled < 2)
		return 0;
	in->at_start = false;
	return tm_foreign_is_gzip(in->block) ? start_gzip(reader) : 0;
}

/* Fills the block behind the rest of an event that it holds: bytes, 0 at the
 * end of this file, -1 failed, INTERRUPTED. */
static ssize_t reader_fill(struct tm_reader *reader)
{
	struct tm_reader_input *in = reader->input;
	ssize_t n;

	memmove(in->block, in->block + in->handed, in->filled - in->handed);
	in->offset += in->handed;
	in->filled -= in->handed;
	in->handed = 0;
	n = in->is_gzip ? read_gzip(reader, in->block + in->filled,
					  BLOCK - in->filled)
			: read_some(reader, in->block + in->filled,
					  BLOCK - in->filled);
	if (n <= 0)
		return n;
	in->filled += n;
	if (in->at_start && !in->is_gzip && sniff(reader))
		return -1;
	return n;
}

/* Without memory, a cut run is not reported. */
static void reader_note_start(struct tm_reader_input *in, uint64_t id)
{
	const struct run *const same = tm_open_runs_find(&in->runs, id);
	struct run *run;

	if (same && !in->cut_path)
		in->cut_path = same->path;
	run = tm_open_runs_start(&in->runs, id);
	if (run)
		run->path = in->path;
}

static void reader_note(struct tm_reader *reader, const struct tm_event *event)
{
	switch (event->kind) {
	case TM_LOST:
		tm_amount_raise(&reader->lost_packets, event->packets);
		tm_amount_raise(&reader->lost_bytes, event->bytes);
		break;
	case TM_START:
		reader_note_start(reader->input,
				((const struct tm_start *)event)->run_id);
		break;
	case TM_END:
		if (event->direction != TM_IN)
			tm_open_runs_end(&reader->input->runs,
					((const struct tm_status *)event)
							->run_id);
		break;
	case TM_TICK:
		reader->input->at_tick = tm_stop_requested() &&
				event->direction == TM_OUT &&
				event->time_ns > tm_stop_time_ns() + GOES_ON_NS;
		break;
	}
}

/* How many of the events are valid, up to the TICK to stop at. */
static size_t reader_check(struct tm_reader *reader,
		const struct tm_event *events, size_t n)
{
	size_t i;

	for (i = 0; i < n && !reader->input->at_tick; i++) {
		if (__builtin_expect(events[i].magic != TM_MAGIC, 0))
			break;
		if (__builtin_expect(events[i].kind != TM_TRAFFIC, 0))
			reader_note(reader, &events[i]);
	}
	return i;
}

static int another_version(struct tm_reader *reader, uint32_t magic)
{
	const struct tm_reader_input *in = reader->input;

	return reader_fail(reader, TM_CUT,
			"%s: is of version %u; this tm reads %u (offset %ju)",
			in->path, magic >> 24, TM_FORMAT_VERSION,
			(uintmax_t)(in->offset + in->handed));
}

static int not_an_event(struct tm_reader *reader)
{
	const struct tm_reader_input *in = reader->input;
	const char *const foreign = in->offset || in->handed
			? NULL
			: tm_foreign_problem(in->block, in->filled);
	uint32_t magic = 0;

	if (foreign)
		return reader_fail(reader, TM_CUT, "%s: %s", in->path, foreign);
	if (in->filled - in->handed >= sizeof(magic))
		memcpy(&magic, in->block + in->handed, sizeof(magic));
	if (!((magic ^ TM_MAGIC) & TM_MAGIC_FORMAT))
		return another_version(reader, magic);
	return reader_fail(reader, TM_CUT,
			"%s: not an event (offset %ju); tm-event(5) describes what one "
			"looks like",
			in->path, (uintmax_t)(in->offset + in->handed));
}

static int end_of_file(struct tm_reader *reader)
{
	static const uint32_t magic = TM_MAGIC;
	struct tm_reader_input *in = reader->input;
	const size_t rest = in->filled - in->handed;

	if (rest &&
			memcmp(in->block + in->handed, &magic,
					rest < sizeof(magic) ? rest
							     : sizeof(magic)))
		return not_an_event(reader);
	if (rest)
		return reader_fail(reader, TM_CUT,
				"%s: %sends inside an event (offset %ju)",
				in->path, still_written(in),
				(uintmax_t)(in->offset + in->handed));
	if (in->is_file && in->runs.count && tm_input_is_written(in->fd))
		in->written_path = in->path;
	reader_close_file(in);
	return 0;
}

static int end_of_stream(struct tm_reader *reader)
{
	struct tm_reader_input *in = reader->input;
	const struct run *const run = tm_open_runs_oldest(&in->runs);
	const char *const path = in->cut_path ? in->cut_path
			: run		      ? run->path
					      : NULL;

	reader->at_end = true;
	if (!reader->status && path && !tm_stop_requested())
		return reader_fail(reader, TM_CUT,
				path == in->written_path
						? "%s: is still being written: it has no "
						  "END yet"
						: "%s: was cut: it has a START and no END",
				path);
	return -1;
}

/* The complete events in the block that were not yet passed on. */
static ssize_t hand_out(struct tm_reader *reader, struct tm_event **events)
{
	struct tm_reader_input *in = reader->input;
	struct tm_event *const first = (void *)(in->block + in->handed);
	const size_t whole = (in->filled - in->handed) / TM_EVENT_SIZE;
	const size_t sound = reader_check(reader, first, whole);

	if (sound < whole && !in->at_tick && !sound)
		return not_an_event(reader);
	in->handed += sound * TM_EVENT_SIZE;
	reader->events += sound;
	*events = first;
	return sound;
}

ssize_t tm_reader_next(struct tm_reader *reader, struct tm_event **events)
{
	struct tm_reader_input *in = reader->input;
	ssize_t n;

	if (reader->status || in->at_tick)
		return -1;
	for (;;) {
		if (in->filled - in->handed >= TM_EVENT_SIZE)
			return hand_out(reader, events);
		if (in->fd < 0 && !*in->paths)
			return end_of_stream(reader);
		n = in->fd < 0 ? reader_open_file(reader, *in->paths) : 0;
		if (!n && in->is_file && tm_stop_requested())
			return -1;
		if (!n)
			n = reader_fill(reader);
		if (n == INTERRUPTED)
			return 0;
		if (n < 0 || (!n && end_of_file(reader)))
			return -1;
	}
}

int tm_reader_ready(const struct tm_reader *reader, int timeout_ms)
{
	const struct tm_reader_input *in = reader->input;
	struct pollfd readable = { .fd = in->fd, .events = POLLIN };

	if (reader->status || in->at_tick || in->fd < 0 || in->is_file ||
			in->filled - in->handed >= TM_EVENT_SIZE)
		return 1;
	/* inflate() may hold what did not fit the block */
	if (in->is_gzip && (in->inflate.avail_in || !in->inflate.avail_out))
		return 1;
	return poll(&readable, 1, timeout_ms);
}

int tm_reader_fd(const struct tm_reader *reader)
{
	return reader->input->fd;
}

int tm_reader_percent(const struct tm_reader *reader)
{
	const struct tm_reader_input *in = reader->input;

	if (!in->size_total)
		return -1;
	if (in->size_read >= in->size_total) /* the file may have grown */
		return 100;
	return in->size_read * 100 / in->size_total;
}

void tm_reader_close(struct tm_reader *reader)
{
	if (!reader->input)
		return;
	reader_close_file(reader->input);
	free(reader->input->packed);
	tm_open_runs_free(&reader->input->runs);
	free(reader->input);
	reader->input = NULL;
}
