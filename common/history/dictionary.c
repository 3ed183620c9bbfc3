#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/index.h"
#include "common/base/room.h"
#include "common/net/address.h"
#include "common/record/names.h"
#include "database.h"
#include "dictionary.h"
#include "row-ids.h"
#include "schema.h"
#include "stored.h"
#include "sweep.h"

#define INTERFACES_MAX 10000
#define NAMES_A_MINUTE 100    /* of a kind that were not seen yet, by user */
#define TEXT_MOST 511	      /* bytes of a workload or a command */
#define BATCHES_NUMBERED 3600 /* before texts get new numbers: an hour */
#define BUDGETS 8192	      /* of users and kinds, in one minute */

struct name {
	uint64_t id;
	bool is_fresh;
};

/* Of users or of cgroups. */
struct name_list {
	struct tm_index index;
	struct name *names;
	uint32_t room;
};

struct interface {
	uint64_t key; /* as in a NAME record */
	uint32_t id;
	bool is_fresh;
};

struct tm_dictionary {
	struct tm_history *history;
	struct tm_row_ids ids[TM_ROW_IDS_KINDS];
	unsigned batches; /* since texts got their numbers */
	bool is_swept;	  /* in a transaction that is not over */
	bool has_failed;  /* an interface was not found for want of memory */
	struct tm_names *names;
	struct name_list lists[TM_NAME_CGROUP + 1];
	struct tm_index index; /* of interfaces */
	struct interface *interfaces;
	uint32_t interface_room;
	uint32_t next_interface;
	struct tm_index budget; /* users with new names, by kind */
	uint64_t budget_minute;
	uint8_t budgets[BUDGETS];
};

static int dictionary_prepare(struct tm_dictionary *dictionary)
{
	struct tm_history *const history = dictionary->history;
	const int64_t id = tm_history_number(
			history, "SELECT max(id) FROM interface");

	dictionary->next_interface = id + 1;
	for (int of = 0; of < TM_ROW_IDS_KINDS; of++) {
		if (tm_row_ids_open(&dictionary->ids[of], history,
				    dictionary->names, of))
			return -1;
	}
	return id < 0 ? -1 : 0;
}

void tm_dictionary_forget(struct tm_dictionary *dictionary)
{
	for (int of = 0; of < TM_ROW_IDS_KINDS; of++)
		tm_row_ids_close(&dictionary->ids[of]);
	tm_index_free(&dictionary->index);
}

struct tm_dictionary *tm_dictionary_new(struct tm_history *history)
{
	struct tm_dictionary *const dictionary = calloc(1, sizeof(*dictionary));

	if (!dictionary)
		return NULL;
	dictionary->history = history;
	dictionary->names = tm_names_new();
	if (dictionary->names && !dictionary_prepare(dictionary))
		return dictionary;
	tm_dictionary_free(dictionary);
	return NULL;
}

struct tm_names *tm_dictionary_names(const struct tm_dictionary *dictionary)
{
	return dictionary->names;
}

/* --- processes, remotes, workloads and commands --- */

/* Users can invent names, so each user may add only so many a minute. */
static bool is_in_budget(struct tm_dictionary *dictionary,
		const struct tm_event *event, enum tm_row_ids_of of)
{
	const uint64_t minute = event->time_ns / TM_MINUTE_NS;
	uint32_t number;

	if (minute != dictionary->budget_minute) {
		tm_index_free(&dictionary->budget);
		memset(dictionary->budgets, 0, sizeof(dictionary->budgets));
		dictionary->budget_minute = minute;
	}
	number = tm_index_add(
			&dictionary->budget, (uint64_t)of << 32 | event->uid);
	if (number >= BUDGETS || dictionary->budgets[number] >= NAMES_A_MINUTE)
		return false;
	dictionary->budgets[number]++;
	return true;
}

static uint32_t dictionary_number(struct tm_dictionary *dictionary,
		const struct tm_event *event, enum tm_row_ids_of of,
		const void *key)
{
	struct tm_row_ids *const ids = &dictionary->ids[of];
	const uint32_t known = tm_row_ids_known(ids, key);

	if (known != TM_HISTORY_UNKNOWN)
		return known;
	return is_in_budget(dictionary, event, of) ? tm_row_ids_number(ids, key)
						   : TM_HISTORY_REMAINDER;
}

