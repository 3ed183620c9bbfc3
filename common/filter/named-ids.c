#include <fnmatch.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "named-ids.h"

static int ids_set(struct tm_ids *ids, uint64_t id, bool carries)
{
	const uint32_t count = ids->index.count;
	uint32_t number = tm_index_find(&ids->index, id);
	bool *longer;

	if (number == TM_INDEX_NONE && !carries)
		return 0;
	if (number == TM_INDEX_NONE && !(count & (count - 1))) {
		longer = realloc(ids->carries, count ? 2 * count : 1);
		if (!longer)
			return -1;
		ids->carries = longer;
	}
	number = tm_index_add(&ids->index, id);
	if (number == TM_INDEX_NONE)
		return -1;
	ids->carries[number] = carries;
	ids->found |= carries;
	return 0;
}

/* An interface number means nothing in another namespace. A record without a
 * namespace (0) is assumed to be from this one. */
static int add_named_interface(struct tm_ids *ids)
{
	const uint64_t ifindex = if_nametoindex(ids->name);
	struct stat here;

	if (!ifindex)
		return 0;
	if (!stat("/proc/self/ns/net", &here) &&
			ids_set(ids, (uint64_t)here.st_ino << 32 | ifindex,
					true))
		return -1;
	return ids_set(ids, ifindex, true);
}

static int add_local(struct tm_ids *ids, struct tm_names *names)
{
	uint32_t uid;

	if (ids->of == TM_NAME_INTERFACE)
		return add_named_interface(ids);
	if (ids->of == TM_NAME_USER &&
			tm_names_find_user(names, ids->name, &uid))
		return ids_set(ids, uid, true);
	return 0;
}

/* Whether the path is the cgroup or below it. */
static bool is_below(const char *path, const char *cgroup)
{
	size_t size;

	path += strspn(path, "/");
	cgroup += strspn(cgroup, "/");
	for (size = strlen(cgroup); size && cgroup[size - 1] == '/';)
		size--;
	return !strncmp(path, cgroup, size) &&
			(!size || !path[size] || path[size] == '/');
}

bool tm_ids_match(const struct tm_ids *ids, const char *text)
{
	if (ids->is_pattern)
		return !fnmatch(ids->name, text, FNM_LEADING_DIR);
	return ids->of == TM_NAME_CGROUP ? is_below(text, ids->name)
					 : !strcmp(text, ids->name);
}

/* Adds what NAME records said before the name was asked for. */
static int add_recorded(struct tm_ids *ids, const struct tm_names *names)
{
	size_t step = 0;
	const char *text;
	uint64_t id;

	while (tm_names_next(names, ids->of, &step, &id, &text)) {
		if (ids_set(ids, id, tm_ids_match(ids, text)))
			return -1;
	}
	return 0;
}

/* Starts over: the recording overrules this machine. */
static int ids_learn(struct tm_ids *ids, struct tm_names *names)
{
	tm_index_free(&ids->index);
	ids->is_of_here = tm_names_are_here(names);
	if (ids->is_of_here && !ids->is_pattern && add_local(ids, names))
		return -1;
	return add_recorded(ids, names);
}

struct tm_ids *tm_ids_new(struct tm_ids **all, enum tm_name_of of,
		const char *name, bool is_pattern, struct tm_names *names)
{
	struct tm_ids *const ids = calloc(1, sizeof(*ids));

	if (!ids)
		return NULL;
	ids->next = *all;
	*all = ids;
	ids->of = of;
	ids->is_pattern = is_pattern;
	ids->name = strdup(name);
	return ids->name && !ids_learn(ids, names) ? ids : NULL;
}

/* Whether the numbers are those of this machine, by a START record. */
static int ids_note_here(struct tm_ids *all, struct tm_names *names)
{
	for (struct tm_ids *ids = all; ids; ids = ids->next) {
		if (ids->is_of_here != tm_names_are_here(names) &&
				ids_learn(ids, names))
			return -1;
	}
	return 0;
}

static int ids_note_name(struct tm_ids *all, struct tm_names *names,
		const struct tm_name *name)
{
	const char *text;

	for (struct tm_ids *ids = all; ids; ids = ids->next) {
		if (ids->of != name->of)
			continue;
		text = tm_names_recorded(names, ids->of, name->id);
		if (ids_set(ids, name->id, text && tm_ids_match(ids, text)))
			return -1;
	}
	return 0;
}

int tm_ids_note(struct tm_ids *all, struct tm_names *names,
		const struct tm_event *event)
{
	const struct tm_name *const name = (const void *)event;

	if (tm_names_note(names, event))
		return -1;
	if (event->kind != TM_NAME)
		return ids_note_here(all, names);
	return name->part + 1 < name->parts ? 0
					    : ids_note_name(all, names, name);
}

void tm_ids_free(struct tm_ids *all)
{
	struct tm_ids *next;

	for (; all; all = next) {
		next = all->next;
		tm_index_free(&all->index);
		free(all->carries);
		free(all->name);
		free(all);
	}
}
