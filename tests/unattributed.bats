# What crosses the interfaces and no socket moved, on a router between two hosts.
# bats file_tags=kernel

load helper
load kernel

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
	done
}

teardown_file() {
	[ -z "${LEFT-}" ] || for name in "$LEFT" "$ROUTER" "$RIGHT"; do
		ip netns del "$name"
	done
}

at() {
	local name=$1
	shift
	nsenter --net=/run/netns/"$name" "$@"
}

# cable HOST NAME NETWORK: between the host (.2) and the router (.1)
cable() {
	ip link add "$2" netns "$1" type veth peer name "$2" netns "$ROUTER"
	ip -n "$1" addr add "$3".2/24 dev "$2"
	ip -n "$ROUTER" addr add "$3".1/24 dev "$2"
	ip -n "$1" link set "$2" up
	ip -n "$ROUTER" link set "$2" up
	ip -n "$1" route add default via "$3".1
	# nobody has to ask for an address
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
	nsenter --net=/run/netns/"$ROUTER" tm-capture "$@" >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
}

@test "what is forwarded is on both interfaces, to the byte" {
	start_at_router
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run unattributed
	# the answers of the other host, which nobody expected: ICMP errors
	assert_line "left in 100 102800"
	assert_line "right out 100 102800"
	assert_line --regexp "^right in [0-9]+ [0-9]+$"
	run jq -s 'map(select(.kind == "unattributed") | .uid) | unique' \
		<(tm-print --json out.tm)
	assert_output "[
  4294967295
]"
}

@test "what sockets move is not, segmentation offload and --l2 included" {
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
		# the end of the connection may be in TIME_WAIT; nobody has port 9
		run awk '$3 > 12 || $4 > 6000' <(unattributed)
		refute_output
	done
}

@test "what an interface carries for one that lies on it is that one's" {
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

@test "a datagram for a port that nobody has is unattributed" {
	start_at_router
	at "$LEFT" traffic udp 192.0.2.1 9 100 1000
	stop
	run unattributed
	assert_line "left in 100 102800"
}

@test "of one cgroup the interfaces tell nothing, of one interface that one" {
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
}

@test "it is no user's, no tool counts it as traffic" {
	start_at_router
	at "$LEFT" traffic udp 198.51.100.2 9 100 1000
	stop
	run bash -c "tm-account out.tm | tm-csv -o - | wc -l"
	assert_output "$(tm-print --json out.tm | jq -c \
		'select(.kind == "traffic")' | wc -l)"
}
