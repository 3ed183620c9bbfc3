/* What tm-csv is measured against: a loop of fread, inet_ntop and printf that
 * writes the rows of tm-csv -o -, byte for byte. Reads the files named. */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/record/event.h"

static const char *text(const uint8_t address[16], char to[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	const int is_v4 = !memcmp(address, mapped, sizeof(mapped));

	return inet_ntop(is_v4 ? AF_INET : AF_INET6,
			is_v4 ? address + 12 : address, to, INET6_ADDRSTRLEN);
}

static void printf_row(const struct tm_event *event)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

	printf("%s,%" PRIu64 ",%s,%s,%" PRIu64 ".%09" PRIu64 ",%" PRIu64
	       ",%" PRIu64 ",%" PRIu32 "\n",
			event->direction == TM_IN ? "in" : "out", event->bytes,
			text(event->source, source),
			text(event->destination, destination),
			event->time_ns / 1000000000,
			event->time_ns % 1000000000, event->total_in,
			event->total_out, event->uid);
}

static void print_file(const char *path)
{
	FILE *const file = fopen(path, "rb");
	struct tm_event event;

	if (!file)
		err(1, "%s", path);
	while (fread(&event, sizeof(event), 1, file) == 1) {
		if (event.kind == TM_TRAFFIC)
			printf_row(&event);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print_file(argv[i]);
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	return 0;
}
