load ../helper

teardown() {
	! mountpoint -q small || umount small
}

# event UID BYTES DIRECTION [KIND] [SOURCE]
event() {
	printf '{"kind":"%s","uid":%s,"bytes":%s,"packets":1,"direction":"%s",' \
		"${4-traffic}" "$1" "$2" "$3"
	printf '"source":"%s","destination":"%s"}\n' "${5-192.0.2.1}" \
		"${5-192.0.2.1}"
}

start() {
	printf '{"kind":"start","run_id":%s}\n' "$1"
}

# status tick|end RUN
status() {
	printf '{"kind":"%s","direction":"in","run_id":%s}\n' "$1" "$2"
	printf '{"kind":"%s","direction":"out","run_id":%s}\n' "$1" "$2"
}

# run_of RUN UID BYTES: two events of a whole run
run_of() {
	start "$1"
	event "$2" "$3" in
	event "$2" "$3" out
	status end "$1"
}

# The user and the totals of each event of traffic on standard input.
totals() {
	tm-print --json 2>/dev/null |
		sed -nE 's/.*"kind":"(traffic|lost)".*"uid":([0-9]+).*"total_in":([0-9]+),"total_out":([0-9]+).*/\2 \3 \4/p'
}

# A state in which the file has a snapshot and then three entries, as a kill -9
# leaves it, and the previous one is there too.
killed_state() {
	{
		event 1000 100 in
		event 1001 10 in
	} | tm-parse | tm-account --state state >/dev/null
	mkfifo events totals
	tm-account --state state <events >totals &
	local pid=$!
	exec 8>events 9<totals
	for bytes in 1 2 3; do
		event 1001 $bytes in | tm-parse >&8
		head -c 128 <&9 >/dev/null
	done
	kill -9 $pid
	wait $pid || true
	exec 8>&- 9<&-
	rm events totals
}

