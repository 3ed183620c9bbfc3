/* tm-account - fill in each user's running totals; keep them across restarts */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/exit.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "counter.h"
#include "show.h"
#include "state.h"

struct options {
	const char *state, *show;
	bool is_again, is_synced, is_strict, is_quiet;
};

/* The state of the loop. */
struct account {
	struct counter counter;
	struct state state;
	bool has_state;
};

enum { STATE = TM_OPTION, AGAIN, SYNC, SHOW, STRICT };

static const struct tm_option known[] = {
	{ "state", STATE, "FILE",
			"start from the totals in FILE and keep them there",
			TM_ONCE },
	{ "again", AGAIN, NULL, "count again runs that were counted before",
			TM_FLAG(struct options, is_again) },
	{ "sync", SYNC, NULL, "sync to disk before passing on each block",
			TM_FLAG(struct options, is_synced) },
	{ "show", SHOW, "FILE", "print the totals and runs that FILE holds",
			TM_ONCE },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, is_quiet) },
};

static void account_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	*(option->letter == STATE ? &options->state : &options->show) =
			tm_option_file(option, argument);
}

static const struct tm_tool tool = {
	.usage = "usage: tm-account [-q] [--state FILE [--again] [--sync]] [--strict] [FILE ...]\n"
		 "       tm-account --show FILE\n"
		 "Fills in the running totals of each event's user, IPv4, IPv6 and lost\n"
		 "traffic together, and passes the events on.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = account_take_option,
};

static void account_check_options(
		const struct options *options, bool has_operands)
{
	if (options->show &&
			(options->state || options->is_again ||
					options->is_synced || has_operands))
		tm_misuse("--show takes its FILE and nothing else");
	if (options->is_synced && !options->state)
		tm_misuse("--sync needs --state FILE");
}

/* Counts are recorded before the events are passed on. */
static int account_pass_on(void *context, struct tm_event *events, size_t n)
{
	struct account *const account = context;
	const size_t done = counter_count(&account->counter, events, n);
	int status;

	if (account->has_state) {
		state_record(&account->state);
		state_tend(&account->state);
	}
	status = tm_loop_write(events, done * TM_EVENT_SIZE);
	if (done == n || status != TM_GO_ON)
		return status;
	warnx("out of memory for the totals of %" PRIu32 " users",
			account->counter.totals.count);
	return TM_FAILED;
}

int main(int argc, char **argv)
{
	static struct account account;
	struct counter *const counter = &account.counter;
	struct options options = { 0 };
	struct tm_loop loop = { .context = &account, .take = account_pass_on };
	struct tm_reader in;
	int status;

	argv += tm_tool_parse(&tool, argc, argv, &options);
	account_check_options(&options, *argv);
	account.has_state = options.state;
	counter->is_quiet = loop.is_quiet = options.is_quiet;
	loop.is_strict = options.is_strict;
	counter->runs = tm_runs_new(options.is_again);
	if (!counter->runs)
		errx(TM_FAILED, "out of memory");
	if (options.show)
		return show_state(options.show, counter);
	tm_loop_prepare_output();
	tm_loop_open(&in, argv);
	if (options.state &&
			state_open(&account.state, options.state,
					&counter->totals, counter->runs,
					options.is_synced))
		return TM_FAILED;
	status = tm_loop_run(&loop, &in);
	if (options.state && state_close(&account.state))
		status = TM_FAILED;
	tm_reader_close(&in);
	totals_free(&counter->totals);
	tm_runs_free(counter->runs);
	return status;
}
