# Interval sums (tm-capture --every): the same totals as events, to the byte.
# bats file_tags=kernel

load ../helper
load ../lib/kernel

# start_both OPTIONS...: sums into sums.tm, events into out.tm, side by side
start_both() {
	tm-capture -q -c "$CGROUP" "$@" >sums.tm 2>err.sums &
	STARTED=$!
	start -c "$CGROUP" --ring 64M
	has_begun sums.tm
}

stop_both() {
	kill -INT "$STARTED" "$CAPTURE"
	wait "$STARTED"
	wait "$CAPTURE"
	STARTED= CAPTURE=
}

# totals FILE: "direction uid pid port bytes packets" of all that was recorded
totals() {
	tm-print --json "$1" | jq -r 'select(.kind == "traffic") |
		[.direction, .uid, .pid, .protocol, .bytes, .packets] | @tsv' |
		awk '{ k = $1 " " $2 " " $3 " " $4; b[k] += $5; p[k] += $6 }
		END { for (k in b) print k, b[k], p[k] }' | sort
}

# anybody: the same without users and processes
anybody() {
	awk '{ k = $1 " " $4; b[k] += $5; p[k] += $6 }
		END { for (k in b) print k, b[k], p[k] }' | sort
}

# ends FILE: what END says was seen, recorded and lost
ends() {
	tm-print --json "$1" | jq -r 'select(.kind == "end") |
		"\(.direction) \(.seen_packets) \(.seen_bytes) \(
		.recorded_packets) \(.recorded_bytes) \(.lost_packets)"'
}

same() {
	totals out.tm >totals.events
	totals sums.tm >totals.sums
	diff totals.events totals.sums
	ends out.tm >ends.events
	ends sums.tm >ends.sums
	diff ends.events ends.sums
	awk '$2 != $4 || $3 != $5 || $6 { exit 1 }' ends.sums
}

@test "long connections and datagrams of two users have the same totals" {
	start_both --every 500ms
	inside traffic sink 127.0.0.1 7711 >got &
	local sink=$!
	listens 7711
	inside traffic tcp 127.0.0.1 7711 50000000 $ALICE &
	inside traffic udp ::1 9 100000 100 $BOB
	inside traffic udp 127.0.0.1 9 100000 100 $ALICE
	wait $sink
	stop_both
	assert_equal "$(cat got)" 50000000
	same
	assert [ "$(wc -c <sums.tm)" -lt 40000 ]
}

@test "thousands of short connections have the same totals" {
	start_both --every 200ms
	inside traffic short 127.0.0.1 7712 8000 300 $ALICE &
	local first=$!
	inside traffic short ::1 7713 8000 300 $BOB
	wait $first
	stop_both
	same
}

@test "an accepted connection inherits none of its listener's sums" {
	start_both --every 10s
	inside timeout 20 python3 -c '
import ctypes, socket
elsewhere = socket.create_server(("127.0.0.1", 7717))
listener = socket.create_connection(("127.0.0.1", 7717))
peer, _ = elsewhere.accept()
listener.sendall(bytes(50000))
got = 0
while got < 50000:
    got += len(peer.recv(65536))
# connect(2) to nowhere
ctypes.CDLL(None).connect(listener.fileno(), bytes(16), 16)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 7718))
listener.listen()
for _ in range(20):
    socket.create_connection(("127.0.0.1", 7718)).close()
    listener.accept()[0].close()'
	stop_both
	same
}

@test "raw sockets and other protocols that are not summed miss no packet" {
	start_both --every 1s
	inside timeout 20 python3 -c '
import socket
for protocol in socket.IPPROTO_TCP, socket.IPPROTO_UDP, 253:
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
    sender.connect(("127.0.0.1", 0))
    for _ in range(200):
        sender.send(bytes(1000))
    sender.close()'
	stop_both
	same
}

