# How tm-capture --hook tc attaches to interfaces, and what it leaves there.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load tc

# tcx INTERFACE: the names of the programs there, in the left host
tcx() {
	at "$LEFT" loaded "$1" | awk '{ print $2 }'
}

@test "SIGKILL leaves nothing on an interface" {
	meter "$LEFT" tm0
	run tcx tm0
	assert_output "tm_tc_in
tm_tc_out"
	stop KILL
	run tcx tm0
	assert_output ""
	run -3 tm-print out.tm
	assert_output --partial "was cut"
}

filters() {
	at "$LEFT" tc filter show dev tm0 ingress
	at "$LEFT" tc filter show dev tm0 egress
}

has_no_filters() {
	[ -z "$(filters)" ]
}

@test "filters of clsact are removed however tm-capture ends" {
	for signal in INT TERM KILL; do
		HOOK=clsact meter "$LEFT" tm0
		assert_file_contains err "which process [0-9]* removes"
		run filters
		assert_line --regexp "handle 0x[0-9a-f]+ tm_tc_in direct"
		assert_line --regexp "handle 0x[0-9a-f]+ tm_tc_out direct"
		stop $signal
		# after SIGKILL by another process
		[ "$signal" != KILL ] || eventually has_no_filters
		run filters
		assert_output ""
		run at "$LEFT" tc qdisc show dev tm0 clsact
		assert_output ""
	done
}

# left CASE: both processes of a clsact run are killed
leave_filters() {
	HOOK=clsact meter "$LEFT" tm0
	local guard
	guard=$(sed -n 's/.*which process \([0-9]*\) removes.*/\1/p' err)
	kill -KILL "$guard"
	stop KILL
	run filters
	assert_output --partial tm_tc_in
}

@test "--detach removes leftover programs, and those of others only on request" {
	run -0 at "$LEFT" tm-capture --detach
	assert_output "nothing to remove"
	leave_filters
	mkdir fs
	unshare -m sh -c "mount -t bpf none fs && leave pinned fs/old &&
		nsenter --net=/run/netns/$LEFT tc filter add dev tm0 ingress \
			pref 7 bpf da object-pinned fs/old"
	run -0 at "$LEFT" tm-capture --detach -i lo
	assert_output "nothing to remove"
	filters >before
	run -0 at "$LEFT" tm-capture --detach --dry-run
	assert_line --index 0 --regexp \
		"^tm0: would remove tm_tc_in \(id [0-9]+\), tc ingress$"
	assert_line --index 1 --regexp \
		"^tm0: would remove tm_tc_out \(id [0-9]+\), tc egress$"
	assert_equal "${#lines[@]}" 2
	run -0 at "$LEFT" tm-capture --detach=all --dry-run
	assert_line --regexp \
		"^tm0: would remove old \(id [0-9]+\), tc ingress$"
	assert_equal "${#lines[@]}" 3
	filters | diff before -
	run -2 tm-capture --dry-run
	assert_line --index 0 "tm-capture: --dry-run: goes with --detach"
	run -0 at "$LEFT" tm-capture --detach
	assert_line --index 0 --regexp \
		"^tm0: removed tm_tc_in \(id [0-9]+\), tc ingress$"
	assert_line --index 1 --regexp \
		"^tm0: removed tm_tc_out \(id [0-9]+\), tc egress$"
	assert_line --index 2 \
		"1 of running captures or of others stay (--detach=all)"
	run filters
	assert_output --partial "pref 7 bpf"
	refute_output --partial tm_tc
	# also of a capture that runs, by a link
	meter "$LEFT" tm0
	run -0 at "$LEFT" tm-capture --detach
	assert_output "nothing to remove
3 of running captures or of others stay (--detach=all)"
	run -0 at "$LEFT" tm-capture --detach=all -i tm0
	assert_line --index 0 --regexp "^tm0: old \(id [0-9]+\), tc ingress$"
	assert_line --index 1 --regexp "^tm0: tm_tc_in \(id [0-9]+\), tcx ingress$"
	assert_line --index 2 --regexp "^tm0: tm_tc_out \(id [0-9]+\), tcx egress$"
	assert_line --index 3 --regexp "^tm0: removed old \(id [0-9]+\), tc "
	assert_line --index 5 --regexp \
		"^tm0: removed tm_tc_out \(id [0-9]+\), tcx egress$"
	assert_equal "${#lines[@]}" 6
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "tm0: the interface is gone, or the program"
	assert_file_contains err "no interface is left to meter"
	run filters
	assert_output ""
	at "$LEFT" tc qdisc del dev tm0 clsact
}

# lesser CAPABILITIES OPTION: --detach there, as a user who has only these
lesser() {
	at "$LEFT" setpriv --reuid $ALICE --regid $ALICE --clear-groups \
		--inh-caps="-all$1" --ambient-caps="-all$1" \
		"$BUILD/bin/tm-capture" "$2"
}

@test "--detach without its rights is an error that does not claim success" {
	local wants="tm-capture: not permitted without root, or CAP_BPF and CAP_NET_ADMIN"
	meter "$LEFT" tm0
	run -77 lesser "" --detach
	assert_output "$wants; fix: sudo"
	run -77 lesser "" --detach=all
	assert_output "$wants and CAP_SYS_ADMIN; fix: sudo"
	# these rights show the programs, but cannot detach them
	run -0 lesser ,+bpf,+net_admin --detach
	assert_output "nothing to remove
2 of running captures or of others stay (--detach=all)"
	run -77 lesser ,+bpf,+net_admin --detach=all
	assert_line "$wants and CAP_SYS_ADMIN; fix: sudo"
	assert_line "tm-capture: tm0: tcx: Operation not permitted"
	refute_output --partial "removed"
	refute_output --partial "nothing to remove"
	stop
	assert_equal "$status" 0
	leave_filters
	run -77 lesser "" --detach
	assert_line "$wants; fix: sudo"
	refute_output --partial "stay"
	run -0 lesser ,+bpf,+net_admin --detach
	assert_line --index 1 --regexp "^tm0: removed tm_tc_out "
}

