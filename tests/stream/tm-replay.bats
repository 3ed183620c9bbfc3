# tm-replay: the pace, fresh times, and how it ends.
load ../helper

# Events at so many seconds, each of a user with the number of its place.
at() { # SECONDS...
	local uid=0
	for second; do
		uid=$((uid + 1))
		printf '{"time_ns":%d,"uid":%d,"bytes":100,"packets":1,"direction":"out"}\n' \
			"$((1700000000000000000 + 10#${second/./}00000000))" $uid
	done | tm-parse
}

status() { # KIND RUN SECOND [FIELDS OF OUT]
	local time=$((1700000000000000000 + $3 * 1000000000))
	echo "{\"kind\":\"$1\",\"run_id\":$2,\"direction\":\"in\",\"time_ns\":$time}
		{\"kind\":\"$1\",\"run_id\":$2,\"direction\":\"out\",\"time_ns\":$time${4:+,$4}}" |
		tm-parse
}

start() { # RUN SECOND
	echo "{\"kind\":\"start\",\"run_id\":$1,\"host\":\"h\",\"time_ns\":$((1700000000 + $2))000000000}" |
		tm-parse
}

# The times of a stream, in ms after the first one's.
distances() {
	tm-print --json | sed 's/.*"time_ns":\([0-9]*\).*/\1/' | awk '
		{ s = substr($1, 1, 10); n = substr($1, 11) }
		NR == 1 { s0 = s; n0 = n }
		{ printf "%.0f\n", (s - s0) * 1e3 + (n - n0) / 1e6 }' | xargs
}

# arrivals COMMAND...: when each record came, in seconds after the command was
# started. "stop 3 COMMAND...": SIGSTOPs it after the first record for so long.
arrivals() {
	cat >"$BATS_TEST_TMPDIR/arrivals.py" <<-'END'
	import os, signal, subprocess, sys, time
	command, pause = sys.argv[1:], 0
	if command[0] == 'stop':
	    pause, command = float(command[1]), command[2:]
	start = time.monotonic()
	child = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
	while child.stdout.read(128):
	    print('%.3f' % (time.monotonic() - start), end=' ')
	    if pause:
	        time.sleep(.2)
	        os.kill(child.pid, signal.SIGSTOP)
	        time.sleep(pause)
	        os.kill(child.pid, signal.SIGCONT)
	        pause = 0
	print('status', child.wait())
	END
	timeout 60 python3 "$BATS_TEST_TMPDIR/arrivals.py" "$@"
}

# Each record came no earlier than it was due, and less than 1.8 s later.
assert_arrivals() { # "SECONDS..." "ARRIVALS"
	awk -v due="$1" -v came="$2" 'BEGIN {
		n = split(due, d, " ")
		if (split(came, c, " ") != n + 2 || c[n + 2] != 0)
			bad = 1
		for (i = 1; i <= n; i++)
			bad += c[i] < d[i] || c[i] > d[i] + 1.8
		exit bad > 0
	}' || fail "due $1, came $2"
}

has_records() { # FILE COUNT
	[ "$(stat -c %s "$1")" = $(($2 * 128)) ]
}

# interrupt [SIGNAL]: ends a replay; its exit code is in $code
interrupt() {
	code=0
	kill "-${1:-INT}" $REPLAY
	eventually gone $REPLAY || kill -KILL $REPLAY
	wait $REPLAY || code=$?
	REPLAY=
}

gone() {
	[ "$(ps -o stat= -p "$1" | cut -c1)" = Z ] || ! kill -0 "$1" 2>/dev/null
}

teardown() {
	[ -z "${REPLAY-}" ] || kill -KILL "$REPLAY" 2>/dev/null || true
}

@test "each event comes when as much time has passed as in the recording" {
	at 0.0 1.0 3.0 >one
	at 0.0 10.0 30.0 >ten
	at 0.0 0.5 1.5 >half
	arrivals tm-replay one >came1 &
	local one=$!
	arrivals tm-replay --speed 10x ten >came10 &
	local ten=$!
	arrivals tm-replay --speed 0.5 half >came05
	wait $one $ten
	assert_arrivals "0 1 3" "$(cat came1)"
	assert_arrivals "0 1 3" "$(cat came10)"
	assert_arrivals "0 1 3" "$(cat came05)"
}

