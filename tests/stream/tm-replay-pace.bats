# tm-replay: the pace, and new times.

load ../helper
load replay

@test "each event is passed on after as much time as in the recording" {
	at 0.0 1.0 3.0 | tm-parse >one
	at 0.0 10.0 30.0 | tm-parse >ten
	at 0.0 0.5 1.5 | tm-parse >half
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

@test "a late event does not delay later ones" {
	at 0.0 1.0 2.0 3.0 4.0 5.0 | tm-parse >events.tm
	came=$(arrivals stop 3 tm-replay events.tm)
	echo "$came"
	# sleeping for each distance would end after 3.2 + 4 s
	awk -v came="$came" 'BEGIN { split(came, c, " ")
		exit !(c[2] >= 3 && c[6] >= 5 && c[6] < 6.8 && c[8] == 0) }'
}

@test "a wait of an hour or more is announced with the time of the next record" {
	waits() {
		local epoch=$1
		shift
		{
			at 0.0
			echo '{"uid":2,"bytes":1,"packets":1,"time_ns":'"$epoch"'000000000}'
		} | tm-parse >far.tm
		run --separate-stderr timeout -s TERM 1 tm-replay "$@" far.tm
	}
	waits 1700003599
	assert_equal "$stderr" ""
	waits 1700007200
	assert_equal "$stderr" "tm-replay: the next record, of 2023-11-15T00:13:20.000000000Z, is due in 2 h; --idle 10s shortens such waits"
	waits 1700864000
	assert_equal "$stderr" "tm-replay: the next record, of 2023-11-24T22:13:20.000000000Z, is due in 10 days; --idle 10s shortens such waits"
	waits 18400000000
	assert_regex "$stderr" '^tm-replay: the next record, of 2553-.*Z, is due in 73 years; --idle 10s shortens such waits$'
	waits 1700007200 -q
	assert_equal "$stderr" ""
	waits 1700007200 --for 1s
	assert_equal "$stderr" ""
	waits 1700007200 --speed 100x
	assert_equal "$stderr" ""
}

@test "with --speed max a day passes without waiting, in constant memory" {
	at 0.0 86400.0 | tm-parse >day.tm
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

@test "every kind of record passes unchanged" {
	{
		start 5 0
		name user 1 alice
		moved 0.1 in 1 5 1 '"kind":"lost","span":10'
		echo '{"kind":"unattributed","ifindex":2,"bytes":5,"packets":1}'
		echo '{"kind":77,"time_ns":1700000000150000000}'
		at 0.2
		status tick 1 5
		status end 1 5
	} | tm-parse >all.tm
	gzip -k all.tm
	tm-replay all.tm | cmp - all.tm
	tm-replay --speed 100x all.tm.gz all.tm >twice.tm
	cat all.tm all.tm | cmp - twice.tm
	tm-replay --speed 100x <all.tm | cmp - all.tm
	cat all.tm | tm-replay --speed 100x - | cmp - all.tm
}

@test "new times begin now and follow the pace, also without waiting" {
	at 0.0 0.1 0.4 5.0 | tm-parse >events.tm
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

@test "new times shorten intervals with the pace, to 10 ms at least" {
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

@test "with new times each run gets a new id, the same in all its records" {
	{ start 5 0; start 6 0; status tick 1 5; status end 1 6; status end 1 5; } | tm-parse >runs.tm
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

@test "--idle shortens longer pauses in traffic, with or without TICKs" {
	{
		at 0.0 0.4
		for second in {1..60}; do
			status tick $second 5
		done
		at 60.5 60.7 99.0
	} | tm-parse >events.tm
	idle() {
		tm-replay --now --idle "$@" events.tm | distances
	}
	ticks="1000 1000 2000 2000$(printf ' 2400%.0s' {1..116})"
	assert_equal "$(idle 2s --speed max)" "0 400 $ticks 2400 2600 4600"
	assert_equal "$(idle 200ms --speed 10x)" \
		"0 40 $(sed 's/00\b/0/g' <<<"$ticks") 240 260 460"
	assert_arrivals "0 0.1 0.2" \
		"$(at 0.0 50.0 51.0 | tm-parse >gaps.tm; arrivals tm-replay --idle 100ms gaps.tm)"
}

@test "pauses between two runs are skipped, pauses within one are not" {
	{
		start 5 0; at 1.0; status end 2 5
		start 6 9000; at 9000.5; status end 9001 6
		start 7 100; at 101.0; status tick 103 7; status end 104 7
	} | tm-parse >runs.tm
	assert_equal "$(tm-replay --now --speed max runs.tm | distances)" \
		"0 1000 2000 2000 2000 2500 3000 3000 3000 4000 6000 6000 7000 7000"
	{ start 4 0; start 5 1; at 2.0; status end 2 5; status end 2 4; } | tm-parse >within.tm
	assert_arrivals "0 1 2 2 2 2 2" "$(arrivals tm-replay within.tm)"
}

@test "time that steps back is not waited for, and continues at the next TICK" {
	{
		start 5 3600; at 3600.5; status tick 3601 5
		at 1.5
		status tick 2 5
		at 2.5
		status end 3 5
	} | tm-parse >back.tm
	# the event before the tick keeps its distance to those before it
	assert_equal "$(tm-replay --now --speed max back.tm | distances)" \
		"0 500 1000 1000 -3598500 1000 1000 1500 2000 2000"
	run timeout 10 tm-replay --speed 10x back.tm
	assert_success
	at 5.0 4.9 5.0 5.1 | tm-parse >jitter.tm
	assert_equal "$(tm-replay --now --speed max jitter.tm | distances)" \
		"0 -100 0 100"
}

@test "a record without a time is due immediately and gets the current time" {
	{
		echo '{"kind":"start","run_id":5}'
		at 0.0
		echo '{"uid":9}'
		at 0.2
		echo '{"uid":9}'
	} | tm-parse >times.tm
	assert_equal "$(tm-replay --now --speed max times.tm | distances)" "0 0 0 200 200"
	run timeout 10 tm-replay --speed 10x times.tm
	assert_failure 3
	assert_output --partial "was cut"
}

@test "times as far apart as possible are waited for until Ctrl-C" {
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

@test "an event is written before the wait for the next one" {
	at 0.0 0.0 3600.0 | tm-parse >events.tm
	tm-replay events.tm >out.tm &
	REPLAY=$!
	eventually has_records out.tm 2
	interrupt TERM
	assert_equal "$code" 0
	head -c 256 events.tm | cmp - out.tm
}

@test "--as-host renames the host of each run and changes nothing else" {
	{
		start 5 0 login1
		at 0.1
		status end 1 5
		start 6 2
	} | tm-parse >all.tm
	tm-print --json all.tm | sed 's/"host":"[^"]*"/"host":"SAMPLE of 2023"/' >wanted
	assert_equal "$(grep -c SAMPLE wanted)" 2
	tm-replay --speed max --as-host "SAMPLE of 2023" all.tm | tm-print --json |
		diff wanted -
	run -2 tm-replay --as-host "$(printf '%064d' 0)" all.tm
	assert_output --partial "not 1 to 63 bytes long"
}
