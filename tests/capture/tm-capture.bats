# Captures real traffic: each test meters a cgroup of its own, or the root.
# bats file_tags=kernel

load ../helper
load ../lib/kernel

# sums FILE: "kind direction uid packets bytes", for each
sums() {
	tm-print --json "$1" | jq -r 'select(.kind == "traffic" or .kind ==
		"lost") | [.kind, .direction, .uid, .packets, .bytes] | @tsv' |
		awk '{ k = $1 " " $2 " " $3; p[k] += $4; b[k] += $5 }
			END { for (k in p) print k, p[k], b[k] }' | sort
}

# The END records balance, in and out apart; prints "seen recorded lost".
balance() {
	tm-print --json "$1" | jq -r 'select(.kind == "end") |
		if .seen_packets == .recorded_packets + .excluded_packets +
			.lost_packets and .seen_bytes == .recorded_bytes +
			.excluded_bytes + .lost_bytes
		then "\(.direction) \(.seen_packets) \(.recorded_packets) \(.lost_packets)"
		else "\(.direction) does not balance: \(.)" end'
}

@test "two users' datagrams are counted to the byte, both families" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 300 100 $ALICE
	inside traffic udp ::1 9 200 1000 $BOB
	stop
	assert_equal "$status" 0
	run sums out.tm
	assert_line "traffic out $ALICE 300 38400"
	assert_line "traffic out $BOB 200 209600"
	run balance out.tm
	assert_line --partial "out 500 500 0"
	assert_file_contains err "seen .* = recorded .* + excluded 0 0 + lost 0 0"
}

@test "what is received is its receiver's, in and out of a transfer agree" {
	start -c "$CGROUP"
	inside traffic sink 127.0.0.1 7707 >got &
	local sink=$!
	listens 7707
	inside traffic tcp 127.0.0.1 7707 3000000 $BOB
	wait $sink
	stop
	assert_equal "$(cat got)" 3000000
	tm-print --json out.tm | jq -r 'select(.kind == "traffic" and
		.destination_port == 7707) | "\(.direction) \(.bytes)"' |
		awk '{ s[$1] += $2 } END { print s["in"], s["out"],
			(s["in"] > 3000000) }' >both
	read -r in out more <both
	assert_equal "$in" "$out"
	assert_equal "$more" 1
}

@test "the metering of one interface leaves out the others" {
	ip link add tmt0 type veth peer name tmt1
	ip addr add 198.51.100.1/24 dev tmt0
	ip link set tmt0 up
	ip link set tmt1 up
	start -c "$CGROUP" -i tmt0
	inside traffic udp 198.51.100.9 9 20 100 $ALICE
	inside traffic udp 127.0.0.1 9 20 100 $ALICE
	stop
	ip link del tmt0
	run balance out.tm
	assert_line "out 20 20 0"
}

@test "traffic that is filtered out wakes nobody" {
	ip link add tmt2 type veth peer name tmt3
	local began
	start -c "$CGROUP" -i tmt2
	began=$SECONDS
	inside traffic udp 127.0.0.1 9 200000 20 $ALICE
	awk '/^voluntary/ { print $2 }' "/proc/$CAPTURE/status" >woken
	# its own clock wakes it ten times a second: that is 50 in the five
	# seconds that this takes at most, unless the machine is busy
	local clock=$(((SECONDS - began) * 10))
	[ $clock -gt 50 ] || clock=50
	stop
	ip link del tmt2
	run balance out.tm
	assert_line "out 0 0 0"
	assert [ "$(cat woken)" -lt $((50 + clock)) ]
}

@test "events are few wake-ups apart, not one each" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 100000 20 $ALICE
	awk '/^voluntary/ { print $2 }' "/proc/$CAPTURE/status" >woken
	stop
	assert [ "$(cat woken)" -lt 5000 ]
}

@test "an event is on its way within 100 ms" {
	local began
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 1 20 $ALICE
	began=$(date +%s%N)
	has_sent() {
		tm-print out.tm 2>/dev/null | grep -q "uid=$ALICE"
	}
	eventually has_sent
	in_time $((($(date +%s%N) - began) / 1000000)) 300
	run sums out.tm
	assert_line "traffic out $ALICE 1 48"
	stop
}