@test "what came late does not delay what comes later" {
	at 0.0 1.0 2.0 3.0 4.0 5.0 >events.tm
	came=$(arrivals stop 3 tm-replay events.tm)
	echo "$came"
	# a sleep for each distance would end after 3.2 + 4 s
	awk -v came="$came" 'BEGIN { split(came, c, " ")
		exit !(c[2] >= 3 && c[6] >= 5 && c[6] < 6.8 && c[8] == 0) }'
}

@test "with --speed max a day takes no time, and no more memory" {
	at 0.0 86400.0 >day.tm
	run timeout 10 bash -c 'tm-replay --speed max day.tm | cmp - day.tm'
	assert_success
	for _ in {1..18}; do
		cat day.tm day.tm >twice
		mv twice day.tm
	done
	run timeout 20 bash -c '(ulimit -v 20000; exec tm-replay --speed max day.tm) | cmp - day.tm'
	assert_success
	refute_output
}

@test "every kind of record passes byte for byte" {
	{
		start 5 0
		echo '{"kind":"name","of":"user","parts":1,"id":1,"text":"alice","time_ns":1700000000000000000}
		{"kind":"lost","uid":1,"bytes":5,"packets":1,"span":10,"time_ns":1700000000100000000}
		{"kind":"unattributed","ifindex":2,"bytes":5,"packets":1}
		{"kind":77,"time_ns":1700000000150000000}' | tm-parse
		at 0.2
		status tick 5 1
		status end 5 1
	} >all.tm
	gzip -k all.tm
	tm-replay all.tm | cmp - all.tm
	tm-replay --speed 100x all.tm.gz all.tm >twice.tm
	cat all.tm all.tm | cmp - twice.tm
	tm-replay --speed 100x <all.tm | cmp - all.tm
	cat all.tm | tm-replay --speed 100x - | cmp - all.tm
}

@test "fresh times begin now and go on at the pace, without waiting too" {
	at 0.0 0.1 0.4 5.0 >events.tm
	before=$(date +%s%N)
	tm-replay --now --speed 10x events.tm >fresh.tm
	after=$(date +%s%N)
	assert_equal "$(distances <fresh.tm)" "0 10 40 500"
	first=$(tm-print --json fresh.tm | sed -n '1s/.*"time_ns":\([0-9]*\).*/\1/p')
	[ "$before" -le "$first" ]
	[ "$first" -le "$after" ]
	assert_equal "$(tm-replay --now --speed max events.tm | distances)" \
		"0 100 400 5000"
	# all else stays
	tm-print --json events.tm | jq -c 'del(.time, .time_ns)' >expected
	tm-print --json fresh.tm | jq -c 'del(.time, .time_ns)' | diff expected -
}

@test "fresh times shorten the spans of intervals with the pace, to 10 ms at least" {
	for span in 0 1 100 250 60000; do
		echo "{\"span\":$span,\"time_ns\":1700000000000000000}"
	done | tm-parse >spans.tm
	spans() {
		tm-replay "$@" spans.tm | tm-print --json | jq '.span // 0' | xargs
	}
	assert_equal "$(spans --now --speed 100x)" "0 1 1 3 600"
	assert_equal "$(spans --now --speed 0.5x)" "0 2 200 500 65535"
	assert_equal "$(spans --now --speed max)" "0 1 100 250 60000"
	assert_equal "$(spans --speed 100x)" "0 1 100 250 60000"
}

@test "runs get fresh ids with fresh times, the same in all their records" {
	{ start 5 0; start 6 0; status tick 5 1; status end 6 1; status end 5 1; } >runs.tm
	ids() {
		tm-replay --speed max "$@" runs.tm | tm-print |
			grep -o 'run_id=[0-9]*' | cut -d= -f2 | xargs
	}
	assert_equal "$(ids)" "5 6 5 5 6 6 5 5"
	read -r -a a <<<"$(ids --now)"
	read -r -a b <<<"$(ids --now)"
	assert_equal "${a[*]}" "${a[0]} ${a[1]} ${a[0]} ${a[0]} ${a[1]} ${a[1]} ${a[0]} ${a[0]}"
	[ "${a[0]}" != "${a[1]}" ]
	[ "${a[0]}" != 5 ]
	[ "${a[0]}" != "${b[0]}" ]
}

