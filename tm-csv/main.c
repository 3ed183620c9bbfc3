/* tm-csv: write events as rows, a CSV file for each user. */
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/stream/loopback.h"
#include "common/system/confine.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "csv-files.h"
#include "row.h"

#define NIC_SIZE_MAX 128 /* the uid has to fit behind it in a name */

struct options {
	const char *nic; /* NULL = none was given */
	struct csv_files_target target;
	struct columns columns;
	bool with_header;
	bool has_no_loopback;
	bool is_strict;
	bool is_quiet;
	bool is_verbose;
};

/* What the loop works with, and what it says once. */
struct writer {
	const struct columns *columns;
	struct csv_files *files;
	struct tm_loopback loopback;
	const char *nic; /* named by the user, who was not told yet */
	bool said_totals;
	uint64_t foreign; /* events whose direction is none */
};

/* It becomes part of a path, so it is looked at before anything is opened. */
static const char *check_nic(const struct tm_option *option, const char *nic)
{
	const size_t size = strlen(nic);
	bool is_sound = size && size <= NIC_SIZE_MAX && strcmp(nic, ".") &&
			strcmp(nic, "..");

	for (size_t i = 0; i < size; i++)
		is_sound &= (unsigned char)nic[i] > ' ' && nic[i] != '/' &&
				nic[i] != 0x7f;
	if (!is_sound)
		tm_option_refuse(option, nic,
				"not a name of 1 to %d characters without "
				"space and /",
				NIC_SIZE_MAX);
	return nic;
}

static gid_t find_group(const struct tm_option *option, const char *name)
{
	const struct group *group = getgrnam(name);
	uint64_t number;

	if (group)
		return group->gr_gid;
	if (!tm_number_parse(name, UINT32_MAX - 1, &number))
		tm_option_refuse(option, name, "no such group");
	return number;
}

static void csv_add_columns(struct columns *columns, const char *list)
{
	const char *problem = columns_add(columns, list);

	if (problem)
		tm_misuse("--columns: '%s' is not a column, or is there twice; "
			  "there are %s",
				problem, columns_known());
}

enum {
	NIC = TM_OPTION,
	HEADER,
	COLUMNS,
	PROJECTS,
	GROUP,
	READABLE,
	SYNC,
	NO_LOOPBACK,
	STRICT
};

static const struct tm_option known[] = {
	{ "nic", NIC, "NAME", "the NIC in the names of the files (unknown)",
			0 },
	{ "dir", 'd', "DIR", "directory of the files (the current one)",
			TM_ONCE },
	{ "output", 'o', "FILE",
			"all users in one file, - is standard output; the\n"
			"uid is the eighth column",
			TM_ONCE },
	{ "header", HEADER, NULL,
			"begin each file with the names of its columns",
			TM_FLAG(struct options, with_header) },
	{ "columns", COLUMNS, "LIST",
			"additional columns, separated by commas:", 0 },
	{ "numeric", 'n', NULL, "numbers instead of names in these",
			TM_FLAG(struct options, columns.sources.is_numeric) },
	{ "projects", PROJECTS, "FILE",
			"projects: lines 'user NAME PROJECT' or\n"
			"'job MANAGER/ID PROJECT'",
			TM_ONCE },
	{ "group", GROUP, "GROUP", "give new files to this group (mode 0640)",
			0 },
	{ "readable", READABLE, NULL, "give each file to its user's own group",
			TM_FLAG(struct options, target.is_readable) },
	{ "sync", SYNC, NULL, "sync to disk every 5 s",
			TM_FLAG(struct options, target.is_synced) },
	{ "no-loopback", NO_LOOPBACK, NULL,
			"leave out traffic within this machine",
			TM_FLAG(struct options, has_no_loopback) },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, is_quiet) },
	{ "verbose", 'v', NULL, "also report which protection the kernel lacks",
			TM_FLAG(struct options, is_verbose) },
};