# start_behind_stopped OPTIONS...: a capture that is attached, and whose reader
# reads no more than its START until it is sent SIGCONT
start_behind_stopped() {
	mkfifo slow
	(head -c 128 && kill -STOP $BASHPID && exec cat) <slow >out.tm &
	STARTED=$!
	tm-capture "$@" >slow 2>err &
	CAPTURE=$!
	has_begun out.tm
	eventually grep -q '^State:.T' "/proc/$STARTED/status"
}

@test "a full ring is counted for each user, to the byte" {
	start_behind_stopped -c "$CGROUP" --ring 256K
	inside traffic udp 127.0.0.1 9 2500000 20 $ALICE &
	local flood=$!
	inside traffic udp ::1 9 20000 200 $BOB
	wait $flood
	kill -CONT $STARTED
	stop
	wait $STARTED
	assert_equal "$status" 0
	sums out.tm >sums
	run cat sums
	assert_line --regexp "^lost out $ALICE "
	assert_line --regexp "^lost out $BOB "
	run awk '{ p[$3] += $4; b[$3] += $5 }
		END { for (u in p) print u, p[u], b[u] }' sums
	assert_line "$ALICE 2500000 120000000"
	assert_line "$BOB 20000 4960000"
	run balance out.tm
	assert_line --regexp '^out 2520000 [1-9][0-9]* [1-9]'
}

@test "with --strict lost events are exit 4" {
	start_behind_stopped --strict -c "$CGROUP" --ring 256K
	inside traffic udp 127.0.0.1 9 50000 20 $ALICE
	kill -CONT $STARTED
	stop
	wait $STARTED
	assert_equal "$status" 4
}

@test "events come in time order, and carry the packet's time" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 20000 20 $ALICE &
	local alice=$!
	kill -STOP $CAPTURE
	inside traffic udp ::1 9 1000 20 $BOB
	wait $alice
	sent=$(date -u +%FT%T.%NZ)
	sleep 1
	kill -CONT $CAPTURE
	stop
	tm-print --json out.tm | jq -r '.time' >times
	sort times | cmp - times
	run jq -s --arg sent "$sent" 'map(select(.kind == "traffic")) |
		length, (map(select(.time > $sent)) | length)' \
		<(tm-print --json out.tm)
	assert_output "21000
0"
}

@test "a name stands before its first use" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 1 20
	inside traffic udp 127.0.0.1 9 1 20 65534
	stop
	run jq -r 'if .kind == "name" then "\(.of) \(.text)"
		elif .kind == "traffic" and .direction == "out"
		then "event \(.uid)" else empty end' <(tm-print --json out.tm)
	assert_line "cgroup /${CGROUP##*/}"
	assert_line "interface lo"
	assert_output --regexp "user root.*event 0.*user nobody.*event 65534"
}

@test "cgroups that come one soon after the other are all named" {
	mkdir "$CGROUP/first" "$CGROUP/second"
	start -c "$CGROUP"
	for below in first second third; do
		mkdir -p "$CGROUP/$below"
		(echo $BASHPID >"$CGROUP/$below/cgroup.procs" &&
			exec traffic udp 127.0.0.1 9 1 20)
		sleep 0.15
	done
	has_named() {
		tm-print out.tm 2>/dev/null | grep -q "/$1\$"
	}
	eventually has_named first
	eventually has_named third
	stop
	rmdir "$CGROUP"/*/
	run jq -r 'select(.of == "cgroup") | .text' <(tm-print --json out.tm)
	assert_line "/${CGROUP##*/}/first"
	assert_line "/${CGROUP##*/}/third"
}

@test "--count stops at exactly so many events, and the books balance" {
	start -c "$CGROUP" --count 100
	inside traffic udp 127.0.0.1 9 250 20 $ALICE
	wait "$CAPTURE"
	CAPTURE=
	run sums out.tm
	assert_output "traffic out $ALICE 100 4800"
	run balance out.tm
	assert_line --regexp "^out (250|[12][0-9][0-9]) 100 0"
}

