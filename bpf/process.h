/* Reports to tm-capture who a process is, before its first event: a short one
 * has ended when tm-capture reads the event, and by then tm-capture has no
 * right to look at the processes of others. Once for each process, program and
 * cgroup, never for each packet. */
#ifndef TM_BPF_PROCESS_H
#define TM_BPF_PROCESS_H

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/ring.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define STEPS 64 /* of a path: components and mounts */
#define WAS_CUT (1u << 16)
#define PIECE 256 /* of a command line */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* sizes are set before the load */
} processes SEC(".maps");

/* The identity that was last reported of a pid. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint32_t);
} reported SEC(".maps");

/* Where a record is put together. It is too large for the stack, and a softirq
 * or another task may interrupt the program: whoever pops the number of a draft
 * has it alone. */
struct draft {
	struct process process;
	char texts[PROCESS_ROOM + PROCESS_TEXT];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct draft);
} drafts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__type(value, uint32_t);
} free_drafts SEC(".maps");

/* Threads may have logins and cgroups of their own. Those of the leader are the
 * process's: else each thread in turn would be news. */
static __always_inline uint32_t login_of(struct task_struct *task)
{
	return bpf_core_field_exists(struct task_struct, loginuid)
			? BPF_CORE_READ(task, group_leader, loginuid.val)
			: TM_NOBODY;
}

static __always_inline uint32_t session_of(struct task_struct *task)
{
	return bpf_core_field_exists(struct task_struct, sessionid)
			? BPF_CORE_READ(task, group_leader, sessionid)
			: TM_NOBODY;
}

/* Appends a component of a path. The mask is for the verifier: the room is
 * enough for all texts. */
static __always_inline uint32_t append_component(
		struct draft *draft, uint32_t at, const void *name)
{
	const long length = bpf_probe_read_kernel_str(
			&draft->texts[at & (PROCESS_ROOM - 1)], PROCESS_NAME,
			name);

	return length > 0 ? at + (uint32_t)length : at;
}

static __always_inline bool is_full(uint32_t begin, uint32_t at)
{
	return at - begin > PROCESS_TEXT - PROCESS_NAME;
}