@test "--idle cuts what is longer without traffic, ticks or not" {
	{
		at 0.0 0.4
		for second in {1..60}; do
			status tick 5 $second
		done
		at 60.5 60.7 99.0
	} >events.tm
	idle() {
		tm-replay --now --idle "$@" events.tm | distances
	}
	ticks="1000 1000 2000 2000$(printf ' 2400%.0s' {1..116})"
	assert_equal "$(idle 2s --speed max)" "0 400 $ticks 2400 2600 4600"
	assert_equal "$(idle 200ms --speed 10x)" \
		"0 40 $(sed 's/00\b/0/g' <<<"$ticks") 240 260 460"
	assert_arrivals "0 0.1 0.2" \
		"$(at 0.0 50.0 51.0 >gaps.tm; arrivals tm-replay --idle 100ms gaps.tm)"
}

@test "between two runs there is no waiting, and within one that stands still there is" {
	{
		start 5 0; at 1.0; status end 5 2
		start 6 9000; at 9000.5; status end 6 9001
		start 7 100; at 101.0; status tick 7 103; status end 7 104
	} >runs.tm
	assert_equal "$(tm-replay --now --speed max runs.tm | distances)" \
		"0 1000 2000 2000 2000 2500 3000 3000 3000 4000 6000 6000 7000 7000"
	{ start 4 0; start 5 1; at 2.0; status end 5 2; status end 4 2; } >within.tm
	assert_arrivals "0 1 2 2 2 2 2" "$(arrivals tm-replay within.tm)"
}

@test "time that steps back is not waited for, and goes on where a tick says so" {
	{
		start 5 3600; at 3600.5; status tick 5 3601
		at 1.5
		status tick 5 2
		at 2.5
		status end 5 3
	} >back.tm
	# the event before the tick keeps its distance to those before it
	assert_equal "$(tm-replay --now --speed max back.tm | distances)" \
		"0 500 1000 1000 -3598500 1000 1000 1500 2000 2000"
	run timeout 10 tm-replay --speed 10x back.tm
	assert_success
	at 5.0 4.9 5.0 5.1 >jitter.tm
	assert_equal "$(tm-replay --now --speed max jitter.tm | distances)" \
		"0 -100 0 100"
}

@test "a record without a time is due at once, and becomes one of its moment" {
	{
		echo '{"kind":"start","run_id":5}' | tm-parse
		at 0.0
		echo '{"uid":9}' | tm-parse
		at 0.2
		echo '{"uid":9}' | tm-parse
	} >times.tm
	assert_equal "$(tm-replay --now --speed max times.tm | distances)" "0 0 0 200 200"
	run timeout 10 tm-replay --speed 10x times.tm
	assert_failure 3
	assert_output --partial "was cut"
}

@test "times as far apart as they can be are waited for until Ctrl-C" {
	echo '{"time_ns":1}{"time_ns":18446744073709551615}{"time_ns":1}' |
		sed 's/}{/}\n{/g' | tm-parse >far.tm
	run timeout 10 tm-replay --speed max --now far.tm
	assert_success
	for speed in 0.001 1 1000000; do
		tm-replay --speed $speed far.tm >out.tm &
		REPLAY=$!
		eventually has_records out.tm 1
		interrupt
		assert_equal "$code" 0
		has_records out.tm 1
	done
}

@test "an event is out before the next one is waited for" {
	at 0.0 0.0 3600.0 >events.tm
	tm-replay events.tm >out.tm &
	REPLAY=$!
	eventually has_records out.tm 2
	interrupt TERM
	assert_equal "$code" 0
	head -c 256 events.tm | cmp - out.tm
}

