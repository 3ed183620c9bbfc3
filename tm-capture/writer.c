#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/record/amount.h"
#include "common/stream/output.h"
#include "program-counts.h"
#include "writer.h"

#define SPAN_NS 10000000 /* the unit of a record's span */

static void writer_put(struct writer *writer, const void *records, size_t count)
{
	const struct tm_event *const events = records;
	size_t size;

	if (writer->error || !count)
		return;
	size = tm_write_most(STDOUT_FILENO, records, count * TM_EVENT_SIZE);
	if (size < count * TM_EVENT_SIZE)
		writer->error = errno;
	writer->size += size;
	for (size_t i = 0; i < size / TM_EVENT_SIZE; i++) {
		if (events[i].kind == TM_TRAFFIC)
			tm_amount_count(&writer->recorded[events[i].direction &
							1],
					&events[i]);
	}
}

void writer_start(struct writer *writer, uint64_t since_boot_ns,
		uint64_t cgroup_id, uint32_t ifindex)
{
	struct tm_start start = {
		.magic = TM_MAGIC,
		.kind = TM_START,
		.cgroup_id = cgroup_id,
		.ifindex = ifindex,
		.hooks = writer->programs->hooks & ~writer->programs->spared,
	};

	if (getrandom(&writer->run_id, sizeof(writer->run_id), 0) < 0)
		writer->run_id = (uint64_t)getpid() << 32 ^ time(NULL);
	writer->since_ns = writer->lost_since_ns = since_boot_ns;
	start.run_id = writer->run_id;
	start.time_ns = wall_clock_ns(writer->clock, since_boot_ns);
	gethostname(start.host, sizeof(start.host) - 1);
	writer_put(writer, &start, 1);
}

bool writer_is_full(const struct writer *writer)
{
	return writer->limit && writer->events >= writer->limit;
}

/* Takes out what the programs put in the place of a total. */
static uint32_t take_identity(struct tm_event *event)
{
	const uint32_t identity = event->total_in;

	event->total_in = 0;
	return identity;
}

void writer_events(struct writer *writer, struct tm_event *events, size_t count)
{
	struct tm_event *names;
	size_t written = 0, i, n;
	uint32_t identity;

	for (i = 0; i < count && !writer_is_full(writer); i++) {
		events[i].time_ns =
				wall_clock_ns(writer->clock, events[i].time_ns);
		writer->events++;
		identity = take_identity(&events[i]);
		if (!naming_is_news(writer->naming, &events[i], identity))
			continue;
		n = naming_records(
				writer->naming, &events[i], identity, &names);
		if (n) {
			writer_put(writer, events + written, i - written);
			writer_put(writer, names, n);
			written = i;
		}
	}
	writer_put(writer, events + written, i - written);
	for (; i < count; i++)
		tm_amount_count(&writer->spared[events[i].direction & 1],
				&events[i]);
}

void writer_introduce(struct writer *writer, const struct tm_event *owner)
{
	struct tm_event event = *owner;
	const uint32_t identity = take_identity(&event);
	struct tm_event *names;
	size_t n;

	event.time_ns = wall_clock_ns(writer->clock, owner->time_ns);
	n = naming_introduce(writer->naming, &event, identity, &names);
	writer_put(writer, names, n);
}

/* Writes the amount, after the names that the event needs. A record holds 32
 * bits of packets; a larger amount needs several. */
static void writer_put_amount(struct writer *writer, struct tm_event *event,
		const struct tm_amount *amount, uint64_t since_ns)
{
	const uint64_t span = (writer->status_ns - since_ns) / SPAN_NS;
	struct tm_amount left = *amount;
	struct tm_event *names;
	size_t n;

	event->magic = TM_MAGIC;
	event->time_ns = wall_clock_ns(writer->clock, writer->status_ns);
	event->span = span < UINT16_MAX ? span : UINT16_MAX;
	n = naming_records(writer->naming, event, 0, &names);
	writer_put(writer, names, n);
	while (tm_amount_is_some(&left)) {
		const bool fits = left.packets <= UINT32_MAX;

		event->packets = fits ? left.packets : UINT32_MAX;
		event->bytes = fits ? left.bytes
				    : left.bytes / left.packets * UINT32_MAX;
		left.packets -= event->packets;
		left.bytes -= event->bytes;
		writer_put(writer, event, 1);
	}
}

