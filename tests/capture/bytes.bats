# What is recorded against what the interface itself counted, on a cable
# between two hosts. TM_BYTES_TABLE=FILE keeps the table of all cases.
# bats file_tags=kernel

load ../helper

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	export LEFT=tmbl-$$ RIGHT=tmbr-$$
	TREE=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	export CGROUP=$TREE/tm-bytes-$$
	mkdir "$CGROUP"
	ip netns add "$LEFT"
	ip netns add "$RIGHT"
	ip link add tm0 netns "$LEFT" type veth peer name tm0 netns "$RIGHT"
	host "$LEFT" 1
	host "$RIGHT" 2
	for name in "$LEFT" "$RIGHT"; do
		ip -n "$name" link set lo up
		ip -n "$name" link set tm0 up
	done
	know "$LEFT" 2 "$RIGHT"
	know "$RIGHT" 1 "$LEFT"
	quiet
}

# Multicast groups are announced for a while after an interface came up.
quiet() {
	local before='' now
	for _ in $(seq 20); do
		now=$(counters)
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep 2
	done
}

# host NAME NUMBER: a cable that neither cuts nor joins segments by itself
host() {
	at "$1" ethtool -K tm0 tso off tx-udp-segmentation off gro off
	at "$1" sysctl -qw net.ipv6.conf.tm0.accept_dad=0 \
		net.ipv6.conf.tm0.router_solicitations=0
	ip -n "$1" addr add 198.51.100."$2"/24 dev tm0
}

# know HOST NUMBER OF: nobody has to ask for the address of another
know() {
	local address
	address=$(ip -n "$3" -br link show tm0 | awk '{ print $3 }')
	ip -n "$1" addr replace 2001:db8::$((3 - $2))/64 dev tm0 nodad
	ip -n "$1" neigh replace 198.51.100."$2" lladdr "$address" dev tm0
	ip -n "$1" neigh replace 2001:db8::"$2" lladdr "$address" dev tm0
}

teardown_file() {
	[ -n "${CGROUP-}" ] || return 0
	ip netns del "$LEFT"
	ip netns del "$RIGHT"
	eventually rmdir "$CGROUP" 2>/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	needs_root
}

is_empty() {
	[ -z "$(cat "$CGROUP/cgroup.procs")" ]
}

teardown() {
	local pid
	[ -n "${CGROUP-}" ] || return 0
	for pid in ${CAPTURE-} $(cat "$CGROUP/cgroup.procs"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	# not for whatever runs: bats has a clock of its own for each test
	[ -z "${CAPTURE-}" ] || wait "$CAPTURE" || true
	eventually is_empty
	shape 1500 off
}

# shape MTU GRO: of both ends
shape() {
	local name
	for name in "$LEFT" "$RIGHT"; do
		ip -n "$name" link set tm0 mtu "$1" gso_max_size 65536 \
			gro_max_size 65536
		at "$name" ethtool -K tm0 gro "$2" >/dev/null
	done
}

# at HOST COMMAND...: the cgroup tree stays in sight
at() {
	local name=$1
	shift
	nsenter --net=/run/netns/"$name" "$@"
}

# metered HOST COMMAND...: inside the cgroup
metered() {
	(echo $BASHPID >"$CGROUP/cgroup.procs" && at "$@")
}

# What both ends counted: packets and bytes received, packets and bytes sent.
counters() {
	local name
	for name in "$LEFT" "$RIGHT"; do
		at "$name" cat /proc/net/dev
	done | awk '/tm0:/ { sub(".*:", ""); rb += $1; rp += $2; tb += $9
		tp += $10 } END { print rp, rb, tp, tb }'
}

# settle: nothing is on the cable any more
settle() {
	local before='' now
	until now=$(counters) && [ "$now" = "$before" ]; do
		before=$now
		sleep 0.2
	done
}

