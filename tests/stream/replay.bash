# Loaded by the tests of tm-replay: events, and when each came out.

load ../events

# at SECOND...: an event at each, of users 1, 2, ...
at() {
	local uid=0
	for second; do
		uid=$((uid + 1))
		moved "$second" out $uid 100
	done
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
