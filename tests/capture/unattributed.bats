# Traffic that crosses interfaces without a socket, on a router between hosts.
# bats file_tags=kernel

load ../helper
load ../lib/hosts
load ../lib/kernel

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	export LEFT=tmul-$$ ROUTER=tmur-$$ RIGHT=tmuh-$$
	local name
	for name in "$LEFT" "$ROUTER" "$RIGHT"; do
		ip netns add "$name"
		at "$name" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ip -n "$name" link set lo up
	done
	cable "$LEFT" left 192.0.2
	cable "$RIGHT" right 198.51.100
	at "$ROUTER" sysctl -qw net.ipv4.ip_forward=1
	# another interface of each host on the same cable
	local host
	for host in "$LEFT 2" "$ROUTER 1"; do
		# shellcheck disable=SC2086 # words
		set -- $host
		ip -n "$1" link add link left name upper type macvlan
		ip -n "$1" addr add 203.0.113."$2"/24 dev upper
		ip -n "$1" link set upper up
		# an answered question is not asked again
		at "$1" sysctl -qw net.ipv4.neigh.upper.delay_first_probe_time=3600 \
			net.ipv4.neigh.upper.base_reachable_time_ms=3600000
	done
}

teardown_file() {
	[ -z "${LEFT-}" ] || for name in "$LEFT" "$ROUTER" "$RIGHT"; do
		ip netns del "$name"
	done
}

# cable HOST NAME NETWORK: between the host (.2) and the router (.1)
cable() {
	ip link add "$2" netns "$1" type veth peer name "$2" netns "$ROUTER"
	ip -n "$1" addr add "$3".2/24 dev "$2"
	ip -n "$ROUTER" addr add "$3".1/24 dev "$2"
	ip -n "$1" link set "$2" up
	ip -n "$ROUTER" link set "$2" up
	ip -n "$1" route add default via "$3".1
	# no host has to ask for an address
	ip -n "$1" neigh replace "$3".1 dev "$2" lladdr "$(link "$ROUTER" "$2")"
	ip -n "$ROUTER" neigh replace "$3".2 dev "$2" \
		lladdr "$(link "$1" "$2")"
}

link() {
	ip -n "$1" -br link show "$2" | awk '{ print $3 }'
}

# unattributed: "interface direction packets bytes", summed up
unattributed() {
	tm-print --json out.tm | python3 -c '
import collections, json, sys
names, sums = {}, collections.Counter()
for line in sys.stdin:
    event = json.loads(line)
    if event["kind"] == "name" and event["of"] == "interface":
        names[event["id"] & 0xffffffff] = event["text"]
    elif event["kind"] == "unattributed":
        key = names[event["ifindex"]] + " " + event["direction"]
        sums[key, 0] += event["packets"]
        sums[key, 1] += event["bytes"]
for key in sorted({key for key, _ in sums}):
    print(key, sums[key, 0], sums[key, 1])'
}

# start_at_router OPTIONS...: a capture there into out.tm
start_at_router() {
	rm -f out.tm
	nsenter --net=/run/netns/"$ROUTER" tm-capture "$@" >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
}

@test "forwarded traffic is unattributed on both interfaces, to the byte" {
	start_at_router
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run unattributed
	# unexpected answers of the other host: ICMP errors
	assert_line "left in 100 102800"
	assert_line "right out 100 102800"
	documented "a router forwards" "100 datagrams of 1028 B" "no owner" \
		"unattributed: 102800 B on each interface" unattributed.bats
	assert_line --regexp "^right in [0-9]+ [0-9]+$"
	run jq -s 'map(select(.kind == "unattributed") | .uid) | unique' \
		<(tm-print --json out.tm)
	assert_output "[
  4294967295
]"
}

@test "traffic of sockets is not unattributed, even with segmentation offload and --l2" {
	local options
	for options in "" --l2 "--every 1s"; do
		# shellcheck disable=SC2086 # words
		start_at_router $options
		at "$LEFT" traffic sink 192.0.2.2 7730 >got &
		local sink=$!
		eventually at "$LEFT" \
			grep -q ":1E32 00000000:0000 0A" /proc/net/tcp
		at "$ROUTER" traffic tcp 192.0.2.2 7730 20000000
		wait $sink
		at "$ROUTER" traffic udp 192.0.2.2 9 200 3000
		stop
		tm-print --json out.tm | jq -e -s 'map(select(.kind == "traffic"
			and .flags / 16 % 2 >= 1)) | length > 0'
		# the end of the connection may be in TIME_WAIT; port 9 is closed
		run awk '$3 > 12 || $4 > 6000' <(unattributed)
		refute_output
	done
}

