/* Trials of bpf(2): each loads, attaches or queries, and leaves nothing behind.
 * They return -1 with errno if the kernel refuses. */
#ifndef TM_DOCTOR_TRIAL_H
#define TM_DOCTOR_TRIAL_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

/* Loads a program of two instructions: "return 1" (a cgroup_skb program that
 * returns 0 would drop packets), or "return 0" if it attaches to an id of the
 * kernel's BTF. The caller closes the descriptor. */
int trial_load(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id);

/* 0 where programs of the type may call the helper, else ENOTSUP, or why
 * it could not be tried. */
int trial_helper(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id,
		uint32_t helper);

/* Creates a map. The caller closes the descriptor. */
int trial_map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
		uint32_t entries, uint32_t flags);

/* Creates a socket storage map, whose types BTF has to describe. */
int trial_socket_storage(void);

/* Attaches the program by a link to a cgroup (a descriptor) or an interface (a
 * number), and detaches it at once. */
int trial_attach(int program, int target, uint32_t attach_type);

struct attached {
	uint32_t ids[64];
	uint32_t count;
	uint32_t flags; /* BPF_F_ALLOW_MULTI and so on */
};

/* Lists what is attached to a cgroup (a descriptor) or, for tcx, to an
 * interface (a number). 0 or -1. */
int trial_query(int target, uint32_t attach_type, struct attached *attached);

/* The name of a program, "" if unknown. */
void trial_program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN]);

/* Whether a link holds the program, so that it goes with its process: 1, 0, or
 * -1 with errno, which is ENOENT where the program is gone. */
int trial_is_linked(uint32_t id);

/* Closes a program that was attached and waits until the kernel has released
 * it. */
void trial_end(int program);

/* The size of the program's machine code, 0 = it is interpreted. */
uint32_t trial_jited(int program);

/* Reads the first key of a map, as tm-capture does without rights. */
int trial_read(int map);

#endif
