/* Tries of bpf(2): each loads, attaches or asks, and leaves nothing behind.
 * They return -1 with errno where the kernel refuses. */
#ifndef TM_DOCTOR_TRIAL_H
#define TM_DOCTOR_TRIAL_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

/* Loads a program of two instructions, "return 1" (a cgroup_skb program that
 * returns 0 would drop packets), or, at what has that id in the kernel's BTF,
 * "return 0"; the descriptor is the caller's. */
int trial_load(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id);

/* 0 where programs of the type may call the helper, else ENOTSUP, or why
 * it could not be tried. */
int trial_helper(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id,
		uint32_t helper);

/* Makes a map; the descriptor is the caller's. */
int trial_map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
		uint32_t entries, uint32_t flags);

/* The map of the storage of sockets, whose types have to be described. */
int trial_socket_storage(void);

/* Attaches the program as a link to a cgroup (by descriptor) or an interface
 * (by number), and lets it go at once. */
int trial_attach(int program, int target, uint32_t attach_type);

struct attached {
	uint32_t ids[64];
	uint32_t count;
	uint32_t flags; /* BPF_F_ALLOW_MULTI and so on */
};

/* What is attached to a cgroup (by descriptor) or, for tcx, to an interface
 * (by number). 0 or -1. */
int trial_query(int target, uint32_t attach_type, struct attached *attached);

/* The name of a program, "" where it is not told. */
void trial_program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN]);

/* Whether a link holds the program, so that it goes with its process: 1, 0, or
 * -1 with errno, which is ENOENT where the program is gone. */
int trial_is_linked(uint32_t id);

/* Closes a program that was attached, and waits until the kernel let it go. */
void trial_end(int program);

/* How long the program is as machine code, 0 = it is interpreted. */
uint32_t trial_jited(int program);

/* The first key of a map: reading, as tm-capture does without rights. */
int trial_read(int map);

#endif
