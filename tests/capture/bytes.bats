# Compares what is recorded with what the interface counted, on a cable
# between two hosts.
# bats file_tags=kernel

load ../helper
load bytes

@test "TCP over IPv4 equals what the cable counted" {
	start
	tcp 198.51.100.2 200000000
	stop "TCP, IPv4, 200,000,000 B"
	exact
}

@test "TCP over IPv6 equals what the cable counted" {
	start
	tcp 2001:db8::2 200000000
	stop "TCP, IPv6, 200,000,000 B"
	exact
}

@test "UDP over IPv4 equals what the cable counted" {
	drains
	start
	metered "$LEFT" traffic udp 198.51.100.2 7 150000 1000
	stop "UDP, IPv4, 150,000 of 1,000 B"
	exact
}

@test "UDP over IPv6 equals what the cable counted" {
	drains
	start
	metered "$LEFT" traffic udp 2001:db8::2 7 150000 1000
	stop "UDP, IPv6, 150,000 of 1,000 B"
	exact
}

@test "with --l2 bytes equal what the interface counted" {
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

@test "a datagram in fragments counts as it is on the cable" {
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

@test "every size is segmented and fragmented as Linux does it" {
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

@test "the MTU of a route is respected" {
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

@test "a send with UDP_SEGMENT counts as its segments" {
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

@test "IPv6 destination options count in every packet that has them" {
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

@test "segments that the receiver coalesces count as they arrived" {
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

@test "an MTU of 1280 gives smaller segments" {
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

@test "a path MTU that a router reported is respected" {
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
@test "an MTU of 576 fragments small datagrams" {
	drains
	shape 576 off
	start
	metered "$LEFT" traffic sweep 198.51.100.2 7 100 3000
	stop "UDP, IPv4, 100 to 3,000 B, MTU 576"
	exact
}
