/* tm-print: prints events as text, one line each. */
#include <err.h>

#include "common/base/exit.h"
#include "common/record/names.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "format.h"

#define OUTPUT_SIZE ((size_t)256 * 1024)

struct options {
	bool is_json, is_strict, is_quiet;
	uint64_t count;
	struct tm_names *names;
};

enum { COUNT = TM_OPTION, FORMAT, JSON, STRICT };

static const struct tm_option known[] = {
	{ "format", FORMAT, "FORMAT", "text or json", 0 },
	{ "json", JSON, NULL, "JSON, as --format json",
			TM_FLAG(struct options, is_json) },
	{ "count", COUNT, "N", "stop after N events", 0 },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, is_quiet) },
};

static void print_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	static const char *const formats[] = { "text", "json", NULL };
	struct options *const options = context;

	if (option->letter == FORMAT)
		options->is_json = tm_option_choice(option, argument, formats);
	else
		options->count = tm_option_number(
				option, argument, 0, UINT64_MAX);
}

static const struct tm_tool tool = {
	.usage = "usage: tm-print [--format FORMAT] [--count N] [--strict] [FILE ...]\n"
		 "Prints each event as a line of text. tm-parse reverses this.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"FILE is a recording, gzipped or not; without FILE, or with -, reads\n"
		"standard input. SIGUSR1 prints a line of statistics.\n",
	.take = print_take_option,
};

static char output[OUTPUT_SIZE];

/* The name of the owner, where an event has one. */
static const char *print_user(
		struct tm_names *names, const struct tm_event *event)
{
	return event->kind <= TM_LOST && event->uid != TM_NOBODY
			? tm_names_user(names, event->uid)
			: NULL;
}

static int print_events(const struct options *options,
		const struct tm_event *events, size_t n)
{
	char *out = output;
	int status = TM_GO_ON;

	for (size_t i = 0; i < n && status == TM_GO_ON; i++) {
		if (options->is_json &&
				tm_names_note(options->names, &events[i]))
			err(TM_FAILED, NULL);
		out = options->is_json
				? format_json(out, &events[i],
						  print_user(options->names,
								  &events[i]))
				: format_text(out, &events[i]);
		if ((size_t)(output + OUTPUT_SIZE - out) >= LINE_MAX_SIZE)
			continue;
		status = tm_loop_write(output, out - output);
		out = output;
	}
	return status == TM_GO_ON ? tm_loop_write(output, out - output)
				  : status;
}

static int print_loop_take(void *context, struct tm_event *events, size_t n)
{
	struct options *const options = context;
	int status;

	tm_names_refresh(options->names);
	if (n > options->count)
		n = options->count;
	status = print_events(options, events, n);
	options->count -= n;
	return status == TM_GO_ON && !options->count ? TM_ENOUGH : status;
}

int main(int argc, char **argv)
{
	struct options options = { .count = UINT64_MAX };
	const int at = tm_tool_parse(&tool, argc, argv, &options);
	const struct tm_loop loop = { .context = &options,
		.is_quiet = options.is_quiet,
		.is_strict = options.is_strict,
		.has_rows = true,
		.take = print_loop_take };
	struct tm_reader in;
	int status = TM_DONE;

	options.names = tm_names_new();
	if (!options.names)
		err(TM_FAILED, NULL);
	tm_loop_open(&in, argv + at);
	if (options.count)
		status = tm_loop_run(&loop, &in);
	tm_reader_close(&in);
	return tm_loop_close(status);
}
