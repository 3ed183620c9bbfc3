#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/intern.h"
#include "common/base/number.h"
#include "names.h"
#include "users.h"
#include "workload.h"

#define IDS_MAX (1u << 20)
#define TEXT_MAX ((size_t)64 << 20)
#define PROCESSES_MAX (1u << 18)
#define PROCESSES_TEXT_MAX ((size_t)32 << 20)
#define FACTS_MAX (1u << 24)
#define FACTS_TEXT_MAX ((size_t)256 << 20)
#define NOT_ASKED (UINT32_MAX - 1) /* in place of a number of a text */
/* where an entry has the number of the whole text */
#define WHOLE (TM_NAME_NUMBERS - 1)

/* Ids of processes and cgroups come without end, so the names of those seen
 * lately are in a young table and those of others in an old one, which the
 * young one replaces once it is full. */
struct recorded {
	struct tm_name_table young, old;
};

struct tm_names {
	struct recorded recorded[TM_NAMES];
	struct tm_users *users; /* this machine's, once they are asked for */
	bool is_here, is_elsewhere;
	uint32_t run;	/* how many runs have begun */
	uint32_t epoch; /* how often numbers have got their meaning */
	struct tm_intern facts;
	char host[TM_HOST_SIZE + 1];
	uint32_t host_number, host_epoch;
};

static bool is_of_process(enum tm_name_of of)
{
	return of >= TM_NAME_COMMAND && of <= TM_NAME_ARGUMENTS;
}

static bool is_aged(enum tm_name_of of)
{
	return is_of_process(of) || of == TM_NAME_CGROUP;
}

struct tm_names *tm_names_new(void)
{
	struct tm_names *const names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	for (int of = 0; of < TM_NAMES; of++) {
		struct tm_name_table *const table = &names->recorded[of].young;

		table->ids_max = is_of_process(of) ? PROCESSES_MAX : IDS_MAX;
		table->text_max = is_of_process(of) ? PROCESSES_TEXT_MAX
						    : TEXT_MAX;
		names->recorded[of].old = *table;
	}
	names->epoch = 1;
	names->facts.count_max = FACTS_MAX;
	names->facts.size_max = FACTS_TEXT_MAX;
	return names;
}

static void recorded_age(struct recorded *recorded)
{
	const struct tm_name_table young = recorded->young;

	tm_name_table_clear(&recorded->old);
	recorded->young = recorded->old;
	recorded->old = young;
}

