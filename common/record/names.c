#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/index.h"
#include "names.h"
#include "users.h"

#define IDS_MAX (1u << 20)
#define TEXT_MAX ((size_t)64 << 20)

struct entry {
	char *text;   /* NULL = none */
	uint8_t part; /* the NAME record that may follow, 0 = none may */
	bool has_first;
	uint64_t first; /* the id that had this text first */
};

struct table {
	struct tm_index index;
	struct entry *entries;
	uint32_t room;
	struct tm_index texts; /* hashes of texts, numbered ... */
	uint64_t *firsts;      /* ... as the ids that had them first */
};

struct tm_names {
	struct table recorded[TM_NAME_CGROUP + 1];
	size_t text_size;	/* of what was recorded */
	struct tm_users *users; /* this machine's, once they are asked for */
	bool is_here, is_elsewhere;
};

struct tm_names *tm_names_new(void)
{
	return calloc(1, sizeof(struct tm_names));
}

static struct entry *names_find(const struct table *table, uint64_t id)
{
	const uint32_t number = tm_index_find(&table->index, id);

	return number == TM_INDEX_NONE ? NULL : &table->entries[number];
}

/* NULL and errno when there is no memory, ENOSPC where the table is full. */
static struct entry *names_find_or_add(struct table *table, uint64_t id)
{
	struct entry *entry = names_find(table, id), *more;
	const uint32_t room = table->room ? 2 * table->room : 16;

	if (entry)
		return entry;
	errno = ENOSPC;
	if (table->index.count == IDS_MAX)
		return NULL;
	if (table->index.count == table->room) {
		more = realloc(table->entries, room * sizeof(*more));
		if (!more)
			return NULL;
		table->entries = more;
		table->room = room;
	}
	/* before the index, which cannot take an id back */
	table->entries[table->index.count] = (struct entry){ 0 };
	if (tm_index_add(&table->index, id) == TM_INDEX_NONE)
		return NULL;
	return &table->entries[table->index.count - 1];
}

/* Streams of two machines can be joined: numbers are of neither then. */
static void note_host(struct tm_names *names, const struct tm_start *start)
{
	char here[sizeof(start->host)] = "";

	gethostname(here, sizeof(here) - 1);
	names->is_elsewhere |= !*here ||
			strncmp(here, start->host, sizeof(start->host));
	names->is_here = !names->is_elsewhere;
}

int tm_names_note(struct tm_names *names, const struct tm_event *event)
{
	const struct tm_name *name = (const void *)event;
	struct entry *entry;
	size_t before, held, more;
	char *text;

	if (event->kind == TM_START)
		note_host(names, (const void *)event);
	if (event->kind != TM_NAME || name->of > TM_NAME_CGROUP ||
			name->part >= TM_NAME_PARTS)
		return 0;
	entry = names_find_or_add(&names->recorded[name->of], name->id);
	if (!entry)
		return errno == ENOSPC ? 0 : -1;
	if (name->part && name->part != entry->part)
		return 0;
	before = entry->text ? strlen(entry->text) : 0;
	held = name->part ? before : 0;
	more = strnlen(name->text, TM_NAME_SIZE);
	if (names->text_size - before + held + more > TEXT_MAX)
		return 0;
	text = realloc(entry->text, held + more + 1);
	if (!text)
		return -1;
	memcpy(text + held, name->text, more);
	text[held + more] = '\0';
	names->text_size += held + more - before;
	entry->text = text;
	entry->part = more == TM_NAME_SIZE ? name->part + 1 : 0;
	entry->has_first = false;
	return 0;
}

const char *tm_names_recorded(
		struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	const struct entry *entry = names_find(&names->recorded[of], id);

	return entry && entry->text && *entry->text ? entry->text : NULL;
}

/* FNV-1a. Who makes two texts meet keeps two rows. */
static uint64_t hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static bool has_room_for_text(struct table *table)
{
	const uint32_t count = table->texts.count;
	uint64_t *more;

	if (count == IDS_MAX)
		return false;
	if (count & (count - 1)) /* rooms are powers of two */
		return true;
	more = realloc(table->firsts, (count ? 2 * count : 1) * sizeof(*more));
	if (!more)
		return false;
	table->firsts = more;
	return true;
}

