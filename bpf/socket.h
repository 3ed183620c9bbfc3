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
	uint64_t name[2]; /* the owner's, as the kernel has it */
	uint32_t owner_version; /* changes before and after the owner */
	uint64_t judged_as;	/* state_name() once there is a verdict */
	uint32_t verdict;	/* generation of the lists << 1 | is excluded */
	uint32_t judged_local[4]; /* for these ends, of a datagram socket */
	uint32_t judged_remote[4];
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

static __always_inline bool has_verdict(
		const struct socket_state *state, uint32_t generation)
{
	return state->judged_as == state_name(state) &&
			state->verdict >> 1 == generation;
}

/* Writes the verdict before it becomes valid. */
static __always_inline void remember_verdict(struct socket_state *state,
		uint32_t generation, bool is_excluded)
{
	state->verdict = generation << 1 | is_excluded;
	state->judged_as = state_name(state);
}

#endif