start() {
	rm -f out.tm
	tm-capture -q -c "$CGROUP" --ring 64M "$@" >out.tm 3>&- &
	CAPTURE=$!
	eventually test -s out.tm
	counters >before
}

# stop TITLE [HEADER]: ends the metering, adds a row to the table, leaves the
# sums in seen and wire: packets and bytes in, packets and bytes out. The
# interface counts HEADER bytes of link header with each packet, else 14.
stop() {
	settle
	kill -INT "$CAPTURE"
	wait "$CAPTURE"
	CAPTURE=
	counters | paste before - |
		awk -v h="${2-14}" '{ print $5 - $1, $6 - $2 - h * ($5 - $1),
			$7 - $3, $8 - $4 - h * ($7 - $3) }' >wire
	tail -c 256 out.tm | tm-print --json | jq -r 'select(.kind == "end") |
		"\(.recorded_packets) \(.recorded_bytes)"' | paste -sd' ' >seen
	paste -d' ' wire seen | awk -v title="$1" '{ printf \
		"| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", title,
		$1, $5, $2, $6, $3, $7, $4, $8 }' >row
	sed 's/^/# /' row >&3
	[ -z "${TM_BYTES_TABLE-}" ] || cat row >>"$TM_BYTES_TABLE"
}

# Takes what is sent to port 7 of the right host.
drains() {
	local address
	for address in 198.51.100.2 2001:db8::2; do
		metered "$RIGHT" traffic drain $address 7 3>&- &
	done
	eventually is_drained
}

# is_drained: there is a socket for each family
is_drained() {
	[ "$(at "$RIGHT" ss -Hlun "sport = :7" | wc -l)" = 2 ]
}

exact() {
	assert_equal "$(cat seen)" "$(cat wire)"
}

has_listener() {
	at "$RIGHT" ss -Hltn | grep -q :7708
}

# tcp ADDRESS BYTES
tcp() {
	metered "$RIGHT" traffic sink "$1" 7708 >got 3>&- &
	local sink=$!
	eventually has_listener
	metered "$LEFT" traffic tcp "$1" 7708 "$2"
	wait $sink
	assert_equal "$(cat got)" "$2"
}

# flagged BIT: in which directions there are events with that flag
flagged() {
	tm-print --json out.tm | jq -r --argjson bit "$1" \
		'select(.kind == "traffic" and .flags / $bit % 2 >= 1) |
		.direction' | sort -u | paste -sd' '
}
OFFLOAD=16 FRAGMENT=32 LINK_LAYER=1024

@test "TCP over IPv4 is what the cable counted" {
	start
	tcp 198.51.100.2 200000000
	stop "TCP, IPv4, 200,000,000 B"
	exact
}

@test "TCP over IPv6 is what the cable counted" {
	start
	tcp 2001:db8::2 200000000
	stop "TCP, IPv6, 200,000,000 B"
	exact
}

@test "UDP over IPv4 is what the cable counted" {
	drains
	start
	metered "$LEFT" traffic udp 198.51.100.2 7 150000 1000
	stop "UDP, IPv4, 150,000 of 1,000 B"
	exact
}

@test "UDP over IPv6 is what the cable counted" {
	drains
	start
	metered "$LEFT" traffic udp 2001:db8::2 7 150000 1000
	stop "UDP, IPv6, 150,000 of 1,000 B"
	exact
}

@test "with --l2 bytes are the interface's own" {
	drains
	start --l2
	metered "$LEFT" traffic udp 198.51.100.2 7 20000 1000
	metered "$LEFT" traffic udp 2001:db8::2 7 20000 4000
	tcp 198.51.100.2 20000000
	stop "TCP and UDP, with --l2 and the link header" 0
	exact
	assert_equal "$(flagged $LINK_LAYER)" "in out"
}

@test "the loopback has no link header" {
	start --l2
	metered "$LEFT" traffic udp 127.0.0.1 9 10 100
	stop "UDP, --l2, loopback (not on the wire), 10 of 100 B"
	assert_equal "$(cat seen)" "0 0 10 1280"
}

