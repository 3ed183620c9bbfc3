/* tm-csv: write events as rows, a CSV file for each user. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/signals.h"
#include "common/stream/reader.h"
#include "common/system/confine.h"
#include "common/tool/progress.h"
#include "csv-files.h"
#include "row.h"

#define NIC_SIZE_MAX 128 /* the uid has to fit behind it in a name */

static const char usage[] =
		"usage: tm-csv [--nic NAME] [-d DIR] [option ...] [file ...]\n"
		"Writes events as CSV, for each user to a file traffic_user_NIC_UID.log:\n"
		"direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out\n"
		"\n"
		"      --nic NAME      NIC in the files' names (unknown)\n"
		"  -d, --dir DIR       where the files are (the current directory)\n"
		"  -o, --output FILE   all users in one file, - is standard output; the\n"
		"                      uid is the eighth column\n"
		"      --header        begin each file with the names of its columns\n"
		"      --columns LIST  further columns: uid, user, pid, comm, protocol,\n"
		"                      source_port, destination_port, ports (both),\n"
		"                      packets, interface, cgroup\n"
		"  -n, --numeric       numbers for names in further columns\n"
		"      --group NAME    give new files to this group (mode 0640)\n"
		"      --readable      give each file to its user's own group\n"
		"      --sync          on disk within 5 s, whatever happens\n"
		"      --strict        exit 4 when events were lost\n"
		"  -q, --quiet         no progress and no notes\n"
		"  -v, --verbose       say also which protection the kernel lacks\n"
		"  -h, --help          this text\n"
		"  -V, --version       the version\n";

struct options {
	struct csv_files_target target;
	struct columns columns;
	bool with_header;
	bool is_strict;
	bool is_quiet;
	bool is_verbose;
};

/* What the loop works with, and what it says once. */
struct writer {
	const struct columns *columns;
	struct csv_files *files;
	bool said_totals;
	uint64_t foreign; /* events whose direction is none */
};

static _Noreturn void misuse(void)
{
	fprintf(stderr, "try: tm-csv --help\n");
	exit(TM_MISUSED);
}

/* It becomes part of a path, so it is looked at before anything is opened. */
static const char *check_nic(const char *nic)
{
	const size_t size = strlen(nic);
	bool is_sound = size && size <= NIC_SIZE_MAX && strcmp(nic, ".") &&
			strcmp(nic, "..");

	for (size_t i = 0; i < size; i++)
		is_sound &= (unsigned char)nic[i] > ' ' && nic[i] != '/' &&
				nic[i] != 0x7f;
	if (is_sound)
		return nic;
	warnx("--nic: not a name of 1 to %d characters without space and /",
			NIC_SIZE_MAX);
	misuse();
}

static gid_t find_group(const char *name)
{
	const struct group *group = getgrnam(name);
	uint64_t number;

	if (group)
		return group->gr_gid;
	if (!tm_number_parse(name, UINT32_MAX - 1, &number))
		errx(TM_MISUSED, "--group %s: there is no such group", name);
	return number;
}

static void add_columns(struct columns *columns, const char *list)
{
	const char *problem = columns_add(columns, list);

	if (!problem)
		return;
	warnx("--columns: '%s' is not a column, or is there twice; there are "
	      "%s",
			problem, columns_known());
	misuse();
}

enum { NIC = 256, HEADER, COLUMNS, GROUP, READABLE, SYNC, STRICT };

static void take_option(struct options *options, int letter, char *argument)
{
	switch (letter) {
	case NIC:
		options->target.nic = check_nic(argument);
		break;
	case 'd':
		options->target.directory = argument;
		break;
	case 'o':
		options->target.file = argument;
		break;
	case HEADER:
		options->with_header = true;
		break;
	case COLUMNS:
		add_columns(&options->columns, argument);
		break;
	case 'n':
		options->columns.numbers = true;
		break;
	case GROUP:
		options->target.group = find_group(argument);
		break;
	case READABLE:
		options->target.is_readable = true;
		break;
	case SYNC:
		options->target.is_synced = true;
		break;
	case STRICT:
		options->is_strict = true;
		break;
	case 'q':
		options->is_quiet = true;
		break;
	case 'v':
		options->is_verbose = true;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(fflush(stdout) ? TM_FAILED : TM_DONE);
	case 'V':
		puts("tm-csv " TM_VERSION);
		exit(fflush(stdout) ? TM_FAILED : TM_DONE);
	default:
		misuse();
	}
}

/* -o goes to standard output, or to a file with its directory before it. */
static void split_output(struct csv_files_target *target)
{
	char *slash = strrchr(target->file, '/');

	if (target->directory || target->is_readable) {
		warnx("-o is one file: --dir and --readable have no meaning");
		misuse();
	}
	if (!strcmp(target->file, "-"))
		return;
	target->directory = slash == target->file ? "/" : ".";
	if (!slash)
		return;
	if (slash != target->file)
		target->directory = strndup(target->file, slash - target->file);
	target->file = slash + 1;
	if (!*target->file || strlen(target->file) > 200) {
		warnx("-o: not the name of a file");
		misuse();
	}
}

