/* tm-doctor: reports whether tm-capture works here, and how to fix what is
 * missing.
 */
#include <stdio.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "checks.h"
#include "common/base/exit.h"
#include "common/tool/options.h"

struct options {
	bool is_json, is_quiet;
};

enum { FORMAT = TM_OPTION, JSON };

static const struct tm_option known[] = {
	{ "format", FORMAT, "FORMAT", "text or json", 0 },
	{ "json", JSON, NULL, "JSON, as --format json",
			TM_FLAG(struct options, is_json) },
	{ "quiet", 'q', NULL, "no notes, and no rows that are ok",
			TM_FLAG(struct options, is_quiet) },
};

static void doctor_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	static const char *const formats[] = { "text", "json", NULL };

	((struct options *)context)->is_json =
			tm_option_choice(option, argument, formats);
}

static const struct tm_tool tool = {
	.usage = "usage: tm-doctor [-q] [--format FORMAT]\n"
		 "Reports what this kernel, these rights and this cgroup tree permit\n"
		 "tm-capture, what that costs, and how to fix it.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"Exits 0 if tm-capture can capture here, else 77. Run it as you run\n"
		"tm-capture: with sudo, in the same container, as the same user.\n",
	.take = doctor_take_option,
};

int main(int argc, char **argv)
{
	static struct doctor doctor;
	struct options options = { 0 };
	const int at = tm_tool_parse(&tool, argc, argv, &options);

	if (at < argc)
		tm_misuse("%s: takes no operands", argv[at]);
	libbpf_set_print(NULL); /* a failure becomes a row */
	check_rights(&doctor);
	check_limits(&doctor);
	check_cgroups(&doctor);
	check_kernel(&doctor);
	check_machine(&doctor);
	check_unseen(&doctor);
	check_leftovers(&doctor);
	btf__free(doctor.btf);
	if (options.is_json)
		findings_print_json(&doctor.table);
	else
		findings_print(&doctor.table, options.is_quiet);
	tm_stdout_finish();
	return findings_can_capture(&doctor.table) ? TM_DONE : TM_CANNOT;
}