@test "traffic for an interface stacked on another belongs to the upper one" {
	start_at_router
	at "$ROUTER" traffic udp 203.0.113.2 9 100 1000
	at "$LEFT" traffic udp 198.51.100.2 9 10 1000
	stop
	run unattributed
	# and errors and questions for addresses, on either
	assert_line --regexp "^left in [12][0-9] 1[0-9]{4}$"
	refute_line --regexp "^left out [0-9]{3} "
	refute_line --regexp "^upper out [0-9]{2} "
}

@test "a datagram for a closed port is unattributed" {
	start_at_router
	at "$LEFT" traffic udp 192.0.2.1 9 100 1000
	stop
	run unattributed
	assert_line "left in 100 102800"
	documented "datagrams for a port without a socket" "100 of 1028 B" \
		"no owner" "unattributed: 102800 B" unattributed.bats
}

@test "packets for a connection in TIME_WAIT and ARP are unattributed" {
	mkfifo closed
	at "$ROUTER" timeout 20 python3 -c '
import socket
server = socket.create_server(("192.0.2.1", 7751))
open("listens", "w").close()
server.accept()[0].close()' 3>&- &
	eventually test -e listens
	at "$LEFT" timeout 20 python3 -c '
import socket
client = socket.create_connection(("192.0.2.1", 7751))
client.recv(1)
open("closed", "w").close()
open("closed").read()
client.close()' 3>&- &
	local client=$!
	read -r <closed || true
	start_at_router
	echo >closed
	wait $client
	ip -n "$ROUTER" neigh replace 192.0.2.2 dev left \
		lladdr "$(link "$LEFT" left)" nud probe
	is_answered() {
		ip -n "$ROUTER" neigh show 192.0.2.2 dev left |
			grep -q REACHABLE
	}
	eventually is_answered
	stop
	run unattributed
	assert_output "left in 2 80
left out 2 80"
	documented "the last segment of a connection in TIME_WAIT, its answer" \
		"1 segment of 52 B each" "no owner" "unattributed: 52 B each" \
		unattributed.bats
	documented "the kernel asks for an address" \
		"ARP, 28 B out and in" "no owner" "unattributed: 28 B each" \
		unattributed.bats
}

@test "metering one cgroup ignores the interfaces; metering one interface counts it alone" {
	start_at_router -c "$CGROUP"
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run unattributed
	refute_output
	start_at_router -i left
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run unattributed
	assert_line "left in 100 102800"
	refute_line --regexp "^right"
}

@test "frames of a packet socket are unattributed" {
	start_at_router
	at "$ROUTER" python3 -c '
import socket
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind(("left", 0))
for _ in range(50):
    sender.send(b"\xff" * 6 + b"\x02" + b"\0" * 5 + b"\x88\xb5" + b"x" * 100)'
	stop
	run unattributed
	assert_line "left out 50 5000"
	documented "a packet socket sends" "50 frames of 100 B" "no owner" \
		"unattributed: 5000 B" unattributed.bats
}

# ticks: how many TICKs have come, of in and out
ticks() {
	tm-print out.tm 2>/dev/null | grep -c ' tick ' || true
}

# two_ticks_pass: an interface is known by the next TICK but one
two_ticks_pass() {
	local before
	before=$(ticks)
	has_ticked() {
		[ "$(ticks)" -ge $((before + 4)) ]
	}
	eventually has_ticked
}

@test "interfaces are told apart even after many were created and removed" {
	local index
	start_at_router
	for index in 300 556 812; do
		ip link add "c$index" index $index netns "$ROUTER" type veth \
			peer name "c$index" netns "$RIGHT"
		ip -n "$RIGHT" link set "c$index" up
		ip -n "$ROUTER" link set "c$index" up
		ip -n "$ROUTER" addr add "10.0.${index: -1}.1/24" dev "c$index"
		ip -n "$ROUTER" neigh add "10.0.${index: -1}.2" dev "c$index" \
			lladdr "$(link "$RIGHT" "c$index")"
	done
	two_ticks_pass
	for index in 300 556 812; do
		at "$ROUTER" traffic udp "10.0.${index: -1}.2" 9 10 100
	done
	two_ticks_pass
	at "$ROUTER" python3 -c '
import socket
for name in "c300", "c556", "c812":
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((name, 0))
    for _ in range(50):
        sender.send(b"\xff" * 6 + b"\x02" + b"\0" * 5 + b"\x88\xb5" + b"x" * 100)'
	at "$ROUTER" traffic udp 10.0.0.2 9 10 100
	stop
	for index in 300 556 812; do
		ip -n "$ROUTER" link del "c$index"
	done
	run unattributed
	assert_line "c300 out 50 5000"
	assert_line "c556 out 50 5000"
	assert_line "c812 out 50 5000"
}

