#include <err.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/stream/loopback.h"
#include "query-command.h"

/* The last line of the table, for CSV. */
void query_note_shares(const struct tm_shares *shares)
{
	char text[TM_SHARES_SIZE];

	fprintf(stderr, "%s\n", tm_shares_format(text, shares));
}

/* Notes that rows of a time are longer where shorter ones are gone. */
void query_note_coarse(const struct query_options *options,
		const struct tm_history_rows *rows)
{
	const unsigned asked = options->query.by & TM_HISTORY_BY_TIME;
	const char *before = "";
	char time[TM_TIME_SIZE];

	if (!rows->coarse || options->is_quiet)
		return;
	fprintf(stderr, "%ss before %s are gone: those rows are ",
			tm_history_key_name(asked),
			tm_time_format(time, rows->coarse_ns));
	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		if (!(rows->coarse & 1u << r))
			continue;
		fprintf(stderr, "%s%ss", before, tm_history_resolution_name(r));
		before = " and ";
	}
	fputc('\n', stderr);
}

void query_note_ahead(const struct query_options *options,
		const struct tm_history_summary *summary)
{
	char time[TM_TIME_SIZE];

	if (summary->ahead_ns && !options->is_quiet)
		fprintf(stderr,
				"records up to %s are ahead of this machine's "
				"clock\n",
				tm_time_format(time, summary->ahead_ns));
}

/* What the first line of the table says, for CSV, where it is another range
 * than was asked for. */
void query_note_range(const struct query_options *options,
		const struct tm_history_rows *rows)
{
	const struct tm_history_filter *const filter = &options->query.filter;
	const bool is_early = rows->from_ns + TM_MINUTE_NS <= filter->from_ns;
	const bool is_late = filter->to_ns &&
			rows->to_ns >= filter->to_ns + TM_MINUTE_NS;
	char from[TM_TIME_SIZE], to[TM_TIME_SIZE];

	if (!rows->to_ns || !(is_early || is_late))
		return;
	fprintf(stderr, "minutes are gone: the rows are of %s to %s\n",
			tm_time_format(from, rows->from_ns),
			tm_time_format(to, rows->to_ns));
}

int query_note_loopback(
		const struct query_options *options, struct tm_history *history)
{
	struct tm_history_rows_query query = {
		.filter = options->query.filter
	};
	char text[TM_LOOPBACK_SIZE];
	struct tm_loopback loopback = { 0 };
	struct tm_history_rows all, others;
	const char *note;

	if (options->is_quiet || query.filter.has_no_loopback)
		return 0;
	if (tm_history_rows(history, &query, &all))
		return -1;
	query.filter.has_no_loopback = true;
	if (tm_history_rows(history, &query, &others))
		return -1;
	for (int i = TM_IN; i <= TM_OUT; i++)
		loopback.moved[i] = tm_amount_rest(
				&all.sum.moved[i], &others.sum.moved[i]);
	note = tm_loopback_note(text, &loopback);
	if (note)
		fprintf(stderr, "%s\n", note);
	tm_history_rows_free(&all);
	tm_history_rows_free(&others);
	return 0;
}

/* The first name that nothing in the history has. */
static int note_unknown(
		const struct query_options *options, struct tm_history *history)
{
	static const char *const options_of[TM_KEYS_STORED] = {
		[TM_KEY_PROCESS] = "process",
		[TM_KEY_REMOTE] = "remote",
		[TM_KEY_INTERFACE] = "interface",
		[TM_KEY_WORKLOAD] = "workload",
		[TM_KEY_COMMAND] = "command",
	};
	enum tm_key_id id;
	const char *text;
	char escaped[512];

	if (tm_history_filter_unknown(
			    history, &options->query.filter, &id, &text))
		return -1;
	if (!text)
		return 0;
	tm_escape_text(escaped, sizeof(escaped), text, strlen(text));
	fprintf(stderr,
			"--%s: %s: the history has nothing of that name; "
			"--by %s --search finds parts of names\n",
			options_of[id], escaped, options_of[id]);
	return 1;
}

int query_note_absent(const struct query_options *options,
		struct tm_history *history,
		const struct tm_history_summary *summary)
{
	char from[TM_TIME_SIZE], to[TM_TIME_SIZE];
	int result;

	if (options->is_quiet || !summary->newest_ns)
		return 0;
	result = note_unknown(options, history);
	if (result)
		return result < 0 ? -1 : 0;
	if (!summary->moved[TM_IN].packets && !summary->moved[TM_OUT].packets)
		fprintf(stderr,
				"nothing passed in this range; the history is of %s "
				"to %s\n",
				tm_time_format(from, summary->first_ns),
				tm_time_format(to, summary->newest_ns));
	return 0;
}

_Noreturn void query_refuse_key(const char *name)
{
	static const struct {
		const char *name, *instead;
	} moved[] = {
		{ "job", "tm-store jobs, or tm-store job ID" },
		{ "unit", "--by workload" },
		{ "container", "--by workload" },
	};

	for (size_t i = 0; i < sizeof(moved) / sizeof(*moved); i++) {
		if (!strcmp(name, moved[i].name))
			errx(TM_MISUSED, "--by: %s: write %s", name,
					moved[i].instead);
	}
	if (tm_key_find(TM_KEY_FOR_REPORT, name, strlen(name)))
		errx(TM_MISUSED,
				"--by: %s: only recordings have this key: "
				"write tm-report --by %s FILE",
				name, name);
	errx(TM_MISUSED, "--by: no such key: %s; they are %s", name,
			tm_key_names(TM_KEY_FOR_HISTORY));
}
