# Standard streams that are missing, and hangups under nohup.

load ../helper
load ../events

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	{
		name_users
		moved 0 in 1000 700
	} | tm-parse >x.tm
}

teardown() {
	exec 9>&-
	[ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
}

# lacking N...: lines of "COMMAND" of stdin work without these descriptors
lacking() {
	local fd closed='' command
	for fd; do
		closed="$closed $fd>&-"
	done
	while IFS= read -r command; do
		rm -rf out
		mkdir -m 700 out
		echo "$command $closed"
		bash -c "exec $closed; exec timeout 20 $command"
		assert_equal "$(cat out/* | grep -c 'tm-')" 0
		[ -s "$(echo out/*)" ]
	done
}

@test "without standard error or any stream, messages get into no file" {
	for missing in 2 "0 2" "0 1 2"; do
		# its totals are 0, about which it warns
		lacking $missing <<-'END'
		tm-csv -d out x.tm
		tm-report -l out/log x.tm
		END
	done
}

@test "output that is needed and missing is an error" {
	for tool in "tm-print x.tm" "tm-report x.tm" "tm-filter in x.tm" \
		"tm-account x.tm" "tm-doctor" "ipmask --check 127.0.0.1"; do
		echo "$tool"
		run bash -c "$tool >&- </dev/null"
		assert_failure
	done
}

@test "input that is needed and missing is an error" {
	for tool in tm-print tm-report "tm-filter in" tm-account tm-parse; do
		echo "$tool"
		run -1 bash -c "$tool <&-"
		assert_output --partial "standard input: "
	done
}

@test "under nohup a SIGHUP sent on purpose opens files again" {
	mkfifo live
	(trap '' HUP && exec tm-csv -q -d . <live 2>err) &
	pid=$!
	exec 9>live
	cat x.tm >&9
	eventually test -s traffic_user_unknown_1000.log
	mv traffic_user_unknown_1000.log old
	kill -HUP "$pid"
	eventually has_taken "$pid"
	cat x.tm >&9
	eventually test -s traffic_user_unknown_1000.log
	exec 9>&-
	wait "$pid"
	cmp old traffic_user_unknown_1000.log
	assert_equal "$(cat err)" ""
}

@test "under nohup a lost terminal ends nothing" {
	(trap '' HUP && exec tm-replay --now --loop x.tm >out 2>/dev/null) &
	pid=$!
	has_begun out
	kill -HUP "$pid"
	eventually has_taken "$pid"
	kill -0 "$pid"
	kill -TERM "$pid"
	wait "$pid"
}
