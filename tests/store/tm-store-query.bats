# tm-store query: what it answers, and in which form.

load ../helper
load store

@test "users are shown in a table like tm-report's" {
	day | tm-parse >day.tm
	store day.tm
	run --separate-stderr query
	assert_success
	assert_equal "$stderr" ""
	cat >expected <<-'END'
	2023-11-14 22:13:00 to 2023-11-14 23:16:00
	USER                         IN         OUT       TOTAL     SHARE      PACKETS
	alice                   1.5 KiB     4.9 KiB     6.4 KiB    86.1 %            7
	bob                         0 B       976 B       976 B    12.8 %            4
	none                       84 B         0 B        84 B     1.1 %            1
	all                     1.5 KiB     5.9 KiB     7.4 KiB   100.0 %           12
	attributed 6.5 KiB (82.6 %), unowned 84 B (1.0 %), lost 900 B (11.2 %), excluded 416 B (5.2 %)
	END
	assert_equal "$output" "$(cat expected)"
	assert_equal "$output" "$(head -n 1 expected; tm-report -q day.tm)"
}

@test "CSV and JSON equal tm-report's for any keys" {
	day | tm-parse >day.tm
	store day.tm
	for keys in user process remote protocol interface direction hour day \
		user,process remote,protocol hour,user \
		user,process,remote,protocol,interface,direction,hour; do
		echo "$keys"
		csv --by "$keys" | sort >ours
		tm-report -q --by "$keys" --output csv day.tm | sort >theirs
		diff ours theirs
	done
	query --output json --by user,remote >ours
	tm-report -q --output json --by user,remote day.tm >theirs
	for what in .by .lost .excluded .nobody .attributed '.rows|sort'; do
		assert_equal "$(jq -cS "$what" ours)" "$(jq -cS "$what" theirs)"
	done
}

@test "sums of real traffic equal tm-report's exactly" {
	store -q "$ROOT/samples/login.tm.gz"
	for keys in user process remote protocol user,process,remote direction; do
		csv --by "$keys" | sort >ours
		tm-report -q --by "$keys" --output csv \
			"$ROOT/samples/login.tm.gz" | sort >theirs
		[ "$(wc -l <ours)" -gt 1 ]
		diff ours theirs
	done
	intact h.db
}

@test "each key works alone, and months and minutes have their form" {
	day | tm-parse | store
	run csv --by minute
	assert_output "$(cat <<-'END'
	minute,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	1699999980.000000000,1500,60,1560,1,1,2,0,0
	1700000040.000000000,84,976,1060,1,4,5,900,3
	1700003700.000000000,0,5000,5000,0,5,5,0,0
	END
	)"
	run csv --by month,direction
	assert_output "$(cat <<-'END'
	month,direction,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	2023-11,in,1584,0,1584,2,0,2,0,0
	2023-11,out,0,6036,6036,0,10,10,900,3
	END
	)"
	run csv --by hour
	assert_output "$(cat <<-'END'
	hour,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	2023-11-14T22:00:00+00:00,1584,1036,2620,2,5,7,900,3
	2023-11-14T23:00:00+00:00,0,5000,5000,0,5,5,0,0
	END
	)"
}

# Two users in three hours, of whom one lost some in each; whole hours are read
# from the tables of hours.
losses() {
	start
	for hour in 0 1 2; do
		moved $((hour * 3600 + 60)) out 1000 100 1 "$CURL,\"destination\":\"198.51.100.7\""
		moved $((hour * 3600 + 70)) in 1001 40 1 "$NTP,\"source\":\"198.51.100.8\""
		moved $((hour * 3600 + 80)) out 1001 900 3 "\"kind\":\"lost\",$NTP"
		moved $((hour * 3600 + 90)) in 1001 50 1 "\"kind\":\"lost\",$NTP"
	done
	status end 7300 7
}

