# Loaded by bytes.bats: a cable between two hosts, the metering of both, and the
# interfaces' own counters. TM_BYTES_TABLE=FILE keeps the table of all cases.

load ../lib/hosts

# shellcheck disable=SC2034 # the tests use them

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
	# multicast groups are announced for a while after an interface came up
	steady 2 counters
}

# host NAME NUMBER: a cable that neither cuts nor joins segments by itself
host() {
	at "$1" ethtool -K tm0 tso off tx-udp-segmentation off gro off
	at "$1" sysctl -qw net.ipv6.conf.tm0.accept_dad=0 \
		net.ipv6.conf.tm0.router_solicitations=0
	ip -n "$1" addr add 198.51.100."$2"/24 dev tm0
}

# know HOST NUMBER OF: no host has to ask for the other's address
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
	# only for this process: the clock of bats is a child too
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

# settle: waits until the cable is idle
settle() {
	steady 0.2 counters
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

# tcp ADDRESS BYTES
tcp() {
	metered "$RIGHT" traffic sink "$1" 7708 >got 3>&- &
	local sink=$!
	eventually has_listener "$RIGHT" 7708
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