# flip FILE OFFSET: one bit
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %x $((byte ^ 16)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "each event carries its user's totals, itself included, both families together" {
	{
		event 1000 60 in
		event 1001 70 out
		event 1000 80 in traffic 2001:db8::1
		event 1000 90 out
		event 4294967295 50 in
		event 1001 10 in
		event 4294967295 5 in traffic 2001:db8::1
	} | tm-parse >day.tm
	run totals < <(tm-account day.tm)
	assert_output "\
1000 60 0
1001 0 70
1000 140 0
1000 140 90
4294967295 50 0
1001 10 70
4294967295 55 0"
}

@test "lost traffic counts" {
	{
		event 1000 60 in
		event 1000 1000 in lost
		event 1000 7 out lost
		event 1000 1 in
	} | tm-parse >day.tm
	run totals < <(tm-account day.tm)
	assert_output "\
1000 60 0
1000 1060 0
1000 1060 7
1000 1061 7"
}

@test "all other kinds pass unchanged, in order" {
	{
		start 7
		echo '{"kind":"name","of":"user","id":1000,"parts":1,"text":"alice"}'
		event 1000 60 in unattributed
		event 4294967295 61 out unattributed
		status tick 7
		status end 7
	} | tm-parse >day.tm
	tm-account day.tm >out.tm
	cmp day.tm out.tm
}

@test "only the totals of an event change" {
	event 1000 60 in | sed 's/}/,"comm":"curl","pid":7,"cgroup_id":9,"source_port":443,"netns":3,"socket_uid":5,"flags":3,"span":4,"time_ns":1700000000123456789}/' |
		tm-parse >day.tm
	tm-account day.tm | tm-print --json >out.json
	tm-print --json day.tm | sed 's/"total_in":0/"total_in":60/' |
		diff - out.json
}

@test "totals that were filled in before are replaced" {
	{
		event 1000 60 in
		event 1000 60 out
	} | tm-parse >day.tm
	tm-account day.tm >once.tm
	tm-account once.tm >twice.tm
	cmp once.tm twice.tm
}

@test "a total that cannot grow any more stays at the largest number" {
	{
		event 1000 18446744073709551000 in
		event 1000 1000 in
		event 1000 1000 in
	} | tm-parse >day.tm
	run totals < <(tm-account day.tm)
	assert_output "\
1000 18446744073709551000 0
1000 18446744073709551615 0
1000 18446744073709551615 0"
}

@test "a state goes on from where it ended" {
	event 1000 60 in | tm-parse | tm-account --state state >/dev/null
	event 1000 70 out | tm-parse | tm-account --state ./state >/dev/null
	event 1000 5 in | tm-parse >day.tm
	run totals < <(tm-account --state "$PWD/state" day.tm)
	assert_output "1000 65 70"
	run tm-account --show state
	assert_success
	assert_output "user 1000 in 65 out 70"
	assert_equal "$(stat -c %a state state.old)" "600
600"
}

@test "--show prints users by number, none last, and runs" {
	{
		start 8
		event 4294967295 5 in
		event 2000 6 in
		status end 8
		start 9
		event 1000 7 out
	} | tm-parse >day.tm
	tm-account --state state day.tm >/dev/null || [ $? = 3 ]
	run tm-account --show state
	assert_success
	assert_output "\
user 1000 in 0 out 7
user 2000 in 6 out 0
user none in 5 out 0
run 8 ended
run 9 counted 1"
}

@test "a run that was counted is not counted again, and that is said once" {
	run_of 7 1000 60 | tm-parse >day.tm
	tm-account --state state day.tm >first.tm
	event 1000 1 in | tm-parse | tm-account --state state >/dev/null
	run totals < <(tm-account --state state day.tm 2>said)
	assert_output "\
1000 61 60
1000 61 60"
	run cat said
	assert_output "tm-account: run 7 was counted before: not counted again (--again counts it)"
	run tm-account --show state
	assert_output "\
user 1000 in 61 out 60
run 7 ended"
	run tm-account -q --state state day.tm
	refute_output --partial "counted before"
}

@test "--again counts a run again" {
	run_of 7 1000 60 | tm-parse >day.tm
	tm-account --state state day.tm >/dev/null
	run totals < <(tm-account --state state --again day.tm)
	assert_output "\
1000 120 60
1000 120 120"
	run tm-account --show state
	assert_output "\
user 1000 in 120 out 120
run 7 ended"
}

@test "recordings one after the other count each once" {
	run_of 7 1000 60 | tm-parse >one.tm
	run_of 8 1000 70 | tm-parse >two.tm
	run totals < <(cat one.tm two.tm one.tm | tm-account 2>/dev/null)
	assert_output "\
1000 60 0
1000 60 60
1000 130 60
1000 130 130
1000 130 130
1000 130 130"
}

@test "runs without an id are counted each time" {
	run_of 0 1000 60 | tm-parse >day.tm
	run totals < <(tm-account day.tm day.tm)
	assert_output "\
1000 60 0
1000 60 60
1000 120 60
1000 120 120"
}

@test "a run that was cut is counted on from where it was cut" {
	run_of 7 1000 60 | tm-parse >day.tm
	head -c 256 day.tm >cut.tm
	run tm-account --state state cut.tm
	assert_failure 3
	run totals < <(tm-account --state state day.tm 2>said)
	assert_output "\
1000 60 0
1000 60 60"
	run cat said
	assert_output "tm-account: run 7 was counted up to event 1: counted from there on (--again counts all of it)"
	run tm-account --show state
	assert_output "\
user 1000 in 60 out 60
run 7 ended"
}

@test "the cut and the whole of a run in one stream count once" {
	run_of 7 1000 60 | tm-parse >day.tm
	head -c 256 day.tm >cut.tm
	run totals < <(tm-account -q cut.tm day.tm 2>/dev/null)
	assert_output "\
1000 60 0
1000 60 0
1000 60 60"
}

@test "a restart in the middle of a live run counts on, and its END counts" {
	{
		start 7
		event 1000 1 in
		status tick 7
		event 1000 2 in
		event 1000 4 in
		status tick 7
		event 1000 8 in
		status end 7
	} | tm-parse >day.tm
	tm-account --state state < <(head -c 640 day.tm) >/dev/null ||
		[ $? = 3 ]
	tm-account --state state < <(tail -c +641 day.tm | head -c 512) \
		>/dev/null
	run tm-account --show state
	assert_output "\
user 1000 in 15 out 0
run 7 counted 4"
	tm-account -q --state state day.tm >/dev/null
	run tm-account --show state
	assert_output "\
user 1000 in 15 out 0
run 7 ended"
}

@test "the END of a run that began before a restart is remembered" {
	run_of 7 1000 60 | tm-parse >day.tm
	tail -c 384 day.tm | tm-account --state state >/dev/null
	tm-account -q --state state day.tm >/dev/null
	run tm-account --show state
	assert_output "\
user 1000 in 0 out 60
run 7 ended"
}

@test "the last 10,000 runs are remembered" {
	for i in {1..10001}; do
		echo '{"kind":"start","run_id":'$i'}'
		echo '{"kind":"end","direction":"out","run_id":'$i'}'
	done | tm-parse | tm-account --state state >/dev/null
	run tm-account --show state
	assert_equal "${#lines[@]}" 10000
	assert_line --index 0 "run 2 ended"
	assert_line --index 9999 "run 10001 ended"
	run_of 10002 1000 1 | tm-parse | tm-account --state state >/dev/null
	run tm-account --show state
	assert_line --index 1 "run 3 ended"
}

@test "what went out is in the state even after kill -9" {
	killed_state
	run tm-account --show state
	assert_success
	assert_output "\
user 1000 in 100 out 0
user 1001 in 16 out 0"
	tm-account --state state </dev/null
	run tm-account --show state
	assert_output "\
user 1000 in 100 out 0
user 1001 in 16 out 0"
}

@test "30 times kill -9: totals never go back and end at the exact sum" {
	awk 'BEGIN {
		srand(3)
		print "{\"kind\":\"start\",\"run_id\":7}"
		for (i = 0; i < 12000; i++)
			printf "{\"uid\":%d,\"bytes\":%d,\"direction\":\"%s\"}\n",
				1000 + int(rand() * 7), 40 + rand() * 1460,
				rand() < .5 ? "in" : "out"
		print "{\"kind\":\"end\",\"direction\":\"in\",\"run_id\":7}"
		print "{\"kind\":\"end\",\"direction\":\"out\",\"run_id\":7}"
	}' >day.json
	tm-parse day.json >day.tm
	mkfifo totals
	for i in {1..30}; do
		tm-account -q --state state day.tm >totals &
		pid=$!
		exec 9<totals
		head -c $((RANDOM * 14)) <&9 >>all.tm
		kill -9 $pid
		cat <&9 >rest.tm
		wait $pid 2>/dev/null || true
		exec 9<&-
		# what was written is whole blocks, but head(1) is not
		head -c $(($(stat -c %s all.tm) / 128 * 128)) all.tm >whole.tm
		mv whole.tm all.tm
	done
	tm-account -q --state state day.tm >>all.tm

	tm-print --json all.tm | grep '"kind":"traffic"' |
		sed -E 's/.*"uid":([0-9]+).*"total_in":([0-9]+),"total_out":([0-9]+).*/\1 \2 \3/' |
		awk '$2 < seen_in[$1] || $3 < seen_out[$1] { back++ }
		{ seen_in[$1] = $2; seen_out[$1] = $3 }
		END { print (NR > 12000), back + 0 }' >back
	assert_equal "$(cat back)" "1 0"

	sed -nE 's/.*"uid":([0-9]+),"bytes":([0-9]+),"direction":"(in|out)".*/\1 \2 \3/p' day.json |
		awk '{ sum[$1, $3] += $2 } END { for (u = 1000; u < 1007; u++)
			print "user", u, "in", sum[u, "in"], "out", sum[u, "out"] }' >expected
	echo "run 7 ended" >>expected
	tm-account --show state | diff expected -
}

