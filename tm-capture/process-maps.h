/* The maps through which the programs report processes. */
#ifndef TM_CAPTURE_PROCESS_MAPS_H
#define TM_CAPTURE_PROCESS_MAPS_H

#include <stddef.h>

struct bpf_object;

/* Sizes the maps before the load. 0, or -1. */
int process_maps_size(struct bpf_object *object, size_t ring_bytes, int cpus);

/* Gives the programs their drafts. 0, or -1 with errno. */
int process_maps_fill(const struct bpf_object *object);

#endif
