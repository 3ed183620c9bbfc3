# How tm-capture ends, and what it leaves.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load capture

@test "--for ends by itself, with a TICK each second" {
	run -0 timeout 10 tm-capture -q -c "$CGROUP" --for 2500ms >/dev/null
	tm-capture -q -c "$CGROUP" --for 2500ms >out.tm
	run jq -r '.kind' <(tm-print --json out.tm)
	assert_output "start
tick
tick
tick
tick
end
end"
}

@test "SIGTERM ends like SIGINT" {
	start -c "$CGROUP"
	stop TERM
	assert_equal "$status" 0
	run tm-print out.tm
	assert_success
}

@test "SIGKILL leaves no program behind, and readers report a cut stream" {
	start -c "$CGROUP"
	loaded | grep meter_in >ours
	stop KILL
	run -3 tm-print out.tm
	assert_output --partial "was cut"
	# of all that meter on this host, ours was loaded last
	tail -n 1 ours >ours.last
	is_unloaded() {
		! loaded | grep -Fxqf ours.last
	}
	eventually is_unloaded
}

@test "SIGHUP without a terminal does not end the capture" {
	start -c "$CGROUP"
	kill -HUP "$CAPTURE"
	eventually is_idle "$CAPTURE"
	inside traffic udp 127.0.0.1 9 10 20 $ALICE
	stop
	run sums out.tm
	assert_output "traffic out $ALICE 10 480"
}

@test "a reader that closes the pipe ends the capture" {
	(tm-capture -c "$CGROUP" 2>err; echo "$?" >code) | head -c 1280 >out.tm &
	has_ended() {
		inside traffic udp 127.0.0.1 9 100 20 $ALICE
		[ -s code ]
	}
	eventually has_ended
	assert_equal "$(cat code)" 0
	assert_equal "$(wc -c <out.tm)" 1280
}

@test "two captures side by side agree" {
	tm-capture -c "$CGROUP" >second.tm 2>/dev/null &
	local second=$!
	start -c "$CGROUP"
	has_begun second.tm
	inside traffic udp 127.0.0.1 9 5000 20 $ALICE
	stop
	kill -INT $second
	wait $second
	diff <(sums out.tm) <(sums second.tm)
}

@test "removing the cgroup ends the metering with a message" {
	start -c "$CGROUP"
	rmdir "$CGROUP"
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	assert_equal "$status" 1
	assert_file_contains err "the cgroup was removed"
	run balance out.tm
	assert_line "out 0 0 0"
}

@test "on a full disk the stream ends after its last whole event" {
	mkdir disk
	mount -t tmpfs -o size=64k tmpfs disk
	tm-capture -c "$CGROUP" >disk/out.tm 2>err &
	CAPTURE=$!
	has_begun disk/out.tm
	inside traffic udp 127.0.0.1 9 2000 20 $ALICE
	status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=
	cp disk/out.tm .
	umount disk
	assert_equal "$status" 1
	assert_file_contains err "^tm-capture: standard output: No space left on device; the stream ends after $(wc -c <out.tm) bytes$"
	assert_equal $(($(wc -c <out.tm) % 128)) 0
	recorded=$(tm-print --json out.tm | grep -c '"kind":"traffic"')
	awk -v recorded="$recorded" '/: seen / { exit !($9 == recorded &&
		$17 > 0 && $3 == $9 + $13 + $17 && $5 == $10 + $14 + $18) }' err
}