@test "an owner who changes during an interval is charged for what he reads" {
	start_both --every 10s
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" daemon-sends <<<go
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" daemon-receives <<<go
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" only-receives <<<go
	inside timeout 20 python3 "$ROOT/tests/lib/owners.py" setuid <<<go
	stop_both
	# by user they differ, because a written event cannot change its owner
	totals out.tm | anybody >totals.events
	totals sums.tm | anybody >totals.sums
	diff totals.events totals.sums
	totals sums.tm >totals.sums
	run awk '$1 == "in" && $2 == 541002 && $4 == 17 { print $5 }' \
		totals.sums
	assert_output 101000
	run awk '$1 == "in" && $2 == 0 && $4 == 17' totals.sums
	refute_output
}

@test "unread data waits an interval and is then sent, flagged" {
	start -c "$CGROUP" --every 500ms
	inside timeout 20 python3 -c '
import socket, subprocess, time
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 7716))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.sendto(b"x" * 100, ("127.0.0.1", 7716))
while b" traffic in " not in subprocess.run(
        ["tm-print", "out.tm"], capture_output=True).stdout:
    time.sleep(0.05)
receiver.recv(1000)
sender.sendto(b"x" * 100, ("127.0.0.1", 7716))
receiver.recv(1000)'
	stop
	run jq -r 'select(.kind == "traffic" and .direction == "in") |
		"\(.packets) \(.bytes) \(.flags / 128 % 2 >= 1)"' \
		<(tm-print --json out.tm)
	assert_output "1 128 true
1 128 false"
}

@test "datagrams of one socket to many hosts are one sum for each host" {
	start_both --every 10s
	inside python3 -c '
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(3000):
    sender.sendto(b"x" * 100, (f"127.0.1.{number % 50 + 1}", 9))'
	stop_both
	same
	run jq -c 'select(.kind == "traffic" and .direction == "out" and
		.protocol == 17) | [.packets, .bytes]' \
		<(tm-print --json sums.tm)
	assert_equal "${#lines[@]}" 50
	assert_equal "$(sort -u <<<"$output")" '[60,7680]'
}

@test "data from many hosts to one socket waits for its reader" {
	start_both --every 10s
	inside timeout 20 python3 -c '
import os, socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 7719))
senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
for sender in senders:
    for _ in range(5):
        sender.sendto(bytes(100), ("127.0.0.1", 7719))
if os.fork() == 0:
    os.setuid(541001)
    for _ in range(100):
        receiver.recv(1000)
    os._exit(0)
os.wait()'
	stop_both
	totals out.tm | anybody >totals.events
	totals sums.tm | anybody >totals.sums
	diff totals.events totals.sums
	run jq -r 'select(.kind == "traffic" and .direction == "in") |
		"\(.uid) \(.flags / 128 % 2 >= 1)"' <(tm-print --json sums.tm)
	assert_equal "${#lines[@]}" 20
	assert_equal "$(sort -u <<<"$output")" "$ALICE false"
}

# use: what SIGUSR1 reports about the flow table of the capture in $CAPTURE
use() {
	kill -USR1 "$CAPTURE"
	eventually grep -q '^tm-capture: flows' err
	sed -n 's/^tm-capture: flows \([0-9]* of [0-9]*\).*/\1/p' err | tail -n 1
}

@test "a packet without a free flow becomes an event, and tm-capture warns once" {
	start_both --every 1s --flows 64
	inside timeout 20 python3 -c '
import socket
senders = []
for number in range(300):
    senders.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    senders[-1].connect(("127.0.0.1", 9))
for _ in range(20):
    for sender in senders:
        try:
            sender.send(bytes(100))
        except ConnectionRefusedError:
            sender.send(bytes(100))'
	kill -USR1 "$STARTED"
	eventually grep -q ' of 64 in use; [1-9][0-9]* packets were written as events' \
		err.sums
	stop_both
	same
	run grep -c 'more flows than --flows 64' err.sums
	assert_output 1
}