static void csv_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	switch (option->letter) {
	case NIC:
		options->nic = options->target.nic =
				check_nic(option, argument);
		break;
	case 'd':
		options->target.directory = tm_option_file(option, argument);
		break;
	case 'o':
		options->target.file = tm_option_stream(option, argument);
		break;
	case COLUMNS:
		csv_add_columns(&options->columns, argument);
		break;
	case PROJECTS:
		options->columns.sources.projects =
				tm_option_projects(option, argument);
		break;
	case GROUP:
		options->target.group = find_group(option, argument);
		break;
	}
}

static const char *csv_words(const struct tm_option *option)
{
	return option->letter == COLUMNS ? columns_known() : NULL;
}

static const struct tm_tool tool = {
	.usage = "usage: tm-csv [--nic NAME] [-d DIR] [option ...] [file ...]\n"
		 "Writes events as CSV, one file for each user (traffic_user_NIC_UID.log):\n"
		 "direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = csv_take_option,
	.words = csv_words,
};

/* Other tools took these in --output, for what is --format now. */
static void csv_refuse_format(const char *file)
{
	if (!strcmp(file, "table") || !strcmp(file, "csv") ||
			!strcmp(file, "json"))
		errx(TM_MISUSED,
				"--output: names a file; for one of that name, "
				"write ./%s",
				file);
}

/* -o goes to standard output, or to a file with its directory before it. */
static void split_output(struct csv_files_target *target)
{
	char *slash = strrchr(target->file, '/');

	csv_refuse_format(target->file);
	if (target->directory || target->is_readable)
		tm_misuse("-o is one file: --dir and --readable have no meaning");
	if (!strcmp(target->file, "-"))
		return;
	target->directory = slash == target->file ? "/" : ".";
	if (!slash)
		return;
	if (slash != target->file)
		target->directory = strndup(target->file, slash - target->file);
	target->file = slash + 1;
	if (!*target->file || strlen(target->file) > 200)
		tm_misuse("-o: not the name of a file");
}

static void say_directory(const struct options *options)
{
	char *path = getcwd(NULL, 0);

	if (!options->is_quiet)
		warnx("the files go to %s (-d names another directory)",
				path ? path : ".");
	free(path);
}

/* The operands. */
static char **csv_parse_options(struct options *options, int argc, char **argv)
{
	argv += tm_tool_parse(&tool, argc, argv, options);
	if (options->target.group != (gid_t)-1 && options->target.is_readable)
		tm_misuse("--group and --readable exclude each other");
	if (options->columns.sources.projects &&
			!columns_have(&options->columns, TM_KEY_PROJECT))
		tm_misuse("--projects is for --columns project");
	if (options->target.file) {
		split_output(&options->target);
		columns_begin_with_uid(&options->columns);
	} else if (!options->target.directory) {
		options->target.directory = ".";
		say_directory(options);
	}
	columns_settle(&options->columns);
	return argv;
}

static void lay_out(struct csv_layout *layout, const struct options *options)
{
	layout->with_header = options->with_header;
	layout->columns = ROW_COUNT + options->columns.count;
	layout->is_seven = !options->columns.count;
	layout->header = columns_header(&options->columns);
	if (!layout->header)
		err(TM_FAILED, NULL);
}

static void note_totals(struct writer *writer, const struct tm_event *event)
{
	if (event->total_in | event->total_out || !event->bytes ||
			writer->said_totals)
		return;
	writer->said_totals = true;
	warnx("total_in and total_out are 0: they come from tm-account, as in "
	      "tm-capture | tm-account | tm-csv");
}

/* The files would bear the name of an interface that others are in, too. */
static void note_interface(struct writer *writer, const struct tm_event *event)
{
	const struct tm_name *const name = (const void *)event;
	char shown[IF_NAMESIZE * TM_ESCAPE_GROWTH];

	if (!writer->nic || event->kind != TM_NAME ||
			name->of != TM_NAME_INTERFACE || name->part ||
			!strncmp(name->text, writer->nic, sizeof(name->text)))
		return;
	tm_escape_text(shown, sizeof(shown), name->text,
			strnlen(name->text, IF_NAMESIZE - 1));
	warnx("note: --nic %s only names the files, and there are events of "
	      "%s: tm-capture -i %s meters that interface alone",
			writer->nic, shown, writer->nic);
	writer->nic = NULL;
}

