/* Shows how texts are read, for words.bats: each argument after the first as
 * a line. NOW is in ns since the epoch.
 *
 * words-check size TEXT...       bytes
 * words-check duration TEXT...   nanoseconds
 * words-check time NOW TEXT...   in local time, or the column and the reason */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/moment.h"
#include "common/base/number.h"

static void show_number(bool parse(const char *text, uint64_t *number),
		const char *text)
{
	uint64_t number;

	if (parse(text, &number))
		printf("%" PRIu64 "\n", number);
	else
		puts("refused");
}

static void show_time(const char *text, uint64_t now_ns)
{
	struct tm_moment_problem problem;
	char local[64];
	time_t seconds;
	uint64_t ns;

	if (!tm_moment_parse(text, now_ns, &ns, &problem)) {
		printf("column %zu: %s\n", problem.column + 1, problem.reason);
		return;
	}
	seconds = ns / TM_SECOND_NS;
	strftime(local, sizeof(local), "%F %T", localtime(&seconds));
	printf("%s", local);
	if (ns % TM_SECOND_NS)
		printf(".%09" PRIu64, ns % TM_SECOND_NS);
	putchar('\n');
}

int main(int argc, char **argv)
{
	const char *const what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "time")) {
		for (int i = 3; i < argc; i++)
			show_time(argv[i], strtoull(argv[2], NULL, 10));
	} else if (!strcmp(what, "size")) {
		for (int i = 2; i < argc; i++)
			show_number(tm_size_parse, argv[i]);
	} else if (!strcmp(what, "duration")) {
		for (int i = 2; i < argc; i++)
			show_number(tm_duration_parse, argv[i]);
	} else {
		errx(1, "size, duration or time");
	}
	return 0;
}
