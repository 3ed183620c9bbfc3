# What crosses an interface (tm-capture --hook tc), on cables between hosts of
# the test's own: against the interface's counters, and by whom.
# TM_TC_TABLE=FILE keeps the table of the comparisons.
# bats file_tags=kernel

load ../helper
load ../lib/kernel

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	export LEFT=tmtl-$$ ROUTER=tmtm-$$ RIGHT=tmtr-$$
	local name
	for name in "$LEFT" "$ROUTER" "$RIGHT"; do
		ip netns add "$name"
		ip -n "$name" link set lo up
	done
	ip link add tm0 netns "$LEFT" type veth peer name tm1 netns "$ROUTER"
	ip link add tm2 netns "$ROUTER" type veth peer name tm0 netns "$RIGHT"
	host "$LEFT" tm0 198.51.100.1/24 2001:db8:1::1/64
	host "$ROUTER" tm1 198.51.100.9/24 2001:db8:1::9/64
	host "$ROUTER" tm2 192.0.2.9/24 2001:db8:2::9/64
	host "$RIGHT" tm0 192.0.2.1/24 2001:db8:2::1/64
	at "$ROUTER" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip -n "$LEFT" route add default via 198.51.100.9
	ip -n "$LEFT" -6 route add default via 2001:db8:1::9
	ip -n "$RIGHT" route add default via 192.0.2.9
	ip -n "$RIGHT" -6 route add default via 2001:db8:2::9
	quiet
}

# host NAME INTERFACE IPV4 IPV6: a cable that neither cuts nor joins segments
host() {
	at "$1" sysctl -qw net.ipv6.conf."$2".accept_dad=0 \
		net.ipv6.conf."$2".router_solicitations=0
	at "$1" ethtool -K "$2" tso off tx-udp-segmentation off gro off
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" addr add "$4" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# Multicast groups are announced for a while after an interface came up.
quiet() {
	local before='' now
	for _ in $(seq 20); do
		now=$(counters "$LEFT" tm0; counters "$RIGHT" tm0)
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep 2
	done
}

teardown_file() {
	local name
	for name in ${LEFT-} ${ROUTER-} ${RIGHT-}; do
		ip netns del "$name"
	done
}

# at HOST COMMAND...: the cgroup tree stays in sight
at() {
	local name=$1
	shift
	nsenter --net=/run/netns/"$name" "$@"
}

# counters HOST INTERFACE: packets and bytes in, packets and bytes out
counters() {
	at "$1" cat /proc/net/dev | sed -n "s/^ *$2: *//p" |
		awk '{ print $2, $1, $10, $9 }'
}

# meter HOST INTERFACE OPTIONS...: start() there
meter() {
	HOST=$1 INTERFACE=$2
	shift 2
	rm -f out.tm
	nsenter --net="/run/netns/$HOST" tm-capture --hook "${HOOK-tc}" -i "$INTERFACE" --ring 64M \
		"$@" >out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	counters "$HOST" "$INTERFACE" >before
}

# ends [FIELD]: of the END records: packets and bytes in, packets and bytes out
ends() {
	tm-print --json out.tm | jq -r --arg of "${1-recorded}" \
		'select(.kind == "end") |
		"\(.[$of + "_packets"]) \(.[$of + "_bytes"])"' | paste -sd' '
}

# settle [HEADER]: what the interface counted is in "wire", with HEADER bytes more
# for each packet
settle() {
	local before='' now
	until now=$(counters "$HOST" "$INTERFACE") && [ "$now" = "$before" ]
	do
		before=$now
		sleep 0.2
	done
	counters "$HOST" "$INTERFACE" | paste before - |
		awk -v h="${1-0}" '{ p = $5 - $1; q = $7 - $3
			print p, $6 - $2 + h * p, q, $8 - $4 + h * q }' >wire
}

# conclude [HEADER]: ends the metering; what was recorded is in "seen"
conclude() {
	settle "$@"
	stop
	ends >seen
}

