#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "workload.h"

#define NAME_SIZE_MAX 255 /* of a directory, as the kernel has it */
#define ID_SHOWN 12
#define ID_SIZE_MAX 64
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define HEXADECIMAL "0123456789abcdef"
#define CROCKFORD "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#define SLUID_SIZE 14 /* with the "s" in front, which Slurm prints, too */

struct piece {
	const char *at;
	size_t size;
};

/* A directory on the path, and the two above it. */
struct place {
	struct piece name, above, above_that;
	bool is_below_service; /* which stands further up than those two */
	bool is_below_kubepods, is_pod, is_below_pod;
	bool is_below_job;
};

static bool piece_is(struct piece piece, const char *text)
{
	return piece.size == strlen(text) &&
			!memcmp(piece.at, text, piece.size);
}

static bool piece_begins(struct piece piece, const char *text)
{
	const size_t size = strlen(text);

	return piece.size >= size && !memcmp(piece.at, text, size);
}

static bool piece_ends(struct piece piece, const char *text)
{
	const size_t size = strlen(text);

	return piece.size >= size &&
			!memcmp(piece.at + piece.size - size, text, size);
}

static struct piece piece_after(struct piece piece, size_t size)
{
	return (struct piece){ piece.at + size, piece.size - size };
}

static struct piece piece_without(struct piece piece, const char *ending)
{
	if (piece_ends(piece, ending))
		piece.size -= strlen(ending);
	return piece;
}

static bool piece_is_of(struct piece piece, const char *characters)
{
	for (size_t i = 0; i < piece.size; i++) {
		if (!piece.at[i] || !strchr(characters, piece.at[i]))
			return false;
	}
	return piece.size > 0;
}

/* "job_4711": what follows the prefix, if that is a number. */
static bool piece_has_number(
		struct piece piece, const char *prefix, struct piece *number)
{
	if (!piece_begins(piece, prefix))
		return false;
	*number = piece_after(piece, strlen(prefix));
	return piece_is_of(*number, DIGITS) && number->size <= 20;
}

static void print_piece(
		char *out, size_t room, const char *before, struct piece piece)
{
	if (piece.size <= NAME_SIZE_MAX)
		snprintf(out, room, "%s%.*s", before, (int)piece.size,
				piece.at);
}

/* --- jobs --- */

static bool is_sluid(struct piece name)
{
	return name.size == SLUID_SIZE && *name.at == 's' &&
			piece_is_of(piece_after(name, 1), CROCKFORD);
}

static bool is_slurm_scope(struct piece name)
{
	return piece_is(name, "slurmstepd.scope") ||
			piece_ends(name, "_slurmstepd.scope");
}

static bool place_is_slurm_job(const struct place *place, struct piece *id)
{
	struct piece uid;

	if (is_slurm_scope(place->above) &&
			!piece_ends(place->above_that, ".service")) {
		*id = place->name;
		return is_sluid(place->name) ||
				piece_has_number(place->name, "job_", id);
	}
	return (piece_is(place->above_that, "slurm") ||
			       piece_begins(place->above_that, "slurm_")) &&
			piece_has_number(place->above, "uid_", &uid) &&
			piece_has_number(place->name, "job_", id);
}

static bool place_is_pbs_job(const struct place *place)
{
	const struct piece manager =
			piece_without(place->above_that, ".service");

	return (piece_is(place->above, "jobs") ||
			       piece_is(place->above, "jobid")) &&
			(piece_is(manager, "pbs_jobs") ||
					piece_is(manager, "pbspro") ||
					piece_is(manager, "pbs"));
}

/* What runs in a service may have been given its part of the tree, and name
 * cgroups in it as it likes. */
static void find_job(struct tm_workload *workload, struct place *place)
{
	struct piece id;

	if (*workload->job) {
		if (place->is_below_job && piece_begins(place->name, "step_"))
			print_piece(workload->step, sizeof(workload->step), "",
					piece_after(place->name, 5));
		place->is_below_job = false;
		return;
	}
	if (place->is_below_service)
		return;
	if (place_is_slurm_job(place, &id))
		print_piece(workload->job, sizeof(workload->job), "slurm/", id);
	else if (place_is_pbs_job(place))
		print_piece(workload->job, sizeof(workload->job), "pbs/",
				place->name);
	place->is_below_job = *workload->job;
}

/* --- containers --- */

/* Kubernetes writes "_" for the "-" of a UID in the names of slices; the UID of
 * a pod that no server knows is a hash. */
static bool is_pod_uid(struct piece uid)
{
	if (uid.size == 32)
		return piece_is_of(uid, HEXADECIMAL);
	if (uid.size != 36)
		return false;
	for (size_t i = 0; i < uid.size; i++) {
		const char *const fitting =
				i == 8 || i == 13 || i == 18 || i == 23
				? "-_"
				: HEXADECIMAL;

		if (!strchr(fitting, uid.at[i]))
			return false;
	}
	return true;
}