static uint32_t dictionary_process(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	char comm[TM_COMM_SIZE] = { 0 };

	if (!event->process[0])
		return TM_HISTORY_UNKNOWN;
	memcpy(comm, event->process, strnlen(event->process, TM_COMM_SIZE));
	return dictionary_number(dictionary, event, TM_ROW_IDS_PROCESS, comm);
}

/* A path may have 4 KiB: a user who makes up such ones would fill the disk. */
static bool is_long(const struct tm_dictionary *dictionary,
		enum tm_row_ids_of of, const struct tm_wide_key *key)
{
	return tm_row_ids_known(&dictionary->ids[of], key) ==
			TM_HISTORY_UNKNOWN &&
			strlen(tm_names_text(dictionary->names, key->high)) >
			TEXT_MOST;
}

/* By the number of its text. */
static uint32_t dictionary_fact(struct tm_dictionary *dictionary,
		const struct tm_event *event, enum tm_row_ids_of of,
		enum tm_fact fact)
{
	const uint32_t text = tm_names_fact(dictionary->names, fact, event);
	const struct tm_wide_key key = { .high = text };

	if (!text)
		return TM_HISTORY_UNKNOWN;
	if (text != TM_FACT_OTHERS && is_long(dictionary, of, &key))
		return TM_HISTORY_REMAINDER;
	if (text == TM_FACT_OTHERS) {
		dictionary->batches = BATCHES_NUMBERED; /* soon again */
		return TM_HISTORY_REMAINDER;
	}
	return dictionary_number(dictionary, event, of, &key);
}

static uint32_t dictionary_remote(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const uint8_t *const remote = event->direction == TM_IN
			? event->source
			: event->destination;

	if (tm_address_is_absent(remote))
		return TM_HISTORY_UNKNOWN;
	return tm_row_ids_number(&dictionary->ids[TM_ROW_IDS_REMOTE], remote);
}

bool tm_dictionary_is_full(const struct tm_dictionary *dictionary)
{
	bool is_full = false;

	for (int of = 0; of < TM_ROW_IDS_KINDS; of++)
		is_full = is_full || tm_row_ids_are_many(&dictionary->ids[of]);
	return is_full;
}

bool tm_dictionary_has_failed(const struct tm_dictionary *dictionary)
{
	bool has_failed = dictionary->has_failed;

	for (int of = 0; of < TM_ROW_IDS_KINDS; of++)
		has_failed = has_failed || dictionary->ids[of].has_failed;
	return has_failed;
}

int tm_dictionary_find_ids(struct tm_dictionary *dictionary,
		uint32_t values[TM_KEYS_STORED])
{
	static const enum tm_key_id keys[TM_ROW_IDS_KINDS] = {
		[TM_ROW_IDS_PROCESS] = TM_KEY_PROCESS,
		[TM_ROW_IDS_REMOTE] = TM_KEY_REMOTE,
		[TM_ROW_IDS_WORKLOAD] = TM_KEY_WORKLOAD,
		[TM_ROW_IDS_COMMAND] = TM_KEY_COMMAND,
	};

	for (int of = 0; of < TM_ROW_IDS_KINDS; of++) {
		uint32_t *const value = &values[keys[of]];

		if (tm_row_ids_find(&dictionary->ids[of], *value, value))
			return -1;
	}
	return 0;
}

/* --- interfaces --- */

static const char *name_of_interface(
		struct tm_dictionary *dictionary, uint64_t key)
{
	return tm_names_recorded(dictionary->names, TM_NAME_INTERFACE, key)
			?: "";
}

static void bind_interface(sqlite3_stmt *statement,
		struct tm_dictionary *dictionary, uint64_t key)
{
	const char *const name = name_of_interface(dictionary, key);

	sqlite3_bind_int64(statement, 1, key >> 32);
	sqlite3_bind_int64(statement, 2, key & UINT32_MAX);
	tm_history_bind_text(statement, 3, name, strlen(name));
}

