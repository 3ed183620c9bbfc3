#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "clsact.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/capture/features.h"
#include "common/tool/options.h"
#include "detach.h"

#define PROGRAMS 64 /* of one tcx hook */

struct work {
	uint32_t ifindex;
	const char *interface;
	bool all;
	bool is_trial;
	unsigned removed; /* or would be */
	unsigned stay;	  /* programs of others */
	bool is_forbidden;
	bool has_failed;
};

static const char *direction_name(bool is_in)
{
	return is_in ? "ingress" : "egress";
}

static void detach_fail(struct work *work, const char *what)
{
	work->has_failed = true;
	work->is_forbidden = work->is_forbidden || errno == EPERM;
	warn("%s: %s", work->interface, what);
}

/* Whoever attached a program chose its name, so it is escaped. */
static void detach_print(const struct work *work, const char *done,
		const char *name, uint32_t id, const char *kind, bool is_in)
{
	char text[TM_ESCAPE_GROWTH * TM_FILTER_NAME + 1];
	char interface[TM_ESCAPE_GROWTH * IF_NAMESIZE + 1];
	/* libbpf adds the id */
	const char *const end = strstr(name, ":[");

	tm_escape_text(text, sizeof(text), name,
			end ? (size_t)(end - name) : strlen(name));
	tm_escape_text(interface, sizeof(interface), work->interface,
			strlen(work->interface));
	printf("%s: %s%s (id %u), %s %s\n", interface, done,
			*text ? text : "a program", id, kind,
			direction_name(is_in));
}

static bool detach_wants(void *context, const struct tm_tc_filter *filter)
{
	const struct work *const work = context;

	return work->all ? filter->program : clsact_is_left(filter);
}

static void detach_on_removed(void *context, const struct tm_tc_filter *filter)
{
	struct work *const work = context;

	detach_print(work, "removed ", filter->name, filter->program, "tc",
			filter->is_in);
	work->removed++;
}

/* The programs at one tcx hook; none if the kernel has no tcx. */
static uint32_t tcx_query(struct work *work, bool is_in, uint32_t ids[PROGRAMS])
{
	uint32_t count = PROGRAMS;

	if (bpf_prog_query(work->ifindex,
			    is_in ? TM_TCX_INGRESS : TM_TCX_EGRESS, 0, NULL,
			    ids, &count)) {
		work->is_forbidden = work->is_forbidden || errno == EPERM;
		return 0;
	}
	return count < PROGRAMS ? count : PROGRAMS;
}

static void tcx_program_name(int fd, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
		memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	name[BPF_OBJ_NAME_LEN - 1] = '\0';
}

/* A program that a link holds can only be removed through the link. */
static int tcx_detach_link(const struct work *work, uint32_t program)
{
	uint32_t id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		const int fd = bpf_link_get_fd_by_id(id);
		struct bpf_link_info info = {};
		uint32_t size = sizeof(info);
		bool is_it;
		int result;

		if (fd < 0)
			continue;
		is_it = !bpf_obj_get_info_by_fd(fd, &info, &size) &&
				info.prog_id == program &&
				info.xdp.ifindex == work->ifindex;
		result = is_it ? bpf_link_detach(fd) : -1;
		close(fd);
		if (is_it)
			return result;
	}
	errno = ENOENT;
	return -1;
}

static void tcx_list(struct work *work, const char *done, bool is_in)
{
	uint32_t ids[PROGRAMS];
	const uint32_t count = tcx_query(work, is_in, ids);

	for (uint32_t i = 0; i < count; i++) {
		const int fd = bpf_prog_get_fd_by_id(ids[i]);
		char name[BPF_OBJ_NAME_LEN] = "";

		tcx_program_name(fd, name);
		detach_print(work, done, name, ids[i], "tcx", is_in);
		work->removed += work->is_trial;
		if (fd >= 0)
			close(fd);
	}
}