static void write_row(struct writer *writer, const struct tm_event *event)
{
	static char more[COLUMNS_SIZE];
	size_t size = 0;
	char *end;

	if (writer->columns->count)
		size = columns_format(writer->columns, more, event) - more;
	end = csv_files_begin(writer->files, event->uid, ROW_SIZE + size);
	end = row_format(end, event);
	if (size)
		memcpy(end, more, size);
	end[size] = '\n';
	csv_files_end(writer->files, end + size + 1);
}

_Static_assert(ROW_SIZE + COLUMNS_SIZE <= CSV_FILES_ROW_MAX, "spare");

static void write_rows(struct writer *writer, const struct tm_event *events,
		size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (row_is(&events[i])) {
			if (tm_loopback_skips(&writer->loopback, &events[i]))
				continue;
			note_totals(writer, &events[i]);
			write_row(writer, &events[i]);
		} else if (events[i].kind <= TM_LOST) {
			writer->foreign++;
		} else if (columns_note(writer->columns, &events[i])) {
			warn("a name is left out");
		} else {
			note_interface(writer, &events[i]);
		}
	}
}

static int csv_take_block(void *context, struct tm_event *events, size_t n)
{
	struct writer *const writer = context;

	columns_refresh(writer->columns);
	write_rows(writer, events, n);
	csv_files_work(writer->files, false);
	return TM_GO_ON;
}

static void csv_loop_reopen(void *context)
{
	csv_files_reopen(((struct writer *)context)->files);
}

/* Nothing is held back while the input is waited for. */
static int csv_loop_patience_ms(const void *context)
{
	return csv_files_patience(((const struct writer *)context)->files);
}

static void csv_loop_work(void *context)
{
	csv_files_work(((struct writer *)context)->files, true);
}

static void csv_loop_add_owed(const void *context, struct tm_text *line)
{
	uint64_t rows, bytes;

	csv_files_owed(((const struct writer *)context)->files, &rows, &bytes);
	tm_text_format(line, ", %" PRIu64 " rows owed", rows);
}

static void csv_confine(const struct writer *writer, bool is_verbose)
{
	const struct tm_place directory = {
		.fd = csv_files_directory(writer->files),
		.may = TM_MAY_WRITE | TM_MAY_MAKE,
	};
	const char *const problem = tm_confine(&directory, 1, true);

	if (problem && is_verbose)
		warnx("not confined to its directory (landlock): %s", problem);
}

static int csv_finish(struct writer *writer, int status)
{
	if (writer->foreign) {
		warnx("%" PRIu64 " events have no direction and are left out",
				writer->foreign);
		if (!status || status == TM_LOSSY)
			status = TM_CUT;
	}
	return csv_files_close(writer->files) ? TM_FAILED : status;
}

int main(int argc, char **argv)
{
	struct options options = { .target = { .nic = "unknown",
						   .group = (gid_t)-1 } };
	struct writer writer;
	struct tm_loop loop = { .context = &writer,
		.take = csv_take_block,
		.reopen = csv_loop_reopen,
		.patience_ms = csv_loop_patience_ms,
		.work = csv_loop_work,
		.add = csv_loop_add_owed };
	struct csv_layout layout;
	struct tm_reader in;
	int status;

	options.columns.sources.names = tm_names_new();
	if (!options.columns.sources.names)
		err(TM_FAILED, NULL);
	options.target.names = options.columns.sources.names;
	argv = csv_parse_options(&options, argc, argv);
	loop.is_quiet = options.is_quiet;
	loop.is_strict = options.is_strict;
	loop.has_rows = !options.target.directory;
	writer = (struct writer){ .columns = &options.columns,
		.nic = options.is_quiet ? NULL : options.nic,
		.said_totals = options.is_quiet,
		.loopback.is_left_out = options.has_no_loopback };
	lay_out(&layout, &options);
	tm_loop_open(&in, argv);
	writer.files = csv_files_open(&options.target, &layout);
	csv_confine(&writer, options.is_verbose);
	status = tm_loop_run(&loop, &in);
	tm_reader_close(&in);
	return csv_finish(&writer, status);
}