static int64_t look_up_interface(struct tm_dictionary *dictionary, uint64_t key)
{
	sqlite3_stmt *const statement = tm_history_prepare(dictionary->history,
			"SELECT id FROM interface WHERE netns = ? AND ifindex = ? AND "
			"name = ? AND id > 1");
	int64_t id = -1;
	int result;

	if (!statement)
		return -1;
	bind_interface(statement, dictionary, key);
	result = tm_history_step(dictionary->history, statement);
	if (result >= 0)
		id = result ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return id;
}

/* A name that is used again is another interface's from then on. */
static void find_interface(
		struct tm_dictionary *dictionary, struct interface *interface)
{
	const int64_t id = look_up_interface(dictionary, interface->key);

	interface->is_fresh = false;
	interface->id = TM_HISTORY_REMAINDER;
	dictionary->has_failed = dictionary->has_failed || id < 0;
	if (id > 0)
		interface->id = id;
	if (id || dictionary->next_interface >= INTERFACES_MAX)
		return;
	interface->id = dictionary->next_interface++;
	interface->is_fresh = true;
}

/* A place for one that is not there yet. */
static struct interface *add_interface(
		struct tm_dictionary *dictionary, uint64_t key)
{
	struct interface *const more = tm_room_for(dictionary->interfaces,
			&dictionary->interface_room, dictionary->index.count,
			sizeof(*more));
	uint32_t number;

	if (!more)
		return NULL;
	dictionary->interfaces = more;
	number = tm_index_add(&dictionary->index, key);
	if (number == TM_INDEX_NONE)
		return NULL;
	more[number] = (struct interface){ .key = key };
	return &more[number];
}

uint32_t tm_dictionary_interface(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const uint64_t key = (uint64_t)event->netns << 32 | event->ifindex;
	struct interface *interface;
	uint32_t number;

	if (!event->ifindex)
		return TM_HISTORY_UNKNOWN;
	number = tm_index_find(&dictionary->index, key);
	if (number != TM_INDEX_NONE)
		return dictionary->interfaces[number].id;
	interface = add_interface(dictionary, key);
	if (!interface) {
		dictionary->has_failed = true;
		return TM_HISTORY_REMAINDER;
	}
	find_interface(dictionary, interface);
	return interface->id;
}

void tm_dictionary_values(struct tm_dictionary *dictionary,
		const struct tm_event *event, uint32_t values[TM_KEYS_STORED])
{
	values[TM_KEY_USER] = event->uid;
	values[TM_KEY_PROCESS] = dictionary_process(dictionary, event);
	values[TM_KEY_REMOTE] = dictionary_remote(dictionary, event);
	values[TM_KEY_PROTOCOL] = event->protocol;
	values[TM_KEY_INTERFACE] = tm_dictionary_interface(dictionary, event);
	values[TM_KEY_WORKLOAD] = dictionary_fact(dictionary, event,
			TM_ROW_IDS_WORKLOAD, TM_FACT_WORKLOAD);
	values[TM_KEY_LOGIN] = tm_names_login(dictionary->names, event);
	values[TM_KEY_COMMAND] = dictionary_fact(
			dictionary, event, TM_ROW_IDS_COMMAND, TM_FACT_COMMAND);
}

/* --- names --- */

static int keep_name(struct name_list *list, uint64_t id)
{
	struct name *const more = tm_room_for(list->names, &list->room,
			list->index.count, sizeof(*more));
	uint32_t number;

	if (!more)
		return -1;
	list->names = more;
	number = tm_index_add(&list->index, id);
	if (number == TM_INDEX_NONE)
		return -1;
	list->names[number] = (struct name){ id, true };
	return 0;
}

int tm_dictionary_note(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const struct tm_name *const name = (const void *)event;
	uint32_t number;

	if (tm_names_note(dictionary->names, event))
		return -1;
	if (event->kind != TM_NAME || name->part + 1 < name->parts ||
			name->of > TM_NAME_CGROUP)
		return 0;
	if (name->of != TM_NAME_INTERFACE)
		return keep_name(&dictionary->lists[name->of], name->id);
	number = tm_index_find(&dictionary->index, name->id);
	if (number != TM_INDEX_NONE && !dictionary->interfaces[number].is_fresh)
		find_interface(dictionary, &dictionary->interfaces[number]);
	return 0;
}

/* --- into the database --- */

