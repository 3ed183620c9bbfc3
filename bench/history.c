/* Makes the events of a busy host, the same ones each time:
 *   history [-d DAYS] [-u USERS] [-r REMOTES] [-m EVENTS]
 * EVENTS interval sums a minute for so many days, with a TICK each minute: as
 * many as a history has to keep. Each user meets 100 of the remotes, some more
 * often than others. It ends at 2023-11-15T00:00:00Z. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "records.h"

#define END_NS (1700006400 * TM_SECOND_NS)
#define PROCESSES 30
#define OWN 100 /* remotes that a user meets */

static struct {
	uint64_t days, users, remotes, events;
} options = { 30, 200, 5000, 300 };

static void put_host(uint8_t to[16], uint64_t number)
{
	const uint64_t address = 11ULL << 24 | number * 2654435761 % (1 << 24);

	memset(to + 10, 0xff, 2);
	for (int i = 0; i < 4; i++)
		to[12 + i] = address >> (24 - 8 * i);
}

/* Twice as many draws fall into the first quarter as into the last half. */
static uint64_t draw_below(uint64_t count)
{
	const uint64_t at = draw() % count;

	return at * (draw() % count) / count;
}

static void put_sum(void)
{
	struct tm_event *const event = next_record(TM_TRAFFIC);
	const uint64_t user = draw_below(options.users);
	const uint64_t which = mix(user * OWN + draw_below(OWN));
	const uint64_t random = draw();
	const int is_out = random & 1;
	uint8_t *const host = is_out ? event->source : event->destination;
	uint8_t *const remote = is_out ? event->destination : event->source;

	event->direction = is_out;
	event->protocol = which >> 32 & 7 ? 6 : 17;
	event->packets = 1 + (random >> 8 & 63);
	event->bytes = event->packets * (40 + (random >> 16) % 1460);
	event->span = 100;
	event->uid = event->socket_uid = 1000 + user;
	event->pid = 2000 + user;
	event->ifindex = INTERFACE;
	event->flags = TM_OWNER_TASK;
	snprintf(event->process, sizeof(event->process), "worker%u",
			(unsigned)((user + (which >> 40 & 3)) % PROCESSES));
	put_host(host, 0);
	put_host(remote, 1 + (which & UINT32_MAX) % options.remotes);
	count_seen(event);
}

static void put_history(void)
{
	const uint64_t minutes = options.days * 1440;

	now_ns = END_NS - minutes * 60 * TM_SECOND_NS;
	state = 88172645463325252;
	put_start(1, 0);
	put_names(INTERFACE, options.users);
	for (uint64_t minute = 0; minute < minutes; minute++) {
		for (uint64_t i = 0; i < options.events; i++) {
			put_sum();
			now_ns += 60 * TM_SECOND_NS / options.events;
		}
		now_ns = END_NS - (minutes - minute - 1) * 60 * TM_SECOND_NS -
				1;
		put_status(minute + 1 < minutes ? TM_TICK : TM_END, 1);
		now_ns++;
	}
	flush();
}

int main(int argc, char **argv)
{
	uint64_t *const values[] = { &options.days, &options.users,
		&options.remotes, &options.events };
	static const char letters[] = "durm";
	int letter;

	while ((letter = getopt(argc, argv, "d:u:r:m:")) != -1) {
		const char *const at = strchr(letters, letter);

		if (!at)
			errx(2, "see the head of bench/history.c");
		*values[at - letters] = strtoull(optarg, NULL, 10);
	}
	if (!options.users || !options.remotes || !options.events ||
			isatty(STDOUT_FILENO))
		errx(2, "see the head of bench/history.c");
	put_history();
	return 0;
}
