# What crosses an interface (tm-capture --hook tc), against its own counters.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load tc

@test "TCP, UDP and non-IP frames equal what the interface counted" {
	ip -n "$LEFT" neigh flush all
	meter "$LEFT" tm0
	tcp "$ROUTER" 198.51.100.9 20000000
	tcp "$ROUTER" 2001:db8:1::9 20000000
	at "$LEFT" traffic udp 198.51.100.9 9 20000 1000
	at "$LEFT" traffic udp 2001:db8:1::9 9 20000 1000
	exact
	run sums '.protocol == 255'
	assert_line --regexp "^out $NOBODY [1-9]"
	run sums "$(flag $LINK_LAYER) | not"
	assert_output ""
}

# shape on|off: whether the cables join segments
shape() {
	at "$LEFT" ethtool -K tm0 gro "$1" >/dev/null
	at "$ROUTER" ethtool -K tm1 gro "$1" >/dev/null
}

@test "frames that the receiver coalesces count as they arrived" {
	shape on
	# a small buffer, so that the cable drops none
	for name in "$LEFT" "$ROUTER"; do
		at "$name" sysctl -qw net.ipv4.tcp_rmem="4096 200000 200000"
	done
	meter "$ROUTER" tm1
	tcp "$ROUTER" 198.51.100.9 20000000
	tcp "$ROUTER" 2001:db8:1::9 20000000
	exact 14
	shape off
	run sums "$(flag 16) and .direction == \"in\""
	assert_output --regexp "^in 0 [1-9]"
}

@test "frames that the sender does not segment count as their segments" {
	at "$LEFT" ethtool -K tm0 tso on
	nsenter --net="/run/netns/$ROUTER" tm-capture -q --hook tc -i tm1 \
		--ring 64M >there.tm 2>err.there 3>&- &
	STARTED=$!
	has_begun there.tm
	meter "$LEFT" tm0
	tcp "$ROUTER" 198.51.100.9 20000000
	conclude
	kill -INT "$STARTED"
	wait "$STARTED"
	at "$LEFT" ethtool -K tm0 tso off
	# incoming there is outgoing here
	mv out.tm here.tm
	mv there.tm out.tm
	read -r p b q c <<<"$(ends)"
	assert_equal "$q $c $p $b" "$(cat seen)"
	# the interface counted buffers
	read -r _ _ p _ <wire
	assert [ "$p" -lt 10000 ]
	assert [ "$(cut -d' ' -f3 seen)" -gt 13800 ]
}

@test "fragments and UDP_SEGMENT equal what the interface counted" {
	meter "$LEFT" tm0
	at "$LEFT" traffic udp 198.51.100.9 9 1000 4000
	at "$LEFT" traffic udp 2001:db8:1::9 9 1000 4000
	at "$LEFT" traffic -s 1300 udp 198.51.100.9 9 500 60000
	at "$LEFT" traffic -s 1300 udp 2001:db8:1::9 9 500 60000
	exact
	# all fragments are the sender's
	run sums '.direction == "out" and .protocol == 17 and .uid != 0'
	assert_output ""
}

@test "forwarded traffic equals what the interfaces counted, without an owner and flagged" {
	# a server that listens on any address must not be charged
	nsenter --net="/run/netns/$ROUTER" traffic sink 0.0.0.0 7708 \
		>/dev/null 3>&- &
	STARTED=$!
	for interface in tm1 tm2; do
		meter "$ROUTER" $interface
		tcp "$RIGHT" 192.0.2.1 10000000
		tcp "$RIGHT" 2001:db8:2::1 10000000
		at "$LEFT" traffic udp 192.0.2.1 9 1000 3000
		exact
		run sums '.protocol == (6, 17) and .uid != 4294967295'
		assert_output ""
		run sums ".protocol == (6, 17) and ($(flag $FORWARDED) | not)"
		assert_output ""
		# in, out: 20 MB one way and 3 MB of datagrams
		run sums '.protocol == (6, 17)'
		assert_line --regexp "^(in|out) $NOBODY [0-9]+ 2[34]......$"
	done
	kill "$STARTED"
}