static void say_directory(const struct options *options)
{
	char *path = getcwd(NULL, 0);

	if (!options->is_quiet)
		warnx("the files go to %s (-d names another directory)",
				path ? path : ".");
	free(path);
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "nic", required_argument, NULL, NIC },
		{ "dir", required_argument, NULL, 'd' },
		{ "output", required_argument, NULL, 'o' },
		{ "header", no_argument, NULL, HEADER },
		{ "columns", required_argument, NULL, COLUMNS },
		{ "numeric", no_argument, NULL, 'n' },
		{ "group", required_argument, NULL, GROUP },
		{ "readable", no_argument, NULL, READABLE },
		{ "sync", no_argument, NULL, SYNC },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "d:o:nqvhV", longs, NULL)) !=
			-1)
		take_option(options, letter, optarg);
	if (options->target.group != (gid_t)-1 && options->target.is_readable) {
		warnx("--group and --readable exclude each other");
		misuse();
	}
	if (options->target.file) {
		split_output(&options->target);
		columns_begin_with_uid(&options->columns);
	} else if (!options->target.directory) {
		options->target.directory = ".";
		say_directory(options);
	}
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
			note_totals(writer, &events[i]);
			write_row(writer, &events[i]);
		} else if (events[i].kind <= TM_LOST) {
			writer->foreign++;
		} else if (tm_names_note(writer->columns->names, &events[i])) {
			warn("a name is left out");
		}
	}
}

/* Nothing is held back while the input is waited for: true when it has come,
 * false when a signal wants to be looked at. */
static bool await_input(struct csv_files *files, const struct tm_reader *in)
{
	int is_ready;

	while ((is_ready = tm_reader_ready(in, csv_files_patience(files))) == 0)
		csv_files_work(files, true);
	return is_ready > 0;
}

static void say_statistics(struct tm_progress *progress,
		const struct tm_reader *in, const struct csv_files *files)
{
	uint64_t rows, bytes;

	csv_files_owed(files, &rows, &bytes);
	warnx("%s, %" PRIu64 " rows owed", tm_progress_text(progress, in),
			rows);
}

static void run(struct writer *writer, struct tm_reader *in,
		const bool is_quiet)
{
	struct tm_progress progress;
	struct tm_event *events;
	bool is_shown = false;
	ssize_t n;

	tm_progress_start(&progress, is_quiet);
	do {
		if (tm_signal_take(SIGUSR1))
			say_statistics(&progress, in, writer->files);
		if (tm_progress_due(&progress))
			is_shown = fprintf(stderr, "\r%s\033[K",
					tm_progress_text(&progress, in));
		n = await_input(writer->files, in) ? tm_reader_next(in, &events)
						   : 0;
		/* here: what comes after the signal goes to the new files */
		if (tm_signal_take(SIGHUP))
			csv_files_reopen(writer->files);
		if (n > 0)
			write_rows(writer, events, n);
		csv_files_work(writer->files, false);
	} while (n >= 0);
	if (is_shown)
		fputs("\r\033[K", stderr);
}

static void confine(const struct writer *writer, bool is_verbose)
{
	const struct tm_place directory = {
		.fd = csv_files_directory(writer->files),
		.may = TM_MAY_WRITE | TM_MAY_MAKE,
	};
	const char *const problem = tm_confine(&directory, 1, true);

	if (problem && is_verbose)
		warnx("not confined to its directory (landlock): %s", problem);
}

static int finish(struct writer *writer, const struct tm_reader *in,
		const struct options *options)
{
	int status = in->status;

	if (*in->problem)
		warnx("%s", in->problem);
	if (writer->foreign) {
		warnx("%" PRIu64 " events have no direction and are left out",
				writer->foreign);
		status = status ? status : TM_CUT;
	}
	if (csv_files_close(writer->files))
		status = TM_FAILED;
	if (!status && options->is_strict && in->lost_packets)
		status = TM_LOSSY;
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .target = { .nic = "unknown",
						   .group = (gid_t)-1 } };
	struct writer writer;
	struct csv_layout layout;
	struct tm_reader in;

	options.columns.names = tm_names_new();
	if (!options.columns.names)
		err(TM_FAILED, NULL);
	parse_options(&options, argc, argv);
	writer = (struct writer){ .columns = &options.columns,
		.said_totals = options.is_quiet };
	lay_out(&layout, &options);
	tm_signals_install();
	if (tm_reader_open(&in, argv + optind))
		errx(in.status, "%s", in.problem);
	writer.files = csv_files_open(&options.target, &layout);
	confine(&writer, options.is_verbose);
	run(&writer, &in, options.is_quiet);
	tm_reader_close(&in);
	return finish(&writer, &in, &options);
}
