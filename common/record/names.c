#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/index.h"
#include "names.h"
#include "resolver.h"

#define IDS_MAX (1u << 20)
#define TEXT_MAX ((size_t)64 << 20)
#define PATIENCE_NS (100 * TM_MS_NS)
#define SETTLE_NS TM_SECOND_NS
#define AT_ONCE_NS UINT64_C(200000) /* what a local file takes */

enum state { UNASKED, ASKED, ANSWERED };

struct entry {
	char *text;    /* NULL = none */
	uint8_t part;  /* the NAME record that may follow, 0 = none may */
	uint8_t state; /* of a question to this machine */
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
	size_t text_size;   /* of what was recorded */
	struct table users; /* this machine's */
	struct tm_resolver *resolver;
	uint64_t patience_ns, left_ns, refilled_ns;
	bool is_hanging;
};

struct tm_names *tm_names_new(void)
{
	struct tm_names *names = calloc(1, sizeof(*names));

	if (names)
		names->patience_ns = names->left_ns = PATIENCE_NS;
	return names;
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

int tm_names_note(struct tm_names *names, const struct tm_event *event)
{
	const struct tm_name *name = (const void *)event;
	struct entry *entry;
	size_t before, held, more;
	char *text;

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

/* False when no answer came until then. */
static bool names_take(struct tm_names *names, uint64_t deadline_ns)
{
	struct tm_answer answer;
	struct entry *entry;

	if (!names->resolver ||
			!tm_resolver_take(
					names->resolver, deadline_ns, &answer))
		return false;
	entry = names_find(&names->users, answer.uid);
	entry->text = answer.name;
	entry->state = ANSWERED;
	names->is_hanging = false;
	return true;
}

static void names_ask(struct tm_names *names, struct entry *entry, uint32_t uid)
{
	while (names_take(names, 0))
		;
	if (entry->state != UNASKED)
		return;
	if (!names->resolver)
		names->resolver = tm_resolver_new();
	if (names->resolver && tm_resolver_ask(names->resolver, uid))
		entry->state = ASKED;
}

static void refill_patience(struct tm_names *names, uint64_t now)
{
	names->left_ns += (now - names->refilled_ns) / 10;
	if (names->left_ns > names->patience_ns)
		names->left_ns = names->patience_ns;
	names->refilled_ns = now;
}

static void wait_for(struct tm_names *names, const struct entry *entry)
{
	const uint64_t began = tm_clock_steady_ns();
	uint64_t spent;

	refill_patience(names, began);
	if (names->is_hanging || !names->left_ns)
		return;
	while (entry->state == ASKED &&
			names_take(names, began + names->left_ns))
		;
	names->is_hanging = entry->state == ASKED;
	spent = tm_clock_steady_ns() - began;
	if (spent > AT_ONCE_NS)
		names->left_ns -=
				spent < names->left_ns ? spent : names->left_ns;
}

/* What this machine says or will say of a user; NULL where it need not be
 * asked or cannot. */
static struct entry *question(struct tm_names *names, uint32_t uid)
{
	if (names_find(&names->recorded[TM_NAME_USER], uid))
		return NULL;
	return names_find_or_add(&names->users, uid);
}

const char *tm_names_user(struct tm_names *names, uint32_t uid)
{
	const char *recorded;
	struct entry *entry;

	if (uid == TM_NOBODY)
		return "none";
	recorded = tm_names_recorded(names, TM_NAME_USER, uid);
	if (recorded)
		return recorded;
	entry = question(names, uid);
	if (!entry)
		return NULL;
	if (entry->state != ANSWERED)
		names_ask(names, entry, uid);
	if (entry->state == ASKED)
		wait_for(names, entry);
	return entry->text;
}

void tm_names_expect(struct tm_names *names, uint32_t uid)
{
	struct entry *entry = uid == TM_NOBODY ? NULL : question(names, uid);

	if (entry && entry->state == UNASKED)
		names_ask(names, entry, uid);
}

void tm_names_settle(struct tm_names *names)
{
	while (names_take(names, tm_clock_steady_ns() + SETTLE_NS))
		;
}

void tm_names_set_patience(struct tm_names *names, unsigned milliseconds)
{
	names->patience_ns = milliseconds * TM_MS_NS;
	names->left_ns = names->patience_ns;
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
	user = getpwnam(name);
	if (user)
		*uid = user->pw_uid;
	return user;
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
	free_table(&names->users);
	tm_resolver_free(names->resolver);
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
