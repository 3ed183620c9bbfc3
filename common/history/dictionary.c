#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/index.h"
#include "common/net/address.h"
#include "common/record/names.h"
#include "database.h"
#include "dictionary.h"
#include "schema.h"
#include "wide.h"

#define NUMBERS_MAX 1000000 /* in memory; beyond them it begins anew */
#define INTERFACES_MAX 10000
#define TEXT_SIZE 64
#define NAMES_A_MINUTE 100 /* of processes that were not seen yet, by user */
#define BUDGETS 4096	   /* users that have some in one minute */

enum { PROCESS, REMOTE, SORTS };

static const char *const find_sql[SORTS] = {
	"SELECT id FROM process WHERE name = ?",
	"SELECT id FROM remote WHERE address = ?",
};
static const char *const insert_sql[SORTS] = {
	"INSERT OR IGNORE INTO process VALUES (?, ?)",
	"INSERT OR IGNORE INTO remote VALUES (?, ?)",
};

/* Which keys are not in the database yet. */
struct list {
	uint32_t *numbers;
	uint32_t count, room;
};

struct table {
	struct tm_wide wide;
	uint32_t *ids; /* by the key's number */
	uint32_t room;
	struct list fresh;
	uint32_t next_id;
	sqlite3_stmt *find;
};

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
	struct table tables[SORTS];
	struct tm_names *names;
	struct name_list lists[TM_NAME_CGROUP + 1];
	struct tm_index index; /* of interfaces */
	struct interface *interfaces;
	uint32_t interface_room;
	uint32_t next_interface;
	struct tm_index budget; /* users with new processes */
	uint64_t budget_minute;
	uint8_t budgets[BUDGETS];
};

static int dictionary_prepare(struct tm_dictionary *dictionary)
{
	static const char *const sql[SORTS] = { "SELECT max(id) FROM process",
		"SELECT max(id) FROM remote" };
	struct tm_history *const history = dictionary->history;
	int64_t id;

	for (int i = 0; i < SORTS; i++) {
		id = tm_history_number(history, sql[i]);
		dictionary->tables[i].find =
				tm_history_prepare(history, find_sql[i]);
		if (id < 0 || !dictionary->tables[i].find)
			return -1;
		dictionary->tables[i].next_id = id + 1;
	}
	id = tm_history_number(history, "SELECT max(id) FROM interface");
	dictionary->next_interface = id + 1;
	return id < 0 ? -1 : 0;
}

void tm_dictionary_forget(struct tm_dictionary *dictionary)
{
	for (int i = 0; i < SORTS; i++) {
		tm_wide_free(&dictionary->tables[i].wide);
		dictionary->tables[i].fresh.count = 0;
		sqlite3_finalize(dictionary->tables[i].find);
		dictionary->tables[i].find = NULL;
	}
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

/* --- processes and remotes --- */

static const char *text_of(int sort, const struct tm_wide_key *key,
		char out[TEXT_SIZE], size_t *size)
{
	if (sort == REMOTE) {
		*size = tm_address_format(out, (const uint8_t *)key) - out;
	} else {
		*size = strnlen((const char *)key, TM_COMM_SIZE);
		memcpy(out, key, *size);
	}
	return out;
}

/* 0 where there is none. */
static int64_t dictionary_look_up(struct tm_dictionary *dictionary, int sort,
		const struct tm_wide_key *key)
{
	sqlite3_stmt *const find = dictionary->tables[sort].find;
	char text[TEXT_SIZE];
	int64_t id = 0;
	size_t size;
	int result;

	text_of(sort, key, text, &size);
	tm_history_bind_text(find, 1, text, size);
	result = tm_history_step(dictionary->history, find);
	if (result == 1)
		id = sqlite3_column_int64(find, 0);
	sqlite3_reset(find);
	return result < 0 ? -1 : id;
}

static int list_push(struct list *list, uint32_t number)
{
	uint32_t *more;

	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		more = realloc(list->numbers, list->room * sizeof(*more));
		if (!more)
			return -1;
		list->numbers = more;
	}
	list->numbers[list->count++] = number;
	return 0;
}

