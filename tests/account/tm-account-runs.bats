# tm-account --state: each run is counted once, whatever happens.

load ../helper
load account

@test "a state continues from where it ended" {
	moved 0 in 1000 60 | tm-parse | tm-account --state state >/dev/null
	moved 0 out 1000 70 | tm-parse | tm-account --state ./state >/dev/null
	moved 0 in 1000 5 | tm-parse >day.tm
	run totals < <(tm-account --state "$PWD/state" day.tm)
	assert_output "1000 65 70"
	run tm-account --show state
	assert_success
	assert_output "user 1000 in 65 out 70"
	assert_equal "$(stat -c %a state state.old)" "600
600"
}

@test "--show prints users by number, \"none\" last, and then the runs" {
	{
		start 8
		moved 0 in $NO_OWNER 5
		moved 0 in 2000 6
		status end 0 8
		start 9
		moved 0 out 1000 7
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

@test "a run that was counted is not counted again, with one warning" {
	run_of 7 1000 60 | tm-parse >day.tm
	tm-account --state state day.tm >first.tm
	moved 0 in 1000 1 | tm-parse | tm-account --state state >/dev/null
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

@test "a run that is cut and then whole in one stream counts once" {
	run_of 7 1000 60 | tm-parse >day.tm
	head -c 256 day.tm >cut.tm
	run totals < <(tm-account -q cut.tm day.tm 2>/dev/null)
	assert_output "\
1000 60 0
1000 60 0
1000 60 60"
}

@test "after a restart in the middle of a live run, counting continues to its END" {
	{
		start 7
		moved 0 in 1000 1
		status tick 0 7
		moved 0 in 1000 2
		moved 0 in 1000 4
		status tick 0 7
		moved 0 in 1000 8
		status end 0 7
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

@test "events that were passed on are in the state even after kill -9" {
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

@test "after 30 kill -9, totals have never decreased and end at the exact sum" {
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