# join COMMAND...: runs it while two sockets of ALICE's and one of BOB's are in a
# group, and a sniffer of root's receives all datagrams
join() {
	at "$ROUTER" timeout 60 python3 -c '
import os, socket, subprocess, sys
group, alice, bob = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sniffer = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
said, saying = os.pipe()
for uid in alice, alice, bob:
    if os.fork() == 0:
        os.setuid(uid)
        member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        member.bind((group, 7750))
        member.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
            socket.inet_aton(group) + socket.inet_aton("192.0.2.1"))
        os.write(saying, b"x")
        for _ in range(100):
            member.recv(2000)
        os._exit(0)
for _ in range(3):
    os.read(said, 1)
subprocess.run(sys.argv[4:], check=True)
for _ in range(3):
    os.wait()' 239.1.2.3 $ALICE $BOB "$@"
}

# copies DIRECTION: how many packets to the group are copies, and how many not
copies() {
	tm-print --json out.tm | jq -r --arg direction "$1" 'select(
		.kind == "traffic" and .destination_port == 7750 and
		.direction == $direction) | "\(if .flags / 4096 % 2 >= 1
		then "copies" else "once" end) \(.packets)"' |
		awk '{ sum[$1] += $2 } END { for (k in sum) print k, sum[k] }' |
		sort
}

@test "a datagram that several sockets receive crossed the interface once" {
	local options
	for options in "" "--every 1s"; do
		# shellcheck disable=SC2086 # words
		start_at_router $options
		join nsenter --net=/run/netns/"$LEFT" \
			"$BUILD/tests/traffic" udp 239.1.2.3 7750 100 100
		at "$LEFT" traffic udp 192.0.2.1 9 50 1000
		stop
		run copies in
		assert_output "copies 300
once 100"
		# each has had all of it
		run tm-report --by user --output csv out.tm
		assert_line --regexp "^$ALICE,.*,25600,"
		assert_line --regexp "^$BOB,.*,12800,"
		run tm-report --by interface,protocol --output csv out.tm
		assert_line --regexp "^left,udp,12800,0,"
		run unattributed
		assert_line "left in 50 51400"
	done
}

@test "a host's own multicast that it receives did not cross the interface" {
	start_at_router
	join python3 -c '
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                  socket.inet_aton("192.0.2.1"))
for _ in range(100):
    sender.sendto(bytes(100), ("239.1.2.3", 7750))'
	at "$LEFT" traffic udp 192.0.2.1 9 50 1000
	stop
	run copies out
	assert_output "once 100"
	run copies in
	assert_output "copies 400"
	run unattributed
	assert_line "left in 50 51400"
}

@test "unattributed traffic belongs to no user, and no tool counts it as traffic" {
	start_at_router
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run bash -c "tm-account out.tm | tm-csv -o - | wc -l"
	assert_output "$(tm-print --json out.tm | jq -c \
		'select(.kind == "traffic")' | wc -l)"
}

@test "what is redirected to an ifb counts once" {
	ip -n "$ROUTER" link add ifb9 type ifb
	ip -n "$ROUTER" link set ifb9 up
	at "$ROUTER" tc qdisc add dev left ingress
	at "$ROUTER" tc filter add dev left parent ffff: protocol all \
		u32 match u32 0 0 action mirred egress redirect dev ifb9
	start_at_router
	at "$LEFT" traffic udp 192.0.2.1 9 100 1000
	stop
	at "$ROUTER" tc qdisc del dev left ingress
	ip -n "$ROUTER" link del ifb9
	run unattributed
	assert_line "left in 100 102800"
	refute_line --partial ifb9
}

# send_to_left BYTES: over TCP
send_to_left() {
	at "$LEFT" traffic sink 192.0.2.2 7731 >got &
	local sink=$!
	eventually at "$LEFT" grep -q ":1E33 00000000:0000 0A" /proc/net/tcp
	at "$ROUTER" traffic tcp 192.0.2.2 7731 "$1"
	wait $sink
}

@test "traffic of sockets is not unattributed, wherever segments are cut or joined" {
	start_at_router
	at "$ROUTER" ethtool -K left tso off
	send_to_left 1000000
	at "$ROUTER" ethtool -K left tso on
	send_to_left 1000000
	at "$ROUTER" tc qdisc add dev left root tbf rate 200mbit burst 20k \
		latency 500ms
	send_to_left 1000000
	at "$ROUTER" tc qdisc del dev left root
	at "$ROUTER" ethtool -K left gro on
	at "$LEFT" ethtool -K left tso off
	at "$ROUTER" traffic sink 192.0.2.1 7732 >got &
	local sink=$!
	eventually at "$ROUTER" grep -q ":1E34 00000000:0000 0A" /proc/net/tcp
	at "$LEFT" traffic tcp 192.0.2.1 7732 5000000
	wait $sink
	stop
	at "$ROUTER" ethtool -K left gro off
	at "$LEFT" ethtool -K left tso on
	# the ends of connections, and a few answers
	run awk '$3 > 12 || $4 > 6000' <(unattributed)
	refute_output
}
