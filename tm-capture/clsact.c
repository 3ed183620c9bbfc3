#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clsact.h"
#include "common/capture/features.h"

/* The lowest bit of a handle: a run of ours added the queue. */
#define MADE 1u

/* An abstract socket name belongs to the network namespace, as interfaces do,
 * and disappears with the last process that holds it. */
static int clsact_lock(uint32_t run)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const int length = snprintf(name.sun_path + 1,
			sizeof(name.sun_path) - 1, "tm-capture-%08x", run);
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	if (!bind(fd, (struct sockaddr *)&name,
			    offsetof(struct sockaddr_un, sun_path) + 1 +
					    length))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int clsact_begin(uint32_t *run)
{
	int fd;

	do {
		if (getrandom(run, sizeof(*run), 0) != sizeof(*run))
			return -1;
		*run = *run >> 1 | 1;
		fd = clsact_lock(*run);
	} while (fd < 0 && errno == EADDRINUSE);
	return fd;
}

bool clsact_is_ours(const struct tm_tc_filter *filter)
{
	return filter->program &&
			!strncmp(filter->name, TM_TC_PREFIX,
					sizeof(TM_TC_PREFIX) - 1);
}

bool clsact_is_left(const struct tm_tc_filter *filter)
{
	int fd;

	if (!clsact_is_ours(filter))
		return false;
	fd = clsact_lock(clsact_run(filter));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void clsact_filters_add(void *context, const struct tm_tc_filter *filter)
{
	struct clsact_filters *const filters = context;

	if (filters->count < CLSACT_FILTERS)
		filters->filters[filters->count++] = *filter;
}

int clsact_list(uint32_t ifindex, struct clsact_filters *filters)
{
	filters->count = 0;
	return tm_netlink_filters(ifindex, clsact_filters_add, filters);
}

static bool is_made_by_us(const struct clsact_filters *filters)
{
	for (unsigned i = 0; i < filters->count; i++) {
		if (clsact_is_ours(&filters->filters[i]) &&
				filters->filters[i].handle & MADE)
			return true;
	}
	return false;
}

int clsact_attach(uint32_t ifindex, enum tm_direction direction, int program,
		uint32_t run)
{
	static struct clsact_filters filters;
	struct tm_tc_filter filter = { .ifindex = ifindex,
		.is_in = direction == TM_IN };
	const bool is_new = !tm_netlink_add_clsact(ifindex);
	int error;

	if (!is_new && (errno != EEXIST || clsact_list(ifindex, &filters)))
		return -1;
	filter.handle = run << 1;
	if (is_new || is_made_by_us(&filters))
		filter.handle |= MADE;
	snprintf(filter.name, sizeof(filter.name), "%s%s", TM_TC_PREFIX,
			direction == TM_IN ? "in" : "out");
	if (!tm_netlink_add_filter(&filter, program))
		return 0;
	error = errno;
	if (is_new)
		tm_netlink_remove_clsact(ifindex);
	errno = error;
	return -1;
}

bool clsact_is_there(uint32_t ifindex, uint32_t run)
{
	static struct clsact_filters filters;
	bool is_there[2] = { false, false };

	if (clsact_list(ifindex, &filters))
		return true; /* unknown */
	for (unsigned i = 0; i < filters.count; i++) {
		const struct tm_tc_filter *const filter = &filters.filters[i];

		if (clsact_is_ours(filter) && clsact_run(filter) == run)
			is_there[filter->is_in] = true;
	}
	return is_there[false] && is_there[true];
}

int clsact_remove(uint32_t ifindex,
		bool is_wanted(void *context,
				const struct tm_tc_filter *filter),
		void removed(void *context, const struct tm_tc_filter *filter),
		void *context)
{
	static struct clsact_filters filters;
	bool made;

	if (clsact_list(ifindex, &filters))
		return -1;
	made = is_made_by_us(&filters);
	for (unsigned i = 0; i < filters.count; i++) {
		if (!is_wanted(context, &filters.filters[i]))
			continue;
		if (tm_netlink_remove_filter(&filters.filters[i]))
			return -1;
		if (removed)
			removed(context, &filters.filters[i]);
	}
	if (!made || clsact_list(ifindex, &filters) || filters.count)
		return 0;
	return tm_netlink_remove_clsact(ifindex);
}