@test "the next start removes leftover programs, and keeps those in use" {
	leave_filters
	HOOK=clsact meter "$LEFT" tm0
	assert_file_contains err "tm0: removed tm_tc_in that an earlier capture"
	nsenter --net="/run/netns/$LEFT" tm-capture --hook clsact -i tm0 \
		>second.tm 2>err.second 3>&- &
	STARTED=$!
	has_begun second.tm
	run grep removed, err.second
	assert_output ""
	at "$LEFT" traffic udp 198.51.100.9 9 100 100 $BOB
	conclude
	assert_equal "$(cat seen)" "$(cat wire)"
	# the first made the queue, the last removes it
	run filters
	assert_output --partial tm_tc_in
	kill -INT "$STARTED"
	wait "$STARTED"
	run at "$LEFT" tc qdisc show dev tm0 clsact
	assert_output ""
}

@test "the meter keeps no rights, and its guard only those over interfaces" {
	local guard
	HOOK=clsact meter "$LEFT" tm0
	guard=$(sed -n 's/.*which process \([0-9]*\) removes.*/\1/p' err)
	run cat "/proc/$CAPTURE/status"
	assert_line --regexp 'CapPrm:.0000000000000000'
	assert_line --regexp 'Seccomp:.2'
	run cat "/proc/$guard/status"
	assert_line --regexp 'CapPrm:.0000000000001000'
	assert_line --regexp 'CapEff:.0000000000001000'
	assert_line --regexp 'CapBnd:.0000000000000000'
	assert_line --regexp 'NoNewPrivs:.1'
	assert_line --regexp 'Seccomp:.2'
	stop
	meter "$LEFT" tm0
	run cat "/proc/$CAPTURE/status"
	assert_line --regexp 'CapPrm:.0000000000000000'
	stop
	assert_equal "$(pgrep -P "$BASHPID" tm-capture)" ""
}

@test "an interface that vanishes is reported, and the others continue" {
	ip -n "$LEFT" link add tmv0 type veth peer name tmv1
	for HOOK in tc clsact; do
		rm -f out.tm
		nsenter --net="/run/netns/$LEFT" tm-capture --hook $HOOK -i tmv0 \
			-i tmv1 -i lo >out.tm 2>err 3>&- &
		CAPTURE=$!
		has_begun out.tm
		ip -n "$LEFT" link del tmv0
		at "$LEFT" traffic udp 127.0.0.1 9 10 100 $ALICE
		eventually grep -q "tmv0: the interface is gone" err
		eventually grep -q "tmv1: the interface is gone" err
		at "$LEFT" traffic udp 127.0.0.1 9 10 100 $ALICE
		stop
		assert_equal "$status" 0
		run sums '.direction == "out" and .protocol == 17'
		assert_output "out $ALICE 20 2560"
		ip -n "$LEFT" link add tmv0 type veth peer name tmv1
	done
	HOOK=tc meter "$LEFT" tmv0
	ip -n "$LEFT" link del tmv0
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "no interface is left to meter"
}

@test "frames are metered without a cgroup2 tree" {
	unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec nsenter --net='"/run/netns/$LEFT"' tm-capture --hook tc \
			-i tm0 --every 1s' >out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	HOST=$LEFT INTERFACE=tm0
	counters "$LEFT" tm0 >before
	at "$LEFT" traffic udp 198.51.100.9 9 10 100 $ALICE
	conclude_lesser
	assert_equal "$(cat seen)" "$(cat wire)"
	run sums '.protocol == 17'
	assert_output "out $ALICE 10 1420"
	assert_file_contains err "without interval sums"
	assert_file_contains err "without cgroup_skb/egress"
}

@test "with as many descriptors as tm-doctor asks for, every interface is metered" {
	local i words=
	for i in $(seq 15); do
		ip -n "$LEFT" link add many$i type ifb
		words="$words -i many$i"
	done
	# shellcheck disable=SC2086 # options
	run -0 at "$LEFT" sh -c "ulimit -n 80; exec tm-capture -q --hook tc \
		-i lo $words --every 1s --for 100ms >out.tm"
	for i in $(seq 15); do
		ip -n "$LEFT" link del many$i
	done
	assert_output ""
	for i in 18 24 36; do
		run -77 at "$LEFT" sh -c "ulimit -n $i
			exec tm-capture --hook tc -i lo --every 1s"
		assert_output --regexp "^tm-capture: cannot [a-zA-Z ]+: too many\
 open files; fix: ulimit -n 1024$"
	done
}

@test "invalid options of --hook are refused, naming the valid ones" {
	run -2 tm-capture --hook tc
	assert_line "tm-capture: --hook: name the interface with -i"
	run -2 tm-capture --hook tc -i lo -c "$CGROUP"
	assert_output --partial "-c: what crosses an interface is of no cgroup"
	run -2 tm-capture --hook xdp -i lo
	assert_output --partial "--hook: not cgroup, tc, tcx or clsact: xdp"
	run -2 tm-capture --detach=some
	assert_output --partial "--detach: not all: some"
	run -1 tm-capture --hook tc -i nosuch0
	assert_output --partial "nosuch0: no such interface"
	run -77 as_nobody "$BUILD/bin/tm-capture" --hook tc -i lo
	assert_output --partial "not permitted"
}