static int table_make_room(struct table *table, uint32_t number)
{
	uint32_t *more;

	if (number < table->room)
		return 0;
	table->room = table->room ? 2 * table->room : 256;
	more = realloc(table->ids, table->room * sizeof(*more));
	if (!more)
		return -1;
	table->ids = more;
	return 0;
}

static uint32_t dictionary_add(
		struct tm_dictionary *dictionary, int sort, uint32_t number)
{
	struct table *const table = &dictionary->tables[sort];
	const struct tm_wide_key *const key = &table->wide.keys[number];
	int64_t id;

	if (table_make_room(table, number))
		return TM_HISTORY_REMAINDER;
	table->ids[number] = TM_HISTORY_REMAINDER;
	id = dictionary_look_up(dictionary, sort, key);
	if (!id && !list_push(&table->fresh, number))
		id = table->next_id++;
	if (id > 0)
		table->ids[number] = id;
	return table->ids[number];
}

static uint32_t number_of(
		struct tm_dictionary *dictionary, int sort, const void *key)
{
	struct table *const table = &dictionary->tables[sort];
	uint32_t count, number;

	if (table->wide.count >= NUMBERS_MAX && !table->fresh.count)
		tm_wide_free(&table->wide);
	count = table->wide.count;
	number = tm_wide_add(&table->wide, key);
	if (number == TM_WIDE_NONE)
		return TM_HISTORY_REMAINDER;
	return number < count ? table->ids[number]
			      : dictionary_add(dictionary, sort, number);
}

/* Whoever names processes at will gets so many of them a minute. */
static bool is_in_budget(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const uint64_t minute = event->time_ns / TM_MINUTE_NS;
	uint32_t number;

	if (minute != dictionary->budget_minute) {
		tm_index_free(&dictionary->budget);
		memset(dictionary->budgets, 0, sizeof(dictionary->budgets));
		dictionary->budget_minute = minute;
	}
	number = tm_index_add(&dictionary->budget, event->uid);
	if (number >= BUDGETS || dictionary->budgets[number] >= NAMES_A_MINUTE)
		return false;
	dictionary->budgets[number]++;
	return true;
}

uint32_t tm_dictionary_process(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	struct table *const table = &dictionary->tables[PROCESS];
	char comm[TM_COMM_SIZE] = { 0 };
	uint32_t number;

	if (!event->process[0])
		return TM_HISTORY_UNKNOWN;
	memcpy(comm, event->process, strnlen(event->process, TM_COMM_SIZE));
	number = tm_wide_known(&table->wide, comm);
	if (number != TM_WIDE_NONE)
		return table->ids[number];
	return is_in_budget(dictionary, event)
			? number_of(dictionary, PROCESS, comm)
			: TM_HISTORY_REMAINDER;
}

uint32_t tm_dictionary_remote(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const uint8_t *const remote = event->direction == TM_IN
			? event->source
			: event->destination;

	if (tm_address_is_absent(remote))
		return TM_HISTORY_UNKNOWN;
	return number_of(dictionary, REMOTE, remote);
}

/* --- interfaces --- */

static const char *interface_name(
		struct tm_dictionary *dictionary, uint64_t key)
{
	return tm_names_recorded(dictionary->names, TM_NAME_INTERFACE, key)
			?: "";
}

static void bind_interface(sqlite3_stmt *statement,
		struct tm_dictionary *dictionary, uint64_t key)
{
	const char *const name = interface_name(dictionary, key);

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

static struct interface *new_interface(
		struct tm_dictionary *dictionary, uint32_t number)
{
	struct interface *more;

	if (number >= dictionary->interface_room) {
		const uint32_t room = number ? 2 * number : 16;

		more = realloc(dictionary->interfaces, room * sizeof(*more));
		if (!more)
			return NULL;
		dictionary->interfaces = more;
		dictionary->interface_room = room;
	}
	return &dictionary->interfaces[number];
}

/* A name that is used again is another interface's from then on. */
static void find_interface(
		struct tm_dictionary *dictionary, struct interface *interface)
{
	const int64_t id = look_up_interface(dictionary, interface->key);

