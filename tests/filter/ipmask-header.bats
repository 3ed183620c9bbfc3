# The C header of the first meter, made from a list of networks.

load ../helper

seed_list() {
	cat <<-'END'
		10.0.*.*
		192.168.1.*
		2001:db8::*
		2001:db8:abcd:1234:5678:9abc:def0:*
	END
}

# The first meter's own way to look into the header, run on this machine.
compile_first_meter() {
	cat >meter.c <<-'END'
		#include <arpa/inet.h>
		#include <string.h>
		typedef unsigned int __u32;
		typedef unsigned char __u8;
		struct ipv4_mask { __u32 net; __u32 mask; };
		struct ipv6_mask { __u8 net[16]; __u8 prefix_len; };
		#include "untracked_masks.h"
		static int ipv4(__u32 ip)
		{
			for (int i = 0; i != untracked_ipv4_cnt; i++)
				if ((ip & untracked_ipv4[i].mask) ==
					untracked_ipv4[i].net)
					return 1;
			return 0;
		}
		static int ipv6(const __u8 *ip)
		{
			for (int i = 0; i != untracked_ipv6_cnt; i++) {
				int bits = untracked_ipv6[i].prefix_len, b = 0;
				while (b < bits && !((ip[b / 8] ^
					untracked_ipv6[i].net[b / 8]) &
					0x80 >> b % 8))
					b++;
				if (b == bits)
					return 1;
			}
			return 0;
		}
		int main(int argc, char **argv)
		{
			__u8 ip[16];
			__u32 word;
			if (argc > 1 && inet_pton(AF_INET6, argv[1], ip) == 1)
				return !ipv6(ip);
			inet_pton(AF_INET, argv[1], &word);
			return !ipv4(word);
		}
	END
	cc -Wall -o meter meter.c
}

@test "the C header of the first meter's list has its masks in its form" {
	seed_list >ip_list.txt
	run ipmask --c-header ip_list.txt
	assert_success
	assert_output - <<-'END'
		static const struct ipv4_mask untracked_ipv4[] = {
		  { __builtin_bswap32(0x0a000000), __builtin_bswap32(0xffff0000) }, // 10.0.0.0/16
		  { __builtin_bswap32(0xc0a80100), __builtin_bswap32(0xffffff00) }, // 192.168.1.0/24
		};
		static const int untracked_ipv4_cnt = 2;

		static const struct ipv6_mask untracked_ipv6[] = {
		    { { 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 }, 32 },
		    { { 0x20, 0x01, 0x0d, 0xb8, 0xab, 0xcd, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x00, 0x00 }, 112 },
		};
		static const int untracked_ipv6_cnt = 2;
	END
}

@test "the C header has one entry for each of the list, in its order" {
	cat >list.txt <<-'END'
		192.168.1.0/24
		10.0.0.0/8
		10.*.0.5
		10.0.0.0/8
		192.0.2.1-192.0.2.2
		0.0.0.0/0
	END
	run ipmask --c-header list.txt
	assert_success
	assert_output - <<-'END'
		static const struct ipv4_mask untracked_ipv4[] = {
		  { __builtin_bswap32(0xc0a80100), __builtin_bswap32(0xffffff00) }, // 192.168.1.0/24
		  { __builtin_bswap32(0x0a000000), __builtin_bswap32(0xff000000) }, // 10.0.0.0/8
		  { __builtin_bswap32(0x0a000005), __builtin_bswap32(0xff00ffff) }, // 10.*.0.5
		  { __builtin_bswap32(0x0a000000), __builtin_bswap32(0xff000000) }, // 10.0.0.0/8
		  { __builtin_bswap32(0xc0000201), __builtin_bswap32(0xffffffff) }, // 192.0.2.1/32
		  { __builtin_bswap32(0xc0000202), __builtin_bswap32(0xffffffff) }, // 192.0.2.2/32
		  { __builtin_bswap32(0x00000000), __builtin_bswap32(0x00000000) }, // 0.0.0.0/0
		};
		static const int untracked_ipv4_cnt = 7;

		static const struct ipv6_mask untracked_ipv6[] = {
		};
		static const int untracked_ipv6_cnt = 0;
	END
}

@test "the first meter's program, built with the C header, matches as the list says" {
	{ seed_list; echo '172.*.0.5'; } | ipmask --c-header >untracked_masks.h
	compile_first_meter
	for inside in 10.0.7.8 192.168.1.255 172.99.0.5 2001:db8:ffff::1; do
		./meter "$inside"
	done
	for outside in 10.1.0.0 192.168.2.0 172.99.1.5 2001:db9::; do
		run ./meter "$outside"
		assert_failure 1
	done
}

@test "the C header compiles for eBPF, also when a family is empty" {
	cat >meter.bpf.c <<-'END'
		typedef unsigned int __u32;
		typedef unsigned char __u8;
		struct ipv4_mask { __u32 net; __u32 mask; };
		struct ipv6_mask { __u8 net[16]; __u8 prefix_len; };
		#include "untracked_masks.h"
		int hit(__u32 ip)
		{
			int hits = untracked_ipv6_cnt;
		#pragma unroll
			for (int i = 0; i != untracked_ipv4_cnt; i++)
				hits += (ip & untracked_ipv4[i].mask) ==
					untracked_ipv4[i].net;
			for (int i = 0; i != untracked_ipv6_cnt; i++)
				hits += untracked_ipv6[i].prefix_len;
			return hits;
		}
	END
	for list in '' 192.0.2.1 2001:db8::/32; do
		echo "$list" | ipmask --c-header >untracked_masks.h
		"${CLANG:-clang}" -target bpf -O2 -g -Wall -Werror -c \
			-o meter.bpf.o meter.bpf.c
	done
}
