/* tm-parse: turns lines of text or JSON into events, the inverse of tm-print.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/stream/output.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "pairs.h"

#define BLOCK ((size_t)256 * 1024)
#define LINE_MAX_SIZE ((size_t)64 * 1024)
#define EVENTS 1024

struct options {
	bool is_quiet; /* accepted like by other tools; only errors are printed
			*/
};

static const struct tm_option known[] = {
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, is_quiet) },
};

static const struct tm_tool tool = {
	.usage = "usage: tm-parse [FILE ...]\n"
		 "Turns lines of text or JSON, as printed by tm-print, into events.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"A key that is left out is 0; kind is traffic, and uid is none.\n"
		"Without FILE, or with -, reads standard input. Skips empty lines and\n"
		"lines that begin with #.\n",
};

static struct tm_event events[EVENTS];
static size_t event_count;

static void parse_flush(void)
{
	const size_t size = event_count * TM_EVENT_SIZE;
	int status;

	event_count = 0;
	status = tm_loop_write(events, size);
	if (status != TM_GO_ON)
		exit(status);
}

struct input {
	const char *path;
	int fd;
	bool is_pipe; /* read on after a request to stop */
	uint64_t line;
	size_t filled;
	char block[BLOCK + 1];
};

__attribute__((noreturn)) static void reject(
		const struct input *in, size_t column, const char *why)
{
	parse_flush();
	errx(TM_FAILED, "%s:%" PRIu64 ":%zu: %s", in->path, in->line, column,
			why);
}

static void parse_line(const struct input *in, char *line, char *end)
{
	struct problem problem = { .at = line };
	struct pairs pairs = { .count = 0, .problem = &problem };
	const char *first = line + strspn(line, " \t\r");

	if (first >= end || *first == '#')
		return;
	if ((*first == '{' ? scan_json : scan_text)(&pairs, line, end) ||
			assemble(&events[event_count], &pairs))
		reject(in, problem.at - line + 1, problem.text);
	if (++event_count == EVENTS)
		parse_flush();
}

/* Handles complete lines; with is_last the rest is a line too. */
static void parse_block(struct input *in, bool is_last)
{
	char *line = in->block, *const end = in->block + in->filled;
	char *newline;

	*end = '\n';
	while (line < end) {
		newline = memchr(line, '\n', end - line + is_last);
		if (!newline)
			break;
		in->line++;
		if (newline - line > (ptrdiff_t)LINE_MAX_SIZE)
			reject(in, 1, "line too long");
		*newline = '\0';
		parse_line(in, line, newline);
		line = newline + 1;
	}
	in->filled = line < end ? end - line : 0;
	memmove(in->block, line, in->filled);
	if (in->filled > LINE_MAX_SIZE) {
		in->line++;
		reject(in, 1, "line too long");
	}
	parse_flush();
}

static void open_input(struct input *in, const char *path)
{
	struct stat status;

	in->path = strcmp(path, "-") ? path : "standard input";
	in->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
				   : STDIN_FILENO;
	if (in->fd < 0 || fstat(in->fd, &status))
		err(TM_FAILED, "%s", in->path);
	if (tm_output_is(&status))
		errx(TM_FAILED, "%s: %s", in->path, TM_OUTPUT_IS_INPUT);
	in->is_pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
	in->line = 0;
	in->filled = 0;
}

/* Input that is obviously something else gets a better message than "line 1".
 */
static void parse_refuse_foreign(const struct input *in)
{
	const unsigned char *first = (const void *)in->block;

	if (in->filled >= 4 && !memcmp(first, &(uint32_t){ TM_MAGIC }, 4))
		errx(TM_FAILED, "%s: holds events already; tm-print shows them",
				in->path);
	if (in->filled >= 2 && first[0] == 0x1f && first[1] == 0x8b)
		errx(TM_FAILED, "%s: is gzip; try: zcat %s | tm-parse",
				in->path, in->path);
}

static void parse_file(struct input *in, const char *path)
{
	ssize_t n;

	open_input(in, path);
	for (;;) {
		if (tm_stop_requested() && !in->is_pipe)
			exit(TM_DONE);
		n = read(in->fd, in->block + in->filled, BLOCK - in->filled);
		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ in->fd, POLLIN, 0 }, 1, -1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			err(TM_FAILED, "%s", in->path);
		if (!n)
			break;
		in->filled += n;
		if (!in->line)
			parse_refuse_foreign(in);
		parse_block(in, false);
	}
	parse_block(in, true);
	if (in->fd != STDIN_FILENO)
		close(in->fd);
}

int main(int argc, char **argv)
{
	static char *const standard_input[] = { (char *)"-", NULL };
	static struct input in;
	struct options options;
	const int at = tm_tool_parse(&tool, argc, argv, &options);

	tm_signals_install();
	tm_loop_prepare_output();
	for (char *const *path = at < argc ? argv + at : standard_input; *path;
			path++)
		parse_file(&in, *path);
	return tm_loop_close(TM_DONE);
}
