# tm-store: times far away, many runs, and no memory.

load ../helper
load store

# seconds COMMAND...: runs it for 20 seconds at most
seconds() {
	timeout 20 "$@"
}

@test "a record of the year 2199 does not make queries by minute long" {
	{
		moved 1 out 1000 100 1
		printf '{"time_ns":7226582400000000000,"direction":"in","uid":1000,"bytes":7,"packets":1}\n'
	} | tm-parse | store -q --keep-minutes 0 --keep-hours 0 --keep-days 0
	for only in '' '--user 1000'; do
		# shellcheck disable=SC2086 # no or two words
		run seconds tm-store query -q --db h.db --by minute \
			--output csv $only
		assert_output "$(printf '%s\n' \
			minute,in,out,total,packets_in,packets_out,packets,lost,lost_packets \
			1699999980.000000000,0,100,100,0,1,1,0,0 \
			7226582400.000000000,7,0,7,1,0,1,0,0)"
	done
	# also where there are so many slots that none is listed
	for ((i = 0; i < 8000; i++)); do
		moved $((i * 60)) in 1001 1 1
	done | tm-parse | store -q --keep-minutes 0 --keep-hours 0 --keep-days 0
	assert_equal "$(csv --by minute --user 1001 | tail -n +2 | wc -l)" 8000
	assert_equal "$(csv --by minute --user 1000 | tail -n +2 | wc -l)" 2
}

@test "many runs take time in proportion" {
	for ((i = 1; i <= 60000; i++)); do
		printf '{"kind":"start","time_ns":%s,"run_id":%s,"host":"h"}\n' \
			"$((S + i))000000000" "$i"
	done | tm-parse >runs.tm
	run -3 seconds tm-store -q --db h.db runs.tm
	assert_equal "$(sqlite3 h.db 'SELECT count(*), count(DISTINCT host) FROM run')" '60000|1'
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM covered')" 60000
}

@test "times that a source covered are joined where they touch" {
	tick() {
		printf '{"kind":"tick","time_ns":%s000000000,"direction":"out","run_id":7}\n' \
			$((S + $1))
	}
	spans() {
		sqlite3 h.db "SELECT group_concat((begin / 1000000000 - $S) || '-' ||
			(\"end\" / 1000000000 - $S), ' ') FROM covered"
	}
	{ tick 100; tick 110; } | tm-parse | store -q
	{ tick 300; tick 310; } | tm-parse | store -q
	{ tick 500; tick 510; } | tm-parse | store -q
	assert_equal "$(spans)" '100-110 300-310 500-510'
	{ tick 105; tick 150; } | tm-parse | store -q
	assert_equal "$(spans)" '100-150 300-310 500-510'
	{ tick 90; tick 95; } | tm-parse | store -q
	assert_equal "$(spans)" '90-95 100-150 300-310 500-510'
	{ tick 94; tick 140; tick 200; tick 250; tick 305; } | tm-parse | store -q
	assert_equal "$(spans)" '90-310 500-510'
	{ tick 80; tick 130; } | tm-parse | store -q
	assert_equal "$(spans)" '80-310 500-510'
}

@test "a history of the first second of 1970 is not empty" {
	printf '{"time_ns":0,"direction":"out","uid":1000,"bytes":100,"packets":1}\n' |
		tm-parse | store -q
	run query -q
	assert_line --index 0 '1970-01-01 00:00:00 to 1970-01-01 00:01:00'
	assert_equal "$(csv --by day | tail -n 1)" 1970-01-01,0,100,100,0,1,1,0,0
}

# without_memory NUMBER MORE: tm-store where these allocations fail
without_memory() {
	rm -f "$1".db*
	NO_MEMORY_AT=$1 NO_MEMORY_MORE=$2 LD_PRELOAD=$PWD/no-memory.so \
		timeout 40 tm-store -q --db "$1.db" day.tm 2>"$1.err"
}

@test "without memory tm-store says so and exits 1, and what it wrote is sound" {
	build_preload no-memory .
	day | tm-parse >day.tm
	store -q day.tm
	NO_MEMORY_COUNT=count LD_PRELOAD=$PWD/no-memory.so tm-store -q \
		--db count.db day.tm
	count=$(<count)
	# one that fails is an error, or what it was for is tried again
	for ((at = 1; at <= count; at += count / 30)); do
		status=0
		without_memory "$at" 0 || status=$?
		if [ "$status" = 0 ]; then
			diff <(content h.db) <(content "$at.db")
		else
			assert_equal "$at $status" "$at 1"
			assert [ -s "$at.err" ]
		fi
		[ ! -s "$at.db" ] || assert_equal \
			"$(sqlite3 "$at.db" 'PRAGMA integrity_check')" ok
		rm -f "$at".*
	done
	# none from there on, of which the last is tried for five seconds
	for ((at = 1; at <= count; at += count / 6)); do
		(
			status=0
			without_memory "$at" 1000000000 || status=$?
			echo "$status" >"$at.status"
		) &
		waits+=($!)
	done
	wait "${waits[@]}" || true
	for ((at = 1; at <= count; at += count / 6)); do
		assert_equal "$at $(<"$at.status")" "$at 1"
		[ ! -s "$at.db" ] || assert_equal \
			"$(sqlite3 "$at.db" 'PRAGMA integrity_check')" ok
	done
}

@test "what is kept for a shorter time than before is reported when it is removed" {
	{
		start
		for hour in $(seq 0 60); do
			moved $((hour * 3600)) in 1000 100 1
		done
		status end 220000
	} | tm-parse >days.tm
	# rows that expire as time passes are not worth a line
	run store --keep-minutes 30d days.tm
	assert_output ""
	moved 221000 in 1000 5 | tm-parse >more.tm
	run store --keep-minutes 30d more.tm
	refute_output --partial removed
	run store --keep-minutes 1h more.tm
	assert_line --regexp '^tm-store: h.db: removed [0-9]+ rows of minutes before 2023-11-17 [0-9:]+: minutes are kept for a shorter time than before$'
	run store --keep-minutes 1h more.tm
	refute_output --partial removed
}