@test "a socket that sends to many hosts leaves flows for others" {
	start -c "$CGROUP" --every 10s --flows 64
	inside timeout 20 python3 -c '
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(600):
    sender.sendto(bytes(100), (f"127.0.{number % 200}.1", 9))
other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for number in range(9):
    other.sendto(bytes(100), ("::1", 9))'
	run use
	assert_output "49 of 64"
	stop
	run jq -r 'select(.kind == "traffic" and .destination == "::1") |
		.packets' <(tm-print --json out.tm)
	assert_output 9
}

@test "an idle flow frees its place and can take another later" {
	start -c "$CGROUP" --every 200ms --flows 64
	mkfifo orders
	inside timeout 20 python3 -c '
import socket
senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(40)]
for _ in range(2):
    for number, sender in enumerate(senders):
        sender.sendto(bytes(100), (f"127.0.2.{number + 1}", 9))
    open("orders").readline()' &
	local sender=$!
	is_used() { [ "$(use)" = "$1 of 64" ]; }
	eventually is_used 40
	eventually is_used 0
	echo go >orders
	eventually is_used 0
	echo go >orders
	wait $sender
	stop
	run jq -s '[.[] | select(.kind == "traffic" and .direction == "out" and
		.protocol == 17) | .packets] | add' <(tm-print --json out.tm)
	assert_output 80
}

@test "a table too small for all connections misses none of their traffic" {
	start_both --every 1s --flows 512
	inside traffic short 127.0.0.1 7712 4000 300 $ALICE &
	local first=$!
	inside traffic short ::1 7713 4000 300 $BOB
	wait $first
	stop_both
	same
}

@test "each interval gives a sum that states its length" {
	start -c "$CGROUP" --every 300ms
	inside python3 -c '
import socket, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    sender.sendto(b"x" * 100, ("127.0.0.1", 9))
    time.sleep(0.01)'
	stop
	tm-print --json out.tm | jq -s '[.[] | select(.kind == "traffic")]' >sums
	assert [ "$(jq length sums)" -ge 3 ]
	assert_equal "$(jq 'map(.packets) | add' sums)" 100
	# no sum overlaps the one before, except by the unit of a span
	run jq -c '[range(1; length) as $i |
		(.[$i].time_ns - .[$i - 1].time_ns) / 1e7 + 1 - .[$i].span] |
		min >= 0' sums
	assert_output true
}

@test "a sum has the TCP flags of its interval, not of those before" {
	start -c "$CGROUP" --every 300ms
	inside timeout 20 python3 -c '
import socket, time
listener = socket.create_server(("127.0.0.1", 7720))
client = socket.create_connection(("127.0.0.1", 7720))
peer, _ = listener.accept()
time.sleep(1)
client.sendall(b"x")
time.sleep(1)'
	stop
	# SYN and ACK, then PSH and ACK, then FIN and ACK
	run jq -r 'select(.kind == "traffic" and .direction == "out" and
		.destination_port == 7720) | .tcp_flags' \
		<(tm-print --json out.tm)
	assert_output "18
24
17"
}

@test "tm-account and tm-report treat sums like events" {
	start_both --every 1s
	inside traffic udp 127.0.0.1 9 50000 100 $ALICE
	stop_both
	run diff <(tm-account out.tm | tm-report -n --output csv) \
		<(tm-account sums.tm | tm-report -n --output csv)
	assert_success
}

@test "a number of flows that is out of range, or without --every, is refused" {
	for wrong in 0 63 4194305 x; do
		run -2 tm-capture --every 1s --flows $wrong
		assert_output --partial "--flows: not a number from 64 to 4194304: $wrong"
	done
	run -2 tm-capture --flows 1024
	assert_output --partial "--flows: goes with --every DURATION"
}

@test "an interval out of range is refused" {
	for wrong in 0 1ms 11m x; do
		run -2 tm-capture --every $wrong
		assert_output --partial "--every: not a time from 100ms to 10m: $wrong"
	done
}
