/* tm-doctor: tells what this machine permits tm-capture, and the mend. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "checks.h"
#include "common/base/exit.h"

static const char usage[] =
		"usage: tm-doctor [-q] [--json]\n"
		"Tells what this kernel, these rights and this cgroup tree permit\n"
		"tm-capture, what that costs, and how it is mended.\n"
		"\n"
		"      --json      one JSON object\n"
		"  -q, --quiet     only what is not ok\n"
		"  -h, --help      this text\n"
		"  -V, --version   the version\n"
		"\n"
		"Exit 0 where tm-capture can capture, 77 where it cannot. Run it as\n"
		"tm-capture is run: with sudo, in the same container, as that user.\n";

struct options {
	bool is_json, is_quiet;
};

static void parse_options(struct options *options, int argc, char **argv)
{
	enum { JSON = 256 };
	static const struct option known[] = {
		{ "json", no_argument, NULL, JSON },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "qhV", known, NULL)) != -1) {
		switch (option) {
		case JSON:
			options->is_json = true;
			break;
		case 'q':
			options->is_quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		case 'V':
			puts("tm-doctor " TM_VERSION);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		default:
			fputs("try: tm-doctor --help\n", stderr);
			exit(TM_MISUSED);
		}
	}
	if (optind < argc) {
		warnx("%s: takes no operands", argv[optind]);
		fputs("try: tm-doctor --help\n", stderr);
		exit(TM_MISUSED);
	}
}

int main(int argc, char **argv)
{
	static struct doctor doctor;
	struct options options = { 0 };

	parse_options(&options, argc, argv);
	check_rights(&doctor);
	check_limits(&doctor);
	check_cgroups(&doctor);
	check_kernel(&doctor);
	check_machine(&doctor);
	check_unseen(&doctor);
	check_leftovers(&doctor);
	btf_close(&doctor.btf);
	if (options.is_json)
		findings_print_json(&doctor.table);
	else
		findings_print(&doctor.table, options.is_quiet);
	if (fclose(stdout))
		err(TM_FAILED, "standard output");
	return findings_can_capture(&doctor.table) ? TM_DONE : TM_CANNOT;
}