@test "--for ends by itself, with a TICK each second" {
	run -0 timeout 10 tm-capture -q -c "$CGROUP" --for 2500ms >/dev/null
	tm-capture -q -c "$CGROUP" --for 2500ms >out.tm
	run jq -r '.kind' <(tm-print --json out.tm)
	assert_output "start
tick
tick
tick
tick
end
end"
}

@test "SIGTERM ends like SIGINT" {
	start -c "$CGROUP"
	stop TERM
	assert_equal "$status" 0
	run tm-print out.tm
	assert_success
}

@test "SIGKILL leaves no program behind, and readers say the stream was cut" {
	start -c "$CGROUP"
	loaded | grep meter_in >ours
	stop KILL
	run -3 tm-print out.tm
	assert_output --partial "was cut"
	# of all that meter on this host, ours was loaded last
	tail -n 1 ours >ours.last
	is_unloaded() {
		! loaded | grep -Fxqf ours.last
	}
	eventually is_unloaded
}

@test "SIGHUP without a terminal is no reason to end" {
	start -c "$CGROUP"
	kill -HUP "$CAPTURE"
	eventually is_idle "$CAPTURE"
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
}

@test "a reader that goes away ends the capture" {
	(tm-capture -c "$CGROUP" 2>err; echo "$?" >code) | head -c 1280 >out.tm &
	has_ended() {
		inside traffic udp 127.0.0.1 9 100 20 $ALICE
		[ -s code ]
	}
	eventually has_ended
	assert_equal "$(cat code)" 0
	assert_equal "$(wc -c <out.tm)" 1280
}

@test "two captures side by side agree" {
	tm-capture -c "$CGROUP" >second.tm 2>/dev/null &
	local second=$!
	start -c "$CGROUP"
	has_begun second.tm
	inside traffic udp 127.0.0.1 9 5000 20 $ALICE
	stop
	kill -INT $second
	wait $second
	diff <(sums out.tm) <(sums second.tm)
}

@test "it gives up its rights once it is attached" {
	start -c "$CGROUP"
	run cat "/proc/$CAPTURE/status"
	stop
	assert_line --regexp 'CapPrm:.0000000000000000'
	assert_line --regexp 'CapEff:.0000000000000000'
	assert_line --regexp 'NoNewPrivs:.1'
	assert_line --regexp 'Seccomp:.2'
}