/* Whether the name ends in "pod" and a UID of that size. */
static bool piece_has_pod(struct piece name, size_t size, struct piece *uid)
{
	size_t cut;

	if (name.size < size + 3)
		return false;
	cut = name.size - size;
	*uid = piece_after(name, cut);
	return !memcmp(uid->at - 3, "pod", 3) && is_pod_uid(*uid);
}

/* "kubepods-burstable-podUID.slice", or "podUID" below "kubepods"; the id of a
 * container may follow after a ":". */
static bool find_pod(struct tm_workload *workload, const struct place *place)
{
	struct piece name = place->name, uid;
	const char *const colon = memchr(name.at, ':', name.size);

	if (!place->is_below_kubepods)
		return false;
	if (colon)
		name.size = colon - name.at;
	name = piece_without(name, ".slice");
	if (!piece_has_pod(name, 36, &uid) && !piece_has_pod(name, 32, &uid))
		return false;
	print_piece(workload->pod, sizeof(workload->pod), "", uid);
	for (char *c = workload->pod; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return true;
}

/* Who made the container, by what stands before its id; NULL where that is no
 * container. libpod-conmon-ID.scope is a monitor, which is none. */
static const char *manager_of(const struct place *place, struct piece before)
{
	static const char *const managers[][2] = {
		{ "docker-", "docker" },
		{ "libpod-", "podman" },
		{ "libpod-payload-", "podman" },
		{ "crio-", "crio" },
		{ "cri-containerd-", "containerd" },
		{ "nerdctl-", "containerd" },
	};

	if (place->is_pod) /* "...podUID.slice:cri-containerd:ID" */
		return "kubernetes";
	if (!before.size) {
		if (piece_is(place->above, "docker"))
			return "docker";
		if (piece_is(place->above, "libpod_parent"))
			return "podman";
		return place->is_below_pod ? "kubernetes" : NULL;
	}
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers); i++) {
		if (piece_is(before, managers[i][0]))
			return place->is_below_pod ? "kubernetes"
						   : managers[i][1];
	}
	return NULL;
}

static void find_container(
		struct tm_workload *workload, const struct place *place)
{
	struct piece id = piece_without(place->name, ".scope"), before = id;
	const char *manager;
	char prefix[16];

	while (before.size && before.at[before.size - 1] != '-' &&
			before.at[before.size - 1] != ':')
		before.size--;
	id = piece_after(id, before.size);
	if (id.size < ID_SHOWN || id.size > ID_SIZE_MAX ||
			!piece_is_of(id, HEXADECIMAL))
		return;
	manager = manager_of(place, before);
	if (!manager)
		return;
	snprintf(prefix, sizeof(prefix), "%s/", manager);
	id.size = ID_SHOWN;
	print_piece(workload->container, sizeof(workload->container), prefix,
			id);
}

/* --- units and sessions --- */

static void find_unit(struct tm_workload *workload, const struct place *place)
{
	static const char *const kinds[] = { ".service", ".socket", ".scope",
		".mount", ".swap" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (piece_ends(place->name, kinds[i]) &&
				place->name.size > strlen(kinds[i]))
			print_piece(workload->unit, sizeof(workload->unit), "",
					place->name);
	}
}

static void find_session(
		struct tm_workload *workload, const struct place *place)
{
	struct piece id = piece_without(place->name, ".scope");

	if (!piece_begins(id, "session-") || id.size == place->name.size ||
			!piece_begins(place->above, "user-"))
		return;
	id = piece_after(id, strlen("session-"));
	if (id.size < sizeof(workload->session) &&
			piece_is_of(id, DIGITS LETTERS))
		print_piece(workload->session, sizeof(workload->session), "",
				id);
}

static void place_enter(struct place *place, struct piece name)
{
	place->is_below_service |= piece_ends(place->above_that, ".service");
	place->above_that = place->above;
	place->above = place->name;
	place->name = name;
	place->is_below_pod = place->is_pod;
	place->is_below_kubepods |= piece_begins(name, "kubepods") ||
			memmem(name.at, name.size, "-kubepods", 9);
}

void tm_workload_parse(struct tm_workload *workload, const char *path)
{
	struct place place = { .name = { "", 0 }, .above = { "", 0 } };
	struct piece name;

	*workload->job = *workload->step = *workload->unit = '\0';
	*workload->container = *workload->pod = *workload->session = '\0';
	for (; *path; path += name.size) {
		path += strspn(path, "/");
		name = (struct piece){ path, strcspn(path, "/") };
		if (!name.size)
			break;
		place_enter(&place, name);
		place.is_pod = find_pod(workload, &place);
		find_job(workload, &place);
		find_container(workload, &place);
		find_unit(workload, &place);
		find_session(workload, &place);
	}
}
