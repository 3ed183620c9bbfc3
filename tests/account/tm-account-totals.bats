# tm-account: the totals in each event, and how it ends.

load ../helper
load account

@test "each event carries its user's totals over both families, including itself" {
	{
		moved 0 in 1000 60
		moved 0 out 1001 70
		moved 0 in 1000 80 1 '"source":"2001:db8::1"'
		moved 0 out 1000 90
		moved 0 in $NO_OWNER 50
		moved 0 in 1001 10
		moved 0 in $NO_OWNER 5 1 '"source":"2001:db8::1"'
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

@test "lost traffic is counted" {
	{
		moved 0 in 1000 60
		moved 0 in 1000 1000 1 '"kind":"lost"'
		moved 0 out 1000 7 1 '"kind":"lost"'
		moved 0 in 1000 1
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
		moved 0 in 1000 60 1 '"kind":"unattributed"'
		moved 0 out $NO_OWNER 61 1 '"kind":"unattributed"'
		status tick 0 7
		status end 0 7
	} | tm-parse >day.tm
	tm-account day.tm >out.tm
	cmp day.tm out.tm
}

@test "only the totals of an event change" {
	moved 0.123456789 in 1000 60 1 '"comm":"curl","pid":7,"cgroup_id":9,"source_port":443,"netns":3,"socket_uid":5,"flags":3,"span":4' |
		tm-parse >day.tm
	tm-account day.tm | tm-print --json >out.json
	tm-print --json day.tm | sed 's/"total_in":0/"total_in":60/' |
		diff - out.json
}

@test "totals that were filled in before are replaced" {
	{
		moved 0 in 1000 60
		moved 0 out 1000 60
	} | tm-parse >day.tm
	tm-account day.tm >once.tm
	tm-account once.tm >twice.tm
	cmp once.tm twice.tm
}

@test "a total that would overflow stays at the largest number" {
	{
		moved 0 in 1000 18446744073709551000
		moved 0 in 1000 1000
		moved 0 in 1000 1000
	} | tm-parse >day.tm
	run totals < <(tm-account day.tm 2>said)
	assert_output "\
1000 18446744073709551000 0
1000 18446744073709551615 0
1000 18446744073709551615 0"
	assert_equal "$(<said)" "tm-account: a sum is too large and stays at the largest number; a record is damaged or forged"
}

@test "with a million users memory is bounded and the sums are exact" {
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

@test "if memory runs out, the exit code is 1 and the output is whole and counted" {
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

@test "a record with any bit flipped is counted or ends with exit code 3, never a crash" {
	run_of 7 1000 60 | tm-parse >day.tm
	for ((i = 0; i < 640; i += 3)); do
		cp day.tm bad.tm
		flip bad.tm $i
		run timeout 5 tm-account --state state bad.tm
		[ "$status" = 0 ] || [ "$status" = 3 ] || fail "byte $i: $status"
	done
}

@test "a closed pipe ends tm-account quietly" {
	for i in {1..600}; do moved 0 in $i 60; done | tm-parse >some.tm
	for i in {1..40}; do cat some.tm; done >day.tm
	run bash -c 'tm-account day.tm | head -c 128 >/dev/null; echo ${PIPESTATUS[0]}'
	assert_output 0
}

@test "a full standard output is reported with exit code 1" {
	moved 0 in 1000 60 | tm-parse >day.tm
	run bash -c 'tm-account day.tm >/dev/full'
	assert_failure 1
	assert_output "tm-account: standard output: No space left on device"
}

@test "tm-account --strict exits with 4 if events were lost" {
	moved 0 in 1000 60 1 '"kind":"lost"' | tm-parse >day.tm
	run tm-account day.tm
	assert_success
	run tm-account --strict day.tm
	assert_failure 4
}

@test "in a live pipeline an event passes immediately" {
	mkfifo events
	tm-account --state state <events >out.tm &
	pid=$!
	exec 8>events
	moved 0 in 1000 60 | tm-parse >&8
	eventually test -s out.tm
	assert_equal "$(stat -c %s out.tm)" 128
	exec 8>&-
	wait $pid
}

@test "tm-account waits for a named pipe that is opened late" {
	mkfifo events
	tm-account --state state events >out.tm 2>said &
	pid=$!
	eventually waits_in $pid wait_for_partner
	moved 0 in 1000 60 | tm-parse >events
	wait $pid
	run totals <out.tm
	assert_output "1000 60 0"
}

@test "an invalid option exits with 2" {
	for options in --nonsense --sync "--show state day.tm" \
		"--show state --state state" "--state="; do
		# shellcheck disable=SC2086 # several words
		run tm-account $options
		assert_failure 2
	done
	run tm-account --nonsense
	assert_line "try: tm-account --help"
}

@test "--help lists every option in 80 columns; --version prints the version" {
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