@test "lost traffic has no remote, in hours as in minutes" {
	losses | tm-parse >day.tm
	store day.tm
	# 22:13 to 00:15: the hour from 23:00 is one row
	run csv --by remote --sort key
	assert_output "$(cat <<-'END'
	remote,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	,150,2700,2850,3,9,12,2850,12
	198.51.100.7,0,300,300,0,3,3,0,0
	198.51.100.8,120,0,120,3,0,3,0,0
	END
	)"
	for keys in remote remote,direction remote,hour remote,day; do
		diff <(csv --by "$keys" | sort) \
			<(tm-report -q --by "$keys" --output csv day.tm | sort)
	done
	for filter in "" "--user 1001" "--remote=" "--process ntpd" "--protocol udp"; do
		for keys in user remote process protocol interface; do
			# shellcheck disable=SC2086 # words
			assert_equal "$keys $filter $(csv --by "$keys" $filter |
				awk -F, '{ lost += $(NF - 1); n += $NF } END { print lost, n }')" \
				"$keys $filter 2850 12"
		done
	done
	run csv --by remote --remote 198.51.100.7
	assert_line --index 1 198.51.100.7,0,300,300,0,3,3,0,0
	run csv --by remote --direction in --remote=
	assert_line --index 1 ,150,0,150,3,0,3,150,3
}

@test "lost traffic is counted beside the remainder of many remotes" {
	{
		for i in $(seq 1 30); do
			moved 1 out 1000 $((100 + i)) 1 "$CURL,\"destination\":\"192.0.2.$i\""
		done
		moved 2 out 1000 900 3 "\"kind\":\"lost\",$NTP"
		moved 7300 out 1000 1 1
	} | tm-parse | store --remotes 2
	run csv --by remote --from 1699999200
	assert_equal "$(sed 1d <<<"$output" |
		awk -F, '{ lost += $(NF - 1); moved += $4 } END { print lost, moved }')" \
		"900 4366"
	assert_equal "$(csv --remote= | sed 1d | cut -d, -f5,9)" 901,900
	intact h.db
}

@test "filters keep only what they name" {
	day | tm-parse | store
	sums() {
		csv --by direction "$@" | sed 1d | cut -d, -f1,4 | tr '\n' ' '
	}
	assert_equal "$(sums --user alice)" "out,5060 in,1500 "
	assert_equal "$(sums --user 1001)" "out,976 "
	assert_equal "$(sums --user none)" "in,84 "
	assert_equal "$(sums --user 4242)" ""
	assert_equal "$(sums --process ntpd)" "out,976 "
	assert_equal "$(sums --process '')" "in,84 "
	assert_equal "$(sums --process cur)" ""
	assert_equal "$(sums --remote 198.51.100.7)" "in,1500 out,60 "
	assert_equal "$(sums --remote 2001:DB8:1:0::7)" "out,76 "
	assert_equal "$(sums --remote '')" "out,900 "
	assert_equal "$(sums --protocol udp)" "out,976 "
	assert_equal "$(sums --protocol UDP)" "out,976 "
	assert_equal "$(sums --protocol 1)" "in,84 "
	assert_equal "$(sums --interface eth0)" "out,6036 in,1500 "
	assert_equal "$(sums -i 3)" "in,84 "
	assert_equal "$(sums --direction in)" "in,1584 "
	assert_equal "$(sums --user alice --remote 198.51.100.8 --protocol tcp)" \
		"out,5000 "
	assert_equal "$(sums --hours 1)" "out,5000 "
	assert_equal "$(sums --hours 876000)" "$(sums)"
	assert_equal "$(sums --from 2023-11-14T23:00:00Z)" "out,5000 "
	assert_equal "$(sums --to '2023-11-14 22:14')" "in,1500 out,60 "
	assert_equal "$(sums --from 1700000040 --to 1700000100)" "out,976 in,84 "
}

@test "--no-loopback leaves out what moved within the machine" {
	{
		start
		name interface 1 lo
		name interface 2 eth0
		moved 1 out 1001 3000 1 '"ifindex":1,"flags":8'
		moved 1 in 1000 3000 1 '"ifindex":1,"flags":8'
		moved 2 in 1000 500 1 '"ifindex":2'
		# the loopback of a container, without a name, and no interface
		moved 3 in 1000 40 1 '"ifindex":1,"netns":7,"flags":8'
		moved 4 in 1000 9 1
		status end 5
	} | tm-parse >day.tm
	store -q day.tm
	run csv -n --no-loopback
	assert_output "\
uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
1000,1000,509,0,509,2,0,2,0,0"
	run csv -n --no-loopback --by interface
	assert_line --regexp '^eth0,500,'
	refute_line --regexp '^lo,'
	run csv -n --no-loopback --interface lo
	assert_equal "${#lines[@]}" 1
	assert_equal "$(csv -n | wc -l)" 3
}

