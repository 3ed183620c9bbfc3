# The main job, on real packets: tm-capture | tm-account | tm-csv.
# bats file_tags=kernel

load ../helper
load ../lib/hosts

ALICE=541001
BOB=541002

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	needs_root
	LEFT=tml-$$
	RIGHT=tmr-$$
	PIPELINE=
	chmod 755 .
	mkdir -m 755 logs
}

teardown() {
	[ -z "$PIPELINE" ] || kill -KILL -- "-$PIPELINE" 2>/dev/null || true
	ip netns del $LEFT 2>/dev/null || true
	ip netns del $RIGHT 2>/dev/null || true
}

# Two hosts that a cable joins: 198.51.100.1 and .2, 2001:db8::1 and ::2.
cable() {
	ip netns add $LEFT
	ip netns add $RIGHT
	ip link add tm0 netns $LEFT type veth peer name tm0 netns $RIGHT
	local host number=1
	for host in $LEFT $RIGHT; do
		at $host ethtool -K tm0 tso off >/dev/null
		at $host sysctl -qw net.ipv6.conf.tm0.accept_dad=0
		ip -n $host addr add 198.51.100.$number/24 dev tm0
		ip -n $host addr add 2001:db8::$number/64 dev tm0 nodad
		ip -n $host link set lo up
		ip -n $host link set tm0 up
		number=2
	done
	eventually is_up $LEFT
	eventually is_up $RIGHT
}

# is_up HOST: its end of the cable carries, and has its addresses
is_up() {
	ip -n "$1" -br link show tm0 | grep -q LOWER_UP &&
		[ -z "$(ip -n "$1" addr show dev tm0 tentative)" ]
}

# start SCRIPT: runs it as a process group of its own, back once it meters
start() {
	set -m
	bash -c "$1" 2>err >/dev/null &
	PIPELINE=$!
	set +m
	has_begun logs/started.tm
}

# interrupt: Ctrl-C as a terminal sends it, to the whole group
interrupt() {
	status=0
	kill -INT -- "-$PIPELINE"
	wait "$PIPELINE" || status=$?
	PIPELINE=
}

# Shows start that a START has passed, and passes everything on.
STARTED='tee -ip >(head -c 128 >logs/started.tm; exec cat >/dev/null)'

# rows FILE: how many rows of which direction, bytes and ends there are
rows() {
	cut -d, -f1-4 "$1" | sort | uniq -c | sed 's/^ *//'
}

# check_totals FILE: every row's totals are the sums of the rows up to it
check_totals() {
	awk -F, '{ s[$1] += $2 }
		$6 != s["in"] + 0 || $7 != s["out"] + 0 { print; bad = 1 }
		$5 < before { print "not in time order: " $0; bad = 1 }
		{ before = $5 } END { exit bad }' "$1"
}

@test "two users' files have exactly what they sent, over loopback and a cable" {
	cable
	start "tm-capture | $STARTED | tm-account | tm-csv --nic t -d logs"
	traffic udp 127.0.0.1 9 40 100 $ALICE
	traffic udp ::1 9 30 100 $BOB
	at $LEFT traffic udp 198.51.100.2 9 20 200 $ALICE
	at $LEFT traffic udp 2001:db8::2 9 10 200 $BOB
	sleep 0.3
	interrupt
	assert_equal "$status" 0
	run rows logs/traffic_user_t_$ALICE.log
	assert_line "40 out,128,127.0.0.1,127.0.0.1"
	assert_line "20 out,228,198.51.100.1,198.51.100.2"
	run rows logs/traffic_user_t_$BOB.log
	assert_line "30 out,148,::1,::1"
	assert_line "10 out,248,2001:db8::1,2001:db8::2"
	check_totals logs/traffic_user_t_$ALICE.log
	check_totals logs/traffic_user_t_$BOB.log
	assert_file_contains err "seen .* = recorded"
}

# wire HOST: packets and bytes that HOST's end of the cable has sent
wire() {
	at "$1" awk '/tm0:/ { sub(".*:", ""); print $10, $9 }' /proc/net/dev
}

# quiet HOST NUMBER PEER: the kernel sends nothing of its own; it knows PEER,
# which is host NUMBER of the cable
quiet() {
	at "$1" sysctl -qw net.ipv6.conf.tm0.disable_ipv6=1
	ip -n "$1" neigh replace 198.51.100."$2" dev tm0 nud permanent \
		lladdr "$(ip -n "$3" -br link show tm0 | awk '{ print $3 }')"
}

