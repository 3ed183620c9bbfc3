# Who is charged with what crosses an interface (tm-capture --hook tc).
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load tc

# receive UID HOST ADDRESS PORT COUNT: reads so many datagrams; its buffer holds
# all of them, and it ends if some never arrive
receive() {
	at "$2" timeout 60 python3 -c '
import os, socket, sys
uid, address, port, count = sys.argv[1:]
os.setgroups([])
os.setgid(int(uid))
os.setuid(int(uid))
family = socket.AF_INET6 if ":" in address else socket.AF_INET
receiver = socket.socket(family, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
receiver.bind((address, int(port)))
open(f"ready.{port}", "w").close()
for _ in range(int(count)):
    receiver.recv(65536)' "$1" "$3" "$4" "$5"
}

@test "incoming frames are charged to their receiver, for TCP and UDP of both families" {
	chmod 777 .
	meter "$ROUTER" tm1
	receive $ALICE "$ROUTER" 0.0.0.0 7721 300 3>&- &
	receive $ALICE "$ROUTER" 2001:db8:1::9 7722 200 3>&- &
	receive $BOB "$ROUTER" :: 7723 100 3>&- &
	eventually test -e ready.7721
	eventually test -e ready.7722
	eventually test -e ready.7723
	for user in $ALICE $BOB; do
		for address in 198.51.100.9 2001:db8:1::9; do
			local port=$((7700 + user % 10 * 10 + ${#address} % 2))
			nsenter --net="/run/netns/$ROUTER" setpriv \
				--reuid $user --regid $user --clear-groups \
				"$BUILD/tests/traffic" sink $address $port \
				>got.$port 3>&- &
			eventually has_listener "$ROUTER" $port
			at "$LEFT" traffic tcp $address $port 1000000
		done
	done
	at "$LEFT" traffic udp 198.51.100.9 7721 300 100
	at "$LEFT" traffic udp 2001:db8:1::9 7722 200 100
	at "$LEFT" traffic udp 2001:db8:1::9 7723 50 100
	at "$LEFT" traffic udp 198.51.100.9 7723 50 100
	exact
	run sums '.direction == "in" and .protocol == 17'
	assert_output "in $ALICE 500 $((300 * 142 + 200 * 162))
in $BOB 100 $((50 * 142 + 50 * 162))"
	# every segment has a user, in both directions, with all its bytes
	run sums '.protocol == 6 and .uid == 4294967295'
	assert_output ""
	run sums '.protocol == 6 and .direction == "in"'
	assert_line --regexp "^in $ALICE [0-9]+ 2[01].....$"
	assert_line --regexp "^in $BOB [0-9]+ 2[01].....$"
	assert_equal "${#lines[@]}" 2
	run sums '.protocol == 6 and .destination_port == (7710, 7711, 7720,
		7721) and .direction == "in" and .process != "traffic"'
	assert_output ""
}

@test "frames are charged to the user of the socket, as with cgroup hooks" {
	nsenter --net="/run/netns/$LEFT" tm-capture -q --hook tc -i lo \
		>out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	at "$LEFT" timeout 20 python3 "$ROOT/tests/lib/owners.py" daemon-sends
	at "$LEFT" timeout 20 python3 "$ROOT/tests/lib/owners.py" setuid
	at "$LEFT" timeout 20 python3 "$ROOT/tests/lib/owners.py" scm-rights
	stop
	run sums '.source_port == 7701 and .direction == "out"'
	assert_line --regexp "^out $ALICE [0-9]+ 2[0-9]{5}$"
	run sums '.source_port == 7701 and .direction == "in"'
	assert_line --regexp "^in $BOB [0-9]+ 2[0-9]{5}$"
	# two cases of 100 kB each; the loopback has no link header
	run sums '.destination_port == 9 and .direction == "out"'
	assert_output --regexp "^out $ALICE [0-9]+ 200000$"
}

@test "the sender is known even after the queue of a neighbour" {
	ip -n "$LEFT" neigh flush all
	at "$ROUTER" sysctl -qw net.ipv4.conf.tm1.arp_ignore=8
	# the queue waits as long as a busy machine needs to answer
	at "$LEFT" sysctl -qw net.ipv4.neigh.tm0.mcast_solicit=60
	meter "$LEFT" tm0
	at "$LEFT" traffic udp 198.51.100.9 9 20 100 $ALICE
	sleep 1.5
	# now the answer comes and releases the queue
	at "$ROUTER" sysctl -qw net.ipv4.conf.tm1.arp_ignore=0
	at "$LEFT" traffic udp 198.51.100.9 9 5 100 $BOB
	is_answered() {
		ip -n "$LEFT" neigh show 198.51.100.9 | grep -q REACHABLE
	}
	eventually is_answered
	conclude
	at "$LEFT" sysctl -qw net.ipv4.neigh.tm0.mcast_solicit=3
	run sums '.destination_port == 9'
	assert_output "out $ALICE 20 2840
out $BOB 5 710"
}

@test "the kernel's own frames have no owner and do not count as forwarded" {
	ip -n "$LEFT" neigh flush all
	meter "$ROUTER" tm1
	at "$LEFT" traffic udp 198.51.100.9 9 20 100 $ALICE
	at "$LEFT" python3 -c '
import socket
try:
    socket.create_connection(("198.51.100.9", 1))
except ConnectionRefusedError:
    pass'
	exact
	# the answers to a closed port, and ARP
	run sums '.uid != 4294967295'
	assert_output ""
	run sums "$(flag $FORWARDED)"
	assert_output ""
	run sums '.direction == "out" and .protocol == (1, 6, 255)'
	assert_line --regexp "^out $NOBODY "
}

@test "frames of a packet socket are charged to its user and flagged" {
	meter "$LEFT" tm0
	at "$LEFT" python3 -c '
import os, socket
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind(("tm0", 0))
os.setuid(541001)
for _ in range(7):
    sender.send(bytes(12) + b"\x88\xb5" + bytes(86))'
	conclude
	run sums '.protocol == 255 and .uid == 541001 and .flags % 1024 >= 512'
	assert_output "out $ALICE 7 700"
}

@test "sums include every frame of a packet socket" {
	meter "$LEFT" tm0 --every 1s
	at "$LEFT" timeout 20 python3 -c '
import socket, struct
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind(("tm0", 0))
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 128, 1, 0, 64, 17, 0,
                 bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
udp = struct.pack("!HHHH", 1000, 2000, 108, 0)
for _ in range(100):
    sender.send(b"\xff" * 6 + b"\x02" * 6 + b"\x08\x00" + ip + udp + bytes(100))'
	exact
	run sums '.protocol == 17 and .destination_port == 2000'
	assert_line --regexp "^out 0 100 14200$"
}

@test "networks of -s and -x are left out, non-IP frames are not" {
	ip -n "$LEFT" neigh flush all
	meter "$LEFT" tm0 -x ::/0 -s 198.51.100.0/24
	at "$LEFT" traffic udp 2001:db8:1::9 9 10 100
	at "$LEFT" traffic udp 198.51.100.9 9 10 100
	at "$LEFT" traffic udp 192.0.2.1 9 10 100
	conclude
	assert_equal "$(ends seen)" "$(cat wire)"
	run sums '.direction == "out" and .protocol == 17'
	assert_output "out 0 10 1420"
	run sums '.protocol == 255'
	assert_line --regexp "^out $NOBODY [1-9]"
	run jq -r 'select(.kind == "end" and .direction == "out") |
		.seen_bytes == .recorded_bytes + .excluded_bytes,
		.excluded_packets >= 20' <(tm-print --json out.tm)
	assert_output "true
true"
	# forwarded traffic has no socket to ask
	meter "$ROUTER" tm1 -x 192.0.2.1
	at "$LEFT" traffic udp 192.0.2.1 9 10 100
	conclude
	run sums '.protocol == 17'
	assert_output ""
}

@test "interval sums have the same totals" {
	nsenter --net="/run/netns/$LEFT" tm-capture -q --hook tc -i tm0 \
		--every 300ms >sums.tm 3>&- &
	STARTED=$!
	has_begun sums.tm
	meter "$LEFT" tm0
	tcp "$ROUTER" 198.51.100.9 20000000 $ALICE
	tcp "$ROUTER" 2001:db8:1::9 20000000 $BOB
	at "$LEFT" traffic udp 198.51.100.9 9 20000 100 $BOB
	at "$LEFT" traffic udp 2001:db8:1::9 9 2000 3000 $ALICE
	conclude
	kill -INT "$STARTED"
	wait "$STARTED"
	assert_equal "$(cat seen)" "$(cat wire)"
	sums true >of_events
	assert [ "$(wc -c <sums.tm)" -lt $(($(wc -c <out.tm) / 5)) ]
	mv sums.tm out.tm
	assert_equal "$(ends)" "$(cat wire)"
	sums true | diff of_events -
}

@test "frames that a full ring loses are counted for each user, to the byte" {
	mkfifo slow
	(head -c 128 && kill -STOP $BASHPID && exec cat) <slow >out.tm 3>&- &
	STARTED=$!
	counters "$LEFT" tm0 >before
	nsenter --net="/run/netns/$LEFT" tm-capture --hook tc -i tm0 \
		--ring 256K >slow 2>err 3>&- &
	CAPTURE=$!
	HOST=$LEFT INTERFACE=tm0
	has_begun out.tm
	eventually grep -q '^State:.T' "/proc/$STARTED/status"
	at "$LEFT" traffic udp 198.51.100.9 9 200000 20 $ALICE
	at "$LEFT" traffic udp 2001:db8:1::9 9 2000 200 $BOB
	settle
	kill -CONT $STARTED
	stop
	wait $STARTED
	assert_equal "$(ends seen)" "$(cat wire)"
	run jq -r 'select(.kind == "end") | .seen_bytes == .recorded_bytes +
		.lost_bytes and .seen_packets == .recorded_packets +
		.lost_packets, .lost_packets > 0' <(tm-print --json out.tm)
	refute_line --index 0 false
	refute_line --index 2 false
	assert_line --index 3 true
	run jq -r 'select(.kind == ("traffic", "lost") and .direction == "out" and
		.uid == (541001, 541002)) | "\(.uid) \(.packets) \(.bytes)"' \
		<(tm-print --json out.tm)
	run awk '{ p[$1] += $2; b[$1] += $3 } END { for (u in p)
		print u, p[u], b[u] }' <<<"$output"
	assert_line "$ALICE 200000 12400000"
	assert_line "$BOB 2000 524000"
}

@test "without CAP_PERFMON frames are charged by the socket's user, with a warning" {
	nsenter --net="/run/netns/$ROUTER" setpriv --reuid 65534 --regid 65534 \
		--clear-groups --inh-caps=-all,+bpf,+net_admin \
		--ambient-caps=-all,+bpf,+net_admin \
		"$BUILD/bin/tm-capture" --hook tc -i tm1 >out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	HOST=$ROUTER INTERFACE=tm1
	counters "$HOST" tm1 >before
	tcp "$ROUTER" 198.51.100.9 1000000
	at "$ROUTER" traffic udp 198.51.100.1 9 10 100 $BOB
	conclude_lesser
	assert_equal "$(cat seen)" "$(cat wire)"
	assert_file_contains err "without CAP_PERFMON"
	assert_file_contains err "the length of the link header is assumed"
	run sums '.protocol == 17'
	assert_output "out $BOB 10 1420"
	# the server's, once it has answered
	run sums '.protocol == 6 and .direction == "in"'
	assert_line --regexp "^in 0 [0-9]+ 1[0-2][0-9]{5}$"
}
