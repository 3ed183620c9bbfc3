/* What the programs read of a task: the user whom it acts for, its name, and
 * whether it has a socket open. */
#ifndef TM_BPF_TASK_H
#define TM_BPF_TASK_H

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/process.h"
#include "bpf/socket.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define PF_KTHREAD 0x00200000
#define FILES_AT_ONCE 8 /* the table's size is a multiple of it */
#define FILES_SEARCHED 256

/* The user is the real one, who started a set-user-ID program. Where a daemon
 * acts for somebody (seteuid(2), setfsuid(2)), that user: it is root, or keeps
 * its own user as the saved one, as root of a container does. */
static __always_inline uint32_t user_acted_for(
		uint32_t real, uint32_t saved, uint32_t acting)
{
	return !real || saved == real ? acting : real;
}

static __always_inline uint32_t user_of(struct task_struct *task)
{
	const struct cred *const cred = BPF_CORE_READ(task, cred);
	const uint32_t real = BPF_CORE_READ(cred, uid.val);
	const uint32_t acting = BPF_CORE_READ(cred, fsuid.val);

	return acting == real
			? real
			: user_acted_for(real, BPF_CORE_READ(cred, suid.val),
					  acting);
}

/* Kernels since 5.11 let programs read the task directly, by this pointer. */
static __always_inline struct task_struct *current_task(void)
{
	return settings.reads_task ? bpf_get_current_task_btf()
				   : (void *)bpf_get_current_task();
}

/* The same as login_of(), directly. */
static __always_inline uint32_t login_read(struct task_struct *task)
{
	return bpf_core_field_exists(struct task_struct, loginuid)
			? task->group_leader->loginuid.val
			: TM_NOBODY;
}

/* Whether the task runs the owner's program, for the owner's login. One that
 * ends has no memory any more. */
static __always_inline bool runs_as_before(const struct socket_state *state,
		uint64_t memory, uint32_t login)
{
	return !settings.reports_processes || !memory ||
			(state->memory == memory && state->login == login);
}

/* Whether the current task is the owner already, as for most packets. The name
 * changes with execve(2) and prctl(2). */
static __always_inline bool is_owned_by(
		const struct socket_state *state, struct task_struct *task)
{
	const struct owner *const owner = &state->owner;
	uint64_t name[2];

	if (settings.reads_task) {
		const struct cred *const cred = task->cred;
		const uint64_t *const leader =
				(const uint64_t *)task->group_leader->comm;

		return owner->pid == (uint32_t)task->tgid &&
				owner->uid ==
				user_acted_for(cred->uid.val, cred->suid.val,
						cred->fsuid.val) &&
				state->cgroups == (uint64_t)task->cgroups &&
				state->name[0] == leader[0] &&
				state->name[1] == leader[1] &&
				runs_as_before(state, (uint64_t)task->mm,
						login_read(task));
	}
	BPF_CORE_READ_INTO(&name, task, group_leader, comm);
	return owner->pid == (uint32_t)BPF_CORE_READ(task, tgid) &&
			owner->uid == user_of(task) &&
			state->cgroups ==
			(uint64_t)BPF_CORE_READ(task, cgroups) &&
			state->name[0] == name[0] &&
			state->name[1] == name[1] &&
			runs_as_before(state, (uint64_t)BPF_CORE_READ(task, mm),
					login_of(task));
}

/* The version changes before and after, so that no reader takes half of an
 * owner for the whole. The name is kept twice, since the kernel leaves anything
 * after its end. */
static __always_inline void write_owner(
		struct socket_state *state, struct task_struct *task)
{
	const uint32_t identity = report_process((uint64_t)task);
	struct owner *const owner = &state->owner;

	__sync_fetch_and_add(&state->owner_version, 1);
	owner->pid = BPF_CORE_READ(task, tgid);
	owner->uid = user_of(task);
	state->cgroups = (uint64_t)BPF_CORE_READ(task, cgroups);
	BPF_CORE_READ_INTO(&state->name, task, group_leader, comm);
	state->memory = (uint64_t)BPF_CORE_READ(task, mm);
	state->login = login_of(task);
	owner->identity = identity;
	owner->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	owner->flags = TM_OWNER_TASK;
	__builtin_memset(owner->comm, 0, sizeof(owner->comm));
	BPF_CORE_READ_STR_INTO(&owner->comm, task, group_leader, comm);
	__sync_fetch_and_add(&state->owner_version, 1);
}

/* 0 if one of these is the one that is sought, else 1. For the verifier,
 * without a branch for each, and hidden from clang, which would make them. */
static __always_inline uint64_t are_others(
		struct file *const some[FILES_AT_ONCE], const struct file *one)
{
	uint64_t others = 1, difference, negative;

	for (int i = 0; i < FILES_AT_ONCE; i++) {
		difference = (uint64_t)some[i] ^ (uint64_t)one;
		negative = -difference;
		asm volatile("" : "+r"(negative));
		others &= (difference | negative) >> 63;
	}
	return others;
}

/* Whether the task can be the one that sends by the socket. The kernel also
 * sends while any task runs: in a softirq, or for a program that has held the
 * packet (NFQUEUE). A task with a large table of files is believed. Global, so
 * that the verifier looks at it once, whoever calls it. */
__noinline int has_open(uint64_t task, uint64_t sk)
{
	struct socket *const socket =
			BPF_CORE_READ((struct sock *)sk, sk_socket);
	const struct file *const sought = BPF_CORE_READ(socket, file);
	struct fdtable *const table =
			BPF_CORE_READ((struct task_struct *)task, files, fdt);
	struct file **const files = BPF_CORE_READ(table, fd);
	const uint32_t size = BPF_CORE_READ(table, max_fds);
	struct file *some[FILES_AT_ONCE] = {};
	uint64_t others = 1;

	if (!socket) /* it is closed */
		return false;
	if (!sought || size > FILES_SEARCHED)
		return true;
	for (uint32_t at = 0; at < FILES_SEARCHED; at += FILES_AT_ONCE) {
		if (at >= size)
			break;
		bpf_probe_read_kernel(some, sizeof(some), &files[at]);
		others &= are_others(some, sought);
	}
	return !others;
}

#endif
