# The reader that all tools share, seen through tm-print: files, cuts and damage.

load ../helper
load stream

@test "files are read in the order given, and - is standard input" {
	events 1 2 >a
	events 3 >b
	events 4 | tm-print b - a >out
	assert_equal "$(uids out)" '3 4 1 2'
	cat a b | tm-print >out
	assert_equal "$(uids out)" '1 2 3'
	tm-print <b >out
	assert_equal "$(uids out)" 3
	tm-print - <b >out
	assert_equal "$(uids out)" 3
}

@test "an empty input is not an error" {
	run tm-print </dev/null
	assert_success
	assert_output ''
	: >empty
	events 1 >a
	tm-print empty a empty >out
	assert_equal "$(uids out)" 1
}

@test "a missing, unreadable or invalid operand is reported before anything is read" {
	events 1 >a
	run tm-print a missing
	assert_failure 1
	assert_output 'tm-print: missing: No such file or directory'
	mkdir dir
	run tm-print a dir
	assert_failure 1
	assert_output 'tm-print: dir: Is a directory'
	run bash -c 'tm-print <dir'
	assert_failure 1
	assert_output 'tm-print: standard input: Is a directory'
}

@test "a stream with a START and no END is reported as cut, with exit code 3" {
	{ start 5; events 1; } >cut
	run tm-print cut
	assert_failure 3
	assert_line --partial 'uid=1'
	assert_line 'tm-print: cut: was cut: it has a START and no END'
	end 5 in >in-only
	run tm-print cut in-only
	assert_failure 3
	end 6 >other-run
	run tm-print cut other-run
	assert_failure 3
	assert_line 'tm-print: cut: was cut: it has a START and no END'
}

@test "whole runs, consecutive or nested, and fragments are accepted" {
	{ start 5; events 1; end 5; start 6; start 7; end 6; end 7; } >whole
	run tm-print whole
	assert_success
	split -b 384 whole part.
	run tm-print part.*
	assert_success
	events 1 | tm-print
	end 5 | tm-print
}

@test "a stream that is cut at any byte keeps its whole records" {
	events 1 2 3 >events.tm
	for size in {0..384}; do
		head -c "$size" events.tm | tm-print >out 2>err && status=0 || status=$?
		[ "$(wc -l <out)" = $((size / 128)) ]
		if [ $((size % 128)) = 0 ]; then
			[ "$status" = 0 ]
			[ ! -s err ]
		else
			[ "$status" = 3 ]
			[ "$(cat err)" = "tm-print: standard input: ends inside an event (offset $((size / 128 * 128)))" ]
		fi
	done
}

