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

#include "common/record/event.h"
#include "common/stream/output.h"

#define SECOND_NS 1000000000ULL
#define END_NS (1700006400 * SECOND_NS)
#define BLOCK 2048
#define INTERFACE 2
#define PROCESSES 30
#define OWN 100 /* remotes that a user meets */

static struct {
	uint64_t days, users, remotes, events;
} options = { 30, 200, 5000, 300 };

static struct tm_event block[BLOCK];
static unsigned filled;
static struct tm_amount seen[2];
static uint64_t state = 88172645463325252ULL, now_ns;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void flush(void)
{
	if (tm_write(STDOUT_FILENO, block, filled * sizeof(*block)))
		err(1, "standard output");
	filled = 0;
}

static void *next_record(uint8_t kind)
{
	struct tm_event *event;

	if (filled == BLOCK)
		flush();
	event = memset(&block[filled++], 0, sizeof(*event));
	event->magic = TM_MAGIC;
	event->kind = kind;
	event->time_ns = now_ns;
	return event;
}

static void put_name(uint8_t of, uint64_t id, const char *text)
{
	struct tm_name *const name = next_record(TM_NAME);

	name->of = of;
	name->parts = 1;
	name->id = id;
	memcpy(name->text, text, strlen(text));
}

static void put_start(void)
{
	struct tm_start *const start = next_record(TM_START);
	char text[32];

	start->run_id = 1;
	memcpy(start->host, "bench", 5);
	put_name(TM_NAME_INTERFACE, INTERFACE, "eth0");
	for (uint64_t user = 0; user < options.users; user++) {
		snprintf(text, sizeof(text), "user%u", (unsigned)user);
		put_name(TM_NAME_USER, 1000 + user, text);
	}
}

static void put_address(uint8_t to[16], uint64_t number)
{
	const uint64_t address = 11ULL << 24 | number * 2654435761 % (1 << 24);

	memset(to + 10, 0xff, 2);
	for (int i = 0; i < 4; i++)
		to[12 + i] = address >> (24 - 8 * i);
}

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Twice as many draws fall into the first quarter as into the last half. */
static uint64_t draw_below(uint64_t count)
{
	const uint64_t at = draw() % count;

	return at * (draw() % count) / count;
}

static void put_traffic(void)
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
	put_address(host, 0);
	put_address(remote, 1 + (which & UINT32_MAX) % options.remotes);
	seen[is_out].packets += event->packets;
	seen[is_out].bytes += event->bytes;
}

static void put_status(uint8_t kind)
{
	for (int direction = TM_IN; direction <= TM_OUT; direction++) {
		struct tm_status *const status = next_record(kind);

		status->direction = direction;
		status->run_id = 1;
		status->seen = status->recorded = seen[direction];
	}
}

static void put_run(void)
{
	const uint64_t minutes = options.days * 1440;

	now_ns = END_NS - minutes * 60 * SECOND_NS;
	put_start();
	for (uint64_t minute = 0; minute < minutes; minute++) {
		for (uint64_t i = 0; i < options.events; i++) {
			put_traffic();
			now_ns += 60 * SECOND_NS / options.events;
		}
		now_ns = END_NS - (minutes - minute - 1) * 60 * SECOND_NS - 1;
		put_status(minute + 1 < minutes ? TM_TICK : TM_END);
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
	put_run();
	return 0;
}
