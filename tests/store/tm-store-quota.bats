# tm-store prune and tm-store quota.

load ../helper
load store

@test "prune removes old traffic, and names that nothing refers to" {
	{
		moved 0 in 1000 100 1 '"comm":"old","source":"192.0.2.1"'
		moved 8640000 in 1000 50 1 '"comm":"new","source":"192.0.2.2"'
	} | tm-parse | store
	run tm-store prune --db h.db --older-than 300d
	assert_success
	assert_output "tm-store: h.db: nothing in it is as old"
	content h.db >before
	run tm-store prune --db h.db --older-than 60d --dry-run
	assert_success
	assert_output --partial "tm-store: h.db: would remove "
	would=${output//would remove/removed}
	content h.db | diff before -
	run tm-store prune --db h.db --older-than 60d
	assert_success
	assert_output "$would"
	refute_output --partial would
	run csv --by process
	assert_line new,50,0,50,1,0,1,0,0
	assert_equal "${#lines[@]}" 2
	assert_equal "$(sqlite3 h.db 'SELECT group_concat(address) FROM remote')" \
		",192.0.2.2"
	assert_equal "$(sqlite3 h.db 'SELECT group_concat(name) FROM process')" \
		",new"
	intact h.db
}

@test "prune refuses a time without a unit, in minutes or in the future, and keeps all" {
	{
		moved 0 in 1000 100 1
		moved 8640000 in 1000 50 1
	} | tm-parse | store
	content h.db >before
	while IFS='|' read -r time reason; do
		run tm-store prune --db h.db --older-than "$time"
		assert_failure 2
		assert_output "tm-store: --older-than: $reason: $time"
	done <<-'END'
		90|column 3: a unit is missing, as in 90m or 90d; @90 is seconds since the epoch
		6m|m is minutes; write 6min, or days for months
		3mo|column 2: months differ in length; count days
		2026|column 1: a year alone; write 2026-01 or 2026-01-01
		2026-11-31|column 9: November 2026 has 30 days
		2200-01-01|not in the past
	END
	content h.db | diff before -
	run tm-store prune --db h.db --older-than 2024-01-15
	assert_success
	assert_output --partial "of months before 2024-01-01 00:00:00"
	run csv
	assert_output --partial ",50,0,50,"
}

@test "how long the history keeps minutes needs a unit" {
	for option in minutes hours days months; do
		run store "--keep-$option" 7 </dev/null
		assert_failure 2
		assert_output "tm-store: --keep-$option: column 2: the units are ms, s, m, h, d, w and y: 7"
		[ ! -e h.db ]
	done
}

# used BYTES DAY: alice has moved so much on that day of November 2023.
used() {
	S=$(date -d "2023-11-$2" +%s)
	{
		name user 1000 alice
		moved 0 in 1000 "$1" 1
	} | tm-parse | store
}

# now BYTES: alice has moved so much just now.
now() {
	S=$(date +%s)
	{
		name user 1000 alice
		moved 0 in 1000 "$1" 1
	} | tm-parse | store
}

# at_hour HOUR: a zone in which the day has come that far, for a database that
# is made then.
at_hour() {
	TZ=XST$((10#$(date -u +%H) - $1))
	export TZ
}

@test "a quota has states, and the exit code is 5 once it is used up" {
	used 700 20
	run quota --user alice --limit 1000 --at 2023-11-30
	assert_success
	assert_output "$(cat <<-'END'
	USER                 PERIOD  SINCE            LIMIT        USED        LEFT     SHARE   PROJECTED  RUNS OUT  STATE
	alice                month   2023-11-01      1000 B       700 B       300 B    70.0 %       700 B            ok
	END
	)"
	state() {
		quota --at "${1:-2023-11-30}" --output csv | sed 1d
	}
	assert_equal "$(state)" \
		"1000,alice,month,2023-11-01,1000,700,0.700000,700,ok,300,,user,,both"
	assert_equal "$(state 2023-12-20 | cut -d, -f6,9)" "0,ok"
	used 100 21
	assert_equal "$(state | cut -d, -f9)" 80
	used 100 22
	assert_equal "$(state | cut -d, -f9)" 90
	used 100 23
	run quota --at 2023-11-30
	assert_failure 5
	assert_line --regexp '1000 B +1000 B +0 B +100.0 % .* 100$'
	run quota --user alice --remove --at 2023-11-30
	assert_success
	assert_line --index 0 "tm-store: h.db: removed the quota of alice: 1000 B a month"
	assert_equal "${#lines[@]}" 2
}

@test "a past period is not projected; the current one is projected to its end" {
	used 700 2
	quota --user 1000 --limit 1000 >/dev/null
	for day in 02 10 20 30; do
		assert_equal "$(quota --at 2023-11-$day --output csv | sed 1d)" \
			"1000,alice,month,2023-11-01,1000,700,0.700000,700,ok,300,,user,,both"
	done
	rm h.db*
	at_hour 12
	now 700
	quota --user 1000 --limit 1000 --day >/dev/null
	for at in "" "--at $(date -d 00:10 +%s)" "--at $(date -d 07:00 +%s)"; do
		# shellcheck disable=SC2086 # words
		run quota --output csv $at
		assert_line --index 1 --regexp '^1000,alice,day,.*,1000,700,0.700000,1[234]..,projected,300,.*T1[78]:[0-9:]*[+-][0-9:]*,user,,both$'
	done
	# a period that has not begun is not projected either
	run quota --output csv --at "$(date -d 'tomorrow 02:00' +%s)"
	assert_line --index 1 --regexp ',1000,0,0.000000,,ok,1000,,user,,both$'
}

@test "a daily quota covers the day" {
	used 700 20
	run quota --user alice --limit 600 --day --at 2023-11-20
	assert_success
	run quota --at 2023-11-20
	assert_failure 5
	run quota --at 2023-11-21
	assert_success
}

@test "a worse state runs the hook once in a period, with names in its environment" {
	at_hour 22 # when what is used is nearly what is projected
	now 850
	printf '{"kind":"name","of":"user","parts":1,"id":1000,"text":"$(touch pwned); '"'"'x","time_ns":1}\n' |
		tm-parse | store
	hook() {
		quota --hook 'echo "$TM_STATE $TM_UID $TM_USER $TM_USED of $TM_LIMIT in $TM_PERIOD $TM_SINCE" >>log' \
			"$@" >/dev/null
	}
	states() {
		cut -d' ' -f1 log | tr '\n' ' '
	}
	quota --user 1000 --limit 1000 --day >/dev/null
	hook
	hook
	assert_equal "$(cat log)" \
		"80 1000 \$(touch pwned); 'x 850 of 1000 in day $(date -d 00:00 +%s)"
	now 60
	hook
	assert_equal "$(states)" "80 90 "
	now 100
	run hook
	assert_failure 5
	run hook
	assert_failure 5
	assert_equal "$(states)" "80 90 100 "
	assert_file_not_exist pwned
	# the same limit again is not a new quota, another limit is
	run hook --user 1000 --limit 1000 --day
	assert_success
	assert_equal "$(states)" "80 90 100 "
	# 90 % used, and less projected even when the hour has just begun
	hook --user 1000 --limit 1120 --day
	assert_equal "$(states)" "80 90 100 90 "
	# a new day starts at zero, and a hook that failed runs again
	sqlite3 h.db 'UPDATE quota_state SET fired_in = fired_in - 86400000000000'
	run quota --hook 'exit 3'
	assert_failure 1
	assert_line "tm-store: --exec: ended with 3; it is run again the next time"
	hook
	assert_equal "$(states)" "80 90 100 90 90 "
}

@test "hooks run for the current period only, whatever time is asked for" {
	now 1100
	quota --user 1000 --limit 1000 >/dev/null || true
	run quota --hook 'echo "$TM_STATE" >>log' --at 2023-11-20
	assert_failure 2
	assert_output "tm-store: --at and --exec exclude each other: commands are run for the present
try: tm-store --help"
	assert_file_not_exist log
}

@test "a hook runs even if nobody reads its output, with the uid for an unknown name" {
	S=$(date +%s)
	moved 0 in $U 1100 1 | tm-parse | store
	quota --user $U --limit 1000 >/dev/null || true
	run bash -c 'tm-store quota --db h.db --hook "echo \$TM_STATE \$TM_USER >>log" >&-'
	assert_failure 1
	grep -x "100 $U" log
}