# An hour's pause in the middle of a run, of which tm-filter has dropped some.
paused() {
	start 5 0
	at 0.0 0.0
	echo '{"kind":"lost","uid":7,"bytes":50,"packets":3,"direction":"in","time_ns":1700000000100000000}
	{"uid":7,"bytes":30,"packets":2,"direction":"in","time_ns":1700000000200000000}
	{"kind":"tick","direction":"in","run_id":5,"time_ns":1700000000200000000,"seen_packets":99,"seen_bytes":999,"recorded_packets":98,"recorded_bytes":998,"excluded_packets":1,"excluded_bytes":1}
	{"kind":"tick","direction":"out","run_id":5,"time_ns":1700000000200000000}' | tm-parse
	at 0.2 3600.0
	status end 5 3601
}

@test "Ctrl-C while it waits ends the run with what was passed on" {
	paused >paused.tm
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

@test "every run that is open is ended, with the ids that it got, and no other" {
	{ start 4 0; status end 4 0; start 5 0; at 0.0; start 6 0; at 0.0 0.0 3600.0; } >runs.tm
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

@test "a piece of a recording, of which no run is open, gets no end" {
	at 0.0 3600.0 >piece.tm
	tm-replay piece.tm >out.tm &
	REPLAY=$!
	eventually has_records out.tm 1
	interrupt
	assert_equal "$code" 0
	has_records out.tm 1
}

@test "Ctrl-C ends a whole pipeline well, with the totals of what was shown" {
	paused >paused.tm
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

@test "Ctrl-C without waiting ends a long recording too" {
	{ start 5 0; for _ in {1..5}; do at 0.0 1.0 2.0 3.0; done; } >runs.tm
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

@test "a second Ctrl-C quits where the reader hangs" {
	for _ in {1..14}; do at 0.0; done >events.tm
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
	interrupt
	exec 5<&-
	assert_equal "$code" 130
}

@test "a reader that goes away ends it quietly, also while it waits" {
	at 0.0 3600.0 >events.tm
	run timeout 10 bash -c 'tm-replay events.tm | head -c 128 | tm-print; echo "${PIPESTATUS[0]}"'
	assert_line --index 1 0
	assert_equal "${#lines[@]}" 2
}

@test "a bad record or a cut run is told after what came before it, exit 3" {
	{ start 5 0; at 1.0; } >cut.tm
	run --separate-stderr tm-replay --speed 10x cut.tm
	assert_failure 3
	assert_equal "$stderr" "tm-replay: cut.tm: was cut: it has a START and no END"
	{ at 0.0 1.0; echo "This is no event"; } >bad.tm
	came=$(arrivals tm-replay bad.tm 2>err)
	assert_regex "$came" "status 3"
	assert_arrivals "0 1" "${came/status 3/status 0}"
	assert_equal "$(cat err)" \
		"tm-replay: bad.tm: not an event (offset 256); tm-event(5) tells what one looks like"
	head -c 300 bad.tm >short.tm
	run --separate-stderr tm-replay --speed max short.tm
	assert_failure 3
}

@test "--strict tells by the exit code that the events tell of lost ones" {
	echo '{"kind":"lost","packets":3,"bytes":100}' | tm-parse >lost.tm
	tm-replay lost.tm | cmp - lost.tm
	run tm-replay --strict lost.tm
	assert_failure 4
	at 0.0 >whole.tm
	run tm-replay --strict whole.tm
	assert_success
}

@test "SIGHUP ends it where standard error is a terminal, and not elsewhere" {
	at 0.0 3.0 >events.tm
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

@test "--loop begins again until Ctrl-C, with new runs and time that goes on" {
	{ start 5 0; at 0.1; status end 5 1; } >run.tm
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

@test "SIGUSR1 tells what was passed on and when that was, and disturbs nothing" {
	{ at 0.0; echo '{"kind":"lost","packets":3,"time_ns":1700000000500000000}' | tm-parse
		at 2.0; } >events.tm
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
	at 0.0 >events.tm
	run script -qec 'tm-replay events.tm' /dev/null
	assert_failure 2
	assert_output --partial "tm-replay: standard output is a terminal"
	run script -qec 'tm-replay | cat' /dev/null
	assert_output --partial "tm-replay: standard input is a terminal"
}

@test "what is no speed or no time is misuse, and so is a loop that cannot be" {
	at 0.0 >events.tm
	for speed in '' 0 x -1 1y 10xx 0x10 nan inf 1e3 '1 0' 0.0001 1000001 10,5; do
		run tm-replay --speed "$speed" events.tm
		assert_failure 2
		assert_output "tm-replay: --speed: not max nor a number from 0.001 to 1000000: $speed"
	done
	for idle in '' 0 5y -1; do
		run tm-replay --idle "$idle" events.tm
		assert_failure 2
		assert_output "tm-replay: --idle: not a time such as 500ms, 10s, 5m or 2d: $idle"
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

# The committed recording of a login node: what can be tried with it.

sample() {
	tm-print "$ROOT/samples/login.tm.gz"
}

@test "the sample is whole, balances, and is small" {
	sample >text
	run grep ' end ' text
	assert_equal "${#lines[@]}" 2
	awk '/ end / {
		for (i = 5; i <= NF; i++) {
			split($i, pair, "=")
			n[pair[1]] = pair[2]
		}
		for (unit = 0; unit < 2; unit++) {
			u = unit ? "_bytes" : "_packets"
			if (n["seen" u] < 20000 || n["seen" u] != \
				n["recorded" u] + n["excluded" u] + n["lost" u])
				exit 1
		}
	}' text
	awk '/ traffic / {
		for (i = 1; i <= NF; i++)
			if ($i ~ /^bytes=/)
				sum[$3] += substr($i, 7)
	} / end / { split($6, seen, "="); bad += seen[2] != sum[$3] }
	END { exit bad || !sum["in"] || !sum["out"] }' text
	size=$(stat -c %s "$ROOT/samples/login.tm.gz")
	[ "$size" -gt 100000 ]
	[ "$size" -lt 500000 ]
}

@test "the sample has a login node's users and programs, and work all the time" {
	run tm-report --output csv "$ROOT/samples/login.tm.gz"
	for user in root alice bob carol dave erin mover dnsmasq; do
		assert_line --regexp "$user"
	done
	sample >text
	for comm in sshd ssh curl rsync dnsmasq getent ping logger; do
		echo "$comm"
		[ "$(grep -c " comm=$comm " text)" -ge 20 ]
	done
	# seconds in which somebody moved something
	[ "$(grep ' traffic ' text | cut -c 1-19 | sort -u | wc -l)" -ge 60 ]
}

@test "the sample has no address but those of documentation, and no name of a machine" {
	cat >addresses.py <<-'END'
	import ipaddress, struct, sys
	allowed = [ipaddress.ip_network(n) for n in (
	    '192.0.2.0/24', '198.51.100.0/24', '127.0.0.0/8', '2001:db8::/32', '::/127', 'fe80::/10', 'ff02::/16')]
	data, seen = sys.stdin.buffer.read(), set()
	for at in range(0, len(data), 128):
	    if data[at + 4] <= 2:
	        seen.update((data[at + 48:at + 64], data[at + 64:at + 80]))
	for packed in seen:
	    address = ipaddress.IPv6Address(packed)
	    address = address.ipv4_mapped or address
	    assert any(address in network for network in allowed), address
	assert len(seen) > 15
	END
	gzip -dc "$ROOT/samples/login.tm.gz" | python3 addresses.py
	sample >text
	assert_equal "$(grep -o ' host=.*' text)" " host=login1.example"
	assert_equal "$(grep ' name interface ' text | grep -o 'text=.*' | sort | xargs)" \
		"text=eth0 text=lo"
	run sed -n 's/.* name cgroup .*text=//p' text
	[ "${#lines[@]}" -ge 10 ]
	for line in "${lines[@]}"; do
		assert_regex "$line" '^/(user|system)[.]slice/[a-z0-9./-]+$'
	done
	# every user of an event has a name
	grep -o ' uid=[0-9]\+' text | sort -u >used
	sed -n 's/.* name user id=\([0-9]*\) .*/ uid=\1/p' text | sort -u | diff used -
}
