# The reader that all tools share, seen through tm-print: pipes and signals.

load ../helper
load stream

has_lines() { # FILE COUNT
	[ "$(wc -l <"$1")" = "$2" ]
}

@test "an event in a live pipe is shown immediately, even if it arrives in pieces" {
	mkfifo in
	tm-print <in >out &
	exec 5>in
	events 1 >&5
	eventually has_lines out 1
	events 2 | head -c 50 >&5
	eventually is_idle $!
	has_lines out 1
	events 2 | tail -c +51 >&5
	eventually has_lines out 2
	exec 5>&-
	wait $!
}

@test "an event in a live gzip pipe is shown as soon as it is flushed" {
	mkfifo in
	tm-print <in >out &
	exec 5>in
	events 1 >a
	python3 -c "
import sys, zlib
packer = zlib.compressobj(wbits=31)
sys.stdout.buffer.write(packer.compress(open('a', 'rb').read()) + packer.flush(zlib.Z_SYNC_FLUSH))" >&5
	eventually has_lines out 1
	exec 5>&-
	status=0
	wait $! || status=$?
	assert_equal "$status" 3
}

@test "Ctrl-C drains a pipe to its end, even if SIGINT was inherited as ignored" {
	mkfifo in
	tm-print <in >out 2>err & # bash has it ignore SIGINT
	exec 5>in
	start 9 >&5
	eventually has_lines out 1
	kill -INT $!
	eventually has_taken $!
	events 2 >&5
	end 9 >&5
	eventually has_lines out 4
	exec 5>&-
	wait $!
	[ ! -s err ]
}

@test "Ctrl-C stops reading a file immediately, and what was read is shown" {
	flood 100000 >a
	mkfifo slow
	tm-print a >slow 2>err &
	exec 5<slow
	eventually waits_in $! pipe_write
	kill -INT $!
	cat <&5 >out
	wait $!
	[ ! -s err ]
	count=$(wc -l <out)
	[ "$count" -gt 0 ]
	[ "$count" -lt 100000 ]
	assert_equal "$(sort -u out | wc -l)" 1
}

@test "after Ctrl-C a TICK ends the stream if the source does not stop" {
	mkfifo in
	tm-print <in >out 2>err &
	exec 5>in
	start 9 >&5
	eventually has_lines out 1
	kill -INT $!
	eventually has_taken $!
	late=$(($(date +%s%N) + 10000000000))
	{
		echo '{"kind":"tick","direction":"in","time_ns":1}'
		echo '{"kind":"tick","direction":"out","time_ns":1}'
		echo "{\"kind\":\"tick\",\"direction\":\"in\",\"time_ns\":$late}"
		echo "{\"kind\":\"tick\",\"direction\":\"out\",\"time_ns\":$late}"
		echo '{"uid":1}'
	} | tm-parse >&5
	wait $! # although the pipe is still open
	has_lines out 5
	[ ! -s err ]
	exec 5>&-
}

@test "a second Ctrl-C half a second later quits immediately" {
	mkfifo in
	tm-print <in >out &
	exec 5>in
	events 1 >&5
	eventually has_lines out 1
	kill -INT $!
	eventually has_taken $!
	sleep 0.5 # what comes sooner counts as the same request
	kill -INT $!
	status=0
	wait $! || status=$?
	assert_equal "$status" 130
	exec 5>&-
}

@test "one request to stop may arrive twice, as from sudo and the terminal" {
	mkfifo in
	tm-print <in >out &
	exec 5>in
	events 1 >&5
	eventually has_lines out 1
	kill -INT $!
	kill -TERM $!
	eventually has_taken $!
	events 2 >&5
	eventually has_lines out 2
	exec 5>&-
	wait $!
	has_lines out 2
}

@test "SIGTERM works like Ctrl-C, also while a FIFO has no writer" {
	mkfifo in
	tm-print in &
	eventually waits_in $! wait_for_partner
	kill -TERM $!
	wait $!
}

@test "SIGUSR1 reports progress and does not disturb the stream" {
	mkfifo in
	tm-print in >out 2>err &
	eventually waits_in $! wait_for_partner
	kill -USR1 $!
	eventually is_idle $!
	exec 5>in
	{ events 1; echo '{"kind":"lost","packets":3}' | tm-parse; } >&5
	eventually has_lines out 2
	: >err
	kill -USR1 $!
	eventually has_lines err 1
	assert_regex "$(cat err)" '^tm-print: 2 events, [0-9.]+( [kM])?/s, 3 lost$'
	events 2 >&5
	exec 5>&-
	wait $!
	has_lines out 3
}

@test "non-blocking standard input is waited for" {
	cat >run.py <<-'END'
	import os, subprocess, time
	r, w = os.pipe()
	os.set_blocking(r, False)
	child = subprocess.Popen(['tm-print'], stdin=r, stdout=subprocess.PIPE)
	os.close(r)
	while ' S ' not in open(f'/proc/{child.pid}/stat').read():
	    time.sleep(.01)
	os.write(w, open('a', 'rb').read())
	os.close(w)
	assert child.stdout.read().count(b'\n') == 1
	assert child.wait() == 0
	END
	events 1 >a
	python3 run.py
}

@test "a reader that closes the pipe ends the tool quietly" {
	flood 100000 >a
	run --separate-stderr bash -c 'tm-print a | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"'
	assert_output 0
	assert_equal "$stderr" ''
}

@test "tm-print reports a full disk as an error" {
	events 1 >a
	run bash -c 'tm-print a >/dev/full'
	assert_failure 1
	assert_output 'tm-print: standard output: No space left on device'
}
