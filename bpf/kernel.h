/* The few kernel structures that the programs read, by CO-RE: only the fields
 * in use, found in the running kernel's own BTF when the programs load. */
#ifndef TM_BPF_KERNEL_H
#define TM_BPF_KERNEL_H

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#pragma clang attribute push(                                                  \
		__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	unsigned int val;
} kuid_t;

struct sock_common {
	possible_net_t skc_net;
	unsigned char skc_net_refcnt : 1;
};

typedef struct {
	int owned;
} socket_lock_t;

struct socket;

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	unsigned short sk_type;
	struct socket *sk_socket;
	kuid_t sk_uid;
};

struct cred {
	kuid_t uid;
	kuid_t suid;
	kuid_t fsuid;
};

struct kernfs_node {
	unsigned long long id;
	const char *name;
	struct kernfs_node *__parent;
};

/* Before 6.15. */
struct kernfs_node___named {
	struct kernfs_node *parent;
};

struct cgroup_root {
	int hierarchy_id; /* 0 = the tree of cgroup2 */
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[4];
	struct cgroup *dfl_cgrp;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	struct file *exe_file;
};

struct bpf_run_ctx {
};

/* While the programs of a cgroup run, one after the other. tm-capture looks for
 * the member by its name. */
struct bpf_cg_run_ctx {
	struct bpf_run_ctx run_ctx;
	int retval;
};

struct task_struct {
	unsigned int flags;
	int tgid;
	const struct cred *cred;
	struct css_set *cgroups;
	struct files_struct *files;
	struct bpf_run_ctx *bpf_ctx;
	struct mm_struct *mm;
	kuid_t loginuid; /* with CONFIG_AUDIT */
	unsigned int sessionid;
	struct task_struct *group_leader;
	unsigned long long start_boottime;
	char comm[16];
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct bpf_iter__task_file {
	struct task_struct *task;
	unsigned int fd;
	struct file *file;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct ipv6_devconf {
	int mtu6;
};

struct inet6_dev {
	struct ipv6_devconf cnf;
};

struct net_device {
	unsigned int mtu;
	unsigned int flags;
	unsigned short hard_header_len;
};

struct dst_entry {
	unsigned long _metrics;
	unsigned long expires;
};

struct rtable {
	struct dst_entry dst;
	unsigned int rt_mtu_locked : 1, rt_pmtu : 31;
};

struct rt6_info {
	struct dst_entry dst;
	struct inet6_dev *rt6i_idev;
};

union nf_inet_addr {
	__u32 all[4];
};

struct nf_conntrack_man {
	union nf_inet_addr u3;
};

struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
	struct {
		union nf_inet_addr u3;
	} dst;
};

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

/* A connection that netfilter tracks, if it is there. */
struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[2];
};

struct sk_buff {
	struct net_device *dev;
	unsigned long _nfct;
	char cb[48];
	unsigned long _skb_refdst;
	unsigned char encapsulation : 1;
	unsigned short inner_transport_header;
	unsigned short inner_network_header;
	unsigned short network_header;
	unsigned char *head;
	unsigned char *data;
};

/* In cb, by family. */
struct inet_skb_parm {
	unsigned short frag_max_size;
};

struct inet6_skb_parm {
	unsigned short frag_max_size;
};

#pragma clang attribute pop

/* Reads like a pointer that the verifier knows. */
extern void *bpf_rdonly_cast(void *object, __u32 type) __ksym __weak;

/* Whether programs may read the kernel. This cannot be one of the settings:
 * without CAP_PERFMON old verifiers refuse code that reads it, and some layouts
 * of the stack, also where a setting makes the code dead. */
#ifdef PLAIN
#define READS_KERNEL false
#else
#define READS_KERNEL true
#endif

/* CO-RE does arithmetic on addresses, which the verifier forbids on pointers
 * that it tracks. These hand out the address as a plain number. */
static __always_inline struct sock *kernel_sock(struct bpf_sock *socket)
{
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), &socket);
	return sk;
}

static __always_inline struct task_struct *kernel_task(struct task_struct *task)
{
	struct task_struct *number = NULL;

	bpf_probe_read_kernel(&number, sizeof(number), &task);
	return number;
}

static __always_inline struct sk_buff *kernel_buffer(struct __sk_buff *skb)
{
	struct sk_buff *buffer = NULL;

	bpf_probe_read_kernel(&buffer, sizeof(buffer), &skb);
	return buffer;
}

#endif
