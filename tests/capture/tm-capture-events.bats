# What tm-capture records of real traffic: each test meters a cgroup of its own,
# or the root.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load capture

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

@test "received bytes are charged to the receiver, and both ends of a transfer agree" {
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

@test "metering one interface leaves out the others" {
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

@test "traffic that is filtered out does not wake the reader" {
	ip link add tmt2 type veth peer name tmt3
	local began
	start -c "$CGROUP" -i tmt2
	began=$SECONDS
	inside traffic udp 127.0.0.1 9 200000 20 $ALICE
	awk '/^voluntary/ { print $2 }' "/proc/$CAPTURE/status" >woken
	# its timer wakes it ten times a second: that is 50 in the five
	# seconds that this takes at most, unless the machine is busy
	local clock=$(((SECONDS - began) * 10))
	[ $clock -gt 50 ] || clock=50
	stop
	ip link del tmt2
	run balance out.tm
	assert_line "out 0 0 0"
	assert [ "$(cat woken)" -lt $((50 + clock)) ]
}

@test "events are read in batches, not by one wake-up each" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 100000 20 $ALICE
	awk '/^voluntary/ { print $2 }' "/proc/$CAPTURE/status" >woken
	stop
	assert [ "$(cat woken)" -lt 5000 ]
}

@test "an event is written within 100 ms" {
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

@test "names of cgroups are looked for a piece at a time, while events are written" {
	local began i
	for i in $(seq 100); do mkdir "$CGROUP/$i"; done
	build_preload slow-directories "$PWD"
	export LD_PRELOAD=$PWD/slow-directories.so
	SLOW_DIRECTORIES_MS=20 start -c "$CGROUP"
	unset LD_PRELOAD
	mkdir "$CGROUP/1/new"
	began=$(date +%s%N)
	(echo $BASHPID >"$CGROUP/1/new/cgroup.procs" &&
		exec traffic udp 127.0.0.1 9 1 20 $ALICE)
	has_sent() {
		tm-print out.tm 2>/dev/null | grep -q "uid=$ALICE"
	}
	eventually has_sent
	in_time $((($(date +%s%N) - began) / 1000000)) 1000 # all take 2 s
	has_named() {
		tm-print out.tm 2>/dev/null | grep -q "text=.*/1/new$"
	}
	eventually has_named
	stop
	rmdir "$CGROUP"/1/new "$CGROUP"/*/
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

@test "traffic that a full ring loses is counted for each user, to the byte" {
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

@test "tm-capture --strict exits with 4 if events were lost" {
	start_behind_stopped --strict -c "$CGROUP" --ring 256K
	inside traffic udp 127.0.0.1 9 50000 20 $ALICE
	kill -CONT $STARTED
	stop
	wait $STARTED
	assert_equal "$status" 4
}

@test "events are in time order and carry the packet's time" {
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

@test "in a time namespace, events and sums carry the time of the host" {
	local option
	for option in -q --every=100ms; do
		rm -f out.tm
		unshare -T --boottime 86400 tm-capture -c "$CGROUP" "$option" \
			>out.tm 2>err &
		CAPTURE=$!
		has_begun out.tm
		inside traffic udp 127.0.0.1 9 5 100 $ALICE
		stop
		tm-print --json out.tm | jq -se --argjson now "$(date +%s)" '
			all(.[]; (.time_ns | tonumber / 1e9 - $now | fabs) < 60)
			and (map(select(.kind == "traffic") | .packets) |
				add >= 5)'
	done
}

@test "a name is recorded before its first use" {
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

@test "cgroups created in quick succession are all named" {
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

@test "traffic from this host to any of its own addresses is loopback" {
	local options
	for options in "" "--every 1s"; do
		# shellcheck disable=SC2086 # words
		start -c "$CGROUP" $options
		inside timeout 20 unshare --net sh -c '
			ip link set lo up
			ip address add 203.0.113.9/32 dev lo
			ip link add v0 type veth peer name v1
			ip address add 192.0.2.1/24 dev v0
			ip address add 2001:db8::1/64 dev v0 nodad
			ip link set v1 up
			ip link set v0 up
			until ip route get 2001:db8::1 | grep -q "dev lo"; do
				sleep 0.05
			done
			for address in 127.0.0.1 ::1 203.0.113.9 192.0.2.1 \
				2001:db8::1; do
				traffic udp $address 9 10 100
			done
			traffic udp 192.0.2.9 19 10 100'
		stop
		run jq -s 'map(select(.destination_port == 9)) |
			(map(.packets) | add), map(select(.flags / 8 % 2 < 1))' \
			<(tm-print --json out.tm)
		assert_output "50
[]"
		run jq -s 'map(select(.destination_port == 19 and .flags / 8 % 2
			< 1).packets) | add' <(tm-print --json out.tm)
		assert_output 10
	done
}

@test "what a program of a cgroup below drops is not counted as sent" {
	local options
	for options in "" "--every 1s"; do
		mkdir "$CGROUP/below"
		# shellcheck disable=SC2086 # words
		start -c "$CGROUP" $options
		inside traffic udp 127.0.0.1 9 10 100 $ALICE
		(echo $BASHPID >"$CGROUP/below/cgroup.procs"
			traffic udp 127.0.0.1 9 10 200 $ALICE
			! python3 "$ROOT/tests/lib/deny.py" "$CGROUP/below" \
				traffic udp 127.0.0.1 9 10 300 $ALICE)
		stop
		rmdir "$CGROUP/below"
		run sums out.tm
		assert_output "traffic out $ALICE 20 3560"
	done
}

@test "after more users than can be counted, a user's losses are that user's again" {
	start -c "$CGROUP" --ring 256K
	kill -STOP "$CAPTURE"
	# as many users as fill the table twice, and the ring with the first
	inside python3 -c '
import ctypes, socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
set_user = ctypes.CDLL(None).setfsuid
for uid in range(1000000, 1075000):
    set_user(uid)
    sender.sendto(b"x", ("127.0.0.1", 9))'
	kill -CONT "$CAPTURE"
	ticks() {
		tm-print out.tm 2>/dev/null | grep -c ' tick ' || true
	}
	local before
	before=$(ticks)
	has_emptied() {
		[ "$(ticks)" -ge $((before + 6)) ]
	}
	eventually has_emptied
	kill -STOP "$CAPTURE"
	inside traffic udp 127.0.0.1 9 10000 100 $ALICE
	kill -CONT "$CAPTURE"
	stop
	assert_equal "$status" 0
	tm-print --json out.tm | jq -c 'select(.kind == "lost")' >lost
	# of the many, a part is without an owner
	run jq -s 'map(select(.uid == 4294967295)) | length > 0' lost
	assert_output true
	run jq -s "map(select(.uid == $ALICE).packets) | add > 5000" lost
	assert_output true
	run jq -s "map(select(.bytes > 200 and .uid == 4294967295 and
		.bytes / .packets > 100)) | length" lost
	assert_output 0
	run jq -s 'map(select(.uid >= 1000000 and .uid < 1075000).uid) |
		length == (unique | length) and length > 50000' lost
	assert_output true
	run balance out.tm
	assert_line --partial "out 85000 "
}