static void tcx_remove(struct work *work, bool is_in, uint32_t id)
{
	const int fd = bpf_prog_get_fd_by_id(id);
	char name[BPF_OBJ_NAME_LEN] = "";

	if (fd < 0) {
		/* one that disappeared meanwhile counts as removed */
		if (errno != ENOENT)
			detach_fail(work, "tcx");
		return;
	}
	tcx_program_name(fd, name);
	if (bpf_prog_detach2(fd, work->ifindex,
			    is_in ? TM_TCX_INGRESS : TM_TCX_EGRESS) &&
			tcx_detach_link(work, id)) {
		detach_fail(work, "tcx");
	} else {
		detach_print(work, "removed ", name, id, "tcx", is_in);
		work->removed++;
	}
	close(fd);
}

static void tcx_clean(struct work *work, bool is_in)
{
	uint32_t ids[PROGRAMS];
	const uint32_t count = tcx_query(work, is_in, ids);

	for (uint32_t i = 0; i < count; i++)
		tcx_remove(work, is_in, ids[i]);
}

static void detach_list(struct work *work)
{
	static struct clsact_filters filters;

	if (clsact_list(work->ifindex, &filters))
		detach_fail(work, "tc filters");
	for (unsigned i = 0; i < filters.count; i++) {
		const struct tm_tc_filter *const filter = &filters.filters[i];

		if (filter->program)
			detach_print(work, "", filter->name, filter->program,
					"tc", filter->is_in);
	}
	tcx_list(work, "", true);
	tcx_list(work, "", false);
}

/* What detach_clean() would remove. */
static void detach_try(struct work *work)
{
	static struct clsact_filters filters;

	if (clsact_list(work->ifindex, &filters))
		detach_fail(work, "tc filters");
	for (unsigned i = 0; i < filters.count; i++) {
		const struct tm_tc_filter *const filter = &filters.filters[i];

		if (!detach_wants(work, filter))
			continue;
		detach_print(work, "would remove ", filter->name,
				filter->program, "tc", filter->is_in);
		work->removed++;
	}
	if (!work->all)
		return;
	tcx_list(work, "would remove ", true);
	tcx_list(work, "would remove ", false);
}

static void detach_count_rest(struct work *work)
{
	static struct clsact_filters filters;
	uint32_t ids[PROGRAMS];

	clsact_list(work->ifindex, &filters);
	for (unsigned i = 0; i < filters.count; i++)
		work->stay += filters.filters[i].program != 0;
	work->stay += tcx_query(work, true, ids) + tcx_query(work, false, ids);
}

static void detach_clean(struct work *work)
{
	if (clsact_remove(work->ifindex, detach_wants, detach_on_removed, work))
		detach_fail(work, "tc filters");
	if (work->all) {
		tcx_clean(work, true);
		tcx_clean(work, false);
	} else {
		detach_count_rest(work);
	}
}

static void detach_each(const struct interfaces *interfaces, struct work *work,
		void act(struct work *work))
{
	struct if_nameindex *const all = if_nameindex();

	if (!all)
		err(TM_FAILED, "interfaces");
	for (size_t i = 0; all[i].if_index; i++) {
		work->ifindex = all[i].if_index;
		work->interface = all[i].if_name;
		if (interfaces_have(interfaces, work->ifindex))
			act(work);
	}
	if_freenameindex(all);
}

int detach_programs(
		const struct interfaces *interfaces, bool all, bool is_trial)
{
	struct work work = { .all = all, .is_trial = is_trial };
	bool is_done;

	if (all && !is_trial)
		detach_each(interfaces, &work, detach_list);
	detach_each(interfaces, &work, is_trial ? detach_try : detach_clean);
	is_done = !work.is_forbidden && !work.has_failed;
	if (is_done && !work.removed)
		puts("nothing to remove");
	if (is_done && work.stay)
		printf("%u of running captures or of others stay "
		       "(--detach=all)\n",
				work.stay);
	tm_stdout_finish();
	if (work.is_forbidden)
		errx(TM_CANNOT,
				"not permitted without root, or CAP_BPF and "
				"CAP_NET_ADMIN%s; fix: sudo",
				all ? " and CAP_SYS_ADMIN" : "");
	return work.has_failed ? TM_FAILED : TM_DONE;
}