@test "rows can be searched, sorted and paged" {
	day | tm-parse | store
	keys() {
		csv "$@" | sed 1d | cut -d, -f1 | tr '\n' ' '
	}
	assert_equal "$(keys --by remote --search 198.51)" \
		"198.51.100.8 198.51.100.7 "
	assert_equal "$(keys --by process --search URL)" "curl "
	assert_equal "$(keys --by user --search BOB)" "1001 "
	assert_equal "$(keys --by protocol --search icm)" "icmp "
	assert_equal "$(keys --by remote --sort in)" \
		"198.51.100.7 192.0.2.11 198.51.100.8  2001:db8:1::7 "
	assert_equal "$(keys --by remote --sort key)" \
		" 192.0.2.11 198.51.100.7 198.51.100.8 2001:db8:1::7 "
	assert_equal "$(keys --by remote --sort key --reverse --top 2)" \
		"2001:db8:1::7 198.51.100.8 (others) "
	assert_equal "$(keys --by remote --top 1)" "198.51.100.8 (others) "
	assert_equal "$(keys --by remote --offset 1 --top 1 | cut -d' ' -f1)" \
		198.51.100.7
	assert_equal "$(keys --by user --sort lost --top 1)" "1001  "
	assert_equal "$(keys --by user --sort packets --reverse --top 1)" \
		"4294967295  "
	run query --by remote --top 1
	assert_line "(others)         1.5 KiB     1.0 KiB     2.6 KiB    34.4 %            7"
}

@test "a summary has unowned, excluded and unattributed traffic" {
	{
		day | sed '$d' | sed '$d'
		moved 3701 in 0 700 7 '"kind":"unattributed","ifindex":2'
		status end 3702 7 '"seen_packets":3,"seen_bytes":2000,"excluded_packets":1,"excluded_bytes":416' \
			'"seen_packets":10,"seen_bytes":6036'
	} | tm-parse | store
	run query --summary --output csv
	assert_output "$(cat <<-'END'
	what,in,out,total,packets_in,packets_out,packets
	attributed,1500,5136,6636,1,7,8
	nobody,84,0,84,1,0,1
	lost,0,900,900,0,3,3
	all,1584,6036,7620,2,10,12
	excluded,416,0,416,1,0,1
	unattributed,700,0,700,7,0,7
	END
	)"
	run query --summary
	assert_line --index 0 "2023-11-14 22:13:00 to 2023-11-14 23:16:00"
	assert_line "a source was there for 0.2 % of the time, in 1 run; the newest is of 2023-11-14 23:15:02"
}

@test "a summary refuses what selects, groups or sorts rows" {
	day | tm-parse | store
	for option in "--user alice" "--process curl" "--remote ::1" \
		"--protocol tcp" "--interface eth0" "--direction in" \
		"--search a" "--by user" "--top 1" "--offset 1" \
		"--sort in" --reverse --no-loopback; do
		# shellcheck disable=SC2086 # words
		run query --summary $option
		assert_failure 2
		assert_output --partial "does not take ${option%% *}; "
	done
	run query --summary --hours 1 --si
	assert_success
}

@test "hours before a time end with it" {
	day | tm-parse | store
	run query --hours 1 --until '2023-11-14 23:00'
	assert_line --index 0 "2023-11-14 22:13:00 to 2023-11-14 23:00:00"
	run query --hours 0
	assert_failure 2
}

