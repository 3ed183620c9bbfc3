/* Whose socket it is: the task that does the I/O, remembered in the socket's
 * own storage, because packets also move when nobody runs on their behalf. */
#ifndef TM_BPF_OWNER_H
#define TM_BPF_OWNER_H

#include "bpf/capture.h"
#include "bpf/kernel.h"

#include <linux/bpf.h>
#include <linux/in.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define PF_KTHREAD 0x00200000
#define LISTEN 10 /* of tcp_states.h */
#define MSG_PEEK 2
#define SOCK_RAW 3

extern const volatile struct tm_settings settings;

/* What is remembered of a socket. An accepted one begins with a copy of its
 * listener's, of which the owner alone is its own: the rest says whose it is.
 */
struct socket_state {
	struct tm_owner owner;
	uint64_t cgroups; /* the owner's set of them, to see it change */
	uint32_t execs;	  /* how often the owner had called execve(2) */
	uint32_t owner_version;
	uint64_t judged_as;	  /* name_of() this, once there is a verdict */
	uint32_t verdict;	  /* the lists' generation << 1 | is left out */
	uint32_t judged_local[4]; /* for what, of a datagram socket */
	uint32_t judged_remote[4];
	uint64_t used_as; /* name_of() this, once a task used the socket */
	uint64_t flow;	  /* reference of its slot in the flow table */
};

/* An accepted socket begins with its listener's owner. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

/* Kernels from 5.11 on hand the task to the programs to read from it; what
 * older ones hand over is copied from piece by piece. */
static __always_inline bool is_owner(const struct socket_state *state)
{
	const struct tm_owner *const owner = &state->owner;

	if (settings.reads_task) {
		struct task_struct *const task = bpf_get_current_task_btf();

		return owner->pid == (uint32_t)task->tgid &&
				owner->uid == task->cred->uid.val &&
				state->cgroups == (uint64_t)task->cgroups &&
				state->execs == task->self_exec_id;
	}
	struct task_struct *const task = (void *)bpf_get_current_task();

	return owner->pid == (uint32_t)BPF_CORE_READ(task, tgid) &&
			owner->uid == BPF_CORE_READ(task, cred, uid.val) &&
			state->cgroups ==
			(uint64_t)BPF_CORE_READ(task, cgroups) &&
			state->execs == BPF_CORE_READ(task, self_exec_id);
}

/* Makes the task the owner. The version changes before and after, so that
 * nobody takes half of one for whole. */
static __always_inline void take(
		struct socket_state *state, struct task_struct *task)
{
	struct tm_owner *const owner = &state->owner;

	__sync_fetch_and_add(&state->owner_version, 1);
	owner->pid = BPF_CORE_READ(task, tgid);
	owner->uid = BPF_CORE_READ(task, cred, uid.val);
	state->cgroups = (uint64_t)BPF_CORE_READ(task, cgroups);
	state->execs = BPF_CORE_READ(task, self_exec_id);
	owner->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	owner->flags = TM_OWNER_TASK;
	__builtin_memset(owner->comm, 0, sizeof(owner->comm));
	BPF_CORE_READ_STR_INTO(&owner->comm, task, group_leader, comm);
	__sync_fetch_and_add(&state->owner_version, 1);
}

/* The task that runs, when it is about to become the owner; else NULL. */
static __always_inline struct task_struct *new_owner(
		const struct socket_state *state)
{
	struct task_struct *task;

	if (is_owner(state))
		return NULL;
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, flags) & PF_KTHREAD ? NULL : task;
}

/* A number that CO-RE may do arithmetic on, of the verifier's pointer. */
static __always_inline struct sock *as_kernel_sees(struct bpf_sock *socket)
{
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), &socket);
	return sk;
}

/* The state's own address tells it from the copy that an accepted socket begins
 * with. */
static __always_inline uint64_t name_of(const struct socket_state *state)
{
	return (uint64_t)state;
}

/* Whether a task has used the socket since it was made or accepted. */
static __always_inline bool is_used(const struct socket_state *state)
{
	return state->used_as == name_of(state);
}

static __always_inline void read_socket(struct tm_owner *owner, struct sock *sk)
{
	owner->socket_uid = BPF_CORE_READ(sk, sk_uid.val);
	owner->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* Whether a task holds the lock of a TCP socket. */
static __always_inline bool is_in_use(struct bpf_sock *socket)
{
	const struct sock *sk;

	if (!settings.reads_task)
		return BPF_CORE_READ(as_kernel_sees(socket), sk_lock.owned);
	sk = (const struct sock *)bpf_skc_to_tcp_sock(socket);
	return sk && sk->sk_lock.owned;
}

/* Who sends is running now, if the socket is in use by a task: segments that
 * answer an acknowledgement or a timer leave behind anybody's back. */
static __always_inline bool is_sent_by_current(struct bpf_sock *socket)
{
	if (socket->state == LISTEN)
		return false;
	return socket->protocol != IPPROTO_TCP || is_in_use(socket);
}

/* The kernel's own sockets hold no reference to their namespace. */
static __always_inline bool is_of_user(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_net_refcnt);
}

/* Makes the storage of a socket that is older than the capture. NULL for the
 * kernel's own sockets, and when there is no memory. */
static __always_inline struct socket_state *adopt(struct bpf_sock *socket)
{
	struct sock *const sk = as_kernel_sees(socket);
	struct socket_state *state;

	if (!is_of_user(sk))
		return NULL;
	state = bpf_sk_storage_get(
			&sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state)
		return NULL;
	read_socket(&state->owner, sk);
	state->used_as = name_of(state);
	state->owner.uid = state->owner.socket_uid;
	state->owner.flags = TM_OWNER_SOCKET | TM_OLDER;
	return state;
}

#endif
