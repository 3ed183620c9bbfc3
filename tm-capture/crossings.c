#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "capture-rights.h"
#include "clsact.h"
#include "common/capture/features.h"
#include "common/system/netlink.h"
#include "crossings.h"
#include "guard.h"

struct sweep {
	const char *interface;
	void (*say)(const char *interface, const char *what);
};

static bool crossings_is_left(void *context, const struct tm_tc_filter *filter)
{
	(void)context;
	return clsact_is_left(filter);
}

static void crossings_on_swept(void *context, const struct tm_tc_filter *filter)
{
	const struct sweep *const sweep = context;

	sweep->say(sweep->interface, filter->name);
}

static void crossings_close_links(struct crossings *crossings)
{
	for (size_t i = 0; i < crossings->count; i++) {
		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			int *const link = &crossings->all[i].links[direction];

			if (*link >= 0)
				close(*link);
			*link = -1;
		}
	}
}

static int crossings_attach_links(
		struct crossings *crossings, const int programs[2])
{
	for (size_t i = 0; i < crossings->count; i++) {
		struct crossing *const crossing = &crossings->all[i];

		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			const int link = bpf_link_create(programs[direction],
					crossing->ifindex,
					direction == TM_IN ? TM_TCX_INGRESS
							   : TM_TCX_EGRESS,
					NULL);
			const int error = errno;

			crossing->links[direction] = link;
			if (link >= 0)
				continue;
			crossings_close_links(crossings);
			errno = error;
			return -1;
		}
	}
	crossings->hook = TM_HOOK_TCX;
	return 0;
}

/* The guard only needs rights over interfaces. */
static int crossings_prepare_guard(void *context)
{
	const struct crossings *const crossings = context;

	return rights_guard(crossings->user);
}

static bool crossings_is_of_run(
		void *context, const struct tm_tc_filter *filter)
{
	const struct crossings *const crossings = context;

	return clsact_is_ours(filter) && clsact_run(filter) == crossings->run;
}

static void crossings_remove_filters(void *context)
{
	const struct crossings *const crossings = context;

	for (size_t i = 0; i < crossings->count; i++)
		clsact_remove(crossings->all[i].ifindex, crossings_is_of_run,
				NULL, context);
}

static int crossings_attach_filters(
		struct crossings *crossings, const int programs[2])
{
	const int lock = clsact_begin(&crossings->run);
	int error;

	if (lock < 0)
		return -1;
	crossings->guard = guard_start(crossings_prepare_guard,
			crossings_remove_filters, crossings, lock,
			&crossings->guard_pid);
	/* the guard outlives this process and holds the lock */
	close(lock);
	if (crossings->guard < 0)
		return -1;
	for (size_t i = 0; i < crossings->count; i++) {
		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			if (!clsact_attach(crossings->all[i].ifindex, direction,
					    programs[direction],
					    crossings->run))
				continue;
			error = errno;
			guard_end(crossings->guard);
			crossings->guard = -1;
			errno = error;
			return -1;
		}
	}
	crossings->hook = TM_HOOK_CLSACT;
	return 0;
}

int crossings_attach(struct crossings *crossings,
		const struct interfaces *interfaces, uint32_t hooks,
		const int programs[2], const char *user,
		void say(const char *interface, const char *what))
{
	struct sweep sweep = { .say = say };
	struct tm_link link;

	memset(crossings, 0, sizeof(*crossings));
	crossings->guard = -1;
	crossings->user = user;
	crossings->count = interfaces->count;
	for (size_t i = 0; i < crossings->count; i++) {
		struct crossing *const crossing = &crossings->all[i];

		crossing->ifindex = interfaces->all[i].ifindex;
		crossing->links[TM_IN] = crossing->links[TM_OUT] = -1;
		if (tm_netlink_link(NULL, crossing->ifindex, &link))
			return -1;
		memcpy(crossing->name, link.name, sizeof(crossing->name));
		sweep.interface = crossing->name;
		clsact_remove(crossing->ifindex, crossings_is_left,
				crossings_on_swept, &sweep);
	}
	if (hooks & TM_HOOK_TCX && !crossings_attach_links(crossings, programs))
		return 0;
	/* a kernel without tcx says EINVAL */
	if (hooks & TM_HOOK_CLSACT &&
			(!(hooks & TM_HOOK_TCX) || errno == EINVAL))
		return crossings_attach_filters(crossings, programs);
	return -1;
}

/* A link to an interface that is gone has the number 0. */
static bool tcx_is_linked(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return true;	 /* unknown */
	return info.xdp.ifindex; /* also if it is attached by tcx */
}

static bool crossing_is_metered(
		const struct crossings *crossings, const struct crossing *at)
{
	if (crossings->hook == TM_HOOK_CLSACT)
		return clsact_is_there(at->ifindex, crossings->run);
	return tcx_is_linked(at->links[TM_IN]) &&
			tcx_is_linked(at->links[TM_OUT]);
}

size_t crossings_watch(
		struct crossings *crossings, void gone(const char *interface))
{
	size_t left = 0;

	for (size_t i = 0; i < crossings->count; i++) {
		struct crossing *const crossing = &crossings->all[i];

		if (!crossing->is_gone &&
				!crossing_is_metered(crossings, crossing)) {
			crossing->is_gone = true;
			gone(crossing->name);
		}
		left += !crossing->is_gone;
	}
	return left;
}

void crossings_detach(
		struct crossings *crossings, void say(const char *interface))
{
	char name[IF_NAMESIZE];

	crossings_close_links(crossings);
	if (crossings->guard < 0)
		return;
	guard_end(crossings->guard);
	crossings->guard = -1;
	for (size_t i = 0; i < crossings->count; i++) {
		const struct crossing *const crossing = &crossings->all[i];

		if (if_indextoname(crossing->ifindex, name) &&
				clsact_is_there(crossing->ifindex,
						crossings->run))
			say(crossing->name);
	}
}
