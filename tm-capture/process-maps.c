#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "process-maps.h"

#define REPORTED 32768 /* pids that the programs remember */
/* The longest record takes 32 KiB of the ring. */
#define RING_PART 4 /* of --ring */
#define DRAFTS_MOST 64

static struct bpf_map *process_map(
		const struct bpf_object *object, const char *name)
{
	return bpf_object__find_map_by_name(object, name);
}

/* Programs that wait for their CPU may each hold one. */
static int drafts_for(int cpus)
{
	return 2 * cpus < DRAFTS_MOST ? 2 * cpus : DRAFTS_MOST;
}

int process_maps_size(struct bpf_object *object, size_t ring_bytes, int cpus)
{
	const struct {
		const char *name;
		size_t size;
	} maps[] = {
		{ "processes", ring_bytes / RING_PART },
		{ "reported", REPORTED },
		{ "drafts", drafts_for(cpus) },
		{ "free_drafts", drafts_for(cpus) },
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		if (bpf_map__set_max_entries(process_map(object, maps[i].name),
				    maps[i].size))
			return -1;
	}
	return 0;
}

int process_maps_fill(const struct bpf_object *object)
{
	struct bpf_map *const drafts = process_map(object, "free_drafts");
	const uint32_t count = bpf_map__max_entries(drafts);

	for (uint32_t i = 0; i < count; i++) {
		if (bpf_map_update_elem(bpf_map__fd(drafts), NULL, &i, BPF_ANY))
			return -1;
	}
	return 0;
}
