/* What is remembered of a socket, in the socket's own storage: its owner, the
 * verdict of the lists, its first flow. */
#ifndef TM_BPF_SOCKET_H
#define TM_BPF_SOCKET_H

#include "bpf/capture.h"
#include "bpf/kernel.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#define LISTEN 10 /* of tcp_states.h */
#define SOCK_STREAM 1
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5

/* An accepted socket begins with a copy of its listener's state. It inherits
 * the owner; everything else carries the name of the state that it was written
 * for, and is void in a copy. */
struct socket_state {
	struct owner owner;
	uint64_t cgroups; /* the owner's css_set: changes with its cgroup */
	uint64_t memory;  /* the owner's: changes with its program */
	uint64_t name[2]; /* the owner's, as the kernel has it */
	uint32_t login;	  /* the owner's */
	uint32_t owner_version; /* changes before and after the owner */
	uint64_t judged_as;	/* state_name() once there is a verdict */
	uint64_t verdict;	/* see verdict_of() */
	uint64_t used_as; /* state_name() once a task has used the socket */
	uint64_t flow;	  /* reference of its slot in the flow table */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

/* Whether the packet is of the one protocol that the socket speaks. A raw
 * socket sends and takes what belongs to others. */
static __always_inline bool speaks(
		const struct bpf_sock *socket, uint32_t protocol)
{
	return socket->type != SOCK_RAW && socket->protocol == protocol;
}

/* The socket is a struct bpf_sock or, in a tracepoint, a struct sock. */
static __always_inline struct socket_state *socket_state(void *socket)
{
	return bpf_sk_storage_get(&sockets, socket, NULL, 0);
}

/* NULL when there is no memory. */
static __always_inline struct socket_state *socket_state_made(void *socket)
{
	return bpf_sk_storage_get(
			&sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
}

/* The address of the state tells it from its copies. */
static __always_inline uint64_t state_name(const struct socket_state *state)
{
	return (uint64_t)state;
}

/* Whether a task has used the socket since it was made or accepted. */
static __always_inline bool is_used(const struct socket_state *state)
{
	return state->used_as == state_name(state);
}

static __always_inline void mark_used(struct socket_state *state)
{
	state->used_as = state_name(state);
}

/* A verdict is one word, so that all of it is of the same writer: what the ends
 * mix to << 32 | generation of the lists << 3 | directions that were judged |
 * whether it is excluded. */
enum {
	EXCLUDED = 1,
	JUDGED_IN = 2,
	JUDGED_OUT = 4,
	VERDICT_BITS = 3,
};

/* The verdict on these ends; 0 if there is none that holds. */
static __always_inline uint32_t verdict_of(const struct socket_state *state,
		uint32_t generation, uint32_t ends)
{
	const uint64_t verdict = *(const volatile uint64_t *)&state->verdict;

	if (state->judged_as != state_name(state) || verdict >> 32 != ends ||
			(uint32_t)verdict >> VERDICT_BITS != generation)
		return 0;
	return verdict & (EXCLUDED | JUDGED_IN | JUDGED_OUT);
}

/* Writes the verdict before it becomes valid. */
static __always_inline void remember_verdict(struct socket_state *state,
		uint32_t generation, uint32_t ends, uint32_t verdict)
{
	*(volatile uint64_t *)&state->verdict = (uint64_t)ends << 32 |
			generation << VERDICT_BITS | verdict;
	state->judged_as = state_name(state);
}

#endif