@test "a record with any bit flipped is refused or passes unchanged" {
	events 1 2 3 >events.tm
	cat >flip.py <<-'END'
	import subprocess
	good = open('events.tm', 'rb').read()
	def run(tool, data):
	    return subprocess.run([tool], input=data, capture_output=True, timeout=10)
	told = 0
	for bit in range(1024):
	    bad = bytearray(good)
	    bad[128 + bit // 8] ^= 1 << bit % 8
	    done = run('tm-print', bytes(bad))
	    if bit < 32:
	        assert done.returncode == 3, bit
	        assert done.stdout.count(b'\n') == 1, bit
	        why = b'not an event (offset 128);'
	        if bit >= 24:
	            why = b'is of version %d; this tm reads 1 (offset 128)' % bad[131]
	        assert done.stderr.startswith(b'tm-print: standard input: ' + why), done.stderr
	        told += 1
	        continue
	    # A kind that has become START has no END.
	    assert done.returncode == (3 if bad[132] == 4 else 0), (bit, done.stderr)
	    assert done.stdout.count(b'\n') == 3, bit
	    assert run('tm-parse', done.stdout).stdout == bytes(bad), bit
	assert told == 32
	END
	python3 flip.py
}

@test "input that is not a stream is refused, naming the offset" {
	head -c 100000 /dev/urandom | tr '\365' '\364' >random
	run -3 tm-print random
	assert_output "tm-print: random: not an event (offset 0); tm-event(5) describes what one looks like"
	printf 'out,60,192.0.2.1,192.0.2.2\n%.0s' {1..50} >text
	events 1 2 | cat - text >mixed
	run --separate-stderr tm-print mixed
	assert_failure 3
	assert_equal "$stderr" 'tm-print: mixed: not an event (offset 256); tm-event(5) describes what one looks like'
	assert_equal "${#lines[@]}" 2
}

@test "the offset counts within the file at fault" {
	events 1 2 3 >a
	events 4 | cat - <(echo x) >b
	run tm-print a b
	assert_failure 3
	assert_line --partial 'b: not an event (offset 128)'
	assert_line --partial 'uid=4'
}

@test "gzip is read from files and pipes, joined or byte by byte" {
	events 1 2 3 >a
	gzip -k a
	run tm-print a.gz
	assert_success
	assert_equal "$(uids <<<"$output")" '1 2 3'
	mv a.gz any-name
	tm-print any-name a >out
	assert_equal "$(uids out)" '1 2 3 1 2 3'
	cat any-name any-name | tm-print >out
	assert_equal "$(uids out)" '1 2 3 1 2 3'
	gzip </dev/null | tm-print >out
	[ ! -s out ]
	python3 -uc "
import sys, time
for byte in open('any-name', 'rb').read() * 2:
    sys.stdout.buffer.write(bytes([byte]))
    time.sleep(.001)" | tm-print >out
	assert_equal "$(uids out)" '1 2 3 1 2 3'
}

@test "long gzip input is read whole, even if an event spans two members" {
	flood 30000 >a
	events {1..50} >>a
	head -c 100001 a | gzip -1 >a.gz
	tail -c +100002 a | gzip -9 >>a.gz
	tm-print a >expected
	tm-print a.gz | cmp - expected
	tm-print <a.gz | cmp - expected
	cat a.gz | tm-print | cmp - expected
}

@test "of gzip cut short whole records are shown, with exit code 3" {
	events {1..40} | gzip -1 >a.gz
	size=$(stat -c %s a.gz)
	for ((n = 2; n < size; n++)); do
		head -c "$n" a.gz | tm-print >out 2>err && status=0 || status=$?
		[ "$status" = 3 ]
		grep -q '^tm-print: standard input: ends inside its gzip data' err
	done
	[ "$(wc -l <out)" = 40 ] # all but the checksum came
}

@test "damaged gzip is reported after the events before it" {
	cat >damage.py <<-'END'
	import gzip, random, subprocess
	random.seed(1)
	good = b''.join(open('one', 'rb').read()[:28] + random.randbytes(100) for _ in range(200))
	packed = gzip.compress(good, 1, mtime=0)
	whole = subprocess.run(['tm-print'], input=good, capture_output=True).stdout
	early = 0
	for i in range(300):
	    bad = bytearray(packed)
	    at = random.randrange(len(bad))
	    bad[at] ^= 1 << random.randrange(8)
	    done = subprocess.run(['tm-print'], input=bytes(bad), capture_output=True, timeout=10)
	    if done.returncode == 0:
	        assert 2 < at < 10 and done.stdout == whole, at  # in the header
	        continue
	    assert done.returncode == 3 and done.stderr.count(b'\n') == 1, done
	    early += 0 < done.stdout.count(b'\n') < 200
	assert early, 'never stopped in the middle'
	END
	events 7 >one
	python3 damage.py
}

@test "tm-print does not read events from a terminal" {
	run script -qec tm-print /dev/null
	assert_failure 2
	assert_output --partial 'tm-print: standard input is a terminal; events come from a file or a pipe, as in: sudo tm-capture | tm-print'
	run script -qec 'tm-print /dev/tty' /dev/null
	assert_failure 2
}

@test "a record of another version is told from garbage, after the events before it" {
	for uid in 1 2; do echo "{\"uid\":$uid}"; done | tm-parse >a
	# the fourth byte is the version
	{ cat a && head -c 3 a && printf '\2' && head -c 124 /dev/zero; } >mixed
	run --separate-stderr tm-print mixed
	assert_failure 3
	assert_equal "${#lines[@]}" 2
	assert_equal "$stderr" 'tm-print: mixed: is of version 2; this tm reads 1 (offset 256)'
	tail -c 128 mixed | gzip >newer.gz
	for tool in tm-print "tm-filter uid=1" tm-account tm-replay tm-report; do
		run bash -c "$tool newer.gz | cat; exit \${PIPESTATUS[0]}"
		assert_failure 3
		assert_line "${tool%% *}: newer.gz: is of version 2; this tm reads 1 (offset 0)"
	done
	# cut after its version, and before
	tail -c 128 mixed | head -c 4 >cut
	run -3 tm-print cut
	assert_output 'tm-print: cut: is of version 2; this tm reads 1 (offset 0)'
	head -c 3 cut >shorter
	run -3 tm-print shorter
	assert_output 'tm-print: shorter: ends inside an event (offset 0)'
}

# runs FIRST LAST: STARTs of these runs
runs() {
	seq "$1" "$2" | sed 's/.*/{"kind":"start","run_id":&,"time_ns":1}/'
}

# ends FIRST LAST: and their ENDs, with what was excluded
ends() {
	seq "$1" "$2" | sed 's/.*/{"kind":"end","direction":"in","run_id":&,"time_ns":2,"excluded_packets":1,"excluded_bytes":10}\n{"kind":"end","direction":"out","run_id":&,"time_ns":2}/'
}

@test "a merged stream may have thousands of open runs, in every tool" {
	{ runs 1 1000; ends 1 1000; } | tm-parse >whole.tm
	{ runs 1 1000; ends 1 999; } | tm-parse >cut.tm
	for tool in tm-print "tm-filter uid=1" "tm-replay --speed max" tm-account \
		tm-report; do
		run bash -c "$tool whole.tm >out"
		assert_success
		run bash -c "$tool cut.tm >out"
		assert_failure 3
		assert_output --partial "cut.tm: was cut: it has a START and no END"
	done
	run bash -c 'tm-report --output json whole.tm | jq -c .excluded'
	assert_output '{"bytes":10000,"packets":1000}'
}

@test "beyond 4,096 open runs the oldest is assumed to have ended" {
	{ runs 1 4097; ends 2 4097; } | tm-parse >many.tm
	tm-print many.tm >/dev/null
	run bash -c 'tm-report --output json many.tm | jq -c .excluded'
	assert_output '{"bytes":40960,"packets":4096}'
	{ runs 1 4096; ends 2 4096; } | tm-parse >cut.tm
	run -3 bash -c 'tm-print cut.tm >/dev/null'
}
