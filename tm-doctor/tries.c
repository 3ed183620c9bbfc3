#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "common/capture/features.h"
#include "links.h"
#include "trial.h"
#include "tries.h"

/* A trial that worked as far as it could go. */
#define UNTRIED LINKS_UNTRIED

static int try_mapping(int map)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	void *const memory = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return memory == MAP_FAILED ? -1 : munmap(memory, size);
}

static int try_map(const struct tm_feature_map *wanted)
{
	const int map = wanted->type == BPF_MAP_TYPE_SK_STORAGE
			? trial_socket_storage()
			: trial_map(wanted->type, wanted->key_size,
					  wanted->value_size, wanted->entries,
					  wanted->flags);
	int result = 0, error;

	if (map < 0)
		return -1;
	if (wanted->flags & BPF_F_MMAPABLE)
		result = try_mapping(map);
	error = errno;
	close(map);
	errno = error;
	return result;
}

/* The BTF id that the feature's programs attach to, or 0. */
static uint32_t traced(const struct tm_feature *feature, const struct btf *btf)
{
	const bool is_iterator = feature->place == TM_AT_ITERATOR;
	char name[128];
	int id;

	if (!btf)
		return 0;
	snprintf(name, sizeof(name), "%s%s",
			is_iterator ? "bpf_iter_" : "btf_trace_",
			strchr(feature->name, '/') + 1);
	id = btf__find_by_name_kind(btf, name,
			is_iterator ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF);
	return id > 0 ? id : 0;
}

static int try_helpers(const struct tm_feature *feature, uint32_t btf_id)
{
	const size_t most =
			sizeof(feature->helpers) / sizeof(*feature->helpers);

	for (size_t i = 0; i < most && feature->helpers[i]; i++) {
		if (trial_helper(feature->program, feature->attach, btf_id,
				    feature->helpers[i]))
			return -1;
	}
	return 0;
}

static int try_program(const struct tm_feature *feature, const struct lab *lab,
		uint32_t btf_id)
{
	const int program =
			trial_load(feature->program, feature->attach, btf_id);
	int result = 0, error;

	if (program < 0)
		return -1;
	if (feature->place == TM_AT_CGROUP)
		result = lab->cgroup < 0 ? UNTRIED
					 : trial_attach(program, lab->cgroup,
							   feature->attach);
	error = errno;
	close(program);
	errno = error;
	return result;
}

static bool has_member(const struct btf *btf, const char *wanted)
{
	const char *const member = strchr(wanted, '.') + 1;
	char name[128];
	const struct btf_type *type;
	int id;

	snprintf(name, sizeof(name), "%.*s", (int)(member - 1 - wanted),
			wanted);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	for (int i = 0; type && i < btf_vlen(type); i++) {
		if (!strcmp(member,
				    btf__name_by_offset(btf,
						    btf_members(type)[i]
								    .name_off)))
			return true;
	}
	return false;
}

static int try_types(const struct tm_feature *feature, const struct btf *btf)
{
	errno = ENOENT;
	return btf && has_member(btf, feature->member) &&
					btf__find_by_name_kind(btf,
							feature->function,
							BTF_KIND_FUNC) > 0
			? 0
			: -1;
}

/* 0, UNTRIED, or -1 with errno. */
static int try_feature(const struct tm_feature *feature, const struct lab *lab)
{
	const size_t most = sizeof(feature->maps) / sizeof(*feature->maps);
	uint32_t btf_id = 0;

	for (size_t i = 0; i < most && feature->maps[i].type; i++) {
		if (try_map(&feature->maps[i]))
			return -1;
	}
	if (feature->member)
		return try_types(feature, lab->btf);
	if (feature->place == TM_AT_TCX)
		return links_try_tcx();
	if (feature->place == TM_AT_CLSACT)
		return links_try_clsact();
	if (feature->program == BPF_PROG_TYPE_TRACING) {
		btf_id = traced(feature, lab->btf);
		errno = ENOENT;
		if (!btf_id)
			return -1;
	}
	if (try_helpers(feature, btf_id))
		return -1;
	return feature->place == TM_AT_NOTHING
			? 0
			: try_program(feature, lab, btf_id);
}

