/* Shows what a process belongs to, for workload.bats: for each path of a
 * cgroup in the arguments a line with what is not empty. */
#include <stdio.h>

#include "common/record/workload.h"

static void show(const char *name, const char *text)
{
	if (*text)
		printf(" %s %s", name, text);
}

int main(int argc, char **argv)
{
	struct tm_workload workload;

	for (int i = 1; i < argc; i++) {
		tm_workload_parse(&workload, argv[i]);
		printf("%.60s ->", argv[i]);
		show("job", workload.job);
		show("step", workload.step);
		show("unit", workload.unit);
		show("container", workload.container);
		show("pod", workload.pod);
		show("session", workload.session);
		putchar('\n');
	}
	return 0;
}