# conclude_lesser: the same where something of the kernel is missing, as "err"
# says
conclude_lesser() {
	settle
	kill -INT "$CAPTURE"
	wait "$CAPTURE"
	CAPTURE=
	ends >seen
}

exact() {
	conclude "$@"
	paste -d' ' wire seen | awk -v title="$BATS_TEST_DESCRIPTION" '{ printf \
		"| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", title,
		$1, $5, $2, $6, $3, $7, $4, $8 }' >row
	[ -z "${TM_TC_TABLE-}" ] || cat row >>"$TM_TC_TABLE"
	assert_equal "$(cat seen)" "$(cat wire)"
	refute [ "$(cat wire)" = "0 0 0 0" ]
}

# has_listener HOST PORT
has_listener() {
	at "$1" ss -Hltn | grep -q ":$2"
}

# tcp HOST ADDRESS BYTES: from the left host
tcp() {
	at "$1" traffic sink "$2" 7708 >got 3>&- &
	local sink=$!
	eventually has_listener "$1" 7708
	at "$LEFT" traffic tcp "$2" 7708 "$3" ${4-}
	wait $sink
	assert_equal "$(cat got)" "$3"
}

# sums JQ: of those events "direction uid packets bytes", for each
sums() {
	tm-print --json out.tm | jq -r "select(.kind == \"traffic\" and ($1)) |
		[.direction, .uid, .packets, .bytes] | @tsv" |
		awk '{ k = $1 " " $2; p[k] += $3; b[k] += $4 }
			END { for (k in p) print k, p[k], b[k] }' | sort
}

NOBODY=4294967295 LINK_LAYER=1024 FORWARDED=2048

# flag BIT: for jq
flag() {
	echo "((.flags / $1 | floor) % 2 == 1)"
}

