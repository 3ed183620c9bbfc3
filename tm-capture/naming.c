#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup-names.h"
#include "common/base/index.h"
#include "common/record/names.h"
#include "common/record/users.h"
#include "naming.h"
#include "process-names.h"

#define MEMO 256	   /* combinations of ids, direct-mapped */
#define LATE 1024	   /* ids that may wait for their name */
#define TRIES 10	   /* once a second */
#define USERS_AT_ONCE 1024 /* whose names are compared, once a second */
#define INTERFACES_AT_ONCE 16
#define RECORDS 1024 /* of one call; more than three long names */

struct memo {
	uint64_t cgroup_id;
	uint32_t uid, ifindex, netns;
	bool is_used;
};

/* The ids that the stream has, and the names that it gave them. */
struct naming_seen {
	struct tm_index ids;
	char **names;  /* NULL = none yet */
	uint32_t next; /* to be compared */
};

/* A cgroup whose name was not there when it was asked for. */
struct late {
	uint64_t id;
	unsigned tries;
};

struct naming {
	uint32_t own_netns;
	struct tm_users *users;
	struct naming_seen seen[TM_NAMES];
	struct cgroup_names *cgroups;
	struct processes *processes;
	struct process_names *names;
	struct late late[LATE];
	size_t late_count;
	struct memo memo[MEMO];
	struct tm_event records[RECORDS];
};

static bool has_news(struct naming *naming, const struct tm_event *event)
{
	const uint64_t mixed = (event->uid ^ event->cgroup_id << 8 ^
					       (uint64_t)event->ifindex << 40) *
			UINT64_C(0x9e3779b97f4a7c15);
	struct memo *const memo = &naming->memo[mixed >> 56];

	if (memo->is_used && memo->uid == event->uid &&
			memo->cgroup_id == event->cgroup_id &&
			memo->ifindex == event->ifindex &&
			memo->netns == event->netns)
		return false;
	*memo = (struct memo){ event->cgroup_id, event->uid, event->ifindex,
		event->netns, true };
	return true;
}

bool naming_is_news(struct naming *naming, const struct tm_event *event,
		uint32_t identity)
{
	return has_news(naming, event) ||
			process_names_are_news(
					naming->names, event->pid, identity);
}

/* False for an id that is there, or without memory. */
static bool seen_add(struct naming_seen *seen, uint64_t id)
{
	const uint32_t count = seen->ids.count;
	char **names = seen->names;

	if (tm_index_find(&seen->ids, id) != TM_INDEX_NONE)
		return false;
	if (!(count & (count - 1))) { /* rooms are powers of two */
		names = realloc(names,
				(count ? 2 * count : 1) * sizeof(*names));
		if (!names)
			return false;
		seen->names = names;
	}
	names[count] = NULL;
	return tm_index_add(&seen->ids, id) == count;
}

static void seen_free(struct naming_seen *seen)
{
	for (uint32_t i = 0; i < seen->ids.count; i++)
		free(seen->names[i]);
	free(seen->names);
	tm_index_free(&seen->ids);
}

static void naming_free(struct naming *naming)
{
	if (!naming)
		return;
	cgroup_names_free(naming->cgroups);
	process_names_free(naming->names);
	for (size_t i = 0; i < TM_NAMES; i++)
		seen_free(&naming->seen[i]);
	tm_users_free(naming->users);
	free(naming);
}

struct naming *naming_new(const struct cgroup_tree *tree, uint32_t own_netns,
		struct processes *processes)
{
	struct naming *naming = calloc(1, sizeof(*naming));

	if (!naming)
		return NULL;
	naming->own_netns = own_netns;
	naming->users = tm_users_new();
	naming->cgroups = cgroup_names_new(tree);
	naming->processes = processes;
	naming->names = process_names_new(processes);
	if (naming->users)
		tm_users_want_groups(naming->users);
	if (!naming->users || !naming->cgroups || !naming->names) {
		naming_free(naming);
		return NULL;
	}
	return naming;
}

static const char *interface_name(const struct naming *naming, uint64_t id,
		char name[IF_NAMESIZE])
{
	const uint32_t netns = id >> 32;

	return netns && netns != naming->own_netns
			? NULL
			: if_indextoname((uint32_t)id, name);
}

static const char *current_name(const struct naming *naming, enum tm_name_of of,
		uint64_t id, char room[IF_NAMESIZE])
{
	switch (of) {
	case TM_NAME_USER:
		return tm_users_name(naming->users, id);
	case TM_NAME_GROUP: /* the user is named before it */
		return tm_users_group(naming->users, id);
	default:
		return interface_name(naming, id, room);
	}
}

/* The records of an id of that number whose name is new to the stream. What has
 * no name any more keeps the one that it had. */
static size_t name_anew(struct naming *naming, enum tm_name_of of,
		uint32_t number, uint64_t time_ns, struct tm_event *out)
{
	struct naming_seen *const seen = &naming->seen[of];
	const uint64_t id = seen->ids.keys[number];
	char **const before = &seen->names[number];
	char room[IF_NAMESIZE];
	const char *const name = current_name(naming, of, id, room);

	if (!name || (*before && !strcmp(*before, name)))
		return 0;
	free(*before);
	*before = strdup(name);
	return tm_name_records(out, TM_NAME_PARTS, of, id, time_ns, name);
}

