# Packets that wait for another program (NFQUEUE) before they leave.
# bats file_tags=kernel

load ../helper
load ../lib/kernel

# A network in which the inspector, root's, lets every packet go.
start_inspector() {
	rm -f ready
	HOST=tmq-$$-$BATS_SUITE_TEST_NUMBER
	ip netns add "$HOST"
	ip -n "$HOST" link set lo up
	nsenter --net=/run/netns/"$HOST" iptables -A OUTPUT -j NFQUEUE \
		--queue-num 5
	nsenter --net=/run/netns/"$HOST" \
		timeout 60 python3 "$ROOT/tests/lib/inspector.py" 5 >ready &
	STARTED=$!
	has_begun ready
}

end_inspector() {
	kill "$STARTED"
	wait "$STARTED" || true
	STARTED=
	ip netns del "$HOST"
}

at_host() {
	inside nsenter --net=/run/netns/"$HOST" "$@"
}

# start_at_host OPTIONS...: a capture there into out.tm
start_at_host() {
	rm -f out.tm
	nsenter --net=/run/netns/"$HOST" tm-capture "$@" >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
}

# charged_for PORT: "uid bytes" of what was sent to that port
charged_for() {
	tm-print --json out.tm | jq -r --argjson port "$1" 'select(.kind ==
		"traffic" and .direction == "out" and
		.destination_port == $port) | "\(.uid) \(.bytes)"' |
		awk '{ s[$1] += $2 } END { for (k in s) print k, s[k] }'
}

@test "the sender is charged, not the program for which its packets wait" {
	local options
	for options in "" "--every 1s"; do
		start_inspector
		# shellcheck disable=SC2086 # words
		start_at_host -c "$CGROUP" $options
		at_host traffic udp 127.0.0.1 9 100 972 $ALICE
		at_host traffic -c udp 127.0.0.1 19 100 972 $ALICE
		at_host traffic sink 127.0.0.1 7720 >got &
		local sink=$!
		eventually at_host grep -q ":1E28 00000000:0000 0A" /proc/net/tcp
		at_host traffic tcp 127.0.0.1 7720 2000000 $BOB
		wait $sink
		stop
		end_inspector
		run charged_for 9
		assert_output "$ALICE 100000"
		documented "the datagrams wait for another program of root's (NFQUEUE)" \
			"100 datagrams of 1000 B" "$ALICE, out" \
			"$ALICE: 100000 B" queue.bats
		run charged_for 19
		assert_output "$ALICE 100000"
		run charged_for 7720
		assert_output --regexp "^$BOB 2[0-9]{6}$"
	done
}

@test "so it is if the sender's socket was made by root" {
	local options
	for options in "" "--every 1s"; do
		start_inspector
		# shellcheck disable=SC2086 # words
		start_at_host -c "$CGROUP" $options
		at_host python3 "$ROOT/tests/lib/owners.py" fork <<<go
		stop
		end_inspector
		run charged_for 9
		assert_output "$ALICE 100000"
		documented "the same, if root made the user's socket" \
			"100 datagrams of 1000 B" "$ALICE, out" \
			"$ALICE: 100000 B" queue.bats
	done
}

@test "a queue that comes after the start is reported once" {
	local ticks
	# a module is taken for a queue
	[ ! -e /sys/module/nfnetlink_queue/initstate ] || return 0
	rm -f ready
	HOST=tmq-$$-$BATS_SUITE_TEST_NUMBER
	ip netns add "$HOST"
	start_at_host -c "$CGROUP"
	ip -n "$HOST" link set lo up
	nsenter --net=/run/netns/"$HOST" \
		timeout 60 python3 "$ROOT/tests/lib/inspector.py" 5 >ready &
	STARTED=$!
	has_begun ready
	eventually grep -q "packets wait for another program" err
	ticks=$(tm-print out.tm 2>/dev/null | grep -c " tick in ")
	more() {
		[ "$(tm-print out.tm 2>/dev/null | grep -c " tick in ")" -gt \
			$((ticks + 2)) ]
	}
	eventually more
	stop
	end_inspector
	run grep -c "packets wait for another program" err
	assert_output 1
}

@test "START names the hook that sees who sends only if packets may wait" {
	uses_hook() {
		tm-print --json out.tm | jq -e -s 'map(select(.kind ==
			"start"))[0].hooks / 256 % 2 >= 1'
	}
	start_inspector
	start_at_host -c "$CGROUP"
	stop
	uses_hook
	end_inspector
	[ ! -e /sys/module/nfnetlink_queue/initstate ] || return 0
	start -c "$CGROUP"
	stop
	run uses_hook
	assert_output false
}