static struct tm_name_entry *names_find(
		struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	struct recorded *const recorded = &names->recorded[of];
	struct tm_name_entry *entry = tm_name_table_find(&recorded->young, id);
	struct tm_name_entry *moved;

	if (entry || !recorded->old.index.count)
		return entry;
	entry = tm_name_table_find(&recorded->old, id);
	if (!entry || !entry->text)
		return NULL;
	moved = tm_name_table_move(&recorded->young, &recorded->old, id);
	return moved ? moved : entry;
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

/* Each run names its own processes, which may be another machine's. */
static void note_start(struct tm_names *names, const struct tm_start *start)
{
	note_host(names, start);
	memcpy(names->host, start->host, sizeof(start->host));
	names->host_epoch = 0;
	names->run++;
	for (int of = TM_NAME_COMMAND; of <= TM_NAME_ARGUMENTS; of++) {
		tm_name_table_clear(&names->recorded[of].young);
		tm_name_table_clear(&names->recorded[of].old);
	}
}

int tm_names_note(struct tm_names *names, const struct tm_event *event)
{
	const struct tm_name *name = (const void *)event;
	struct tm_name_entry *entry;
	struct recorded *recorded;

	if (event->kind == TM_START)
		note_start(names, (const void *)event);
	if (event->kind != TM_NAME || name->of >= TM_NAMES ||
			name->part >= TM_NAME_PARTS)
		return 0;
	recorded = &names->recorded[name->of];
	if (is_aged(name->of))
		names_find(names, name->of, name->id); /* it is young again */
	entry = tm_name_table_note(&recorded->young, name);
	if (!entry && errno == ENOSPC && is_aged(name->of)) {
		recorded_age(recorded);
		names_find(names, name->of, name->id);
		entry = tm_name_table_note(&recorded->young, name);
	}
	if (!entry)
		return errno == ENOSPC ? 0 : -1;
	entry->run = names->run;
	return 0;
}

const char *tm_names_recorded(
		struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	const struct tm_name_entry *entry = names_find(names, of, id);

	return entry && entry->text && *entry->text ? entry->text : NULL;
}

bool tm_names_next(const struct tm_names *names, enum tm_name_of of,
		size_t *step, uint64_t *id, const char **text)
{
	const struct tm_name_table *const young = &names->recorded[of].young;
	const struct tm_name_table *const old = &names->recorded[of].old;

	while (*step < (size_t)young->index.count + old->index.count) {
		const bool is_old = *step >= young->index.count;
		const struct tm_name_table *const table = is_old ? old : young;
		const size_t at = *step - (is_old ? young->index.count : 0);

		++*step;
		*id = table->index.keys[at];
		*text = table->entries[at].text;
		if (*text)
			return true;
	}
	return false;
}

bool tm_names_are_here(const struct tm_names *names)
{
	return names->is_here;
}

/* This machine's users; NULL where they need not be asked for, or must not. */
static struct tm_users *users_for(struct tm_names *names, uint32_t uid)
{
	if (uid == TM_NOBODY || !names->is_here ||
			names_find(names, TM_NAME_USER, uid))
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
	if (!user || names_find(names, TM_NAME_USER, user->pw_uid))
		return false;
	*uid = user->pw_uid;
	return true;
}

void tm_names_free(struct tm_names *names)
{
	if (!names)
		return;
	for (int of = 0; of < TM_NAMES; of++) {
		tm_name_table_clear(&names->recorded[of].young);
		tm_name_table_clear(&names->recorded[of].old);
	}
	tm_intern_free(&names->facts);
	tm_users_free(names->users);
	free(names);
}

/* --- facts --- */

static const char *workload_fact(
		struct tm_workload *workload, enum tm_fact fact)
{
	switch (fact) {
	case TM_FACT_JOB:
		return workload->job;
	case TM_FACT_UNIT:
		return workload->unit;
	case TM_FACT_CONTAINER:
		return workload->container;
	default:
		return workload->session;
	}
}

static uint32_t number_of_path(
		struct tm_names *names, const char *path, enum tm_fact fact)
{
	char step[2 * TM_WORKLOAD_SIZE];
	struct tm_workload workload;

	tm_workload_parse(&workload, path);
	if (fact != TM_FACT_STEP)
		return tm_intern(&names->facts, workload_fact(&workload, fact));
	if (!*workload.step)
		return TM_INTERN_NONE;
	snprintf(step, sizeof(step), "%s.%s", workload.job, workload.step);
	return tm_intern(&names->facts, step);
}

/* Of "UID SESSION"; *session is NULL where it is none. */
static uint32_t parse_login(const char *text, const char **session)
{
	uint64_t uid, number;

	*session = NULL;
	if (!tm_digits_scan(&text, &uid) || uid >= TM_NOBODY ||
			(*text && *text != ' '))
		return TM_NOBODY;
	if (*text && tm_number_parse(text + 1, TM_NOBODY - 1, &number))
		*session = text + 1;
	return uid;
}

static uint32_t number_of_session(struct tm_names *names, const char *login)
{
	const char *session;

	parse_login(login, &session);
	return session ? tm_intern(&names->facts, session) : TM_INTERN_NONE;
}

static uint32_t number_of(struct tm_names *names, enum tm_name_of of,
		const char *text, enum tm_fact fact)
{
	switch (of) {
	case TM_NAME_CGROUP:
	case TM_NAME_CGROUP1:
		return number_of_path(names, text, fact);
	case TM_NAME_LOGIN:
		return number_of_session(names, text);
	default:
		return tm_intern(&names->facts, text);
	}
}

/* Where the entry keeps a number, once it is asked for. */
static uint32_t *number_in(
		struct tm_names *names, struct tm_name_entry *entry, unsigned i)
{
	if (entry->epoch != names->epoch) {
		for (unsigned k = 0; k < TM_NAME_NUMBERS; k++)
			entry->numbers[k] = NOT_ASKED;
		entry->epoch = names->epoch;
	}
	return &entry->numbers[i];
}

/* What the name of an id says of the fact. */
static uint32_t recorded_fact(struct tm_names *names, enum tm_name_of of,
		uint64_t id, enum tm_fact fact)
{
	struct tm_name_entry *const entry = names_find(names, of, id);
	uint32_t *number;

	/* "job_47" may be what there is of "job_4711" */
	if (!entry || !entry->text || entry->is_cut || entry->run != names->run)
		return TM_INTERN_NONE;
	number = number_in(names, entry, fact < WHOLE ? fact : 0);
	if (*number == NOT_ASKED)
		*number = number_of(names, of, entry->text, fact);
	return *number;
}

uint32_t tm_names_recorded_number(
		struct tm_names *names, enum tm_name_of of, uint64_t id)
{
	struct tm_name_entry *const entry = names_find(names, of, id);
	uint32_t *number;

	if (!entry || !entry->text ||
			(of == TM_NAME_USER && entry->run != names->run))
		return TM_INTERN_NONE;
	number = number_in(names, entry, WHOLE);
	if (*number == NOT_ASKED)
		*number = tm_intern(&names->facts, entry->text);
	return *number;
}

static uint32_t process_fact(struct tm_names *names, enum tm_name_of of,
		uint32_t pid, enum tm_fact fact)
{
	return pid ? recorded_fact(names, of, pid, fact) : TM_INTERN_NONE;
}

static uint32_t path_fact(struct tm_names *names, enum tm_fact fact,
		const struct tm_event *event)
{
	const uint32_t number = recorded_fact(
			names, TM_NAME_CGROUP, event->cgroup_id, fact);

	return number ? number
		      : process_fact(names, TM_NAME_CGROUP1, event->pid, fact);
}

static uint32_t host_fact(struct tm_names *names)
{
	if (names->host_epoch != names->epoch)
		names->host_number = tm_intern(&names->facts, names->host);
	names->host_epoch = names->epoch;
	return names->host_number;
}

uint32_t tm_names_fact(struct tm_names *names, enum tm_fact fact,
		const struct tm_event *event)
{
	uint32_t number;

	switch (fact) {
	case TM_FACT_SESSION:
		number = path_fact(names, fact, event);
		return number ? number
			      : process_fact(names, TM_NAME_LOGIN, event->pid,
						fact);
	case TM_FACT_WORKLOAD:
		number = path_fact(names, TM_FACT_CONTAINER, event);
		return number ? number : path_fact(names, TM_FACT_UNIT, event);
	case TM_FACT_COMMAND:
		return process_fact(names, TM_NAME_COMMAND, event->pid, fact);
	case TM_FACT_GROUP:
		return recorded_fact(names, TM_NAME_GROUP, event->uid, fact);
	case TM_FACT_HOST:
		return host_fact(names);
	default:
		return path_fact(names, fact, event);
	}
}

uint32_t tm_names_number(struct tm_names *names, const char *text)
{
	return tm_intern(&names->facts, text);
}

const char *tm_names_text(const struct tm_names *names, uint32_t number)
{
	return tm_intern_text(&names->facts, number);
}

void tm_names_renumber(struct tm_names *names)
{
	tm_intern_clear(&names->facts);
	names->epoch++;
}

uint32_t tm_names_login(struct tm_names *names, const struct tm_event *event)
{
	struct tm_name_entry *const entry = event->pid
			? names_find(names, TM_NAME_LOGIN, event->pid)
			: NULL;

	const char *session;

	if (!entry || !entry->text)
		return TM_NOBODY;
	if (!entry->has_uid)
		entry->uid = parse_login(entry->text, &session);
	entry->has_uid = true;
	return entry->uid;
}

/* --- writing --- */

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