@test "traffic that one interface forwards the other sends" {
	nsenter --net="/run/netns/$ROUTER" tm-capture -q --hook tc -i tm1 \
		-i tm2 >out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	at "$LEFT" traffic udp 192.0.2.1 9 500 100
	HOST=$ROUTER INTERFACE=tm2
	: >before
	settle
	stop
	run sums '.destination_port == 9'
	assert_output "in $NOBODY 500 71000
out $NOBODY 500 71000"
}

# tagged TAG...: 9 datagrams of 100 bytes to port 7731 of the router, in frames
# with these tags, as they come from a trunk
tagged() {
	local to
	to=$(ip -n "$ROUTER" -br link show tm1 | awk '{ print $3 }')
	at "$LEFT" python3 -c '
import socket, struct, sys
to = bytes.fromhex(sys.argv[1].replace(":", ""))
tags = b"".join(bytes.fromhex(tag) for tag in sys.argv[2:])
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 128, 1, 0, 64, 17, 0,
                 socket.inet_aton("198.51.100.1"),
                 socket.inet_aton("198.51.100.9"))
udp = struct.pack("!HHHH", 5555, 7731, 108, 0)
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind(("tm0", 0))
for _ in range(9):
    sender.send(to + bytes(6) + tags + b"\x08\x00" + ip + udp + bytes(100))
' "$to" "$@"
}

@test "VLAN tags count, and the headers after them are read" {
	for host in LEFT:tm0 ROUTER:tm1; do
		name=${host%:*}
		meter "${!name}" "${host#*:}"
		tagged 81000007
		exact
		run sums '.destination_port == 7731 and .bytes == 146 and
			.destination == "198.51.100.9"'
		assert_output --regexp " 9 1314$"
		meter "${!name}" "${host#*:}"
		tagged 88a80007 81000008
		exact
		run sums '.destination_port == 7731 and .bytes == 150'
		assert_output --regexp " 9 1350$"
	done
}

@test "a tag that the interface inserts counts too" {
	local offload to
	mkdir fs
	to=$(ip -n "$ROUTER" -br link show tm1 | awk '{ print $3 }')
	ip -n "$LEFT" neigh replace 198.51.100.9 lladdr "$to" dev tm0
	for offload in off on; do
		at "$LEFT" ethtool -K tm0 txvlan $offload >/dev/null
		unshare -m sh -c "mount -t bpf none fs && leave tagging fs/tag &&
			nsenter --net=/run/netns/$LEFT sh -c 'tc qdisc add dev tm0 clsact &&
			tc filter add dev tm0 egress pref 1 bpf da object-pinned fs/tag'"
		HOOK=clsact meter "$LEFT" tm0
		at "$LEFT" traffic udp 198.51.100.9 9 100 1000 $ALICE
		# the interface does not count a tag kept beside the frame
		if [ $offload = on ]; then
			conclude 4
		else
			conclude
		fi
		at "$LEFT" tc qdisc del dev tm0 clsact
		assert_equal "$(cat seen)" "$(cat wire)"
		run sums '.protocol == 17'
		assert_output "out $ALICE 100 104600"
	done
	ip -n "$LEFT" neigh del 198.51.100.9 dev tm0
}

