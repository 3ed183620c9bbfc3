# tm-account --state: files that are damaged, not ours, or on a full disk.

load ../helper
load account

@test "a state with any bit flipped is reported, and the previous one used" {
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
		grep -q '^tm-account: state: is damaged (offset [0-9]*); continuing from state.old$' said ||
			fail "byte $i: $(cat said)"
		tm-account --show state | diff expected - || fail "byte $i"
		flip state.damaged $i
		cmp keep/state state.damaged
	done
}

@test "a damaged entry affects no other entry" {
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
		assert_output "tm-account: state: removed its incomplete last entry ($((56 - cut)) bytes)"
		run tm-account --show state
		assert_output "\
user 1000 in 100 out 0
user 1001 in 13 out 0"
	done
	cp keep/state keep/state.old .
	truncate -s $((size + 4096)) state # as a power cut leaves it
	run tm-account --state state </dev/null
	assert_output --partial "removed its incomplete last entry"
	run tm-account --show state
	assert_output --partial "user 1001 in 16 out 0"
}

@test "a snapshot that is cut short is refused, and the previous one used" {
	moved 0 in 1000 60 | tm-parse | tm-account --state state >/dev/null
	for size in 1 31 32 40 87; do
		truncate -s $size state
		run tm-account --state state </dev/null
		assert_success
		assert_line "tm-account: state: is damaged (offset 0); continuing from state.old" ||
			assert_line "tm-account: state: is damaged (offset 32); continuing from state.old"
		run tm-account --show state
		assert_output "user 1000 in 60 out 0"
	done
}

@test "if both states are damaged, the exit code is 1, the message names the fix, and both stay" {
	moved 0 in 1000 60 | tm-parse | tm-account --state state >/dev/null
	flip state 40
	flip state.old 40
	cksum state state.old >before
	moved 0 in 1000 60 | tm-parse >day.tm
	run tm-account --state state day.tm
	assert_failure 1
	assert_output "tm-account: state: is damaged (offset 32), and state.old is damaged too; restore one of them, or move both away to begin at 0"
	cksum state state.old | diff before -
	rm state.old
	run tm-account --state state day.tm
	assert_failure 1
	assert_output --partial "and state.old is missing; restore"
}

@test "a missing state is reported, and the previous one used" {
	moved 0 in 1000 60 | tm-parse | tm-account --state state >/dev/null
	rm state
	run tm-account --state state </dev/null
	assert_success
	assert_output "tm-account: state: is missing; continuing from state.old (to begin at 0, remove both)"
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "an empty file is a new state" {
	: >state
	moved 0 in 1000 60 | tm-parse | tm-account --state state >/dev/null
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "a second tm-account on one state names the process that holds it" {
	mkfifo events
	tm-account --state state <events >/dev/null &
	pid=$!
	exec 8>events
	moved 0 in 1000 60 | tm-parse >&8
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

@test "a state that is not a regular file is refused, naming its kind" {
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

@test "a file that is not a state is refused and left unchanged" {
	for i in {1..100}; do moved 0 in 1000 $i; done | tm-parse >day.tm
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
	assert_output "tm-account: open/state: open: others can write in it (owner $(id -u), mode 1777); use a directory of your own"
	: >state
	chmod 666 state
	run tm-account --state state </dev/null
	assert_failure 1
	assert_output "tm-account: state: others can write it; chmod go-w it"
}

@test "another user's directory, or a path through another user's link, is refused" {
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

@test "a full disk never stops the stream: tm-account warns once and exits with 1" {
	for i in {1..600}; do moved 0 in $i 60; done | tm-parse >day.tm
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

@test "once a full disk has room again, everything pending is written" {
	needs_root
	mkdir small
	mount -t tmpfs -o size=16k,mode=700 tmpfs small
	for i in {1..600}; do moved 0 in $i 60; done | tm-parse >day.tm
	{
		cat day.tm
		eventually grep -q "cannot be written" said
		mount -o remount,size=1m small
		eventually grep -q "can be written again" said
		moved 0 in 1000 60 | tm-parse
	} | tm-account --state small/state 2>said >out.tm
	result=${PIPESTATUS[1]}
	shown=$(tm-account --show small/state | wc -l)
	assert_equal "$result" 0
	assert_equal "$shown" 601
	run cat said
	assert_output "\
tm-account: small/state: cannot be written: No space left on device; tried again each second
tm-account: small/state: can be written again"
}

@test "a state that cannot be synced is rewritten" {
	command -v strace >/dev/null || skip "needs strace"
	moved 0 in 1000 60 | tm-parse >day.tm
	run strace -f -qq -o log -e trace=fdatasync \
		-e inject=fdatasync:error=EIO:when=1 \
		tm-account --sync --state state day.tm
	assert_success
	grep -q INJECTED log
	assert_output --partial "state: cannot be synced: Input/output error"
	run tm-account --show state
	assert_output "user 1000 in 60 out 0"
}

@test "with --sync the state reaches the disk before the events are passed on" {
	command -v strace >/dev/null || skip "needs strace"
	moved 0 in 1000 60 | tm-parse >day.tm
	strace -qq -o log -e trace=write,fdatasync \
		tm-account --sync --state state day.tm >out.tm
	run grep -nE 'fdatasync|write\(1,' log
	assert_line --index 0 --partial fdatasync
	assert_line --index 1 --partial "write(1,"
}