@test "CSV reports a range that was extended because minutes are gone" {
	{
		start
		moved 60 in 1000 7
		moved 90000 in 1000 5
		status end 90001
	} | tm-parse | store -q --keep-minutes 1h
	run query --format csv --since '2023-11-14 22:20' --until '2023-11-14 22:30'
	assert_line --regexp '^1000,.*,7,0,7,'
	assert_line "minutes are gone: the rows are of 2023-11-14 22:00:00 to 2023-11-14 23:00:00"
	run query --format csv --since '2023-11-15 23:13:10' --until '2023-11-15 23:13:30'
	assert_success
	refute_line --partial gone
}

@test "a source seen from the first record to the newest covers the whole time" {
	store -q "$ROOT/samples/login.tm.gz"
	run query --summary
	assert_line --regexp '^a source was there for 100.0 % of the time, in 1 run; '
	rm h.db*
	{
		start 7 30
		status tick 30 7
		status end 40 7
		start 8 70
		status end 80 8
	} | tm-parse | store
	run query --summary
	assert_line --regexp '^a source was there for 40.0 % of the time, in 2 runs; '
	run query --summary --from 2020-01-01 --to 2023-11-14T22:14:00Z
	assert_line --regexp '^a source was there for 100.0 % of the time, in 1 run; '
}

@test "an empty history has no time" {
	store </dev/null
	run query
	assert_success
	assert_line --index 0 "nothing is in it yet"
	refute_output --partial 19
	run query --summary
	assert_success
	assert_line --index 0 "nothing is in it yet"
	refute_output --partial 19
	run csv --by remote,minute
	assert_success
	assert_equal "${#lines[@]}" 1
}

@test "invalid options of tm-store are refused with a reason" {
	day | tm-parse | store
	for wrong in "--by nothing" "--by user,user" "--by hour,day" "--by ," \
		"--sort size" "--output xml" "--protocol none" "--top x" \
		"--direction up" "--hours 876001" "--from tomorrow" "--hours 1 --from 0" \
		"--remote 300.1.1.1" "--remote 198.51.100.0/24" "--remote x" \
		"--to 0" "--from 2026-01-02 --to 2026-01-01" \
		"--summary --from 2026-01-01 --to 2026-01-01" file; do
		# shellcheck disable=SC2086 # words
		run query $wrong
		assert_failure 2
	done
	run query --user nobody-of-that-name
	assert_failure 1
	for wrong in "--limit 1T" "--user alice --limit x" "--remove" \
		"--day --month" "--user alice --limit 0"; do
		# shellcheck disable=SC2086 # words
		run quota $wrong
		assert_failure 2
	done
	run quota --exec ''
	assert_failure 2
	assert_output --partial "--exec: no command is named"
	run store --remotes 0
	assert_failure 2
	run tm-store --db ''
	assert_failure 2
	assert_line --index 0 "tm-store: --db: no file is named"
}

@test "the man page's readers in Python and in the shell of SQLite work" {
	day | tm-parse >day.tm
	tm-store --db history.db day.tm
	run sqlite3 -csv history.db 'SELECT user, sum(in_bytes), sum(out_bytes) FROM traffic GROUP BY uid'
	assert_output $'alice,1500,5060\nbob,0,976\n,84,0'
	python3 -c 'import pandas' 2>/dev/null || return 0
	awk '/program: history.py/ { on = 1; next }
		on && /^\.Ed/ { exit } on && !/^\.Bd/' "$ROOT/doc/tm-history.5" \
		>history.py
	run python3 history.py
	assert_success
	assert_line --regexp 'alice +1500 +5060'
}

@test "sums that count loopback traffic twice have a note" {
	{
		start
		name interface 1 lo
		name interface 2 eth0
		moved 1 out 1000 900 1 '"ifindex":1'
		moved 1 in 1001 900 1 '"ifindex":1'
		moved 1 in 1000 50 1 '"ifindex":2'
		status end 2
	} | tm-parse | store
	run -0 --separate-stderr query
	assert_equal "$stderr" "loopback traffic (1.8 KiB) counts for its sender and for its receiver; --no-loopback leaves it out"
	for options in -q --no-loopback "--interface eth0"; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr query $options
		assert_equal "$stderr" ""
	done
	run -0 --separate-stderr query --summary
	assert_line -n 0 --partial 2023
	[[ $stderr == "loopback traffic"* ]]
}