static void writer_lose(struct writer *writer, uint32_t uid,
		enum tm_direction direction, uint16_t flags,
		const struct tm_amount *lost)
{
	struct tm_event event = {
		.kind = TM_LOST,
		.direction = direction,
		.uid = uid,
		.socket_uid = uid,
		.flags = flags,
	};

	if (!tm_amount_is_some(lost))
		return;
	tm_amount_add(&writer->lost[direction], lost);
	writer_put_amount(writer, &event, lost, writer->lost_since_ns);
}

static void on_lost(void *context, const struct lost_key *key,
		const struct tm_amount *amount)
{
	const uint16_t flags =
			key->uid == TM_NOBODY ? TM_OWNER_NONE : TM_OWNER_SOCKET;

	writer_lose(context, key->uid, key->direction, flags, amount);
}

/* What was lost by owners too many to count. At the end that is all that no
 * owner had. */
static struct tm_amount writer_overflow(const struct writer *writer,
		enum tm_direction direction, bool is_end)
{
	const struct counted counted =
			programs_counted(writer->programs, direction);

	return is_end ? tm_amount_difference(
					&counted.lost, &writer->lost[direction])
		      : tm_amount_difference(&counted.overflow,
					&writer->overflow[direction]);
}

static void writer_put_lost(struct writer *writer, bool is_end)
{
	programs_lost(writer->programs, is_end, on_lost, writer);
	for (int direction = TM_IN; direction <= TM_OUT; direction++) {
		const struct tm_amount more =
				writer_overflow(writer, direction, is_end);

		tm_amount_add(&writer->overflow[direction], &more);
		writer_lose(writer, TM_NOBODY, direction,
				TM_OWNER_NONE | TM_UNSURE, &more);
	}
	writer->lost_since_ns = writer->since_ns;
}

static void on_unattributed(void *context, uint32_t ifindex,
		enum tm_direction direction, const struct tm_amount *amount)
{
	struct writer *const writer = context;
	struct tm_event event = {
		.kind = TM_UNATTRIBUTED,
		.direction = direction,
		.uid = TM_NOBODY,
		.socket_uid = TM_NOBODY,
		.ifindex = ifindex,
		.netns = writer->netns,
	};

	writer_put_amount(writer, &event, amount, writer->since_ns);
}

/* What was seen and is in the stream in no form, after a failure. */
static struct tm_amount writer_missing(const struct tm_status *status)
{
	struct tm_amount told = status->recorded;

	tm_amount_add(&told, &status->excluded);
	tm_amount_add(&told, &status->lost);
	return tm_amount_rest(&status->seen, &told);
}

struct tm_status writer_count(
		const struct writer *writer, enum tm_direction direction)
{
	struct tm_amount missing;
	struct tm_status status;
	const struct counted counted =
			programs_counted(writer->programs, direction);
	const struct tm_amount *spared = &writer->spared[direction];

	status = (struct tm_status){
		.magic = TM_MAGIC,
		.direction = direction,
		.time_ns = wall_clock_ns(writer->clock, writer->status_ns),
		.run_id = writer->run_id,
		.seen = counted.seen,
		.recorded = writer->recorded[direction],
		.excluded = { counted.excluded.packets + spared->packets,
				counted.excluded.bytes + spared->bytes },
		.lost = writer->lost[direction],
	};
	if (writer->error) {
		missing = writer_missing(&status);
		/* a reader that left wants nothing more */
		tm_amount_add(writer->error == EPIPE ? &status.excluded
						     : &status.lost,
				&missing);
	}
	return status;
}

void writer_status(struct writer *writer, enum tm_kind kind,
		uint64_t since_boot_ns)
{
	struct tm_status status[2];
	struct tm_event *names;
	size_t n;

	writer->status_ns = since_boot_ns;
	writer_put_lost(writer, kind == TM_END);
	if (writer->unattributed)
		unattributed_take(
				writer->unattributed, on_unattributed, writer);
	writer->since_ns = since_boot_ns;
	n = naming_late(writer->naming,
			wall_clock_ns(writer->clock, since_boot_ns), &names);
	writer_put(writer, names, n);
	for (int direction = TM_IN; direction <= TM_OUT; direction++) {
		status[direction] = writer_count(writer, direction);
		status[direction].kind = kind;
	}
	writer_put(writer, status, 2);
}

uint64_t writer_cut_back(const struct writer *writer)
{
	struct stat status;
	off_t whole;

	if (fstat(STDOUT_FILENO, &status) || !S_ISREG(status.st_mode))
		return writer->size;
	whole = status.st_size / TM_EVENT_SIZE * TM_EVENT_SIZE;
	if (whole == status.st_size || !ftruncate(STDOUT_FILENO, whole))
		return whole;
	return status.st_size;
}
