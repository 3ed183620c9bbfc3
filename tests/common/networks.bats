# shellcheck shell=bash
# Sets of networks: networks-check compares every answer with a naive search.
load ../helper

@test "look-ups in random sets of networks agree with a naive search" {
	for seed in 1 2 3; do
		networks-check "$seed" 40
	done
}

@test "a million networks of each family load and print unchanged" {
	awk 'BEGIN {
		for (i = 0; i < 1000000; i++)
			printf "%d.%d.%d.%d/31\n", 1 + i % 200,
				i / 200 % 256, i / 51200, 4 * (i % 64)
		for (i = 0; i < 1000000; i++)
			printf "2001:db8:%x:%x::/64\n", 1 + i % 65000,
				2 + 2 * int(i / 65000)
	}' >list.txt
	ipmask list.txt >clean.txt
	assert_equal "$(wc -l <clean.txt)" 2000000
	LC_ALL=C sort -u list.txt >wanted.txt
	LC_ALL=C sort clean.txt | cmp - wanted.txt
	run ipmask --check 2001:db8:1234:2:: clean.txt
	assert_success
}

@test "the headers of network lists and sets compile alone" {
	cd "$ROOT"
	for header in common/net/range.h common/net/netlist.h \
		common/net/netentry.h common/net/networks.h; do
		cc -std=gnu11 -I. -fsyntax-only -Wall -Wextra -Werror \
			-include "$header" -x c /dev/null
	done
}
