#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/record/amount.h"
#include "common/stream/output.h"
#include "loop.h"
#include "progress.h"

struct named_file {
	dev_t device;
	ino_t inode;
	const char *path;
};

static int named_file_compare(const void *a, const void *b)
{
	const struct named_file *const x = a, *const y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* Two recordings with one run can be parts of it; one file cannot. */
void tm_loop_warn_of_twins(char *const *paths)
{
	struct named_file *files;
	struct stat status;
	size_t count = 0;

	while (paths[count])
		count++;
	files = calloc(count + 1, sizeof(*files));
	count = 0;
	for (; files && *paths; paths++) {
		if (!stat(*paths, &status) && S_ISREG(status.st_mode))
			files[count++] = (struct named_file){ status.st_dev,
				status.st_ino, *paths };
	}
	if (count)
		qsort(files, count, sizeof(*files), named_file_compare);
	for (size_t i = 1; i < count; i++) {
		if (!named_file_compare(&files[i - 1], &files[i]))
			warnx("%s: is named twice, so its events are read "
			      "twice",
					files[i].path);
	}
	free(files);
}

void tm_loop_open(struct tm_reader *in, char *const *paths)
{
	tm_signals_install();
	if (tm_reader_open(in, paths))
		errx(in->status, "%s", in->problem);
	tm_loop_warn_of_twins(paths);
}

void tm_loop_prepare_output(void)
{
	const char *const problem = tm_output_prepare();

	if (problem)
		errx(TM_MISUSED, "%s", problem);
}

/* Of a pipe's two ends the later one has the terminal for itself, unless a
 * recording is read. */
static bool shows_progress(
		const struct tm_loop *loop, const struct tm_reader *in)
{
	struct stat status;

	if (loop->has_rows && isatty(STDOUT_FILENO))
		return false;
	return tm_reader_percent(in) >= 0 || fstat(STDOUT_FILENO, &status) ||
			!S_ISFIFO(status.st_mode);
}

static void say_statistics(const struct tm_loop *loop,
		struct tm_progress *progress, const struct tm_reader *in)
{
	struct tm_text line = { 0 };

	tm_text_string(&line, tm_progress_text(progress, in));
	if (loop->add)
		loop->add(loop->context, &line);
	warnx("%.*s", (int)line.size, line.at ? line.at : "");
	tm_text_free(&line);
}

/* Does idle work while it waits: 1 after a block arrived, -1 after a signal. */
static int await_block(const struct tm_loop *loop, const struct tm_reader *in)
{
	int is_ready;

	while ((is_ready = tm_reader_ready(
				in, loop->patience_ms(loop->context))) == 0)
		loop->work(loop->context);
	return is_ready;
}

static ssize_t next_block(const struct tm_loop *loop, struct tm_reader *in,
		struct tm_event **events)
{
	if (loop->patience_ms && await_block(loop, in) < 0)
		return 0;
	return tm_reader_next(in, events);
}

void tm_loop_say_overflow(void)
{
	static bool is_said;

	if (!is_said && tm_amount_has_overflown())
		warnx("a sum is too large and stays at the largest number; a "
		      "record is damaged or forged");
	is_said |= tm_amount_has_overflown();
}

static int loop_end(const struct tm_loop *loop, const struct tm_reader *in)
{
	if (*in->problem)
		warnx("%s", in->problem);
	tm_loop_say_overflow();
	if (!in->status && loop->is_strict && in->lost_packets)
		return TM_LOSSY;
	return in->status;
}

int tm_loop_run(const struct tm_loop *loop, struct tm_reader *in)
{
	struct tm_progress progress;
	struct tm_event *events = NULL;
	int status = TM_GO_ON;
	ssize_t n;

	tm_progress_start(
			&progress, loop->is_quiet || !shows_progress(loop, in));
	while (status == TM_GO_ON && (n = next_block(loop, in, &events)) >= 0) {
		if (loop->reopen && tm_signal_take(SIGHUP))
			loop->reopen(loop->context);
		if (tm_signal_take(SIGUSR1))
			say_statistics(loop, &progress, in);
		tm_progress_show(&progress, in);
		status = loop->take(loop->context, events, n);
	}
	tm_progress_clear(&progress);
	return status < 0 ? loop_end(loop, in) : status;
}

int tm_loop_write(const void *data, size_t size)
{
	if (!tm_write(STDOUT_FILENO, data, size))
		return TM_GO_ON;
	if (errno == EPIPE)
		return TM_DONE;
	warn("standard output");
	return TM_FAILED;
}

int tm_loop_close(int status)
{
	tm_loop_say_overflow();
	if (!close(STDOUT_FILENO) || status)
		return status;
	warn("standard output");
	return TM_FAILED;
}