@test "a datagram in fragments counts as what is on the cable" {
	drains
	local size
	for size in 4000 65000; do
		start
		metered "$LEFT" traffic udp 198.51.100.2 7 1000 $size
		stop "UDP, IPv4, 1,000 of ${size%000},000 B, MTU 1500"
		exact
		start
		metered "$LEFT" traffic udp 2001:db8::2 7 1000 $size
		stop "UDP, IPv6, 1,000 of ${size%000},000 B, MTU 1500"
		exact
		assert_equal "$(flagged $FRAGMENT)" "in out"
	done
}

@test "every size is cut as Linux cuts it" {
	drains
	local mtu
	for mtu in 1500 1283 1406; do
		shape $mtu off
		start
		metered "$LEFT" traffic sweep 198.51.100.2 7 1200 6000
		stop "UDP, IPv4, 1,200 to 6,000 B, MTU $mtu"
		exact
		start
		metered "$LEFT" traffic sweep 2001:db8::2 7 1200 6000
		stop "UDP, IPv6, 1,200 to 6,000 B, MTU $mtu"
		exact
	done
}

@test "the MTU of a route is known" {
	drains
	ip -n "$LEFT" route add 198.51.100.2 dev tm0 mtu 1300
	ip -n "$LEFT" route add 2001:db8::2 dev tm0 mtu 1300
	start
	metered "$LEFT" traffic sweep 198.51.100.2 7 1200 6000
	stop "UDP, IPv4, 1,200 to 6,000 B, route of MTU 1300"
	cp wire wire4
	cp seen seen4
	start
	metered "$LEFT" traffic sweep 2001:db8::2 7 1200 6000
	stop "UDP, IPv6, 1,200 to 6,000 B, route of MTU 1300"
	ip -n "$LEFT" route del 198.51.100.2 dev tm0
	ip -n "$LEFT" route del 2001:db8::2 dev tm0
	assert_equal "$(cat seen4)" "$(cat wire4)"
	exact
}

@test "UDP_SEGMENT counts as its segments" {
	drains
	start
	metered "$LEFT" traffic -s 1300 udp 198.51.100.2 7 2000 60000
	stop "UDP_SEGMENT of 1,300, IPv4, 2,000 of 60,000 B"
	exact
	start
	metered "$LEFT" traffic -s 1300 udp 2001:db8::2 7 2000 60000
	stop "UDP_SEGMENT of 1,300, IPv6, 2,000 of 60,000 B"
	exact
	assert_equal "$(flagged $OFFLOAD)" out
}

@test "IPv6 destination options count with every packet they are in" {
	drains
	start
	metered "$LEFT" traffic -o udp 2001:db8::2 7 1000 1000
	stop "UDP, IPv6, destination options, 1,000 of 1,000 B"
	exact
	start
	metered "$LEFT" traffic -o sweep 2001:db8::2 7 1200 6000
	stop "UDP, IPv6, destination options, 1,200 to 6,000 B"
	exact
	start
	metered "$LEFT" traffic -o -s 1200 udp 2001:db8::2 7 1000 60000
	stop "UDP_SEGMENT of 1,200, destination options, 1,000 of 60,000 B"
	exact
}

# slow BYTES: a receive buffer so small that the cable, which holds 256 packets
# where it joins them, drops none: those are recorded, but not sent. Its counters
# then leave out the link header.
slow() {
	local name
	for name in "$LEFT" "$RIGHT"; do
		at "$name" sysctl -qw net.ipv4.tcp_rmem="4096 $1 $1"
	done
}

@test "what the receiver joins again counts as it came" {
	shape 1500 on
	slow 200000
	start
	tcp 198.51.100.2 20000000
	stop "TCP, IPv4, GRO, 20,000,000 B" 0
	exact
	start
	tcp 2001:db8::2 20000000
	stop "TCP, IPv6, GRO, 20,000,000 B" 0
	exact
	assert_equal "$(flagged $OFFLOAD)" "in out"
}