static bool is_forbidden(int error)
{
	return error == EPERM || error == EACCES;
}

/* Without CAP_PERFMON the kernel offers no helpers that read its memory and
 * refuses tracing programs. */
static bool lacks_perfmon(const struct doctor *doctor,
		const struct tm_feature *feature, int error)
{
	return !doctor->has_perfmon && feature->takes_perfmon &&
			(error == ENOTSUP || is_forbidden(error));
}

static const char *reason(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "refused by this kernel: not permitted";
	case ENOENT:
		return "not in this kernel";
	case ENOMEM:
		return "not enough memory";
	case ENOTSUP:
		return "not for such a program, in this kernel";
	default:
		return strerror(error);
	}
}

/* Whether the running kernel is of that version or newer. This decides only
 * what to advise, never what is tried. */
static bool is_newer(const char *since)
{
	struct utsname system;
	unsigned runs[2], first[2];

	return uname(&system) == 0 &&
			sscanf(system.release, "%u.%u", &runs[0], &runs[1]) ==
			2 &&
			sscanf(since, "%u.%u", &first[0], &first[1]) == 2 &&
			(runs[0] != first[0] ? runs[0] > first[0]
					     : runs[1] >= first[1]);
}

static void advise(struct finding *row, const struct tm_feature *feature,
		int error)
{
	const char *const with = feature->with ? feature->with : "";
	const char *const and_with = feature->with ? " with " : "";

	if (feature->fix)
		finding_fix(row, feature->cost, "%s", feature->fix);
	else if (is_forbidden(error))
		finding_fix(row, feature->cost,
				"permit it: this kernel refuses it even with the rights "
				"above (a security module, or how it was built)");
	else if (!feature->since)
		finding_fix(row, feature->cost, "a kernel with %s", with);
	else if (!is_newer(feature->since))
		finding_fix(row, feature->cost, "a kernel of %s or newer%s%s",
				feature->since, and_with, with);
	else
		finding_fix(row, feature->cost,
				"a kernel built with %s: this one is new enough, but "
				"was built without",
				feature->with ? feature->with : "it");
}

/* Before 5.11 maps use locked memory, and exceeding its limit gives EPERM too.
 */
static bool lacks_locked_memory(const struct findings *table)
{
	const struct finding *const row = finding_find(table, "locked memory");

	return row && row->state == FINDING_MISSING;
}

static void check_feature(struct doctor *doctor, const struct lab *lab,
		const struct tm_feature *feature)
{
	struct findings *const table = &doctor->table;
	const int result = try_feature(feature, lab);
	const int error = errno;
	struct finding *row;

	if (!result)
		row = finding_add(table, feature->name, FINDING_OK, "works");
	else if (result == UNTRIED && feature->place != TM_AT_CGROUP)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"takes CAP_SYS_ADMIN to be tried where nothing is "
				"metered");
	else if (result == UNTRIED)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"loads; no cgroup to attach it to: %s",
				lab->error ? strerror(lab->error) : "no tree");
	else if (is_forbidden(error) && !doctor->has_rights)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs the rights above to be tried");
	else if (lacks_perfmon(doctor, feature, error))
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs CAP_PERFMON to be tried");
	else if (error == EMFILE || error == ENFILE)
		row = finding_add(table, feature->name, FINDING_UNKNOWN, "%s",
				strerror(error));
	else if (error == EPERM && lacks_locked_memory(table))
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs more locked memory, see above");
	else {
		row = finding_add(table, feature->name, FINDING_MISSING, "%s",
				reason(error));
		advise(row, feature, error);
	}
	row->is_needed = feature->is_needed;
}

void tries_run(struct doctor *doctor, const struct lab *lab)
{
	for (size_t i = 0; i < tm_feature_count; i++)
		check_feature(doctor, lab, &tm_features[i]);
}
