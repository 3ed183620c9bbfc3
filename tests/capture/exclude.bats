# What tm-capture leaves out in the kernel (-s and -x).
# bats file_tags=kernel

load ../helper
load ../lib/kernel

# ends: "direction seen recorded excluded", in packets, and bytes that balance
ends() {
	tm-print --json out.tm | jq -r 'select(.kind == "end") |
		if .seen_bytes == .recorded_bytes + .excluded_bytes +
			.lost_bytes then "\(.direction) \(.seen_packets) \(
			.recorded_packets) \(.excluded_packets)"
		else "does not balance" end'
}

@test "traffic with both ends in the site is left out and counted" {
	start -c "$CGROUP" -s 127.0.0.0/8
	inside traffic udp 127.0.0.1 9 30 100 $ALICE
	inside traffic udp ::1 9 20 100 $ALICE
	stop
	run ends
	assert_line "out 50 20 30"
}

@test "one end in the list is enough for -x, but not for -s" {
	ip link add tmx0 type veth peer name tmx1
	ip addr add 198.51.100.1/24 dev tmx0
	ip link set tmx0 up
	ip link set tmx1 up
	start -c "$CGROUP" -s 198.51.100.1
	inside traffic udp 198.51.100.9 9 10 100 $ALICE
	stop
	run ends
	assert_line "out 10 10 0"
	start -c "$CGROUP" -x 198.51.100.1
	inside traffic udp 198.51.100.9 9 10 100 $ALICE
	stop
	ip link del tmx0
	run ends
	assert_line "out 10 0 10"
}

@test "::/0 does not affect IPv4" {
	start -c "$CGROUP" -x ::/0
	inside traffic udp 127.0.0.1 9 30 100 $ALICE
	inside traffic udp ::1 9 20 100 $ALICE
	stop
	run ends
	assert_line "out 50 30 20"
}

@test "a long list selects the same traffic as tm-filter does" {
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "10.%d.%d.0/24\n",
		i / 256, i % 256; print "127.0.0.0/8" }' >list
	start -c "$CGROUP" -x @list
	inside traffic udp 127.0.0.1 9 30 100 $ALICE
	inside traffic udp ::1 9 20 100 $ALICE
	stop
	run ends
	assert_line "out 50 20 30"
	run tm-filter -x @list out.tm
	assert_equal "$(tm-filter -x @list out.tm | tm-print)" \
		"$(tm-print out.tm)"
}

@test "a connection is left out as a whole, in both directions" {
	start -c "$CGROUP" -x 127.0.0.1
	inside traffic sink 127.0.0.1 7709 >got &
	local sink=$!
	listens 7709
	inside traffic tcp 127.0.0.1 7709 3000000 $ALICE
	wait $sink
	stop
	assert_equal "$(cat got)" 3000000
	run ends
	assert_line --regexp "^out [0-9]+ 0 [0-9]+$"
	assert_line --regexp "^in [0-9]+ 0 [0-9]+$"
}

@test "a connected datagram socket may send elsewhere" {
	echo 127.0.0.2 >list
	start -c "$CGROUP" -x @list
	inside python3 -c '
import os, re, signal, socket, sys, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def move(*to):
    sender.sendto(b"x", *to) if to else sender.send(b"x")
def send(count, *to):
    for _ in range(count):
        try:
            move(*to)
        except ConnectionRefusedError:
            move(*to)
sender.connect(("127.0.0.2", 9))
send(10)
send(5, ("127.0.0.3", 9))
send(10)
sender.connect(("127.0.0.3", 9))
send(7)
with open("list", "w") as file:
    file.write("127.0.0.3\n")
os.kill(int(sys.argv[1]), signal.SIGHUP)
def is_idle(pid):
    status = open(f"/proc/{pid}/status").read()
    return "State:\tS" in status and not re.search("Pnd:.*[1-9a-f]", status)
while not is_idle(sys.argv[1]):
    time.sleep(0.01)
send(30)' "$CAPTURE"
	stop
	run ends
	assert_line "out 62 12 50"
}

@test "each packet of a raw socket is judged by itself" {
	start -c "$CGROUP" -x 127.0.0.2
	inside python3 -c '
import socket
for protocol in socket.IPPROTO_TCP, socket.IPPROTO_UDP:
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
    for address in ["127.0.0.2"] + 10 * ["127.0.0.3"] + 5 * ["127.0.0.2"]:
        sender.sendto(bytes(1000), (address, 0))'
	stop
	run ends
	assert_line "out 32 20 12"
}

@test "an accepted connection is judged by itself, not by its listener's past" {
	local options
	for options in "" "--every 1s"; do
		# shellcheck disable=SC2086 # words
		start -c "$CGROUP" -x 127.0.0.2 $options
		inside timeout 20 python3 -c '
import socket
elsewhere = socket.create_server(("127.0.0.2", 7715))
listener = socket.create_connection(("127.0.0.2", 7715))
listener.sendall(b"x")
# connect(2) to nowhere
libc = __import__("ctypes").CDLL(None)
libc.connect(listener.fileno(), bytes(16), 16)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 7716))
listener.listen()
sender = socket.create_connection(("127.0.0.1", 7716))
accepted, _ = listener.accept()
got = 0
sender.sendall(bytes(200000))
while got < 200000:
    got += len(accepted.recv(65536))'
		stop
		assert_equal "$status" 0
		run jq -s 'map(select(.kind == "traffic" and .direction ==
			"in" and .destination_port == 7716).bytes) | add >
			200000' <(tm-print --json out.tm)
		assert_output true
		run jq -s 'map(select(.kind == "end").excluded_bytes) |
			add < 2000' <(tm-print --json out.tm)
		assert_output true
	done
}

