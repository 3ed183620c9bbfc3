#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "clsact.h"
#include "guard.h"
#include "rights.h"
#include "tc.h"

/* Of enum bpf_attach_type; newer than many headers. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47

struct sweep {
	const char *interface;
	void (*say)(const char *interface, const char *what);
};

static bool is_left(void *context, const struct tm_tc_filter *filter)
{
	(void)context;
	return tm_clsact_is_left(filter);
}

static void on_swept(void *context, const struct tm_tc_filter *filter)
{
	const struct sweep *const sweep = context;

	sweep->say(sweep->interface, filter->name);
}

static void close_links(struct tm_tc *tc)
{
	for (size_t i = 0; i < tc->count; i++) {
		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			int *const link = &tc->crossings[i].links[direction];

			if (*link >= 0)
				close(*link);
			*link = -1;
		}
	}
}

static int attach_links(struct tm_tc *tc, const int programs[2])
{
	for (size_t i = 0; i < tc->count; i++) {
		struct tm_crossing *const crossing = &tc->crossings[i];

		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			const int link = bpf_link_create(programs[direction],
					crossing->ifindex,
					direction == TM_IN ? TCX_INGRESS
							   : TCX_EGRESS,
					NULL);
			const int error = errno;

			crossing->links[direction] = link;
			if (link >= 0)
				continue;
			close_links(tc);
			errno = error;
			return -1;
		}
	}
	tc->hook = TM_HOOK_TCX;
	return 0;
}

/* In the guard: it has to act on interfaces, and on nothing else. */
static int prepare_guard(void *context)
{
	const struct tm_tc *const tc = context;

	return tm_rights_guard(tc->user);
}

static bool is_of_run(void *context, const struct tm_tc_filter *filter)
{
	const struct tm_tc *const tc = context;

	return tm_clsact_is_ours(filter) && tm_clsact_run(filter) == tc->run;
}

static void remove_filters(void *context)
{
	const struct tm_tc *const tc = context;

	for (size_t i = 0; i < tc->count; i++)
		tm_clsact_remove(tc->crossings[i].ifindex, is_of_run, NULL,
				context);
}

static int attach_filters(struct tm_tc *tc, const int programs[2])
{
	const int lock = tm_clsact_begin(&tc->run);
	int error;

	if (lock < 0)
		return -1;
	tc->guard = tm_guard_start(prepare_guard, remove_filters, tc, lock,
			&tc->guard_pid);
	/* it lives longer than this process, which need not hold the lock */
	close(lock);
	if (tc->guard < 0)
		return -1;
	for (size_t i = 0; i < tc->count; i++) {
		for (int direction = TM_IN; direction <= TM_OUT; direction++) {
			if (!tm_clsact_attach(tc->crossings[i].ifindex,
					    direction, programs[direction],
					    tc->run))
				continue;
			error = errno;
			tm_guard_end(tc->guard);
			tc->guard = -1;
			errno = error;
			return -1;
		}
	}
	tc->hook = TM_HOOK_CLSACT;
	return 0;
}

/* if_indextoname(3) does not tell that there is no descriptor for it. */
static int read_name(uint32_t ifindex, char name[IF_NAMESIZE])
{
	struct ifreq request = { .ifr_ifindex = ifindex };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result, error;

	if (fd < 0)
		return -1;
	result = ioctl(fd, SIOCGIFNAME, &request);
	error = errno;
	close(fd);
	memcpy(name, request.ifr_name, IF_NAMESIZE);
	errno = error;
	return result;
}

int tm_tc_attach(struct tm_tc *tc, const struct tm_settings *settings,
		uint32_t hooks, const int programs[2], const char *user,
		void say(const char *interface, const char *what))
{
	struct sweep sweep = { .say = say };

	memset(tc, 0, sizeof(*tc));
	tc->guard = -1;
	tc->user = user;
	tc->count = settings->interface_count;
	for (size_t i = 0; i < tc->count; i++) {
		struct tm_crossing *const crossing = &tc->crossings[i];

		crossing->ifindex = settings->interfaces[i].ifindex;
		crossing->links[TM_IN] = crossing->links[TM_OUT] = -1;
		if (read_name(crossing->ifindex, crossing->name))
			return -1;
		sweep.interface = crossing->name;
		tm_clsact_remove(crossing->ifindex, is_left, on_swept, &sweep);
	}
	if (hooks & TM_HOOK_TCX && !attach_links(tc, programs))
		return 0;
	/* EINVAL is the word of a kernel that knows no tcx */
	if (hooks & TM_HOOK_CLSACT &&
			(!(hooks & TM_HOOK_TCX) || errno == EINVAL))
		return attach_filters(tc, programs);
	return -1;
}

/* A link to an interface that is gone has the number 0. */
static bool is_linked(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return true;	 /* it cannot be told */
	return info.xdp.ifindex; /* where tcx has it, too */
}

static bool is_metered(const struct tm_tc *tc, const struct tm_crossing *at)
{
	if (tc->hook == TM_HOOK_CLSACT)
		return tm_clsact_is_there(at->ifindex, tc->run);
	return is_linked(at->links[TM_IN]) && is_linked(at->links[TM_OUT]);
}

size_t tm_tc_watch(struct tm_tc *tc, void gone(const char *interface))
{
	size_t left = 0;

	for (size_t i = 0; i < tc->count; i++) {
		struct tm_crossing *const crossing = &tc->crossings[i];

		if (!crossing->is_gone && !is_metered(tc, crossing)) {
			crossing->is_gone = true;
			gone(crossing->name);
		}
		left += !crossing->is_gone;
	}
	return left;
}

void tm_tc_detach(struct tm_tc *tc, void say(const char *interface))
{
	char name[IF_NAMESIZE];

	close_links(tc);
	if (tc->guard < 0)
		return;
	tm_guard_end(tc->guard);
	tc->guard = -1;
	for (size_t i = 0; i < tc->count; i++) {
		const struct tm_crossing *const crossing = &tc->crossings[i];

		if (if_indextoname(crossing->ifindex, name) &&
				tm_clsact_is_there(crossing->ifindex, tc->run))
			say(crossing->name);
	}
}