@test "a state with any bit flipped is refused, said, and the previous one used" {
	for i in 1 2 3; do
		run_of $i 100$i 60 | tm-parse | tm-account --state state >/dev/null
	done
	tm-account --show state >expected
	mkdir keep && mv state state.old keep
	for ((i = 0; i < $(stat -c %s keep/state); i++)); do
		cp keep/state keep/state.old .
		flip state $i
		tm-account --state state </dev/null 2>said ||
			fail "byte $i: exit $?: $(cat said)"
		grep -q '^tm-account: state: is damaged (offset [0-9]*); going on from state.old$' said ||
			fail "byte $i: $(cat said)"
		tm-account --show state | diff expected - || fail "byte $i"
		flip state.damaged $i
		cmp keep/state state.damaged
	done
}

@test "a damaged entry costs no other entry" {
	killed_state
	flip state $(($(stat -c %s state) - 60)) # the second of three
	run tm-account --state state </dev/null
	assert_success
	assert_line --partial "is damaged"
	run tm-account --show state
	assert_output "\
user 1000 in 100 out 0
user 1001 in 16 out 0"
}

@test "a state that is cut short loses no more than its last entry" {
	killed_state
	mkdir keep && mv state state.old keep
	size=$(stat -c %s keep/state)
	for ((cut = 1; cut < 56; cut++)); do
		cp keep/state keep/state.old .
		truncate -s $((size - cut)) state
		run tm-account --state state </dev/null
		assert_success
		assert_output "tm-account: state: cut back its last entry, which was not whole ($((56 - cut)) bytes)"
		run tm-account --show state
		assert_output "\
user 1000 in 100 out 0
user 1001 in 13 out 0"
	done
	cp keep/state keep/state.old .
	truncate -s $((size + 4096)) state # as a power cut leaves it
	run tm-account --state state </dev/null
	assert_output --partial "cut back its last entry"
	run tm-account --show state
	assert_output --partial "user 1001 in 16 out 0"
}

