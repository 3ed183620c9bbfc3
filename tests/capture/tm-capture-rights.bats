# What rights tm-capture needs and keeps, and what it refuses.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load capture

@test "tm-capture gives up its rights once it is attached" {
	start -c "$CGROUP"
	run cat "/proc/$CAPTURE/status"
	stop
	assert_line --regexp 'CapPrm:.0000000000000000'
	assert_line --regexp 'CapEff:.0000000000000000'
	assert_line --regexp 'NoNewPrivs:.1'
	assert_line --regexp 'Seccomp:.2'
}

@test "tm-capture becomes an ordinary user once it is attached" {
	start -c "$CGROUP" --run-as nobody
	run cat "/proc/$CAPTURE/status"
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	assert_line --regexp '^Uid:.65534.65534.65534.65534$'
	assert_line --regexp '^Groups:[[:space:]]*$'
	assert_line --regexp 'CapPrm:.0000000000000000'
	assert_line --regexp 'CapBnd:.0000000000000000'
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
	SUDO_USER=nobody start -c "$CGROUP"
	run grep ^Uid: "/proc/$CAPTURE/status"
	stop
	assert_output --regexp '^Uid:.65534'
	start -c "$CGROUP"
	run grep ^Uid: "/proc/$CAPTURE/status"
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	assert_output --regexp '^Uid:.65534.65534.65534.65534$'
	refute grep keeps err
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
}

@test "nothing is loaded from the current directory" {
	mkdir bpf
	for name in capture.bpf.o bpf/capture.bpf.o traffic_meter.bpf.o; do
		echo bad >$name
	done
	run -0 strace -f -e trace=openat,open -o calls \
		tm-capture -q -c "$CGROUP" --for 1s --count 1 >/dev/null
	refute [ -n "$(grep 'bpf\.o' calls)" ]
}

@test "a mistyped cgroup is an error" {
	run -1 --separate-stderr tm-capture -c "$CGROUP-x" </dev/null
	assert_equal "$output" ""
	assert_equal "$stderr" \
		"tm-capture: cgroup $CGROUP-x: No such file or directory"
	run -1 tm-capture -c /tmp
	assert_output --partial "/tmp: not a cgroup"
	run -2 tm-capture -c ""
	run -2 tm-capture "$CGROUP"
	assert_output --partial "a cgroup is named with -c"
}

@test "a missing interface is an error" {
	run -1 tm-capture -i nosuch0
	assert_output --partial "nosuch0: no such interface"
}

@test "invalid values are refused, naming the valid ones" {
	for words in "--for 0" "--for 3x" "--count 0" "--count -1" \
		"--ring 1" "--ring 1T" "--nosuch"; do
		# shellcheck disable=SC2086 # an option and its value
		run -2 tm-capture $words
		assert_output --partial tm-capture:
	done
}

@test "--help is not taken for a cgroup" {
	run -0 tm-capture --help
	assert_line --partial "usage: tm-capture"
}

@test "without rights tm-capture exits with 77 and names those it needs" {
	run -77 as_nobody "$BUILD/bin/tm-capture"
	assert_output --partial "not permitted without root, or CAP_BPF"
}

@test "three capabilities are enough for an ordinary user" {
	start -c "$CGROUP"
	stop
	with +bpf,+net_admin,+perfmon \
		"$BUILD/bin/tm-capture" -q -c "$CGROUP" --for 1s >out.tm
	run balance out.tm
	assert_line "out 0 0 0"
}

@test "without CAP_PERFMON traffic is charged by the socket's user, with a warning" {
	local IS_REFUSED=yes
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all,+bpf,+net_admin \
		--ambient-caps=-all,+bpf,+net_admin \
		"$BUILD/bin/tm-capture" -c "$CGROUP" --every 1s >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	assert_equal "$status" 0
	assert_file_contains err "without CAP_PERFMON"
	assert_file_contains err "without interval sums: every packet"
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
	# owner of the socket, and unsure
	run jq -r 'select(.kind == "traffic") | .flags | . % 4, (. / 128 | floor) % 2' \
		<(tm-print --json out.tm)
	assert_line --index 0 1
	assert_line --index 1 1
}

@test "each hook that Linux 5.8 lacks gives one warning and does not stop the capture" {
	on_linux_5_8
	start -c "$CGROUP" --every 1s
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	assert_equal "$status" 0
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
	run sed -n 's/^tm-capture: without \([^:]*\):.*/\1/p' err
	assert_output "\
results of other programs
cgroup/sock_create
tp_btf/sock_send_length
tp_btf/sock_recv_length
tp_btf/tcp_rcv_space_adjust
iter/task_file"
}

@test "without a cgroup2 tree tm-capture exits with 77 and names the fix" {
	run -77 unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec tm-capture'
	assert_output --partial "no cgroup2 tree is mounted"
	assert_output --partial "mount -t cgroup2"
}

@test "tm-capture does not write events to a terminal" {
	run -2 script -qec "tm-capture -c $CGROUP" /dev/null
	assert_output --partial "standard output is a terminal"
}

