/* The records of a made-up stream, and the random numbers that they are made
 * of: the same ones each time. */
#ifndef TM_BENCH_RECORDS_H
#define TM_BENCH_RECORDS_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/record/amount.h"
#include "common/stream/output.h"

#define BLOCK 2048
#define INTERFACE 2

static struct tm_event block[BLOCK];
static unsigned filled;
static struct tm_amount seen[2];
static uint64_t state, now_ns;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* splitmix64: what stays the same whatever the seed. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
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

/* The names that a run begins with. */
static void put_names(uint64_t interface, uint64_t users)
{
	char text[32];

	put_name(TM_NAME_INTERFACE, interface, "eth0");
	for (uint64_t user = 0; user < users; user++) {
		snprintf(text, sizeof(text), "user%u", (unsigned)user);
		put_name(TM_NAME_USER, 1000 + user, text);
	}
}

static void put_start(uint64_t run_id, uint32_t ifindex)
{
	struct tm_start *const start = next_record(TM_START);

	start->run_id = run_id;
	start->ifindex = ifindex;
	memcpy(start->host, "bench", 5);
}

/* Puts traffic into the sums of its direction, for the TICKs and the END. */
static void count_seen(const struct tm_event *event)
{
	tm_amount_count(&seen[event->direction], event);
}

static void put_status(uint8_t kind, uint64_t run_id)
{
	for (int direction = TM_IN; direction <= TM_OUT; direction++) {
		struct tm_status *const status = next_record(kind);

		status->direction = direction;
		status->run_id = run_id;
		status->seen = status->recorded = seen[direction];
	}
}

#endif
