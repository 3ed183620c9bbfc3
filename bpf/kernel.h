/* The few kernel structures that the programs read, by CO-RE: only the fields
 * in use, found in the running kernel's own BTF when the programs load. */
#ifndef TM_BPF_KERNEL_H
#define TM_BPF_KERNEL_H

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

struct sock_common {
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
};

#pragma clang attribute pop

#endif