static int write_interfaces(struct tm_dictionary *dictionary)
{
	struct tm_history *const history = dictionary->history;
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"INSERT OR IGNORE INTO interface (netns, ifindex, name, id) "
			"VALUES (?, ?, ?, ?)");
	int result = statement ? 0 : -1;

	for (uint32_t i = 0; i < dictionary->index.count && !result; i++) {
		const struct interface *const at = &dictionary->interfaces[i];

		if (!at->is_fresh)
			continue;
		bind_interface(statement, dictionary, at->key);
		sqlite3_bind_int64(statement, 4, at->id);
		result = tm_history_step(history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

static int write_names(struct tm_dictionary *dictionary, enum tm_name_of of)
{
	const struct name_list *const list = &dictionary->lists[of];
	sqlite3_stmt *const statement = tm_history_prepare(dictionary->history,
			of == TM_NAME_USER
					? "REPLACE INTO user VALUES (?, ?)"
					: "REPLACE INTO cgroup VALUES (?, ?)");
	int result = statement ? 0 : -1;
	const char *text;

	for (uint32_t i = 0; i < list->index.count && !result; i++) {
		text = tm_names_recorded(
				dictionary->names, of, list->names[i].id);
		if (!list->names[i].is_fresh || !text)
			continue;
		sqlite3_bind_int64(statement, 1, list->names[i].id);
		tm_history_bind_text(statement, 2, text, strlen(text));
		result = tm_history_step(dictionary->history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

/* What was trimmed leaves names behind. */
static int dictionary_sweep(struct tm_dictionary *dictionary)
{
	uint64_t rows = 0;

	for (int of = 0; of < TM_ROW_IDS_KINDS; of++)
		rows += tm_row_ids_rows(&dictionary->ids[of]);
	dictionary->is_swept = false;
	if (!tm_history_is_swept_at(dictionary->history, rows))
		return 0;
	if (tm_history_sweep(dictionary->history))
		return -1;
	dictionary->is_swept = true;
	return 0;
}

int tm_dictionary_write(struct tm_dictionary *dictionary)
{
	for (int of = 0; of < TM_ROW_IDS_KINDS; of++) {
		if (tm_row_ids_write(&dictionary->ids[of]))
			return -1;
	}
	if (write_names(dictionary, TM_NAME_USER) ||
			write_names(dictionary, TM_NAME_CGROUP) ||
			write_interfaces(dictionary))
		return -1;
	return dictionary_sweep(dictionary);
}

static void set_fresh_names(struct tm_dictionary *dictionary, bool is_fresh)
{
	for (int i = 0; i <= TM_NAME_CGROUP; i++) {
		struct name_list *const list = &dictionary->lists[i];

		for (uint32_t j = 0; j < list->index.count; j++)
			list->names[j].is_fresh = is_fresh;
	}
}

/* A stream of years has texts without end. */
static void dictionary_renumber(struct tm_dictionary *dictionary)
{
	tm_names_renumber(dictionary->names);
	tm_row_ids_forget(&dictionary->ids[TM_ROW_IDS_WORKLOAD]);
	tm_row_ids_forget(&dictionary->ids[TM_ROW_IDS_COMMAND]);
	dictionary->batches = 0;
}

void tm_dictionary_settle(struct tm_dictionary *dictionary)
{
	for (int of = 0; of < TM_ROW_IDS_KINDS; of++)
		tm_row_ids_settle(&dictionary->ids[of], dictionary->is_swept);
	if (++dictionary->batches >= BATCHES_NUMBERED)
		dictionary_renumber(dictionary);
	for (uint32_t i = 0; i < dictionary->index.count; i++)
		dictionary->interfaces[i].is_fresh = false;
	set_fresh_names(dictionary, false);
}

int tm_dictionary_move(struct tm_dictionary *dictionary)
{
	tm_dictionary_forget(dictionary);
	set_fresh_names(dictionary, true);
	return dictionary_prepare(dictionary);
}

void tm_dictionary_free(struct tm_dictionary *dictionary)
{
	if (!dictionary)
		return;
	tm_dictionary_forget(dictionary);
	tm_index_free(&dictionary->budget);
	free(dictionary->interfaces);
	for (int i = 0; i <= TM_NAME_CGROUP; i++) {
		tm_index_free(&dictionary->lists[i].index);
		free(dictionary->lists[i].names);
	}
	tm_names_free(dictionary->names);
	free(dictionary);
}
