#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/index.h"
#include "common/record/names.h"
#include "naming.h"

#define MEMO 256		    /* combinations of ids, direct-mapped */
#define LATE 1024		    /* ids that may wait for their name */
#define TRIES 10		    /* once a second */
#define WALK_NS UINT64_C(500000000) /* the least between two walks */

struct memo {
	uint64_t cgroup_id;
	uint32_t uid, ifindex, netns;
	bool is_used;
};

/* An id that had no name when it was looked up. */
struct late {
	uint64_t id;
	enum tm_name_of of;
	unsigned tries;
};

struct naming {
	const struct cgroup_tree *tree;
	uint32_t own_netns;
	struct tm_names *users;
	struct tm_index seen[TM_NAME_CGROUP + 1];
	struct tm_index cgroups; /* the tree as it was walked last */
	char **cgroup_paths;
	uint64_t walked_ns;
	struct late late[LATE];
	size_t late_count;
	struct memo memo[MEMO];
	struct tm_event records[3 * TM_NAME_PARTS];
};

struct naming *naming_new(const struct cgroup_tree *tree, uint32_t own_netns)
{
	struct naming *naming = calloc(1, sizeof(*naming));

	if (!naming)
		return NULL;
	naming->tree = tree;
	naming->own_netns = own_netns;
	naming->users = tm_names_new();
	if (!naming->users) {
		free(naming);
		return NULL;
	}
	return naming;
}

bool naming_is_news(struct naming *naming, const struct tm_event *event)
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

static bool is_first(struct naming *naming, enum tm_name_of of, uint64_t id)
{
	const uint32_t count = naming->seen[of].count;

	return tm_index_add(&naming->seen[of], id) == count;
}

/* Adds the records of the name, or lets the id wait for one. */
static size_t naming_name(struct naming *naming, const struct late *id,
		const char *text, uint64_t time_ns, struct tm_event *out)
{
	if (text)
		return tm_name_records(out, TM_NAME_PARTS, id->of, id->id,
				time_ns, text);
	if (id->tries < TRIES && naming->late_count < LATE) {
		naming->late[naming->late_count] = *id;
		naming->late[naming->late_count++].tries++;
	}
	return 0;
}

static size_t naming_interface(const struct naming *naming,
		const struct tm_event *event, struct tm_event *out)
{
	char name[IF_NAMESIZE];

	if ((event->netns && event->netns != naming->own_netns) ||
			!if_indextoname(event->ifindex, name))
		return 0;
	return tm_name_records(out, TM_NAME_PARTS, TM_NAME_INTERFACE,
			(uint64_t)event->netns << 32 | event->ifindex,
			event->time_ns, name);
}

static void forget_tree(struct naming *naming)
{
	for (uint32_t i = 0; i < naming->cgroups.count; i++)
		free(naming->cgroup_paths[i]);
	free(naming->cgroup_paths);
	naming->cgroup_paths = NULL;
	tm_index_free(&naming->cgroups);
}

static void naming_remember(void *context, uint64_t id, const char *path)
{
	struct naming *const naming = context;
	const uint32_t count = naming->cgroups.count;
	char **const paths = realloc(
			naming->cgroup_paths, (count + 1) * sizeof(*paths));

	if (!paths)
		return;
	naming->cgroup_paths = paths;
	paths[count] = strdup(path);
	if (tm_index_add(&naming->cgroups, id) != count)
		free(paths[count]);
}

static const char *cgroup_path(
		struct naming *naming, uint64_t id, uint64_t time_ns)
{
	uint32_t number = tm_index_find(&naming->cgroups, id);

	if (number == TM_INDEX_NONE && time_ns - naming->walked_ns >= WALK_NS) {
		naming->walked_ns = time_ns;
		forget_tree(naming);
		cgroup_walk(naming->tree, naming_remember, naming);
		number = tm_index_find(&naming->cgroups, id);
	}
	return number == TM_INDEX_NONE ? NULL : naming->cgroup_paths[number];
}

static size_t naming_ask(struct naming *naming, const struct late *id,
		uint64_t time_ns, struct tm_event *out)
{
	const char *const text = id->of == TM_NAME_USER
			? tm_names_user(naming->users, id->id)
			: cgroup_path(naming, id->id, time_ns);

	return naming_name(naming, id, text, time_ns, out);
}

static size_t naming_ask_first(struct naming *naming, enum tm_name_of of,
		uint64_t id, uint64_t time_ns, struct tm_event *out)
{
	const struct late asked = { .id = id, .of = of };

	return is_first(naming, of, id)
			? naming_ask(naming, &asked, time_ns, out)
			: 0;
}

size_t naming_records(struct naming *naming, const struct tm_event *event,
		struct tm_event **records)
{
	struct tm_event *const out = naming->records;
	size_t n = 0;

	if (event->uid != TM_NOBODY)
		n += naming_ask_first(naming, TM_NAME_USER, event->uid,
				event->time_ns, out + n);
	if (event->ifindex &&
			is_first(naming, TM_NAME_INTERFACE,
					(uint64_t)event->netns << 32 |
							event->ifindex))
		n += naming_interface(naming, event, out + n);
	if (event->cgroup_id)
		n += naming_ask_first(naming, TM_NAME_CGROUP, event->cgroup_id,
				event->time_ns, out + n);
	*records = out;
	return n;
}

size_t naming_late(struct naming *naming, uint64_t time_ns,
		struct tm_event **records)
{
	const size_t waiting = naming->late_count;
	struct late late;
	size_t n = 0;

	naming->late_count = 0;
	for (size_t i = 0; i < waiting; i++) {
		late = naming->late[i];
		if (n <= 2 * TM_NAME_PARTS)
			n += naming_ask(naming, &late, time_ns,
					naming->records + n);
		else
			naming->late[naming->late_count++] = late;
	}
	*records = naming->records;
	return n;
}

void naming_free(struct naming *naming)
{
	if (!naming)
		return;
	forget_tree(naming);
	for (size_t i = 0; i <= TM_NAME_CGROUP; i++)
		tm_index_free(&naming->seen[i]);
	tm_names_free(naming->users);
	free(naming);
}
