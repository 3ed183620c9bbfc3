/* ipmask: normalizes lists of networks. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "common/base/exit.h"
#include "common/net/networks.h"
#include "common/stream/output.h"
#include "common/tool/options.h"
#include "ipmask/compat/header.h"

#define WRONG_MOST 100 /* wrong lines that are reported one by one */

/* Where the entries go: one of these is set. */
struct work {
	bool wants_header;
	struct header header;
	struct check *checks;
	size_t check_count;
	struct tm_networks *networks;
	uint64_t wrong;
};

enum { CHECK = TM_OPTION };

static const struct tm_option options[] = {
	{ "c-header", TM_OPTION + 1, NULL,
			"print a C header with untracked_ipv4 and\n"
			"untracked_ipv6, in the order of the lists",
			TM_FLAG(struct work, wants_header) },
	{ "check", CHECK, "ADDRESS",
			"print the entries that hold the address;\n"
			"exit 1 if none does; repeatable",
			0 },
};

static void ipmask_take_option(
		void *context, const struct tm_option *option, const char *text)
{
	struct work *const work = context;
	const char *problem;

	work->checks = reallocarray(work->checks, work->check_count + 1,
			sizeof(*work->checks));
	if (!work->checks)
		err(TM_FAILED, NULL);
	memset(&work->checks[work->check_count], 0, sizeof(*work->checks));
	problem = check_init(&work->checks[work->check_count++], text);
	if (problem)
		tm_option_refuse(option, text, "%s", problem);
}

static const struct tm_tool tool = {
	.usage = "usage: ipmask [--c-header | --check ADDRESS...] [FILE...]\n"
		 "Reads lists of networks, one entry per line, and prints the networks\n"
		 "sorted and merged into as few as possible. Without FILE, or with -,\n"
		 "it reads standard input. If any line is invalid, it prints nothing.\n\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.rest = "\nEntries: 192.0.2.7, 192.0.2.0/24, 192.0.2.*, 10.*.0.5,\n"
		"192.0.2.10-192.0.2.19, 2001:db8::/32, 2001:db8::*, and # comments.\n",
	.take = ipmask_take_option,
};

static int use(struct work *work, const char *file,
		const struct tm_netlist_entry *entry)
{
	if (work->wants_header)
		return header_add(&work->header, entry);
	if (!work->check_count)
		return tm_networks_add_entry(work->networks, entry);
	for (size_t i = 0; i < work->check_count; i++) {
		if (check_entry(&work->checks[i], file, entry))
			return -1;
	}
	return 0;
}

static void complain(struct work *work, const char *problem)
{
	if (work->wrong++ < WRONG_MOST)
		warnx("%s", problem);
}

static bool is_output(const struct tm_netlist *list)
{
	struct stat status;

	return !fstat(list->fd, &status) && tm_output_is(&status);
}

static void work_read_list(struct work *work, const char *path)
{
	struct tm_netlist_entry entry;
	enum tm_netlist_found found;
	struct tm_netlist list;

	if (tm_netlist_open(&list, path)) {
		complain(work, list.problem);
		return;
	}
	if (is_output(&list))
		errx(TM_FAILED, "%s: %s", list.name, TM_OUTPUT_IS_INPUT);
	while ((found = tm_netlist_next(&list, &entry)) != TM_NETLIST_END) {
		if (found == TM_NETLIST_WRONG)
			complain(work, list.problem);
		else if (!work->wrong && use(work, list.name, &entry))
			err(TM_FAILED, NULL);
	}
	tm_netlist_close(&list);
}

static void work_print_networks(struct work *work)
{
	struct tm_networks_walk walk = { 0 };
	struct tm_network network;
	char text[TM_NETWORK_SIZE];

	if (tm_networks_build(work->networks))
		err(TM_FAILED, NULL);
	while (tm_networks_next(work->networks, &walk, &network)) {
		tm_network_format(text, &network);
		puts(text);
	}
}

static int print_checks(const struct work *work)
{
	int status = TM_DONE;

	for (size_t i = 0; i < work->check_count; i++) {
		if (!check_print(&work->checks[i], stdout))
			status = TM_FAILED;
	}
	return status;
}

static int work_print(struct work *work)
{
	int status = TM_DONE;

	if (work->wants_header)
		header_print(&work->header, stdout);
	else if (work->check_count)
		status = print_checks(work);
	else
		work_print_networks(work);
	if (fflush(stdout) || ferror(stdout))
		err(TM_FAILED, "standard output");
	return status;
}

int main(int argc, char *argv[])
{
	struct work work = { .networks = tm_networks_new() };
	int status = TM_FAILED, at;

	if (!work.networks)
		err(TM_FAILED, NULL);
	at = tm_tool_parse(&tool, argc, argv, &work);
	if (work.wants_header && work.check_count)
		tm_misuse("--c-header and --check exclude each other");
	if (at == argc)
		work_read_list(&work, "-");
	for (int i = at; i < argc; i++)
		work_read_list(&work, argv[i]);
	if (!work.wrong)
		status = work_print(&work);
	else if (work.wrong > WRONG_MOST)
		warnx("and %ju more invalid lines",
				(uintmax_t)(work.wrong - WRONG_MOST));
	for (size_t i = 0; i < work.check_count; i++)
		check_free(&work.checks[i]);
	free(work.checks);
	header_free(&work.header);
	tm_networks_free(work.networks);
	return status;
}