@test "TCP, UDP and what no IP is are what the interface counted" {
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

@test "what the receiver joins again counts as it came" {
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

@test "what the sender leaves uncut counts as its segments" {
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
	# there in is here out
	mv out.tm here.tm
	mv there.tm out.tm
	read -r p b q c <<<"$(ends)"
	assert_equal "$q $c $p $b" "$(cat seen)"
	# the interface counted buffers
	read -r _ _ p _ <wire
	assert [ "$p" -lt 10000 ]
	assert [ "$(cut -d' ' -f3 seen)" -gt 13800 ]
}

@test "fragments and UDP_SEGMENT are what the interface counted" {
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

@test "forwarded traffic is what the interfaces counted, nobody's and flagged" {
	# a server that takes any address is not meant
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

@test "what one interface forwards the other sends" {
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

# receive UID HOST ADDRESS PORT COUNT: takes so many datagrams; it has room for
# all of them when it is slow, and ends when some never come
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

@test "what comes in is its receiver's: two users, TCP and UDP, both families" {
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
	# every segment is of a user, in both directions, with what it was sent
	run sums '.protocol == 6 and .uid == 4294967295'
	assert_output ""
	run sums '.protocol == 6 and .direction == "in"'
	assert_line --regexp "^in $ALICE [0-9]+ 2[01].....$"
	assert_line --regexp "^in $BOB [0-9]+ 2[01].....$"
	assert_equal "${#lines[@]}" 2
	run sums '.protocol == 6 and .destination_port == (7710, 7711, 7720,
		7721) and .direction == "in" and .comm != "traffic"'
	assert_output ""
}

@test "who uses a socket pays for its frames, as by the cgroup" {
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

@test "who sends is known behind the queue of a neighbour, too" {
	ip -n "$LEFT" neigh flush all
	at "$ROUTER" sysctl -qw net.ipv4.conf.tm1.arp_ignore=8
	# it asks for as long as a busy machine needs to come to the answer
	at "$LEFT" sysctl -qw net.ipv4.neigh.tm0.mcast_solicit=60
	meter "$LEFT" tm0
	at "$LEFT" traffic udp 198.51.100.9 9 20 100 $ALICE
	sleep 1.5
	# now the answer comes, and lets out what waits
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

@test "the kernel's own frames are nobody's, and not forwarded" {
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

@test "a socket of frames is its user's, and flagged" {
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

@test "VLAN tags count, and what is behind them is read" {
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

@test "a tag that the interface is to put in counts, too" {
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
		# beside the frame the interface does not count it
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

@test "a tunnel is carried as its sender's, and its segments are counted" {
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

@test "an interface without a link header has none counted" {
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

# tcx INTERFACE: the names of the programs there, in the left host
tcx() {
	at "$LEFT" loaded "$1" | awk '{ print $2 }'
}

@test "SIGKILL leaves nothing on an interface" {
	meter "$LEFT" tm0
	run tcx tm0
	assert_output "tm_tc_in
tm_tc_out"
	stop KILL
	run tcx tm0
	assert_output ""
	run -3 tm-print out.tm
	assert_output --partial "was cut"
}

filters() {
	at "$LEFT" tc filter show dev tm0 ingress
	at "$LEFT" tc filter show dev tm0 egress
}

has_no_filters() {
	[ -z "$(filters)" ]
}

@test "where it takes filters of clsact, they go with it however it ends" {
	for signal in INT TERM KILL; do
		HOOK=clsact meter "$LEFT" tm0
		assert_file_contains err "process [0-9]* removes"
		run filters
		assert_line --regexp "handle 0x[0-9a-f]+ tm_tc_in direct"
		assert_line --regexp "handle 0x[0-9a-f]+ tm_tc_out direct"
		stop $signal
		# after SIGKILL by another process
		[ "$signal" != KILL ] || eventually has_no_filters
		run filters
		assert_output ""
		run at "$LEFT" tc qdisc show dev tm0 clsact
		assert_output ""
	done
}

@test "sums miss no frame of a packet socket" {
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
	# 64 is tcx, 128 clsact
	assert_equal "$(jq -r 'select(.kind == "start") | .hooks / 64 | floor' \
		<(tm-print --json out.tm second.tm) | paste -sd' ')" "2 1"
	mv second.tm out.tm
	sums true | diff first -
}

# left CASE: both processes of a clsact run are killed
leave_filters() {
	HOOK=clsact meter "$LEFT" tm0
	local guard
	guard=$(sed -n 's/.*which process \([0-9]*\) removes.*/\1/p' err)
	kill -KILL "$guard"
	stop KILL
	run filters
	assert_output --partial tm_tc_in
}

@test "--detach removes what was left, and what others attached only if asked" {
	run -0 at "$LEFT" tm-capture --detach
	assert_output "nothing to remove"
	leave_filters
	mkdir fs
	unshare -m sh -c "mount -t bpf none fs && leave pinned fs/old &&
		nsenter --net=/run/netns/$LEFT tc filter add dev tm0 ingress \
			pref 7 bpf da object-pinned fs/old"
	run -0 at "$LEFT" tm-capture --detach -i lo
	assert_output "nothing to remove"
	run -0 at "$LEFT" tm-capture --detach
	assert_line --index 0 --regexp \
		"^tm0: removed tm_tc_in \(id [0-9]+\), tc ingress$"
	assert_line --index 1 --regexp \
		"^tm0: removed tm_tc_out \(id [0-9]+\), tc egress$"
	assert_line --index 2 \
		"1 of running captures or of others stay (--detach=all)"
	run filters
	assert_output --partial "pref 7 bpf"
	refute_output --partial tm_tc
	# also of a capture that runs, by a link
	meter "$LEFT" tm0
	run -0 at "$LEFT" tm-capture --detach
	assert_output "nothing to remove
3 of running captures or of others stay (--detach=all)"
	run -0 at "$LEFT" tm-capture --detach=all -i tm0
	assert_line --index 0 --regexp "^tm0: old \(id [0-9]+\), tc ingress$"
	assert_line --index 1 --regexp "^tm0: tm_tc_in \(id [0-9]+\), tcx ingress$"
	assert_line --index 2 --regexp "^tm0: tm_tc_out \(id [0-9]+\), tcx egress$"
	assert_line --index 3 --regexp "^tm0: removed old \(id [0-9]+\), tc "
	assert_line --index 5 --regexp \
		"^tm0: removed tm_tc_out \(id [0-9]+\), tcx egress$"
	assert_equal "${#lines[@]}" 6
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "tm0: the interface is gone, or the program"
	assert_file_contains err "no interface is left, so the metering ended"
	run filters
	assert_output ""
	at "$LEFT" tc qdisc del dev tm0 clsact
}

# lesser CAPABILITIES OPTION: --detach there, as a user who has only these
lesser() {
	at "$LEFT" setpriv --reuid $ALICE --regid $ALICE --clear-groups \
		--inh-caps="-all$1" --ambient-caps="-all$1" \
		"$BUILD/bin/tm-capture" "$2"
}

@test "--detach without its rights is an error, and says nothing untrue" {
	local wants="tm-capture: it takes root, or CAP_BPF and CAP_NET_ADMIN"
	meter "$LEFT" tm0
	run -77 lesser "" --detach
	assert_output "$wants: try sudo"
	run -77 lesser "" --detach=all
	assert_output "$wants and CAP_SYS_ADMIN: try sudo"
	# these tell of the programs, but cannot take them
	run -0 lesser ,+bpf,+net_admin --detach
	assert_output "nothing to remove
2 of running captures or of others stay (--detach=all)"
	run -77 lesser ,+bpf,+net_admin --detach=all
	assert_line "$wants and CAP_SYS_ADMIN: try sudo"
	assert_line "tm-capture: tm0: tcx: Operation not permitted"
	refute_output --partial "removed"
	refute_output --partial "nothing to remove"
	stop
	assert_equal "$status" 0
	leave_filters
	run -77 lesser "" --detach
	assert_line "$wants: try sudo"
	refute_output --partial "stay"
	run -0 lesser ,+bpf,+net_admin --detach
	assert_line --index 1 --regexp "^tm0: removed tm_tc_out "
}

@test "the next start removes what was left, and what goes on stays" {
	leave_filters
	HOOK=clsact meter "$LEFT" tm0
	assert_file_contains err "tm0: removed tm_tc_in, which a capture before"
	nsenter --net="/run/netns/$LEFT" tm-capture --hook clsact -i tm0 \
		>second.tm 2>err.second 3>&- &
	STARTED=$!
	has_begun second.tm
	run grep removed, err.second
	assert_output ""
	at "$LEFT" traffic udp 198.51.100.9 9 100 100 $BOB
	conclude
	assert_equal "$(cat seen)" "$(cat wire)"
	# the first made the queue, the last removes it
	run filters
	assert_output --partial tm_tc_in
	kill -INT "$STARTED"
	wait "$STARTED"
	run at "$LEFT" tc qdisc show dev tm0 clsact
	assert_output ""
}

@test "what attaches keeps no rights, what detaches only those over interfaces" {
	local guard
	HOOK=clsact meter "$LEFT" tm0
	guard=$(sed -n 's/.*which process \([0-9]*\) removes.*/\1/p' err)
	run cat "/proc/$CAPTURE/status"
	assert_line --regexp 'CapPrm:.0000000000000000'
	assert_line --regexp 'Seccomp:.2'
	run cat "/proc/$guard/status"
	assert_line --regexp 'CapPrm:.0000000000001000'
	assert_line --regexp 'CapEff:.0000000000001000'
	assert_line --regexp 'CapBnd:.0000000000000000'
	assert_line --regexp 'NoNewPrivs:.1'
	assert_line --regexp 'Seccomp:.2'
	stop
	meter "$LEFT" tm0
	run cat "/proc/$CAPTURE/status"
	assert_line --regexp 'CapPrm:.0000000000000000'
	stop
	assert_equal "$(pgrep -P "$BASHPID" tm-capture)" ""
}

@test "an interface that vanishes is said, and the rest goes on" {
	ip -n "$LEFT" link add tmv0 type veth peer name tmv1
	for HOOK in tc clsact; do
		rm -f out.tm
		nsenter --net="/run/netns/$LEFT" tm-capture --hook $HOOK -i tmv0 \
			-i tmv1 -i lo >out.tm 2>err 3>&- &
		CAPTURE=$!
		has_begun out.tm
		ip -n "$LEFT" link del tmv0
		at "$LEFT" traffic udp 127.0.0.1 9 10 100 $ALICE
		eventually grep -q "tmv0: the interface is gone" err
		eventually grep -q "tmv1: the interface is gone" err
		at "$LEFT" traffic udp 127.0.0.1 9 10 100 $ALICE
		stop
		assert_equal "$status" 0
		run sums '.direction == "out" and .protocol == 17'
		assert_output "out $ALICE 20 2560"
		ip -n "$LEFT" link add tmv0 type veth peer name tmv1
	done
	HOOK=tc meter "$LEFT" tmv0
	ip -n "$LEFT" link del tmv0
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "no interface is left, so the metering ended"
}

@test "the networks of -s and -x are left out, what is no IP is not" {
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

@test "a full ring is counted for each user, to the byte" {
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

@test "without CAP_PERFMON the socket names the user, and that is said" {
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
	assert_file_contains err "the length of the link header is guessed"
	run sums '.protocol == 17'
	assert_output "out $BOB 10 1420"
	# the server's, once it has answered
	run sums '.protocol == 6 and .direction == "in"'
	assert_line --regexp "^in 0 [0-9]+ 1[0-2][0-9]{5}$"
}

@test "without a cgroup2 tree frames are metered all the same" {
	unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec nsenter --net='"/run/netns/$LEFT"' tm-capture --hook tc \
			-i tm0 --every 1s' >out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	HOST=$LEFT INTERFACE=tm0
	counters "$LEFT" tm0 >before
	at "$LEFT" traffic udp 198.51.100.9 9 10 100 $ALICE
	conclude_lesser
	assert_equal "$(cat seen)" "$(cat wire)"
	run sums '.protocol == 17'
	assert_output "out $ALICE 10 1420"
	assert_file_contains err "without interval sums"
	assert_file_contains err "without cgroup_skb/egress"
}

@test "with the descriptors that tm-doctor asks for, every interface is metered" {
	local i words=
	for i in $(seq 15); do
		ip -n "$LEFT" link add many$i type ifb
		words="$words -i many$i"
	done
	# shellcheck disable=SC2086 # options
	run -0 at "$LEFT" sh -c "ulimit -n 80; exec tm-capture -q --hook tc \
		-i lo $words --every 1s --for 100ms >out.tm"
	for i in $(seq 15); do
		ip -n "$LEFT" link del many$i
	done
	assert_output ""
	for i in 18 24 36; do
		run -77 at "$LEFT" sh -c "ulimit -n $i
			exec tm-capture --hook tc -i lo --every 1s"
		assert_output --regexp "^tm-capture: cannot [a-zA-Z ]+: too many\
 open files; mend: ulimit -n 1024$"
	done
}

@test "wrong words are misuse, and name what is wanted" {
	run -2 tm-capture --hook tc
	assert_output "tm-capture: --hook: name the interface with -i"
	run -2 tm-capture --hook tc -i lo -c "$CGROUP"
	assert_output --partial "-c: what crosses an interface is of no cgroup"
	run -2 tm-capture --hook xdp -i lo
	assert_output --partial "wants cgroup, tc, tcx or clsact"
	run -2 tm-capture --detach=some
	assert_output --partial "wants all, or nothing"
	run -1 tm-capture --hook tc -i nosuch0
	assert_output --partial "nosuch0: no such interface"
	run -77 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BUILD/bin/tm-capture" --hook tc -i lo
	assert_output --partial "not permitted"
}