@test "a snapshot that is cut short is refused, and the previous one used" {
	event 1000 60 in | tm-parse | tm-account --state state >/dev/null
	for size in 1 31 32 40 87; do
		truncate -s $size state
		run tm-account --state state </dev/null
		assert_success
		assert_line "tm-account: state: is damaged (offset 0); going on from state.old" ||
			assert_line "tm-account: state: is damaged (offset 32); going on from state.old"
		run tm-account --show state
		assert_output "user 1000 in 60 out 0"
	done
}

@test "where both are damaged the exit is 1 with the mend, and both stay" {
	event 1000 60 in | tm-parse | tm-account --state state >/dev/null
	flip state 40
	flip state.old 40
	cksum state state.old >before
	event 1000 60 in | tm-parse >day.tm
	run tm-account --state state day.tm
	assert_failure 1
	assert_output "tm-account: state: is damaged (offset 32), and state.old is damaged too; restore one of them, or move both away to begin at 0"
	cksum state state.old | diff before -
	rm state.old
	run tm-account --state state day.tm
	assert_failure 1
	assert_output --partial "and state.old is missing; restore"
}

@test "a missing state goes on from the previous one, said" {
	event 1000 60 in | tm-parse | tm-account --state state >/dev/null
	rm state
	run tm-account --state state </dev/null
	assert_success
	assert_output "tm-account: state: is missing; going on from state.old (to begin at 0 remove both)"
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "an empty file is a new state" {
	: >state
	event 1000 60 in | tm-parse | tm-account --state state >/dev/null
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "the second on one state says who has it" {
	mkfifo events
	tm-account --state state <events >/dev/null &
	pid=$!
	exec 8>events
	event 1000 60 in | tm-parse >&8
	has_user() {
		tm-account --show state 2>/dev/null | grep -q 1000
	}
	eventually has_user
	run tm-account --state state </dev/null
	assert_failure 1
	assert_output "tm-account: state: process $pid has it in use; give each tm-account a state of its own"
	exec 8>&-
	wait $pid
	run tm-account --state state </dev/null
	assert_success
}

@test "a state that is no ordinary file is refused by kind" {
	ln -s other link
	mkfifo fifo
	mkdir dir
	run timeout 5 tm-account --state link </dev/null
	assert_failure 1
	assert_output "tm-account: link: is a symbolic link; name the file itself"
	assert_not_exist other
	for name in fifo dir /dev/null; do
		run timeout 5 tm-account --state $name </dev/null
		assert_failure 1
		assert_output --regexp "^tm-account: $name(: | is a )"
		run timeout 5 tm-account --show $name
		assert_failure 1
	done
	ln -s other state.lock
	run tm-account --state state </dev/null
	assert_failure 1
	assert_output "tm-account: state.lock: is a symbolic link; name the file itself"
}

@test "a file that is something else is refused and left as it is" {
	for i in {1..100}; do event 1000 $i in; done | tm-parse >day.tm
	cp day.tm copy.tm
	run tm-account --state day.tm copy.tm
	assert_failure 1
	assert_output "tm-account: day.tm: is not a state of tm-account's; name another file"
	cmp day.tm copy.tm
}

@test "a directory or file that others can write is refused" {
	mkdir open
	chmod 1777 open
	run tm-account --state open/state </dev/null
	assert_failure 1
	assert_output "tm-account: open/state: open: others can write in it (owner $(id -u), mode 1777); use a directory of your own, or chmod go-w"
	: >state
	chmod 666 state
	run tm-account --state state </dev/null
	assert_failure 1
	assert_output "tm-account: state: others can write it; chmod go-w it"
}

@test "a directory of another user's, or a way through such a link, is refused" {
	needs_root
	mkdir theirs mine
	chown 1234 theirs
	run tm-account --state theirs/state </dev/null
	assert_failure 1
	assert_output "tm-account: theirs/state: theirs: belongs to user 1234 (mode 755); use a directory of your own"
	ln -s mine link
	chown -h 1234 link
	run tm-account --state link/state </dev/null
	assert_failure 1
	assert_output --partial "link: is a symbolic link of user 1234's"
	chown -h 0 link
	run tm-account --state link/state </dev/null
	assert_success
}

@test "a full disk never stops the stream; it is said once, and the exit is 1" {
	for i in {1..600}; do event $i 60 in; done | tm-parse >day.tm
	tm-account day.tm >expected.tm
	run bash -c '(ulimit -f 8; exec tm-account --state state day.tm 2>said) |
		cat >out.tm; exit ${PIPESTATUS[0]}'
	assert_failure 1
	cmp expected.tm out.tm
	run cat said
	assert_output "\
tm-account: state: cannot be written: File too large; tried again each second
tm-account: state: the last totals are not in it: File too large"
	run tm-account --state state </dev/null # it is as good as before
	assert_success
	assert_output ""
	run tm-account --show state
	assert_success
	assert_output ""
}

@test "after a full disk all that is owed is written" {
	needs_root
	mkdir small
	mount -t tmpfs -o size=16k,mode=700 tmpfs small
	for i in {1..600}; do event $i 60 in; done | tm-parse >day.tm
	{
		cat day.tm
		eventually grep -q "cannot be written" said
		mount -o remount,size=1m small
		eventually grep -q "is written again" said
		event 1000 60 in | tm-parse
	} | tm-account --state small/state 2>said >out.tm
	result=${PIPESTATUS[1]}
	shown=$(tm-account --show small/state | wc -l)
	assert_equal "$result" 0
	assert_equal "$shown" 601
	run cat said
	assert_output "\
tm-account: small/state: cannot be written: No space left on device; tried again each second
tm-account: small/state: is written again"
}

@test "a state that cannot be synced is written anew" {
	command -v strace >/dev/null || skip "needs strace"
	event 1000 60 in | tm-parse >day.tm
	run strace -f -qq -o log -e trace=fdatasync \
		-e inject=fdatasync:error=EIO:when=1 \
		tm-account --sync --state state day.tm
	assert_success
	grep -q INJECTED log
	assert_output --partial "state: cannot be synced: Input/output error"
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "--sync reaches the disk before the events go out" {
	command -v strace >/dev/null || skip "needs strace"
	event 1000 60 in | tm-parse >day.tm
	strace -qq -o log -e trace=write,fdatasync \
		tm-account --sync --state state day.tm >out.tm
	run grep -nE 'fdatasync|write\(1,' log
	assert_line --index 0 --partial fdatasync
	assert_line --index 1 --partial "write(1,"
}

@test "a million users: memory is bounded and the sums are exact" {
	seq 1 1000000 | sed 's/.*/{"uid":&,"bytes":100,"direction":"in"}/' |
		tm-parse >day.tm
	(ulimit -v 120000 && tm-account --state state day.tm day.tm >out.tm)
	# 48 MB of entries: a child made a snapshot on the way
	[ "$(stat -c %s state.old)" -lt 47000000 ]
	(ulimit -v 160000 && tm-account --state state day.tm >out.tm)
	run totals < <(head -c 128 out.tm && tail -c 128 out.tm)
	assert_output "\
1 300 0
1000000 300 0"
	tm-account --show state | awk '{ sum += $4 } END { print NR, sum }' >sum
	assert_equal "$(cat sum)" "1000000 300000000"
}

@test "out of memory: exit 1, and what was written is whole and counted" {
	seq 1 200000 | sed 's/.*/{"uid":&,"bytes":100,"direction":"in"}/' |
		tm-parse >day.tm
	tm-account day.tm >expected.tm
	for limit in 6000 9000 14000; do
		rm -f state*
		(
			ulimit -v $limit
			exec tm-account --state state day.tm >out.tm 2>said
		) && fail "$limit was enough"
		grep -q "out of memory" said
		size=$(stat -c %s out.tm)
		[ $((size % 128)) = 0 ]
		cmp -n "$size" expected.tm out.tm
		assert_equal "$(tm-account --show state | wc -l)" $((size / 128))
	done
}

@test "any record with a bit flipped is exit 3, or counted; never a crash" {
	run_of 7 1000 60 | tm-parse >day.tm
	for ((i = 0; i < 640; i += 3)); do
		cp day.tm bad.tm
		flip bad.tm $i
		run timeout 5 tm-account --state state bad.tm
		[ "$status" = 0 ] || [ "$status" = 3 ] || fail "byte $i: $status"
	done
}

@test "a closed pipe ends it quietly" {
	for i in {1..600}; do event $i 60 in; done | tm-parse >some.tm
	for i in {1..40}; do cat some.tm; done >day.tm
	run bash -c 'tm-account day.tm | head -c 128 >/dev/null; echo ${PIPESTATUS[0]}'
	assert_output 0
}

@test "a full standard output is said, exit 1" {
	event 1000 60 in | tm-parse >day.tm
	run bash -c 'tm-account day.tm >/dev/full'
	assert_failure 1
	assert_output "tm-account: standard output: No space left on device"
}

@test "--strict exits with 4 when events were lost" {
	event 1000 60 in lost | tm-parse >day.tm
	run tm-account day.tm
	assert_success
	run tm-account --strict day.tm
	assert_failure 4
}

@test "an event passes at once in a live pipeline" {
	mkfifo events
	tm-account --state state <events >out.tm &
	pid=$!
	exec 8>events
	event 1000 60 in | tm-parse >&8
	eventually test -s out.tm
	assert_equal "$(stat -c %s out.tm)" 128
	exec 8>&-
	wait $pid
}

@test "a named pipe that opens late is waited for" {
	mkfifo events
	tm-account --state state events >out.tm 2>said &
	pid=$!
	eventually waits_in $pid wait_for_partner
	event 1000 60 in | tm-parse >events
	wait $pid
	run totals <out.tm
	assert_output "1000 60 0"
}

@test "misuse is exit 2" {
	for options in --nonsense --sync "--show state day.tm" \
		"--show state --state state" "--state="; do
		# shellcheck disable=SC2086 # several words
		run tm-account $options
		assert_failure 2
	done
	run tm-account --nonsense
	assert_line "try: tm-account --help"
}

@test "--help lists every option in 80 columns; --version says the version" {
	run tm-account --help
	assert_success
	for option in --state --again --sync --show --strict --quiet --help \
		--version; do
		assert_output --partial -- "$option"
	done
	[ "$(tm-account --help | wc -L)" -le 80 ]
	run tm-account --version
	assert_output --regexp '^tm-account [0-9.]+$'
}