@test "with too few descriptors tm-capture exits and names the fix" {
	for number in 8 18 24 34; do
		run -77 sh -c "ulimit -n $number
			exec timeout 60 tm-capture -q -c $CGROUP --every 1s"
		assert_output --regexp \
			"^tm-capture: cannot .*: too many open files; fix: ulimit -n 1024$"
		assert_equal "${#lines[@]}" 1
	done
}

@test "a host whose number of CPUs is unknown is refused" {
	mkdir tree
	run -77 unshare -m sh -c "mount -t cgroup2 none tree
		umount -l -R /sys
		exec timeout 20 tm-capture -q -c tree/${CGROUP##*/}"
	assert_output --partial "the number of CPUs: No such file or directory"
}

@test "a missing user or list is named" {
	for hook in cgroup tc clsact; do
		run -1 tm-capture --hook $hook -i lo --run-as no-such-user
		assert_output \
			"tm-capture: --run-as no-such-user: no such user"
	done
	run -2 tm-capture -c "$CGROUP" -x @
	assert_output "tm-capture: --exclude: not the name of a file: @"
	run tm-capture -c "$CGROUP" --run-as root --for 300ms
	assert_line "tm-capture: keeps the user root, as asked"
	run -1 with +bpf,+net_admin,+perfmon \
		"$BUILD/bin/tm-capture" -c "$CGROUP" --run-as root
	assert_line "tm-capture: cannot become the user root: Operation not\
 permitted"
}

@test "if no user is ordinary, tm-capture reports that it stays root" {
	echo "root:x:0:0::/:/bin/false" >passwd
	echo "passwd: files" >nsswitch.conf
	run -0 unshare -m sh -c "mount --bind passwd /etc/passwd &&
		mount --bind nsswitch.conf /etc/nsswitch.conf &&
		exec tm-capture -c '$CGROUP' --for 100ms >out.tm"
	assert_line "tm-capture: keeps the user root: there is no user tm, no\
 other who called sudo, and no user nobody (--run-as USER)"
}

@test "-w writes a recording for who called sudo, and others cannot read it" {
	SUDO_UID=$ALICE SUDO_GID=$ALICE tm-capture -c "$CGROUP" --for 300ms \
		-w day.tm 2>err
	assert_equal "$(stat -c '%u:%g %a' day.tm)" "$ALICE:$ALICE 640"
	run ! grep 'everybody can read' err
	[ "$(tm-print day.tm | grep -c ' end ')" = 2 ]
	chmod 644 day.tm
	run -0 tm-capture -c "$CGROUP" --for 300ms -w day.tm
	assert_line "tm-capture: everybody can read this recording (mode 0644); -w FILE makes one that only its owner and group can"
	assert_line --regexp "^tm-capture: day.tm: replaced an earlier recording of [0-9.]+ (Ki)?B$"
	[ "$(tm-print day.tm | grep -c ' end ')" = 2 ]
	ln -s day.tm link.tm
	printf 'a thesis' >thesis
	run -1 tm-capture -c "$CGROUP" --for 300ms -w thesis
	assert_line "tm-capture: thesis: exists and is not a recording; name another file"
	assert_equal "$(cat thesis)" "a thesis"
	run -1 tm-capture -c "$CGROUP" --for 300ms -w link.tm
	assert_output "tm-capture: link.tm: is a symbolic link; name the file"
	ln day.tm twin.tm
	run -1 tm-capture -c "$CGROUP" --for 300ms -w twin.tm
	assert_output --partial "is not an ordinary file with one name"
}

@test "a capture that does not begin leaves the file of -w as it was" {
	tm-capture -c "$CGROUP" --for 300ms -w day.tm
	cp day.tm kept.tm
	run -1 tm-capture -c /tmp --for 300ms -w day.tm
	assert_output --partial "/tmp: not a cgroup"
	cmp day.tm kept.tm
	run -1 tm-capture -c /tmp --for 300ms -w new.tm
	assert_not_exist new.tm
	: >empty.tm
	run -1 tm-capture -c /tmp --for 300ms -w empty.tm
	assert_exist empty.tm
}

@test "-w - is standard output" {
	tm-capture -c "$CGROUP" --for 300ms -w - >day.tm
	[ "$(tm-print day.tm | grep -c ' end ')" = 2 ]
	assert_not_exist ./-
}

@test "a recording that another capture writes is refused and stays whole" {
	tm-capture -q -c "$CGROUP" --for 10s -w day.tm 2>err 3>&- &
	has_begun day.tm
	run -1 tm-capture -c "$CGROUP" --for 300ms -w day.tm
	assert_output "tm-capture: day.tm: another process is writing it"
	kill -TERM $!
	wait $!
	[ "$(tm-print day.tm | grep -c ' start ')" = 1 ]
	[ "$(tm-print day.tm | grep -c ' end ')" = 2 ]
}

@test "tm-capture warns if everybody can read the recording that the shell made" {
	(umask 022 && tm-capture -c "$CGROUP" --for 300ms >open.tm 2>err)
	grep -F "everybody can read this recording (mode 0644)" err
	(umask 027 && tm-capture -c "$CGROUP" --for 300ms >mine.tm 2>err)
	run ! grep 'everybody can read' err
}
