# tm-replay: how it ends, and what it refuses.

load ../helper
load replay

# An hour's pause in the middle of a run, of which tm-filter has dropped some.
paused() {
	start 5 0
	at 0.0 0.0
	moved 0.1 in 7 50 3 '"kind":"lost"'
	moved 0.2 in 7 30 2
	status tick 0.2 5 '"seen_packets":99,"seen_bytes":999,"recorded_packets":98,"recorded_bytes":998,"excluded_packets":1,"excluded_bytes":1'
	at 0.2 3600.0
	status end 3601 5
}

@test "Ctrl-C during a wait ends the run with the counts of what was passed on" {
	paused | tm-parse >paused.tm
	tm-replay paused.tm >out.tm 2>err &
	REPLAY=$!
	eventually has_records out.tm 8
	interrupt
	assert_equal "$code" 0
	[ ! -s err ]
	head -c $((8 * 128)) paused.tm | cmp - <(head -c $((8 * 128)) out.tm)
	run tm-print <(tail -c +$((8 * 128 + 1)) out.tm)
	assert_output "2023-11-14T22:13:20.200000000Z end in run_id=5 seen_packets=6 seen_bytes=81 recorded_packets=2 recorded_bytes=30 excluded_packets=1 excluded_bytes=1 lost_packets=3 lost_bytes=50
2023-11-14T22:13:20.200000000Z end out run_id=5 seen_packets=3 seen_bytes=300 recorded_packets=3 recorded_bytes=300 excluded_packets=0 excluded_bytes=0 lost_packets=0 lost_bytes=0"
	run tm-print -q out.tm
	assert_success
}

@test "Ctrl-C ends every open run under its new id, and no other" {
	{ start 4 0; status end 0 4; start 5 0; at 0.0; start 6 0; at 0.0 0.0 3600.0; } | tm-parse >runs.tm
	tm-replay --now runs.tm >out.tm &
	REPLAY=$!
	eventually has_records out.tm 8
	interrupt
	tm-print out.tm >out
	sed -n 's/.* start \(run_id=[0-9]*\).*/\1/p' out | sort >started
	sed -n 's/.* end out \(run_id=[0-9]*\).*/\1/p' out | sort |
		diff started -
	assert_equal "$(sed -n 's/.* end .*\(seen_packets=[0-9]*\).*/\1/p' out | cut -d= -f2 | xargs)" \
		"0 0 0 2 0 1"
}

@test "a part of a recording in which no run is open gets no END" {
	at 0.0 3600.0 | tm-parse >piece.tm
	tm-replay piece.tm >out.tm &
	REPLAY=$!
	eventually has_records out.tm 1
	interrupt
	assert_equal "$code" 0
	has_records out.tm 1
}

@test "Ctrl-C ends a whole pipeline with success, with the totals of what was shown" {
	paused | tm-parse >paused.tm
	set -m
	timeout --foreground 60 tm-replay --now paused.tm | tee -i all.tm | tm-account | tm-csv -o - >out 2>err &
	REPLAY=$!
	set +m
	eventually grep -q ,200,1$ out
	kill -INT -- "-$(ps -o pgid= -p $REPLAY | tr -d ' ')"
	eventually gone $REPLAY
	run wait $REPLAY
	assert_success
	[ ! -s err ]
	run tm-print --json all.tm
	assert_success
	assert_equal "$(cut -d, -f1,2,6- out)" "out,100,0,100,1
out,100,0,100,2
lost-in,50,50,0,7
in,30,80,0,7
out,100,0,200,1"
}

@test "Ctrl-C also ends a long recording at --speed max" {
	{ start 5 0; for _ in {1..5}; do at 0.0 1.0 2.0 3.0; done; } | tm-parse >runs.tm
	for _ in {1..13}; do
		{ cat runs.tm; tail -c +129 runs.tm; } >twice
		mv twice runs.tm
	done
	mkfifo slow
	tm-replay --speed max runs.tm >slow &
	REPLAY=$!
	exec 5<slow
	dd bs=128 count=1 iflag=fullblock status=none <&5 >out.tm
	eventually waits_in $REPLAY pipe_write
	kill -INT $REPLAY
	cat <&5 >>out.tm
	exec 5<&-
	wait $REPLAY
	REPLAY=
	tm-print --json out.tm >out # it has an end
	[ "$(wc -l <out)" -lt 100000 ]
	assert_equal "$(tail -n 1 out | jq .recorded_packets)" \
		"$(grep -c '"kind":"traffic"' out)"
}

interrupt_again() {
	kill -INT $REPLAY 2>/dev/null
	gone $REPLAY
}

@test "a second Ctrl-C quits even if the reader hangs" {
	for _ in {1..14}; do at 0.0; done | tm-parse >events.tm
	for _ in {1..12}; do
		cat events.tm events.tm >twice
		mv twice events.tm
	done
	mkfifo slow
	tm-replay --speed max events.tm >slow &
	REPLAY=$!
	exec 5<slow
	dd bs=128 count=1 iflag=fullblock status=none <&5 >out.tm
	eventually waits_in $REPLAY pipe_write
	kill -INT $REPLAY
	eventually has_taken $REPLAY
	# one that follows at once may be the first, passed on by sudo(8)
	eventually interrupt_again
	code=0
	wait $REPLAY || code=$?
	REPLAY=
	exec 5<&-
	assert_equal "$code" 130
}

@test "a closed pipe ends tm-replay quietly, also during a wait" {
	at 0.0 3600.0 | tm-parse >events.tm
	run timeout 10 bash -c 'tm-replay events.tm | head -c 128 | tm-print; echo "${PIPESTATUS[0]}"'
	assert_line --index 1 0
	assert_equal "${#lines[@]}" 2
}

