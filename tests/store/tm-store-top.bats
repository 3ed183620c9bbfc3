# tm-store query: the largest over time, how long the times are, and names.

load ../helper
load store

# Four days of eight users: u0 moves most, but rests on the first day; u7 moves
# most on one day, by little.
week() {
	local day user bytes
	for day in 0 1 2 3; do
		for user in 0 1 2 3 4 5 6 7; do
			bytes=$((1000 * (8 - user)))
			[ "$user" != 7 ] || bytes=$((day == 1 ? 8500 : 1))
			[ "$user.$day" != 0.0 ] || continue
			moved $((day * 86400)) in $((1000 + user)) $bytes 1
		done
	done
}

# rows COLUMNS OPTION...: those columns of the CSV, on one line
rows() {
	local columns=$1
	shift
	csv "$@" | sed 1d | cut -d, -f "$columns" | tr '\n' ' '
}

@test "the top users are those of the whole range, each day, with a rest for each" {
	week | tm-parse | store
	assert_equal "$(rows 1,2,3,6 --by user,day --top 2)" \
		"1001,,2023-11-14,7000 ,(others),2023-11-14,20001 1000,,2023-11-15,8000 1001,,2023-11-15,7000 ,(others),2023-11-15,28500 1000,,2023-11-16,8000 1001,,2023-11-16,7000 ,(others),2023-11-16,20001 1000,,2023-11-17,8000 1001,,2023-11-17,7000 ,(others),2023-11-17,20001 "
	# in any order of keys and rows
	assert_equal "$(rows 1,2,3,6 --by day,user --top 1 --reverse --from 2023-11-16)" \
		"2023-11-17,1000,,8000 2023-11-17,,(others),27001 2023-11-16,1000,,8000 2023-11-16,,(others),27001 "
	assert_equal "$(rows 1,2,3,6 --by user,day --top 1 --sort total --from 2023-11-16)" \
		"1000,,2023-11-16,8000 1000,,2023-11-17,8000 ,(others),2023-11-16,27001 ,(others),2023-11-17,27001 "
	# a top as large as what there is leaves no rest
	run csv --by user,day --top 8
	refute_output --partial others
	assert_equal "$(csv --by user,day --top 0)" "$output"
	run query --by user,day --top 1 --output json
	assert_equal "$(head -n 1 <<<"$output" | jq -c '[.rows[] | [.uid, .user, .day, .total]][0:2]')" \
		'[[1001,null,"2023-11-14",7000],[null,"(others)","2023-11-14",20001]]'
	# the sums are the same, whatever is shown
	for top in 1 3 7; do
		assert_equal "$(csv --by user,day --top $top | awk -F, '{ s += $6 } END { print s }')" \
			"$(csv --by day | awk -F, '{ s += $4 } END { print s }')"
	done
}

@test "the top days are the largest, in order of time" {
	week | tm-parse | store
	assert_equal "$(rows 1,4 --by day --top 2)" \
		"2023-11-15,43500 2023-11-16,35001 ,62002 "
	assert_equal "$(rows 1,4 --by day --top 1 --sort key)" \
		"2023-11-15,43500 ,97003 "
}

@test "if nothing was lost, sorting by losses shows the largest" {
	week | tm-parse | store
	assert_equal "$(rows 1,2,5 --by user --sort lost --top 1)" \
		"1001,,28000 ,(others),112503 "
}

@test "rows say which time they are the sum of where minutes are gone" {
	{
		moved 0 in 1000 100 1
		moved 172800 in 1000 50 1
		moved 345600 in 1000 20 1
	} | tm-parse | store --keep-minutes 1d --keep-hours 3d
	run csv --by minute
	assert_output "minute,in,out,total,packets_in,packets_out,packets,lost,lost_packets,resolution
1699920000.000000000,100,0,100,1,0,1,0,0,day
1700172000.000000000,50,0,50,1,0,1,0,0,hour
1700345580.000000000,20,0,20,1,0,1,0,0,minute"
	run csv --by hour
	assert_equal "$(cut -d, -f10 <<<"$output" | tr '\n' ' ')" \
		"resolution day hour hour "
	run query --by minute --output json
	assert_equal "$(head -n 1 <<<"$output" | jq -c '[.rows[].resolution]')" \
		'["day","hour","minute"]'
	run query --by minute
	assert_line --regexp '^MINUTE .* PACKETS  RESOLUTION$'
	assert_line --regexp '^2023-11-14 00:00:00 .* 1  day$'
	assert_line --regexp '^2023-11-18 22:13:00 .* 1  minute$'
	# for people only where it differs
	run query --by minute --from 2023-11-18
	refute_output --partial RESOLUTION
	run csv --by minute --from 2023-11-18
	refute_output --partial resolution
	run csv --by user
	refute_output --partial resolution
}

@test "a process is found by its whole name, which the kernel cut" {
	{
		moved 1 in 1000 100 1 '"process":"systemd-resolve"'
		moved 1 in 1000 20 1 '"process":"systemd-resolv"'
		moved 1 in 1000 3 1 '"process":"0123456789abcdef"'
	} | tm-parse | store
	assert_equal "$(rows 3 --process systemd-resolved)" "100 "
	assert_equal "$(rows 3 --process systemd-resolve)" "100 "
	assert_equal "$(rows 3 --process systemd-resolv)" "20 "
	assert_equal "$(rows 3 --process 0123456789abcdef)" "3 "
	assert_equal "$(rows 1,2 --by process --search SYSTEMD-resolved)" \
		"systemd-resolve,100 "
	assert_equal "$(rows 3 --process systemd-)" ""
}

@test "a number of a history never gets the name of a user of this machine" {
	moved 1 in 0 100 1 | tm-parse | store
	run query
	assert_line --regexp '^0  '
	refute_output --partial root
	assert_equal "$(rows 1,2)" "0, "
	# nor the other way round, unless the history is of this machine
	run query --user root
	assert_failure 1
	assert_output "tm-store: --user: root: the history does not know that user, and is not of this machine; give the number"
	rm h.db*
	{
		start
		moved 1 in 0 100 1
		status end 2 7
	} | tm-parse | store
	run quota --user root --limit 1G
	assert_failure 1
	rm h.db*
	{
		start | sed -E "s/\"host\":\"[^\"]*\"/\"host\":\"$(hostname)\"/"
		moved 1 in 0 100 1
		status end 2 7
	} | tm-parse | store
	assert_equal "$(rows 3 --user root)" "100 "
	rm h.db*
	store </dev/null
	run quota --user root --limit 1G
	assert_success
}

@test "without --db, TM_DB names the database, else it is that of the system" {
	week | tm-parse | store
	run env TM_DB=h.db tm-store query --top 1
	assert_success
	assert_line --regexp '^1001 '
	for command in query "prune --older-than 90d" quota; do
		run env TM_DB=none.db tm-store $command
		assert_failure 1
		assert_output "tm-store: none.db: No such file or directory"
		run tm-store $command --db ''
		assert_failure 2
		assert_line "tm-store: --db: no file is named"
	done
	[ ! -e /var/lib/tm/history.db ] || skip "this machine has a history"
	for tool in "tm-store query" "tm-store quota" "timeout 20 tm-web"; do
		run $tool
		assert_failure 1
		assert_output --partial ": /var/lib/tm/history.db: "
		assert_output --partial "; name another with --db FILE or TM_DB"
	done
}