static size_t name_first(struct naming *naming, enum tm_name_of of, uint64_t id,
		uint64_t time_ns, struct tm_event *out)
{
	struct naming_seen *const seen = &naming->seen[of];

	return seen_add(seen, id) ? name_anew(naming, of, seen->ids.count - 1,
						    time_ns, out)
				  : 0;
}

/* Compares the names of so many ids with those that the stream has. */
static size_t name_changed(struct naming *naming, enum tm_name_of of,
		uint32_t most, uint64_t time_ns, struct tm_event *out,
		size_t room)
{
	struct naming_seen *const seen = &naming->seen[of];
	size_t n = 0;

	if (most > seen->ids.count)
		most = seen->ids.count;
	for (; most && n + TM_NAME_PARTS <= room; most--) {
		if (seen->next >= seen->ids.count)
			seen->next = 0;
		n += name_anew(naming, of, seen->next++, time_ns, out + n);
	}
	return n;
}

/* The records of the name, or the cgroup waits for it. The process that was in
 * it knows the path of one that is gone. */
static size_t name_cgroup(struct naming *naming, const struct late *id,
		const struct process_facts *facts, uint64_t time_ns,
		struct tm_event *out)
{
	const char *path = cgroup_names_find(naming->cgroups, id->id);

	if (!path && facts && facts->cgroup_id == id->id && *facts->cgroup)
		path = facts->cgroup;
	if (path)
		return tm_name_records(out, TM_NAME_PARTS, TM_NAME_CGROUP,
				id->id, time_ns, path);
	if (id->tries < TRIES && naming->late_count < LATE) {
		naming->late[naming->late_count] = *id;
		naming->late[naming->late_count++].tries++;
	}
	return 0;
}

static size_t name_user(struct naming *naming, uint32_t uid, uint64_t time_ns,
		struct tm_event *out)
{
	size_t n;

	if (uid == TM_NOBODY)
		return 0;
	n = name_first(naming, TM_NAME_USER, uid, time_ns, out);
	return n + name_first(naming, TM_NAME_GROUP, uid, time_ns, out + n);
}

/* The records of the ids that the stream has not named. */
static size_t name_ids(struct naming *naming, const struct tm_event *event,
		const struct process_facts *facts, struct tm_event *out)
{
	size_t n = 0;

	if (facts)
		n += name_user(naming, facts->login, event->time_ns, out + n);
	n += name_user(naming, event->uid, event->time_ns, out + n);
	if (event->ifindex)
		n += name_first(naming, TM_NAME_INTERFACE,
				(uint64_t)event->netns << 32 | event->ifindex,
				event->time_ns, out + n);
	if (event->cgroup_id &&
			seen_add(&naming->seen[TM_NAME_CGROUP],
					event->cgroup_id))
		n += name_cgroup(naming,
				&(struct late){ .id = event->cgroup_id }, facts,
				event->time_ns, out + n);
	return n;
}

size_t naming_records(struct naming *naming, const struct tm_event *event,
		uint32_t identity, struct tm_event **records)
{
	const struct process_facts *facts = NULL;
	size_t n = 0;

	if (identity)
		n = process_names_records(naming->names, event->pid, identity,
				event->time_ns, naming->records, &facts);
	*records = naming->records;
	return n + name_ids(naming, event, facts, naming->records + n);
}

size_t naming_introduce(struct naming *naming, const struct tm_event *event,
		uint32_t identity, struct tm_event **records)
{
	*records = naming->records;
	if (!has_news(naming, event))
		return 0;
	return name_ids(naming, event,
			identity ? processes_find(naming->processes, event->pid,
						   identity)
				 : NULL,
			naming->records);
}

bool naming_continue(struct naming *naming)
{
	return cgroup_names_continue(naming->cgroups);
}

size_t naming_late(struct naming *naming, uint64_t time_ns,
		struct tm_event **records)
{
	const size_t waiting = naming->late_count;
	struct late late;
	size_t n;

	tm_users_refresh(naming->users);
	n = name_changed(naming, TM_NAME_USER, USERS_AT_ONCE, time_ns,
			naming->records, RECORDS - 3 * TM_NAME_PARTS);
	n += name_changed(naming, TM_NAME_GROUP, USERS_AT_ONCE, time_ns,
			naming->records + n, RECORDS - 2 * TM_NAME_PARTS - n);
	n += name_changed(naming, TM_NAME_INTERFACE, INTERFACES_AT_ONCE,
			time_ns, naming->records + n, RECORDS - n);
	naming->late_count = 0;
	for (size_t i = 0; i < waiting; i++) {
		late = naming->late[i];
		if (n + TM_NAME_PARTS <= RECORDS)
			n += name_cgroup(naming, &late, NULL, time_ns,
					naming->records + n);
		else
			naming->late[naming->late_count++] = late;
	}
	*records = naming->records;
	return n;
}
