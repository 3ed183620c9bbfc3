#include <stdlib.h>
#include <string.h>

#include "common/record/event.h"
#include "common/stream/input-check.h"
#include "common/tool/options.h"
#include "replay-options.h"

#define SPEED_MOST 1e6
#define SPEED_LEAST 1e-3

static double parse_speed(const struct tm_option *option, const char *text)
{
	char *end;
	double speed;

	if (!strcmp(text, "max"))
		return 0;
	speed = strtod(text, &end);
	/* strtod(3) accepts 0x10 and nan */
	if (strspn(text, "0123456789.") != (size_t)(end - text) ||
			strcmp(*end == 'x' ? end + 1 : end, "") ||
			end == text || speed < SPEED_LEAST ||
			speed > SPEED_MOST)
		tm_option_refuse(option, text,
				"not max nor a number from 0.001 to 1000000");
	return speed;
}

enum { SPEED = TM_OPTION, IDLE, FOR, NOW, LOOP, HOST, STRICT };

static const struct tm_option known[] = {
	{ "speed", SPEED, "N", "N times as fast (10x, 0.5x), or max", 0 },
	{ "idle", IDLE, "DURATION",
			"wait at most this long (5s, 500ms) without traffic",
			0 },
	{ "for", FOR, "DURATION", "stop after 10s, 5m, 2h", 0 },
	{ "now", NOW, NULL, "shift times so that the first event is now",
			TM_FLAG(struct replay_options, is_fresh) },
	{ "loop", LOOP, NULL, "start over at the end, until Ctrl-C",
			TM_FLAG(struct replay_options, is_looped) },
	{ "as-host", HOST, "NAME", "name the recorded host NAME", 0 },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct replay_options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct replay_options, is_quiet) },
};

static const char *replay_host(const struct tm_option *option, const char *text)
{
	if (!*text || strlen(text) >= TM_HOST_SIZE)
		tm_option_refuse(option, text, "not 1 to 63 bytes long");
	return text;
}

static void replay_take_option(
		void *context, const struct tm_option *option, const char *text)
{
	struct replay_options *const options = context;

	if (option->letter == SPEED)
		options->speed = parse_speed(option, text);
	else if (option->letter == HOST)
		options->host = replay_host(option, text);
	else if (option->letter == FOR)
		options->for_ns =
				tm_option_duration(option, text, 1, UINT64_MAX);
	else
		options->idle_ns =
				tm_option_duration(option, text, 1, UINT64_MAX);
}

static const struct tm_tool tool = {
	.usage = "usage: tm-replay [-q] [--speed N] [--idle DURATION] [--for DURATION]\n"
		 "                 [--now [--loop]] [--as-host NAME]\n"
		 "                 [--strict] [FILE ...]\n"
		 "Replays recorded events at their original pace.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"FILE is a recording, gzipped or not; without FILE, or with -, reads\n"
		"standard input. SIGUSR1 prints a line of statistics.\n",
	.take = replay_take_option,
};

static void check_loop(const struct replay_options *options, char *const *files)
{
	if (!options->is_looped)
		return;
	if (!options->is_fresh)
		tm_misuse("--loop needs --now, so that time goes on");
	if (tm_inputs_have_standard(files))
		tm_misuse("--loop needs files: standard input cannot be read "
			  "again");
}

char **replay_options_parse(
		struct replay_options *options, int argc, char **argv)
{
	*options = (struct replay_options){ .speed = 1 };
	argv += tm_tool_parse(&tool, argc, argv, options);
	check_loop(options, argv);
	return argv;
}