@test "TCP over the cable agrees with the counters of its interface" {
	cable
	quiet $LEFT 2 $RIGHT
	quiet $RIGHT 1 $LEFT
	start "tm-capture | $STARTED | tm-account | tee -i out.tm | tm-csv -d logs"
	wire $LEFT >before
	at $RIGHT traffic sink 198.51.100.2 7708 >got &
	local sink=$!
	at $LEFT traffic tcp 198.51.100.2 7708 20000000 $ALICE
	wait $sink
	steady 1 wire $LEFT
	interrupt
	wire $LEFT >after
	assert_equal "$(cat got)" 20000000
	# of this cable alone, whatever else the user does on the machine
	tm-filter "uid $ALICE and out and port 7708" out.tm | tm-print --json |
		jq -r --argjson netns "$(at $LEFT stat -Lc %i /proc/self/ns/net)" \
			'select(.netns == $netns) |
			"\(.packets) \(.bytes) \(.tcp_flags)"' >recorded
	sort recorded | uniq -c | sort -rn | head -n 40
	ip -n $LEFT -s link show tm0
	# 14 bytes of link header each; an ACK that TIME_WAIT repeats, of 66
	# bytes, is the kernel's own
	awk '{ p += $1; b += $2 } END { print p, b + 14 * p }' recorded >counted
	paste before after counted | awk '{
		packets = $3 - $1 - $5; bytes = $4 - $2 - $6
		print packets, bytes
		exit packets < 0 || packets > 4 || bytes != 66 * packets }'
}

# last_totals FILES...: the sums over all files of the last row's totals
last_totals() {
	tail -qn 1 "$@" | awk -F, '{ i += $6; o += $7 } END { print i, o }'
}

@test "after Ctrl-C every file is complete, and their totals equal those of END" {
	start "tm-capture | $STARTED | tee -i f.tm | tm-account |
		tm-csv --nic eno1 -d logs"
	traffic udp 127.0.0.1 9 1000000 50 $ALICE &
	local flood=$!
	traffic udp ::1 9 5000 50 $BOB
	interrupt
	kill $flood || true
	assert_equal "$status" 0
	run tail -qc 1 logs/*.log
	refute_output --regexp '[^[:space:]]'
	run last_totals logs/traffic_user_eno1_*.log
	assert_output "$(tm-print --json f.tm | jq -r 'select(.kind == "end") |
		"\(.direction) \(.recorded_bytes + .lost_bytes)"' |
		awk '{ s[$1] = $2 } END { print s["in"], s["out"] }')"

	# the recording gives the same files again
	mkdir again
	tm-account f.tm | tm-csv -q --nic eno1 -d again
	rm -f logs/started.tm
	diff -r logs again
}

@test "Ctrl-C ends a pipeline under a real sudo with use_pty" {
	cat >sudoers <<-'EOF'
		Defaults use_pty
		root ALL=(ALL:ALL) NOPASSWD: ALL
	EOF
	chmod 440 sudoers
	chown root:root sudoers
	cat >terminal <<-EOF
		mount --bind sudoers /etc/sudoers
		sudo env PATH="\$PATH" tm-capture | $STARTED | tee -i f.tm |
			tm-account | tm-csv --nic eno1 -d logs
		echo "codes \${PIPESTATUS[*]}"
	EOF
	mkfifo keys
	unshare -m script -qefc "bash terminal" screen <keys >/dev/null &
	local terminal=$!
	exec 7>keys
	has_begun logs/started.tm
	traffic udp 127.0.0.1 9 300 50 $ALICE
	sleep 0.5
	printf '\003' >&7
	wait $terminal || true
	exec 7>&-
	run cat screen
	assert_output --partial "codes 0 0 0 0 0"
	run rows logs/traffic_user_eno1_$ALICE.log
	assert_line "300 out,78,127.0.0.1,127.0.0.1"
	run tm-print f.tm
	assert_success
}

@test "one user's flood does not change another user's totals by a byte" {
	start "tm-capture --ring 256K | $STARTED | tm-account | tee -i f.tm |
		tm-csv -d logs"
	traffic udp 127.0.0.1 9 2000000 50 $ALICE &
	local flood=$!
	for _ in $(seq 20); do
		traffic udp ::1 9 1000 70 $BOB
	done
	wait $flood
	sleep 0.3
	interrupt
	run tail -n 1 logs/traffic_user_unknown_$BOB.log
	assert_output --regexp ",0,2360000$"
	documented "one user floods, another sends" \
		"20000 datagrams of 118 B" "$BOB, out" \
		"$BOB: ${output##*,} B" pipeline.bats
	run tail -n 1 logs/traffic_user_unknown_$ALICE.log
	assert_output --regexp ",0,156000000$"
}