@test "it becomes an ordinary user once it is attached" {
	start -c "$CGROUP" --user nobody
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
	stop
	assert_file_contains err 'keeps the user root: there is no user tm'
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

@test "a cgroup that is mistyped is an error, not another cgroup" {
	run -1 --separate-stderr tm-capture -c "$CGROUP-x" </dev/null
	assert_equal "$output" ""
	assert_equal "$stderr" \
		"tm-capture: cgroup $CGROUP-x: No such file or directory"
	run -1 tm-capture -c /tmp
	assert_output --partial "/tmp: not a cgroup"
	run -1 tm-capture -c ""
	run -2 tm-capture "$CGROUP"
	assert_output --partial "a cgroup is named with -c"
}

@test "an interface that is not there is an error" {
	run -1 tm-capture -i nosuch0
	assert_output --partial "nosuch0: no such interface"
}

@test "wrong values are misuse, and name what is wanted" {
	for words in "--for 0" "--for 3x" "--count 0" "--count -1" \
		"--ring 1" "--ring 1T" "--nosuch"; do
		# shellcheck disable=SC2086 # an option and its value
		run -2 tm-capture $words
		assert_output --partial tm-capture:
	done
}

@test "--help is help, and not a cgroup" {
	run -0 tm-capture --help
	assert_line --partial "usage: tm-capture"
}

@test "without rights it exits 77 and says what it takes" {
	run -77 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BUILD/bin/tm-capture"
	assert_output --partial "not permitted; it takes root, or CAP_BPF"
}

@test "three capabilities are enough for an ordinary user" {
	start -c "$CGROUP"
	stop
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all,+bpf,+net_admin,+perfmon \
		--ambient-caps=-all,+bpf,+net_admin,+perfmon \
		"$BUILD/bin/tm-capture" -q -c "$CGROUP" --for 1s >out.tm
	run balance out.tm
	assert_line "out 0 0 0"
}

@test "without CAP_PERFMON the socket names the user, and that is said" {
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

@test "each hook that Linux 5.8 lacks costs one line, not the run" {
	on_linux_5_8
	start -c "$CGROUP" --every 1s
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	assert_equal "$status" 0
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
	run sed -n 's/^tm-capture: without \([^:]*\):.*/\1/p' err
	assert_output "\
cgroup/sock_create
sock_recv_length, tcp_rcv_space_adjust
iter/task_file"
}

@test "without a cgroup2 tree it exits 77 and names the mend" {
	run -77 unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec tm-capture'
	assert_output --partial "no cgroup2 tree is mounted"
	assert_output --partial "mount -t cgroup2"
}

@test "a terminal gets no events" {
	run -2 script -qec "tm-capture -c $CGROUP" /dev/null
	assert_output --partial "standard output is a terminal"
}

@test "too few descriptors is one line with the mend, not a hang" {
	for number in 8 18 24 34; do
		run -77 sh -c "ulimit -n $number
			exec timeout 60 tm-capture -q -c $CGROUP --every 1s"
		assert_output --regexp \
			"^tm-capture: cannot .*: too many open files; mend: ulimit -n 1024$"
		assert_equal "${#lines[@]}" 1
	done
}

@test "a host whose CPUs nobody tells is refused" {
	mkdir tree
	run -77 unshare -m sh -c "mount -t cgroup2 none tree
		umount -l -R /sys
		exec timeout 20 tm-capture -q -c tree/${CGROUP##*/}"
	assert_output --partial "the number of CPUs: No such file or directory"
}

@test "a user or a list that is not there is named" {
	for hook in cgroup tc clsact; do
		run -1 tm-capture --hook $hook -i lo --user no-such-user
		assert_output \
			"tm-capture: --user no-such-user: there is no such user"
	done
	run -2 tm-capture -c "$CGROUP" -x @
	assert_output "tm-capture: -s, -x: @ wants the name of a file"
	run tm-capture -c "$CGROUP" --user root --for 300ms
	assert_line "tm-capture: keeps the user root, as asked"
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all,+bpf,+net_admin,+perfmon \
		--ambient-caps=-all,+bpf,+net_admin,+perfmon \
		"$BUILD/bin/tm-capture" -c "$CGROUP" --user root
	assert_line "tm-capture: cannot become the user root: Operation not\
 permitted"
}

@test "a user tm that is root is told from none" {
	{
		cat /etc/passwd
		echo "tm:x:0:0::/:/bin/false"
	} >passwd
	run -0 unshare -m sh -c "mount --bind passwd /etc/passwd &&
		exec tm-capture -c '$CGROUP' --for 100ms >out.tm"
	assert_line "tm-capture: keeps the user root: the user tm, or who\
 called sudo, is root too (--user NAME)"
}

@test "a cgroup that is removed ends the metering, and that is said" {
	start -c "$CGROUP"
	rmdir "$CGROUP"
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "the cgroup was removed"
	run balance out.tm
	assert_line "out 0 0 0"
}

@test "a full disk ends the stream behind its last whole event" {
	mkdir disk
	mount -t tmpfs -o size=64k tmpfs disk
	tm-capture -c "$CGROUP" >disk/out.tm 2>err &
	CAPTURE=$!
	has_begun disk/out.tm
	inside traffic udp 127.0.0.1 9 2000 20 $ALICE
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	cp disk/out.tm .
	umount disk
	assert_equal "$status" 1
	assert_file_contains err "No space left on device"
	assert_equal $(($(wc -c <out.tm) % 128)) 0
}

@test "root meters every cgroup" {
	start
	inside traffic udp 127.0.0.1 9 30 100 $ALICE
	traffic udp ::1 9 20 100 $BOB
	stop
	run sums out.tm
	assert_line "traffic out $ALICE 30 3840"
	assert_line "traffic out $BOB 20 2960"
	run balance out.tm
	refute_output --partial "does not"
}
