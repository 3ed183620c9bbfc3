#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/room.h"
#include "common/history/schema.h"
#include "store-batch.h"

#define ROWS_MAX 262144	 /* sums in memory; 31 MiB */
#define ROWS_SPARE 65536 /* more, by user only, while the disk is full */
#define ROWS_TIMES 4	 /* sums of a user, as a multiple of the remotes kept */

/* A user's sums of a minute: a list of rows. */
struct batch_user {
	uint32_t count, first;
};

void batch_init(struct batch *batch, uint32_t remotes)
{
	*batch = (struct batch){ .remotes = remotes };
	tm_store_sums_init(&batch->sums.traffic);
	tm_store_sums_init(&batch->sums.host);
	tm_job_sums_init(&batch->sums.jobs);
	batch_empty(batch);
}

void batch_empty(struct batch *batch)
{
	struct tm_batch *const sums = &batch->sums;

	tm_store_sums_clear(&sums->traffic);
	tm_store_sums_clear(&sums->host);
	tm_job_sums_clear(&sums->jobs);
	sums->has_time = false;
	sums->newest_ns = 0;
	sums->first_ns = UINT64_MAX;
	tm_index_free(&batch->users);
	batch->events = batch->bytes = 0;
}

bool batch_is_full(const struct batch *batch)
{
	return batch->sums.traffic.table.count >= ROWS_MAX ||
			tm_job_sums_are_full(&batch->sums.jobs);
}

void batch_free(struct batch *batch)
{
	tm_store_sums_free(&batch->sums.traffic);
	tm_store_sums_free(&batch->sums.host);
	tm_job_sums_free(&batch->sums.jobs);
	tm_index_free(&batch->users);
	free(batch->user_sums);
}

static void batch_owe(struct batch *batch, const struct tm_event *event)
{
	batch->owed_events++;
	batch->owed_bytes += event->bytes;
	batch->events--;
	batch->bytes -= event->bytes;
}

static struct batch_user *batch_find_user(
		struct batch *batch, const struct tm_store_sum_key *key)
{
	const uint64_t user =
			(uint64_t)key->minute << 32 | key->values[TM_KEY_USER];
	uint32_t number = tm_index_find(&batch->users, user);
	struct batch_user *more;

	if (number != TM_INDEX_NONE)
		return &batch->user_sums[number];
	more = tm_room_for(batch->user_sums, &batch->user_room,
			batch->users.count, sizeof(*more));
	if (!more)
		return NULL;
	batch->user_sums = more;
	number = tm_index_add(&batch->users, user);
	if (number == TM_INDEX_NONE)
		return NULL;
	more[number] = (struct batch_user){ 0, TM_SUM_NONE };
	return &more[number];
}

/* Limits the sums of a user's minute in a batch: the largest remotes are kept.
 * If that does not help, because the processes are too many, further traffic
 * goes to the remainder. */
static bool batch_is_crowd(struct batch *batch, struct batch_user *user)
{
	const uint32_t remotes = batch->remotes;

	if (user->count >= ROWS_TIMES * remotes)
		user->count = tm_store_sums_fold(&batch->sums.traffic,
				&user->first, ROWS_TIMES * remotes / 2);
	return user->count >= ROWS_TIMES * remotes;
}

/* A new sum; NULL if there is no room for it. */
static struct tm_sum *batch_find_room(
		struct batch *batch, struct tm_store_sum_key key)
{
	struct tm_store_sums *const sums = &batch->sums.traffic;
	struct batch_user *const user = batch_find_user(batch, &key);
	struct tm_sum *sum;
	uint32_t row;

	if (!user)
		return NULL;
	if (batch_is_crowd(batch, user) || sums->table.count >= ROWS_MAX) {
		key.values[TM_KEY_PROCESS] = TM_HISTORY_REMAINDER;
		key.values[TM_KEY_REMOTE] = TM_HISTORY_REMAINDER;
		key.values[TM_KEY_WORKLOAD] = TM_HISTORY_REMAINDER;
		key.values[TM_KEY_COMMAND] = TM_HISTORY_REMAINDER;
		sum = tm_store_sums_known(sums, &key);
		if (sum)
			return sum;
	}
	if (sums->table.count >= ROWS_MAX + ROWS_SPARE)
		return NULL;
	sum = tm_store_sums_find(sums, &key);
	if (!sum)
		return NULL;
	row = sum - sums->table.rows;
	*tm_store_sums_next(sums, row) = user->first;
	user->first = row;
	user->count++;
	return sum;
}

void batch_note_time(struct batch *batch, uint64_t time_ns)
{
	if (time_ns > batch->sums.newest_ns)
		batch->sums.newest_ns = time_ns;
	if (time_ns < batch->sums.first_ns)
		batch->sums.first_ns = time_ns;
	batch->sums.has_time = true;
}

static void batch_take_traffic(struct batch *batch,
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	struct tm_store_sum_key key = { .minute = batch->minute };
	struct tm_sum *sum;

	tm_job_sums_take(&batch->sums.jobs, tm_dictionary_names(dictionary),
			event);
	tm_dictionary_values(dictionary, event, key.values);
	sum = tm_store_sums_known(&batch->sums.traffic, &key);
	if (!sum)
		sum = batch_find_room(batch, key);
	if (sum)
		tm_sum_count(sum, event);
	else
		batch_owe(batch, event);
}

static void batch_take_unattributed(struct batch *batch,
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const struct tm_store_sum_key key = {
		.minute = batch->minute,
		.values = {
			[TM_KEY_PROCESS] = TM_HISTORY_UNATTRIBUTED,
			[TM_KEY_INTERFACE] = tm_dictionary_interface(
					dictionary, event),
		},
	};
	struct tm_sum *const sum = tm_store_sums_find(&batch->sums.host, &key);

	if (sum)
		tm_sum_count(sum, event);
	else
		batch_owe(batch, event);
}

void batch_take(struct batch *batch, struct tm_dictionary *dictionary,
		const struct tm_event *event)
{
	const uint64_t since = event->time_ns - batch->minute_ns;

	if (since >= TM_MINUTE_NS || !batch->minute_ns) {
		batch->minute = event->time_ns / TM_MINUTE_NS;
		batch->minute_ns = batch->minute * TM_MINUTE_NS;
	}
	batch_note_time(batch, event->time_ns);
	batch->events++;
	batch->bytes += event->bytes;
	if (event->kind == TM_UNATTRIBUTED)
		batch_take_unattributed(batch, dictionary, event);
	else
		batch_take_traffic(batch, dictionary, event);
}