@test "an MTU of 1280 makes smaller segments" {
	shape 1280 off
	start
	tcp 2001:db8::2 20000000
	stop "TCP, IPv6, MTU 1280, 20,000,000 B"
	exact
}

# big HOST...: buffers of up to 200,000 bytes, as BIG TCP has them
big() {
	local name
	for name in "$LEFT" "$RIGHT"; do
		ip -n "$name" link set tm0 gso_max_size 200000 \
			gro_max_size 200000
	done
}

@test "BIG TCP's own header is not counted" {
	shape 1500 on
	big 2>err || skip "no BIG TCP: $(cat err)"
	slow 450000
	start
	tcp 2001:db8::2 100000000
	stop "TCP, IPv6, BIG TCP, 100,000,000 B" 0
	exact
	run jq -s 'map(select(.kind == "traffic") | .bytes) | max > 66000' \
		<(tm-print --json out.tm)
	assert_output true
}

# A router's "too big", forged: for the left host's datagrams to the right.
too_big() {
	at "$LEFT" python3 - "$1" <<-'EOF'
		import socket, struct, sys
		mtu = int(sys.argv[1])
		def sum16(b):
		    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
		    s = (s & 0xffff) + (s >> 16)
		    return ~((s & 0xffff) + (s >> 16)) & 0xffff
		def refuse(family, here, there, inner, proto, icmp):
		    s = socket.socket(family, socket.SOCK_DGRAM)
		    s.bind((here, 5555))
		    raw = socket.socket(family, socket.SOCK_RAW, proto)
		    raw.sendto(icmp(inner + udp), (here, 0))
		udp = struct.pack("!HHHH", 5555, 7, 1400, 0)
		a, b = "198.51.100.1", "198.51.100.2"
		def icmp4(data):
		    head = lambda c: struct.pack("!BBHHH", 3, 4, c, 0, mtu)
		    return head(sum16(head(0) + data)) + data
		refuse(socket.AF_INET, a, b, struct.pack("!BBHHHBBH4s4s", 0x45,
		    0, 1420, 1, 0x4000, 64, 17, 0, socket.inet_aton(a),
		    socket.inet_aton(b)), socket.IPPROTO_ICMP, icmp4)
		a, b = "2001:db8::1", "2001:db8::2"
		six = lambda t: socket.inet_pton(socket.AF_INET6, t)
		refuse(socket.AF_INET6, a, b, struct.pack("!IHBB16s16s",
		    6 << 28, 1400, 17, 64, six(a), six(b)),
		    socket.IPPROTO_ICMPV6,
		    lambda data: struct.pack("!BBHI", 2, 0, 0, mtu) + data)
	EOF
}

@test "what a router could take is known" {
	drains
	too_big 1333
	start
	metered "$LEFT" traffic sweep 198.51.100.2 7 1200 6000
	stop "UDP, IPv4, 1,200 to 6,000 B, learned MTU 1333"
	cp wire wire4
	cp seen seen4
	at "$LEFT" ip route get 198.51.100.2 >learned
	start
	metered "$LEFT" traffic sweep 2001:db8::2 7 1200 6000
	stop "UDP, IPv6, 1,200 to 6,000 B, learned MTU 1333"
	at "$LEFT" ip route get 2001:db8::2 >>learned
	ip -n "$LEFT" route flush cache
	ip -n "$LEFT" -6 route flush cache
	assert_equal "$(grep -c "mtu 1333" learned)" 2
	assert_equal "$(cat seen4)" "$(cat wire4)"
	exact
}

# Takes the IPv6 addresses away: the last one.
@test "an MTU of 576 makes fragments of small datagrams" {
	drains
	shape 576 off
	start
	metered "$LEFT" traffic sweep 198.51.100.2 7 100 3000
	stop "UDP, IPv4, 100 to 3,000 B, MTU 576"
	exact
}