	interface->is_fresh = false;
	interface->id = TM_HISTORY_REMAINDER;
	if (id > 0)
		interface->id = id;
	if (id || dictionary->next_interface >= INTERFACES_MAX)
		return;
	interface->id = dictionary->next_interface++;
	interface->is_fresh = true;
}

uint32_t tm_dictionary_interface(
		struct tm_dictionary *dictionary, const struct tm_event *event)
{
	const uint64_t key = (uint64_t)event->netns << 32 | event->ifindex;
	const uint32_t count = dictionary->index.count;
	struct interface *interface;
	uint32_t number;

	if (!event->ifindex)
		return TM_HISTORY_UNKNOWN;
	number = tm_index_add(&dictionary->index, key);
	if (number < count)
		return dictionary->interfaces[number].id;
	if (number == TM_INDEX_NONE)
		return TM_HISTORY_REMAINDER;
	interface = new_interface(dictionary, number);
	if (!interface)
		return TM_HISTORY_REMAINDER;
	*interface = (struct interface){ .key = key };
	find_interface(dictionary, interface);
	return interface->id;
}

/* --- names --- */

static int keep_name(struct name_list *list, uint64_t id)
{
	const uint32_t number = tm_index_add(&list->index, id);
	struct name *more;

	if (number == TM_INDEX_NONE)
		return -1;
	if (number >= list->room) {
		const uint32_t room = number ? 2 * number : 64;

		more = realloc(list->names, room * sizeof(*more));
		if (!more)
			return -1;
		list->names = more;
		list->room = room;
	}
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
	if (name->part + 1 < name->parts || name->of > TM_NAME_CGROUP)
		return 0;
	if (name->of != TM_NAME_INTERFACE)
		return keep_name(&dictionary->lists[name->of], name->id);
	number = tm_index_find(&dictionary->index, name->id);
	if (number != TM_INDEX_NONE && !dictionary->interfaces[number].is_fresh)
		find_interface(dictionary, &dictionary->interfaces[number]);
	return 0;
}

/* --- into the database --- */

static int dictionary_write_table(struct tm_dictionary *dictionary, int sort)
{
	struct tm_history *const history = dictionary->history;
	const struct table *const table = &dictionary->tables[sort];
	sqlite3_stmt *const statement =
			tm_history_prepare(history, insert_sql[sort]);
	char text[TEXT_SIZE];
	size_t size;
	int result = statement ? 0 : -1;

	for (uint32_t i = 0; i < table->fresh.count && !result; i++) {
		const uint32_t number = table->fresh.numbers[i];

		text_of(sort, &table->wide.keys[number], text, &size);
		sqlite3_bind_int64(statement, 1, table->ids[number]);
		tm_history_bind_text(statement, 2, text, size);
		result = tm_history_step(history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

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

int tm_dictionary_write(struct tm_dictionary *dictionary)
{
	for (int i = 0; i < SORTS; i++) {
		if (dictionary->tables[i].fresh.count &&
				dictionary_write_table(dictionary, i))
			return -1;
	}
	return write_names(dictionary, TM_NAME_USER) ||
					write_names(dictionary,
							TM_NAME_CGROUP) ||
					write_interfaces(dictionary)
			? -1
			: 0;
}

static void set_fresh_names(struct tm_dictionary *dictionary, bool is_fresh)
{
	for (int i = 0; i <= TM_NAME_CGROUP; i++) {
		struct name_list *const list = &dictionary->lists[i];

		for (uint32_t j = 0; j < list->index.count; j++)
			list->names[j].is_fresh = is_fresh;
	}
}

void tm_dictionary_settle(struct tm_dictionary *dictionary)
{
	for (int i = 0; i < SORTS; i++)
		dictionary->tables[i].fresh.count = 0;
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
	for (int i = 0; i < SORTS; i++) {
		free(dictionary->tables[i].ids);
		free(dictionary->tables[i].fresh.numbers);
	}
	tm_index_free(&dictionary->budget);
	free(dictionary->interfaces);
	for (int i = 0; i <= TM_NAME_CGROUP; i++) {
		tm_index_free(&dictionary->lists[i].index);
		free(dictionary->lists[i].names);
	}
	tm_names_free(dictionary->names);
	free(dictionary);
}
