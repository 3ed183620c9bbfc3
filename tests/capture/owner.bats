# Who is charged in the cases where the socket names the wrong user.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load ../lib/owners

# meter CASE: moves data as tests/lib/owners.py says
meter() {
	start -c "$CGROUP"
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" "$1" <<<go
	stop
}

# charged FIELD VALUE: "direction uid bytes" of the events with that value
charged() {
	tm-print --json out.tm | jq -r --argjson value "$2" "select(.kind ==
		\"traffic\" and .$1 == \$value) |
		\"\(.direction) \(.uid) \(.bytes)\"" |
		awk '{ s[$1 " " $2] += $3 } END { for (k in s) print k, s[k] }' |
		sort
}

@test "if root accepts and a child that becomes a user sends, the user is charged" {
	meter daemon-sends
	charged source_port 7701 >sent
	run awk '$1 == "out" && $2 == 541001 { print ($3 >= 200000) }' sent
	assert_output 1
	run awk '$1 == "out" && $2 == 0 { print ($3 < 500) }' sent
	refute_output 0
	run awk '$1 == "in" && $2 == 541002 { print ($3 >= 200000) }' sent
	assert_output 1
}

@test "if root accepts and a child that becomes a user receives, the user is charged" {
	meter daemon-receives
	charged destination_port 7701 >received
	# bytes before the child's first read are the accepter's, and flagged
	run awk '$1 == "in" { s[$2] += $3 }
		END { print (s[541001] + s[0] >= 200000), (s[0] < 1000) }' \
		received
	assert_output "1 1"
	run awk '$1 == "out" && $2 == 541002 { print ($3 >= 200000) }' received
	assert_output 1
}

@test "a process that changes its user after socket(2) is charged as the new user" {
	meter setuid
	run charged destination_port 9
	assert_output "out $ALICE 100000"
}

@test "a socket that was handed over is charged to the user who uses it" {
	meter scm-rights
	run charged destination_port 9
	assert_output "out $ALICE 100000"
}

@test "a socket older than the capture is charged to its user and process" {
	mkfifo orders
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" older <orders >ready &
	local sender=$!
	exec 7>orders
	has_begun ready
	start -c "$CGROUP"
	echo go >&7
	wait $sender
	exec 7>&-
	stop
	run charged destination_port 9
	assert_line --regexp "^out $ALICE 1[0-9]*$"
	run jq -r 'select(.destination_port == 9) | .process' \
		<(tm-print --json out.tm)
	assert_line --index 0 python3
}

@test "a user who only reads a socket is charged for what arrives" {
	meter only-receives
	run charged destination_port 7702
	assert_line "in $BOB 100000"
	assert_line "in 0 1000"
}

@test "a user namespace with a false map does not change who is charged" {
	start -c "$CGROUP"
	inside setpriv --reuid $ALICE --regid $ALICE --clear-groups \
		unshare -Urn sh -c "ip link set lo up &&
			$BUILD/tests/traffic udp 127.0.0.1 9 50 972"
	stop
	run charged destination_port 9
	assert_output "out $ALICE 50000"
}

@test "the kernel's own answers have no owner and are not charged to root" {
	start
	traffic udp 127.0.0.1 9 20 100 $ALICE
	stop
	run jq -r 'select(.kind == "traffic" and .protocol == 1) |
		"\(.uid) \(.flags % 4)"' <(tm-print --json out.tm)
	assert_line --index 0 "4294967295 0"
	refute_line --regexp "^0 "
}

# in_own_network COMMAND...: in the cgroup, in a network namespace where all
# users may ping and TCP never retransmits, however late a busy host answers
in_own_network() {
	inside timeout 20 unshare --net sh -c 'ip link set lo up
		echo 0 >/proc/sys/net/ipv4/tcp_early_retrans
		ip route change local 127.0.0.1 dev lo table local rto_min 20s
		echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range
		exec "$@"' sh "$@"
}

# meter_case NAME OPTIONS...: a case of owners.py, which a line on standard
# input begins or, where the socket has to be older, goes on with
meter_case() {
	local name=$1 mover
	shift
	rm -f orders ready
	mkfifo orders
	in_own_network python3 "$ROOT/tests/lib/owners.py" "$name" \
		<orders >ready &
	mover=$!
	exec 7>orders
	[ "$name" != older ] || has_begun ready
	start "$@"
	echo go >&7
	exec 7>&-
	wait $mover
	stop
}

# table: a line for each case of owners.py, with whom it was charged to
table() {
	local name what sent direction user those whose events scope
	echo '| what happens | traffic | owner and direction | as events | as sums |'
	echo '|---|---|---|---|---|'
	while IFS=$'\t' read -r name what sent direction user those; do
		whose=$user scope="-c $CGROUP"
		# the kernel is in no cgroup
		[ "$user" != 4294967295 ] || whose='no owner' scope=
		# shellcheck disable=SC2086 # words
		meter_case "$name" $scope
		events=$(tm-print --json out.tm |
			charged_to "$direction" "$user" "$those")
		# shellcheck disable=SC2086 # words
		meter_case "$name" $scope --every 1s
		echo "| $what | $sent | $whose, $direction | $events |" \
			"$(tm-print --json out.tm | charged_to "$direction" \
				"$user" "$those") |"
	done < <(python3 "$ROOT/tests/lib/owners.py" --list)
}

@test "the table in doc/OWNERS.md matches what happens" {
	table >found
	sed -n '/^| what happens .* as events/,/^$/p' "$ROOT/doc/OWNERS.md" |
		sed '/^$/d' >promised
	diff promised found
}

@test "an event names process and command" {
	start -c "$CGROUP"
	inside traffic udp 127.0.0.1 9 1 20 $BOB
	stop
	run jq -r 'select(.kind == "traffic") | "\(.process) \(.pid > 1)"' \
		<(tm-print --json out.tm)
	assert_output "traffic true"
}

@test "an event names the cgroup of the task, not of the socket" {
	mkdir "$CGROUP/below"
	start -c "$CGROUP"
	inside python3 -c '
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
with open(sys.argv[1] + "/below/cgroup.procs", "w") as procs:
    procs.write("0")
sender.sendto(b"x", ("127.0.0.1", 9))' "$CGROUP"
	stop
	rmdir "$CGROUP/below"
	run jq -r 'select(.kind == "name" and .of == "cgroup") | .text' \
		<(tm-print --json out.tm)
	assert_line "/${CGROUP##*/}/below"
}

@test "an event names the command after exec(3)" {
	start -c "$CGROUP"
	inside python3 -c '
import os, socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 7714))
os.set_inheritable(receiver.fileno(), True)
sender.connect(("127.0.0.1", 7714))
sender.send(b"x")
os.set_inheritable(sender.fileno(), True)
os.execvp("sh", ["sh", "-c", f"echo y >&{sender.fileno()}"])'
	stop
	run jq -r 'select(.kind == "traffic" and .direction == "out") | .process' \
		<(tm-print --json out.tm)
	assert_output "python3
sh"
}

@test "an event names the command as it was called when it sent" {
	local options
	for options in "" "--every 1s"; do
		# shellcheck disable=SC2086 # words
		start -c "$CGROUP" $options
		inside python3 -c '
import ctypes, socket
PR_SET_NAME = 15
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name in b"first", b"second":
    ctypes.CDLL(None).prctl(PR_SET_NAME, name, 0, 0, 0)
    for _ in range(10):
        sender.sendto(bytes(972), ("127.0.0.1", 9))'
		stop
		run tm-report --by process --output csv out.tm
		assert_line --regexp "^first,.*,10000,"
		assert_line --regexp "^second,.*,10000,"
	done
}