@test "SIGHUP rereads the lists, also for open connections" {
	echo 127.0.0.1 >list
	start -c "$CGROUP" -x @list
	mkfifo hold
	inside traffic sink 127.0.0.1 7710 >got &
	local sink=$!
	listens 7710
	(exec 7<>hold && inside python3 -c '
import socket, sys
with socket.create_connection(("127.0.0.1", 7710)) as connection:
    connection.sendall(b"x" * 1000)
    open("first", "w").close()
    open("hold").readline()
    connection.sendall(b"x" * 70000)') &
	eventually test -e first
	echo 192.0.2.0/24 >list
	kill -HUP "$CAPTURE"
	eventually is_idle "$CAPTURE"
	echo go >hold
	wait $sink
	stop
	assert_equal "$(cat got)" 71000
	run jq -r 'select(.kind == "end" and .direction == "out") |
		.recorded_bytes > 70000, .excluded_bytes > 1000' \
		<(tm-print --json out.tm)
	assert_output "true
true"
}

@test "a list that became invalid is reported, and the old one stays" {
	echo 127.0.0.1 >list
	start -c "$CGROUP" -x @list
	echo nonsense >list
	kill -HUP "$CAPTURE"
	eventually grep -q "the previous lists remain in use" err
	inside traffic udp 127.0.0.1 9 30 100 $ALICE
	stop
	assert_file_contains err "list:1:1: .*; the previous lists remain in use"
	run ends
	assert_line "out 30 0 30"
}

@test "an invalid list is an error before anything is metered" {
	run -2 tm-capture -s 10.0.0.1/8
	assert_output --partial "10.0.0.1/8"
	run -1 tm-capture -x @nosuch
	assert_output --partial "nosuch: No such file"
}

# Two hosts on a cable; the near one masquerades as another of its addresses, and
# reaches the far one by a second address, too.
start_translating() {
	NEAR=tmxn-$$-$BATS_SUITE_TEST_NUMBER FAR=tmxf-$$-$BATS_SUITE_TEST_NUMBER
	ip netns add "$NEAR"
	ip netns add "$FAR"
	ip link add tm0 netns "$NEAR" type veth peer name tm0 netns "$FAR"
	ip -n "$NEAR" address add 192.0.2.1/24 dev tm0
	ip -n "$NEAR" address add 10.9.9.1/32 dev tm0
	ip -n "$FAR" address add 192.0.2.2/24 dev tm0
	ip -n "$FAR" link set tm0 up
	ip -n "$NEAR" link set tm0 up
	ip -n "$NEAR" route add 203.0.113.2/32 dev tm0
	at_near iptables -t nat -A POSTROUTING -s 10.9.9.1 -j SNAT \
		--to-source 192.0.2.1
	at_near iptables -t nat -A OUTPUT -d 203.0.113.2 -j DNAT \
		--to-destination 192.0.2.2
}

stop_translating() {
	ip netns del "$NEAR"
	ip netns del "$FAR"
}

at_near() {
	inside nsenter --net=/run/netns/"$NEAR" "$@"
}

# converse: over TCP and a connected datagram socket, from 10.9.9.1
converse() {
	nsenter --net=/run/netns/"$FAR" timeout 30 python3 -c '
import socket
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind(("192.0.2.2", 7717))
listener = socket.create_server(("192.0.2.2", 7717))
open("listens", "w").close()
for _ in range(2):
    connection, _ = listener.accept()
    while data := connection.recv(65536):
        connection.sendall(data)
    connection.close()
    for _ in range(20):
        data, peer = echo.recvfrom(2000)
        echo.sendto(data, peer)' &
	local far=$!
	eventually test -e listens
	rm listens
	at_near timeout 30 python3 -c '
import socket
for far in "192.0.2.2", "203.0.113.2":
    with socket.create_connection((far, 7717),
                                  source_address=("10.9.9.1", 0)) as stream:
        for _ in range(20):
            stream.sendall(bytes(5000))
            got = 0
            while got < 5000:
                got += len(stream.recv(5000))
        stream.shutdown(socket.SHUT_WR)
        assert not stream.recv(1)
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("10.9.9.1", 0))
    datagrams.connect((far, 7717))
    for _ in range(20):
        datagrams.send(bytes(1000))
        datagrams.recv(2000)'
	wait $far
}

@test "a connection that is translated has one verdict, whichever address is named" {
	local address options
	start_translating
	for options in "" "--every 1s"; do
		for address in 10.9.9.1 192.0.2.1 192.0.2.2; do
			# shellcheck disable=SC2086 # words
			start -c "$CGROUP" -x $address $options
			converse
			stop
			run ends
			assert_line --regexp "^in ([0-9]+) 0 \1$"
			assert_line --regexp "^out ([0-9]+) 0 \1$"
		done
	done
	start -c "$CGROUP" -x 203.0.113.2
	converse
	stop
	stop_translating
	run jq -s 'map(select(.kind == "traffic")) |
		map(select(.source == "203.0.113.2")), (length > 60)' \
		<(tm-print --json out.tm)
	assert_output "[]
true"
}
