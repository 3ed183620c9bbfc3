# Loaded by the tests of tm-capture --hook tc: two hosts and a router between
# them, the metering of an interface, and its own counters.
# TM_TC_TABLE=FILE keeps the table of the comparisons.

load ../lib/hosts

# shellcheck disable=SC2034 # the tests use them

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
	# multicast groups are announced for a while after an interface came up
	steady 2 counters "$LEFT" tm0
	steady 2 counters "$RIGHT" tm0
}

# host NAME INTERFACE IPV4 IPV6: a cable that neither cuts nor joins segments, to
# a neighbour who is not asked again while packets are counted
host() {
	at "$1" sysctl -qw net.ipv6.conf."$2".accept_dad=0 \
		net.ipv6.conf."$2".router_solicitations=0 \
		net.ipv4.neigh."$2".base_reachable_time_ms=3600000 \
		net.ipv6.neigh."$2".base_reachable_time_ms=3600000 \
		net.ipv4.neigh."$2".delay_first_probe_time=3600 \
		net.ipv6.neigh."$2".delay_first_probe_time=3600
	at "$1" ethtool -K "$2" tso off tx-udp-segmentation off gro off
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" addr add "$4" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

teardown_file() {
	local name
	for name in ${LEFT-} ${ROUTER-} ${RIGHT-}; do
		ip netns del "$name"
	done
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

# settle [HEADER]: leaves what the interface counted in "wire", with HEADER bytes
# more for each packet
settle() {
	steady 0.2 counters "$HOST" "$INTERFACE"
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

# conclude_lesser: the same if the kernel lacks something, which "err" names
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