static uint64_t find_first(struct table *table, const char *text, uint64_t id)
{
	const uint64_t key = hash(text);
	uint32_t number = tm_index_find(&table->texts, key);
	const struct entry *first;

	if (number == TM_INDEX_NONE) {
		if (!has_room_for_text(table))
			return id;
		number = tm_index_add(&table->texts, key);
		if (number == TM_INDEX_NONE)
			return id;
		table->firsts[number] = id;
	}
	first = names_find(table, table->firsts[number]);
	return first->text && !strcmp(first->text, text) ? table->firsts[number]
							 : id;
}

uint64_t tm_names_first(struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	struct table *const table = &names->recorded[of];
	struct entry *const entry = names_find(table, id);

	if (!entry || !entry->text || !*entry->text)
		return id;
	if (!entry->has_first)
		entry->first = find_first(table, entry->text, id);
	entry->has_first = true;
	return entry->first;
}

bool tm_names_next(const struct tm_names *names, enum tm_name_of of,
		size_t *step, uint64_t *id, const char **text)
{
	const struct table *const table = &names->recorded[of];

	while (*step < table->index.count) {
		*id = table->index.keys[*step];
		*text = table->entries[(*step)++].text;
		if (*text)
			return true;
	}
	return false;
}

void tm_names_be_here(struct tm_names *names)
{
	names->is_here = true;
}

bool tm_names_are_here(const struct tm_names *names)
{
	return names->is_here;
}

/* This machine's users; NULL where they need not be asked for, or must not. */
static struct tm_users *users_for(struct tm_names *names, uint32_t uid)
{
	if (uid == TM_NOBODY || !names->is_here ||
			names_find(&names->recorded[TM_NAME_USER], uid))
		return NULL;
	if (!names->users)
		names->users = tm_users_new();
	return names->users;
}

const char *tm_names_user(struct tm_names *names, uint32_t uid)
{
	struct tm_users *const users = users_for(names, uid);

	if (uid == TM_NOBODY)
		return "none";
	return users ? tm_users_name(users, uid)
		     : tm_names_recorded(names, TM_NAME_USER, uid);
}

void tm_names_expect(struct tm_names *names, uint32_t uid)
{
	struct tm_users *const users = users_for(names, uid);

	if (users)
		tm_users_expect(users, uid);
}

bool tm_names_refresh(struct tm_names *names)
{
	return names->users && tm_users_refresh(names->users);
}

void tm_names_settle(struct tm_names *names)
{
	if (names->users)
		tm_users_settle(names->users);
}

bool tm_names_find_user(struct tm_names *names, const char *name, uint32_t *uid)
{
	const struct passwd *user;
	const char *text;
	size_t step = 0;
	uint64_t id;

	while (*name && tm_names_next(names, TM_NAME_USER, &step, &id, &text)) {
		if (strcmp(text, name))
			continue;
		*uid = id;
		return true;
	}
	user = names->is_here ? getpwnam(name) : NULL;
	if (!user || names_find(&names->recorded[TM_NAME_USER], user->pw_uid))
		return false;
	*uid = user->pw_uid;
	return true;
}

static void free_table(struct table *table)
{
	for (uint32_t i = 0; i < table->index.count; i++)
		free(table->entries[i].text);
	free(table->entries);
	free(table->firsts);
	tm_index_free(&table->index);
	tm_index_free(&table->texts);
}

void tm_names_free(struct tm_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i <= TM_NAME_CGROUP; i++)
		free_table(&names->recorded[i]);
	tm_users_free(names->users);
	free(names);
}

/* As much of the text as fits, without part of a character of UTF-8. */
static size_t fitting(const char *text, size_t room)
{
	const size_t length = strnlen(text, room + 1);
	size_t cut = room;

	if (length <= room)
		return length;
	while (cut && room - cut < 3 &&
			((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return cut;
}

size_t tm_name_records(struct tm_event *out, size_t max, enum tm_name_of of,
		uint64_t id, uint64_t time_ns, const char *text)
{
	const size_t most = max < TM_NAME_PARTS ? max : TM_NAME_PARTS;
	size_t left = fitting(text, most * TM_NAME_SIZE);
	const size_t parts = left ? (left + TM_NAME_SIZE - 1) / TM_NAME_SIZE
				  : most > 0;

	for (size_t i = 0; i < parts; i++) {
		const size_t size = left < TM_NAME_SIZE ? left : TM_NAME_SIZE;
		struct tm_name name = {
			.magic = TM_MAGIC,
			.kind = TM_NAME,
			.of = of,
			.part = i,
			.parts = parts,
			.time_ns = time_ns,
			.id = id,
		};

		memcpy(name.text, text, size);
		memcpy(&out[i], &name, sizeof(name));
		text += size;
		left -= size;
	}
	return parts;
}