@test "an invalid record or a cut run is reported after the events before it, with exit code 3" {
	{ start 5 0; at 1.0; } | tm-parse >cut.tm
	run --separate-stderr tm-replay --speed 10x cut.tm
	assert_failure 3
	assert_equal "$stderr" "tm-replay: cut.tm: was cut: it has a START and no END"
	{ at 0.0 1.0 | tm-parse; echo "This is no event"; } >bad.tm
	came=$(arrivals tm-replay bad.tm 2>err)
	assert_regex "$came" "status 3"
	assert_arrivals "0 1" "${came/status 3/status 0}"
	assert_equal "$(cat err)" \
		"tm-replay: bad.tm: not an event (offset 256); tm-event(5) describes what one looks like"
	head -c 300 bad.tm >short.tm
	run --separate-stderr tm-replay --speed max short.tm
	assert_failure 3
}

@test "tm-replay --strict exits with 4 if events were lost" {
	echo '{"kind":"lost","packets":3,"bytes":100}' | tm-parse >lost.tm
	tm-replay lost.tm | cmp - lost.tm
	run tm-replay --strict lost.tm
	assert_failure 4
	at 0.0 | tm-parse >whole.tm
	run tm-replay --strict whole.tm
	assert_success
}

@test "SIGHUP ends tm-replay only if standard error is a terminal" {
	at 0.0 3.0 | tm-parse >events.tm
	cat >hangup.py <<-'END'
	import os, pty, signal, subprocess, sys, time
	ours, terminal = pty.openpty()
	for stderr, records in (terminal, 1), (subprocess.DEVNULL, 2):
	    child = subprocess.Popen(['tm-replay', 'events.tm'], stdout=subprocess.PIPE, stderr=stderr)
	    got = len(child.stdout.read(128))
	    time.sleep(.1)
	    child.send_signal(signal.SIGHUP)
	    got += len(child.stdout.read())
	    assert got == 128 * records, got
	    assert child.wait() == 0
	END
	timeout 20 python3 hangup.py
}

@test "--loop repeats until Ctrl-C, with new runs and increasing time" {
	{ start 5 0; at 0.1; status end 1 5; } | tm-parse >run.tm
	tm-replay --now --loop --speed 10x run.tm >out.tm &
	REPLAY=$!
	enough() { [ "$(stat -c %s out.tm)" -gt $((128 * 9)) ]; }
	eventually enough
	interrupt
	assert_equal "$code" 0
	assert_equal "$(distances <out.tm | cut -d ' ' -f 1-9)" "0 10 100 100 100 110 200 200 200"
	tm-print out.tm | sed -n 's/.* start \(run_id=[0-9]*\).*/\1/p' |
		sort | uniq -d >twice
	[ ! -s twice ]
	assert_equal "$(tm-account out.tm 2>&1 >counted.tm)" ""
	: >empty
	run timeout 10 tm-replay --now --loop empty
	assert_success
}

@test "SIGUSR1 reports how far tm-replay is and does not disturb the stream" {
	{ at 0.0; moved 0.5 in 0 0 3 '"kind":"lost"'
		at 2.0; } | tm-parse >events.tm
	tm-replay events.tm >out.tm 2>err &
	REPLAY=$!
	eventually has_records out.tm 2
	kill -USR1 $REPLAY
	wait $REPLAY
	REPLAY=
	assert_regex "$(cat err)" \
		'^tm-replay: 2 events, [0-9.]+( [kM])?/s, 3 lost, at 2023-11-14T22:13:20.500000000Z$'
	cmp events.tm out.tm
}

@test "events are neither written to a terminal nor read from one" {
	at 0.0 | tm-parse >events.tm
	run script -qec 'tm-replay events.tm' /dev/null
	assert_failure 2
	assert_output --partial "tm-replay: standard output is a terminal"
	run script -qec 'tm-replay | cat' /dev/null
	assert_output --partial "tm-replay: standard input is a terminal"
}

@test "an invalid speed or duration is refused, and so is an impossible --loop" {
	at 0.0 | tm-parse >events.tm
	for speed in '' 0 x -1 1y 10xx 0x10 nan inf 1e3 '1 0' 0.0001 1000001 10,5; do
		run tm-replay --speed "$speed" events.tm
		assert_failure 2
		assert_output "tm-replay: --speed: not max nor a number from 0.001 to 1000000: $speed"
	done
	for idle in '' 0 5x -1; do
		run tm-replay --idle "$idle" events.tm
		assert_failure 2
		assert_output "tm-replay: --idle: not a length of time such as 500ms, 10s, 5m or 2d: $idle"
	done
	run tm-replay --loop events.tm
	assert_failure 2
	assert_output "tm-replay: --loop needs --now, so that time goes on
try: tm-replay --help"
	run tm-replay --loop --now events.tm -
	assert_failure 2
	assert_output "tm-replay: --loop needs files: standard input cannot be read again
try: tm-replay --help"
	run tm-replay missing.tm
	assert_failure 1
	run tm-replay --speed max events.tm
	assert_success
	run bash -c 'tm-replay events.tm >/dev/full'
	assert_failure 1
	assert_output "tm-replay: standard output: No space left on device"
}

@test "--for ends a replay, and the runs that are open" {
	{
		start
		for s in $(seq 0 100); do
			moved "$s" out 1 60
		done
	} | tm-parse >long.tm
	began=$(date +%s%N)
	timeout 50 tm-replay --for 300ms long.tm >out.tm
	in_time $((($(date +%s%N) - began) / 1000000)) 5000
	[ "$(tm-print out.tm | grep -c ' end ')" = 2 ]
	run -0 tm-print out.tm
}