static __always_inline struct mount *mount_of(struct vfsmount *mount)
{
	return (void *)mount - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline struct vfsmount *vfsmount_of(struct mount *mount)
{
	return (void *)mount + bpf_core_field_offset(struct mount, mnt);
}

/* Appends the path of a file in its mount namespace, as d_path() of the kernel
 * does. Returns where it ends, and WAS_CUT. Global, as are the next ones, so
 * that the verifier looks at each once, whoever calls it. */
__noinline int append_path(uint64_t file, uint32_t number, uint32_t begin)
{
	struct draft *const draft = bpf_map_lookup_elem(&drafts, &number);
	struct dentry *dentry =
			BPF_CORE_READ((struct file *)file, f_path.dentry);
	struct vfsmount *mount = BPF_CORE_READ((struct file *)file, f_path.mnt);
	struct dentry *parent;
	struct mount *above;
	uint32_t at = begin;

	if (!draft)
		return begin;
	for (int i = 0; i < STEPS && !is_full(begin, at); i++) {
		if (dentry == BPF_CORE_READ(mount, mnt_root)) {
			above = BPF_CORE_READ(mount_of(mount), mnt_parent);
			if (above == mount_of(mount))
				return at;
			dentry = BPF_CORE_READ(mount_of(mount), mnt_mountpoint);
			mount = vfsmount_of(above);
			continue;
		}
		at = append_component(
				draft, at, BPF_CORE_READ(dentry, d_name.name));
		parent = BPF_CORE_READ(dentry, d_parent);
		if (parent == dentry) /* a file without a directory: memfd */
			return at;
		dentry = parent;
	}
	return at | WAS_CUT;
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	return bpf_core_field_exists(struct kernfs_node, __parent)
			? BPF_CORE_READ(node, __parent)
			: BPF_CORE_READ((struct kernfs_node___named *)node,
					  parent);
}

/* Appends the path of a cgroup below the node with the id root, or 0. Returns
 * where it ends, and WAS_CUT if it is not below it. */
__noinline int append_cgroup(
		uint64_t cgroup, uint64_t root, uint32_t number, uint32_t begin)
{
	struct draft *const draft = bpf_map_lookup_elem(&drafts, &number);
	struct kernfs_node *node = BPF_CORE_READ((struct cgroup *)cgroup, kn);
	struct kernfs_node *parent;
	uint32_t at = begin;

	if (!draft)
		return begin;
	for (int i = 0; i < STEPS && !is_full(begin, at); i++) {
		if (root && BPF_CORE_READ(node, id) == root)
			return at;
		parent = parent_of(node);
		if (!parent)
			return root ? at | WAS_CUT : at;
		at = append_component(draft, at, BPF_CORE_READ(node, name));
		node = parent;
	}
	return at | WAS_CUT;
}

static __always_inline uint32_t end_text(
		struct process *process, enum process_text text, uint32_t end)
{
	if (end & WAS_CUT)
		process->cut |= 1 << text;
	process->ends[text] = end;
	return end & (WAS_CUT - 1);
}

static __always_inline bool is_deleted(struct file *file)
{
	struct dentry *const dentry = BPF_CORE_READ(file, f_path.dentry);

	if (BPF_CORE_READ(dentry, d_parent) == dentry)
		return BPF_CORE_READ(file, f_path.mnt, mnt_root) != dentry;
	return !BPF_CORE_READ(dentry, d_hash.pprev);
}

static __always_inline uint32_t add_program(struct process *process,
		struct task_struct *task, uint32_t number)
{
	struct file *const program = BPF_CORE_READ(task, mm, exe_file);
	uint32_t end = 0;

	process->is_deleted = false;
	if (program) {
		end = append_path((uint64_t)program, number, 0);
		process->is_deleted = is_deleted(program);
	}
	return end_text(process, PROCESS_COMMAND, end);
}

/* In a tree of cgroup1, if the subsystem has one. */
static __always_inline uint32_t add_tree(struct process *process,
		struct css_set *set, int tree, uint32_t number, uint32_t at)
{
	struct cgroup_subsys_state *state = NULL;
	struct cgroup *cgroup;
	uint32_t end = at;

	if (settings.subsystems[tree] >= 0) {
		bpf_probe_read_kernel(&state, sizeof(state),
				(void *)set +
						bpf_core_field_offset(
								struct css_set,
								subsys) +
						8 * settings.subsystems[tree]);
		cgroup = BPF_CORE_READ(state, cgroup);
		if (BPF_CORE_READ(cgroup, root, hierarchy_id))
			end = append_cgroup((uint64_t)cgroup, 0, number, at);
	}
	return end_text(process, PROCESS_TREES + tree, end);
}

static __always_inline uint32_t add_cgroups(struct process *process,
		struct task_struct *task, uint32_t number, uint32_t at)
{
	struct css_set *const set = BPF_CORE_READ(task, group_leader, cgroups);
	struct cgroup *const cgroup = BPF_CORE_READ(set, dfl_cgrp);

	process->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	at = end_text(process, PROCESS_CGROUP,
			append_cgroup((uint64_t)cgroup, settings.cgroup_root,
					number, at));
#pragma unroll
	for (int i = 0; i < TREES; i++)
		at = add_tree(process, set, i, number, at);
	return at;
}

/* Appends the command line, which only the task itself can read, a piece at a
 * time: the whole is refused if a part of it is not in memory. Returns where it
 * ends, and WAS_CUT. */
__noinline int append_arguments(
		uint64_t address, uint32_t number, uint32_t begin)
{
	struct draft *const draft = bpf_map_lookup_elem(&drafts, &number);
	struct mm_struct *const memory =
			BPF_CORE_READ((struct task_struct *)address, mm);
	const uint64_t from = BPF_CORE_READ(memory, arg_start);
	const uint64_t size = BPF_CORE_READ(memory, arg_end) - from;
	uint64_t done = 0, piece;

	if (!draft || !settings.reports_arguments ||
			address != bpf_get_current_task())
		return begin;
	for (int i = 0; i < PROCESS_TEXT / PIECE && done < size; i++) {
		piece = size - done;
		if (piece > PIECE)
			piece = PIECE;
		if (bpf_probe_read_user(&draft->texts[(begin + done) &
							(PROCESS_ROOM - 1)],
				    piece, (void *)(from + done)))
			break;
		done += piece;
		FORGET_BY(from, done);
	}
	return done < size ? (begin + done) | WAS_CUT : begin + done;
}

static __always_inline bool send_process(struct draft *draft,
		struct task_struct *task, uint32_t number, uint32_t identity)
{
	struct process *const process = &draft->process;
	uint32_t size;

	process->pid = BPF_CORE_READ(task, tgid);
	process->identity = identity;
	process->login = login_of(task);
	process->session = session_of(task);
	process->cut = 0;
	size = add_program(process, task, number);
	size = add_cgroups(process, task, number, size);
	size = end_text(process, PROCESS_ARGUMENTS,
			append_arguments((uint64_t)task, number, size));
	size += sizeof(*process);
	if (size > sizeof(*draft)) /* for the verifier */
		return false;
	return !bpf_ringbuf_output(&processes, draft, size, BPF_RB_NO_WAKEUP);
}

static __always_inline bool send_in_turn(
		struct task_struct *task, uint32_t identity)
{
	struct draft *draft;
	bool is_sent = false;
	uint32_t number;

	if (bpf_map_pop_elem(&free_drafts, &number))
		return false;
	draft = bpf_map_lookup_elem(&drafts, &number);
	if (draft)
		is_sent = send_process(draft, task, number, identity);
	bpf_map_push_elem(&free_drafts, &number, 0);
	return is_sent;
}

/* Differs from that of any other process that had the pid, and changes with the
 * program, the cgroup and the login. */
static __always_inline uint32_t identity_of(struct task_struct *task)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	struct task_struct *const leader = BPF_CORE_READ(task, group_leader);
	struct css_set *const set = BPF_CORE_READ(leader, cgroups);
	uint64_t mixed = BPF_CORE_READ(leader, start_boottime);
	uint32_t identity;

	mixed = (mixed ^ BPF_CORE_READ(set, dfl_cgrp, kn, id)) * odd;
	mixed = (mixed ^ mixed >> 32 ^ (uint64_t)BPF_CORE_READ(task, mm)) * odd;
	mixed = (mixed ^ mixed >> 32 ^
				(uint64_t)BPF_CORE_READ(task, mm, exe_file)) *
			odd;
	mixed = (mixed ^ mixed >> 32 ^ (uint64_t)set) * odd;
	mixed = (mixed ^ mixed >> 32 ^ login_of(task)) * odd;
	identity = mixed >> 32;
	return identity ? identity : 1;
}

static __always_inline void count_unreported(void)
{
	const uint32_t cpu = bpf_get_smp_processor_id() & settings.cpu_mask;
	struct counters *const mine = bpf_map_lookup_elem(&counters, &cpu);

	if (mine)
		__sync_fetch_and_add(&mine->unreported, 1);
}

/* Returns the identity of the task's process, and reports it if that is news. 0
 * for one that is ending, or has no program. */
__noinline int report_process(uint64_t address)
{
	struct task_struct *const task = (void *)address;
	uint32_t pid, identity, *known;

	if (!settings.reports_processes || !BPF_CORE_READ(task, mm))
		return 0;
	pid = BPF_CORE_READ(task, tgid);
	identity = identity_of(task);
	known = bpf_map_lookup_elem(&reported, &pid);
	if (known && *known == identity)
		return identity;
	if (send_in_turn(task, identity))
		bpf_map_update_elem(&reported, &pid, &identity, BPF_ANY);
	else
		count_unreported();
	return identity;
}

#endif