@test "a tunnel is charged to its sender, and its segments are counted" {
	local number=1 name
	for name in "$LEFT" "$ROUTER"; do
		ip -n "$name" link add vx9 type vxlan id 9 dstport 4789 \
			local 198.51.100.$number \
			remote 198.51.100.$((10 - number))
		at "$name" sysctl -qw net.ipv6.conf.vx9.disable_ipv6=1
		ip -n "$name" addr add 203.0.113.$number/24 dev vx9
		ip -n "$name" link set vx9 up
		number=9
	done
	meter "$LEFT" tm0
	tcp "$ROUTER" 203.0.113.9 3000000 $ALICE
	conclude
	cp seen seen.left
	cp wire wire.left
	run sums ".destination_port == 4789 and .direction == \"out\""
	assert_line --regexp "^out $ALICE [0-9]+ 3[0-9]{6}$"
	run sums "$(flag 16) and .destination_port == 4789"
	assert_output --regexp "^out $ALICE [1-9]"
	# where the receiver joins its segments
	shape on
	meter "$ROUTER" tm1
	tcp "$ROUTER" 203.0.113.9 3000000 $ALICE
	conclude 14
	shape off
	ip -n "$LEFT" link del vx9
	ip -n "$ROUTER" link del vx9
	assert_equal "$(cat seen.left)" "$(cat wire.left)"
	assert_equal "$(cat seen)" "$(cat wire)"
}

@test "on an interface without a link header none is counted" {
	[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
	mkfifo go
	at "$LEFT" timeout 60 python3 - <<-'EOF' >got 3>&- &
		import fcntl, os, socket, struct, subprocess
		tun = os.open("/dev/net/tun", os.O_RDWR)
		# TUNSETIFF, IFF_TUN | IFF_NO_PI
		fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH", b"tun9", 0x1001))
		with open("/proc/sys/net/ipv6/conf/tun9/disable_ipv6", "w") as off:
		    off.write("1")
		for line in ("addr add 8.0.0.1/24 dev tun9", "link set tun9 up"):
		    subprocess.check_call(["ip"] + line.split())
		ready = open("up", "w")
		os.setuid(541002)
		receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		receiver.bind(("0.0.0.0", 7741))
		print(file=ready, flush=True)
		open("go").read()
		ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 128, 1, 0, 64, 17, 0,
		                 socket.inet_aton("8.0.0.2"), socket.inet_aton("8.0.0.1"))
		total = sum(struct.unpack("!10H", ip))
		total = (total & 0xffff) + (total >> 16)
		ip = ip[:10] + struct.pack("!H", ~total & 0xffff) + ip[12:]
		udp = struct.pack("!HHHH", 5555, 7741, 108, 0)
		for _ in range(11):
		    os.write(tun, ip + udp + bytes(100))
		    print(len(receiver.recv(2000)), flush=True)
		    receiver.sendto(bytes(50), ("8.0.0.2", 9))
		    os.read(tun, 2000)
		open("go").read()
	EOF
	local other=$!
	eventually test -s up
	sleep 2
	meter "$LEFT" tun9
	echo >go
	has_got() {
		[ "$(wc -l <got)" = 11 ]
	}
	eventually has_got
	conclude
	echo >go
	wait $other
	assert_equal "$(sort got | uniq -c)" "     11 100"
	assert_equal "$(cat seen)" "$(cat wire)"
	run sums '.protocol == 17'
	assert_output "in $BOB 11 1408
out $BOB 11 858"
}

@test "clsact counts the same as tcx" {
	HOOK=clsact meter "$LEFT" tm0
	nsenter --net="/run/netns/$LEFT" tm-capture -q --hook tcx -i tm0 \
		>second.tm 3>&- &
	STARTED=$!
	has_begun second.tm
	tcp "$ROUTER" 2001:db8:1::9 5000000 $ALICE
	at "$LEFT" traffic udp 198.51.100.9 9 100 4000 $BOB
	conclude
	kill -INT "$STARTED"
	wait "$STARTED"
	assert_equal "$(cat seen)" "$(cat wire)"
	sums true >first
	# 1 is tcx, 2 clsact
	assert_equal "$(jq -r 'select(.kind == "start") | .hooks / 64 % 4 |
		floor' \
		<(tm-print --json out.tm second.tm) | paste -sd' ')" "2 1"
	mv second.tm out.tm
	sums true | diff first -
}
