load ../helper

S=1700000000 # 2023-11-14T22:13:20Z
U=3999999999 # no machine has that user

# moved SECOND DIRECTION UID BYTES PACKETS [MORE]: an event so many seconds
# after $S; MORE are further members.
moved() {
	printf '{"time_ns":%s000000000,"direction":"%s","uid":%s,"bytes":%s,"packets":%s%s}\n' \
		$((S + $1)) "$2" "$3" "$4" "$5" "${6:+,$6}"
}

start() { # RUN SECOND
	printf '{"kind":"start","run_id":%s,"host":"example","time_ns":%s000000000}\n' \
		"${1:-7}" $((S + ${2:-0}))
}

name() { # OF ID TEXT
	printf '{"kind":"name","of":"%s","parts":1,"id":%s,"text":"%s","time_ns":%s000000000}\n' \
		"$1" "$2" "$3" $S
}

# status KIND SECOND RUN [IN_MEMBERS [OUT_MEMBERS]]: a TICK or END.
status() {
	printf '{"kind":"%s","direction":"in","time_ns":%s000000000,"run_id":%s%s}\n' \
		"$1" $((S + $2)) "$3" "${4:+,$4}"
	printf '{"kind":"%s","direction":"out","time_ns":%s000000000,"run_id":%s%s}\n' \
		"$1" $((S + $2)) "$3" "${5:+,$5}"
}

CURL='"comm":"curl","pid":42,"ifindex":2,"protocol":6'
NTP='"comm":"ntpd","pid":1,"ifindex":2,"protocol":17'

# An hour and a bit of two users, nobody, and a loss.
day() {
	start
	name user 1000 alice
	name user 1001 bob
	name interface 2 eth0
	moved 1 out 1000 60 1 "$CURL,\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.7\""
	moved 2 in 1000 1500 1 "$CURL,\"source\":\"198.51.100.7\",\"destination\":\"192.0.2.10\""
	status tick 3 7
	moved 70 out 1001 76 1 "$NTP,\"source\":\"2001:db8::10\",\"destination\":\"2001:db8:1::7\""
	moved 71 in 4294967295 84 1 '"ifindex":3,"protocol":1,"source":"192.0.2.11","destination":"192.0.2.10"'
	moved 72 out 1001 900 3 "\"kind\":\"lost\",$NTP"
	status tick 3700 7
	moved 3701 out 1000 5000 5 "$CURL,\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.8\""
	status end 3702 7 '"seen_packets":3,"seen_bytes":2000,"excluded_packets":1,"excluded_bytes":416' \
		'"seen_packets":10,"seen_bytes":6036'
}

store() {
	timeout 60 tm-store --db h.db "$@"
}

query() {
	timeout 60 tm-store query --db h.db "$@"
}

csv() {
	query --output csv -q "$@"
}

# All sums, names and runs of a database, whatever its numbers are.
content() {
	sqlite3 -readonly "$1" "
		SELECT * FROM traffic ORDER BY 1, 2, 4, 5, 6, 7;
		SELECT key, value FROM about WHERE key NOT IN ('written');
		SELECT * FROM user; SELECT * FROM covered;
		SELECT id, host, start, last, is_ended, counted FROM run;"
	for table in user process protocol traffic host; do
		for slot in minute hour day month; do
			sqlite3 -readonly "$1" "
				SELECT '$table $slot', count(*), sum(in_bytes),
				sum(in_packets), sum(out_bytes),
				sum(out_packets) FROM ${table}_$slot"
		done
	done
}

intact() {
	run sqlite3 -readonly "$1" 'PRAGMA integrity_check'
	assert_output ok
	# all tables of a length agree
	for slot in hour day month; do
		run sqlite3 -readonly "$1" "
			SELECT sum(in_bytes), sum(out_packets) FROM user_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM process_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM protocol_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM remote_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM traffic_$slot"
		assert_equal "${#lines[@]}" 1
	done
}

@test "users are a table, as that of tm-report" {
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
	attributed 6.5 KiB (82.6 %), nobody's 84 B (1.0 %), lost 900 B (11.2 %), excluded 416 B (5.2 %)
	END
	assert_equal "$output" "$(cat expected)"
	assert_equal "$output" "$(head -n 1 expected; tm-report -q day.tm)"
}

@test "CSV and JSON are those of tm-report, whatever the keys" {
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

@test "a sample of real traffic has the sums of tm-report, exactly" {
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

@test "each key alone, and what a month and a minute look like" {
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

@test "what was lost has no remote, in hours as in minutes" {
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

@test "what was lost with the remainder of a crowd of remotes is there too" {
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

@test "filters leave only what they name" {
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
	assert_equal "$(sums --protocol 1)" "in,84 "
	assert_equal "$(sums --interface eth0)" "out,6036 in,1500 "
	assert_equal "$(sums -i 3)" "in,84 "
	assert_equal "$(sums --direction in)" "in,1584 "
	assert_equal "$(sums --user alice --remote 198.51.100.8 --protocol tcp)" \
		"out,5000 "
	assert_equal "$(sums --hours 1)" "out,5000 "
	assert_equal "$(sums --from 2023-11-14T23:00:00Z)" "out,5000 "
	assert_equal "$(sums --to '2023-11-14 22:14')" "in,1500 out,60 "
	assert_equal "$(sums --from 1700000040 --to 1700000100)" "out,976 in,84 "
}

@test "search, order, and pages of rows" {
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
		"198.51.100.7 192.0.2.11  198.51.100.8 2001:db8:1::7 "
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

@test "a summary tells what nobody has, was left out, or has no socket" {
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

@test "a source that was there from the first record to the newest was there always" {
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

@test "a recording that is fed twice, or cut and then whole, counts once" {
	day | tm-parse >day.tm
	store day.tm
	content h.db >once
	run store day.tm
	assert_success
	assert_output "tm-store: run 7 is in the history: not added again"
	content h.db | diff once -
	for records in 1 5 6 9 12 16; do
		rm -f h.db*
		head -c $((128 * records)) day.tm >cut.tm
		run store -q cut.tm
		[ "$status" = 0 ] || [ "$status" = 3 ]
		store -q day.tm
		# of a cut one the minutes are covered in two pieces
		content h.db | diff once -
		intact h.db
	done
}

@test "events without a START are added each time" {
	moved 1 in $U 100 1 | tm-parse >some.tm
	store some.tm
	store some.tm
	run csv
	assert_line "$U",,200,0,200,2,0,2,0,0
}

@test "runs that follow each other are each counted, and covered apart" {
	for run in 1 2 3; do
		start $run $((run * 1000))
		moved $((run * 1000 + 1)) in $U 100 1
		status end $((run * 1000 + 2)) $run '"seen_packets":1,"seen_bytes":100'
	done | tm-parse | store
	run csv
	assert_line "$U",,300,0,300,3,0,3,0,0
	run sqlite3 h.db 'SELECT (end - begin) / 1000000000 FROM covered'
	assert_output $'2\n2\n2'
	run sqlite3 h.db 'SELECT sum(in_bytes) FROM host_minute WHERE what = 0'
	assert_output 300
}

@test "what comes late is in all tables" {
	{
		for s in 90000 100 3700 95000 60 7300 1; do
			moved $s in $U 10 1 '"source":"192.0.2.1","destination":"192.0.2.2"'
		done
	} | tm-parse >mixed.tm
	split -b 128 mixed.tm part.
	for part in part.*; do
		store "$part"
		intact h.db
	done
	run csv --by day
	assert_line 2023-11-14,40,0,40,4,0,4,0,0
	assert_line 2023-11-15,20,0,20,2,0,2,0,0
	assert_line 2023-11-16,10,0,10,1,0,1,0,0
	run csv
	assert_line "$U",,70,0,70,7,0,7,0,0
}

@test "minutes, hours and days go with their time, and nothing is missing" {
	for day in 0 1 2 3 61 62 800; do
		moved $((day * 86400)) in $U $((day + 1)) 1
		moved $((day * 86400 + 3600)) in $U 1000 1
	done | tm-parse | store
	run csv
	assert_line "$U",,7936,0,7936,14,0,14,0,0
	count() {
		sqlite3 h.db "SELECT count(*) FROM user_$1"
	}
	assert_equal "$(count minute)" 2
	# what is not over is in the finer tables alone
	assert_equal "$(count hour)" 1
	assert_equal "$(count day)" 3
	assert_equal "$(count month)" 2
	# where only days are left, half an hour of one is all of it
	run query --by day --from 2024-01-14T22:00:00Z --to 2024-01-14T22:30:00Z
	assert_line --index 0 "2024-01-14 00:00:00 to 2024-01-15 00:00:00"
	run csv --from 2023-11-15T00:00:00Z --to 2023-11-15T01:00:00Z
	assert_line "$U",,4010,0,4010,8,0,8,0,0
	intact h.db
	# and rows that were to be of minutes are not, which is said
	run --separate-stderr csv --by minute --from 2024-01-14 --to 2024-01-15
	assert_equal "$stderr" ""
	run --separate-stderr query --by minute --from 2024-01-14 --to 2024-01-15
	assert_equal "$stderr" \
		"minutes before 2024-01-15 00:00:00 are gone: those rows are days"
	run --separate-stderr query --by hour
	assert_equal "$stderr" \
		"hours before 2025-11-23 00:00:00 are gone: those rows are days and months"
	run --separate-stderr query --by hour --from 2026-01-22
	assert_equal "$stderr" ""
	run --separate-stderr query --by month
	assert_equal "$stderr" ""
	run --separate-stderr query
	assert_equal "$stderr" ""
}

@test "what is kept can be told, but not for a shorter time than what is finer" {
	for day in 0 1 2; do
		moved $((day * 86400)) in 1000 100 1
	done | tm-parse | store --keep-minutes 1h --keep-hours 1d --keep-days 0
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM user_minute')" 1
	# the last day is not over
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM user_day')" 2
	run store --keep-hours 1h
	assert_failure 2
	assert_output "tm-store: hours cannot be kept for a shorter time than minutes"
}

@test "a clock that was ahead once makes nothing too old" {
	local now
	now=$(date +%s)
	S=$now moved 0 in 1000 100 1 | tm-parse >now.tm
	S=$now moved 900000000 in 1000 1 1 | tm-parse >ahead.tm
	store now.tm
	store ahead.tm
	store now.tm
	run csv
	assert_line --partial ,201,0,201,3,
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM user_minute')" 2
	intact h.db
	run csv --hours 1
	assert_line --partial ,200,0,200,2,
}

@test "days are those of the zone that the database was made in" {
	{
		moved 0 in $U 1 1     # 23:13:20 of the 14th in Berlin
		moved 3600 in $U 10 1 # the 15th
	} | tm-parse >two.tm
	TZ=Europe/Berlin store two.tm
	export TZ=America/New_York
	run csv --by day
	assert_line --partial 2023-11-14,1,
	assert_line --partial 2023-11-15,10,
	run csv --from 2023-11-15
	assert_line "$U",,10,0,10,1,0,1,0,0
	# 2024-03-31 has 23 hours there, 2023-10-29 had 25
	S=1711839600
	for hour in $(seq 0 23); do
		moved $((hour * 3600)) in $U 100 1
	done | tm-parse | store
	run csv --by day --from 2024-03-31
	assert_line --partial 2024-03-31,2300,
	assert_line --partial 2024-04-01,100,
	TZ=Asia/Kathmandu tm-store --db k.db two.tm
	run sqlite3 k.db "SELECT strftime('%M', time / 1000000000, 'unixepoch') FROM user_hour"
	assert_output $'15'
}

@test "a user's largest remotes are kept, the others in one row, exactly" {
	for i in $(seq 1 60); do
		moved 1 out 1000 $((100 + i)) 1 "$CURL,\"destination\":\"192.0.2.$i\""
	done >crowd
	moved 2 out 1001 7 1 '"destination":"192.0.2.1"' >>crowd
	moved 100 out 1001 7 1 '"destination":"192.0.2.1"' >>crowd
	tm-parse <crowd | store --remotes 5
	assert_equal "$(csv --by direction | tail -n 1)" out,0,7844,7844,0,62,62,0,0
	assert_equal "$(csv --user 1000 --by direction | tail -n 1)" \
		out,0,7830,7830,0,60,60,0,0
	run sqlite3 h.db "SELECT address, out_bytes FROM traffic_minute
		JOIN remote ON remote.id = remote WHERE uid = 1000
		ORDER BY out_bytes DESC"
	assert_output $'|7040\n192.0.2.60|160\n192.0.2.59|159\n192.0.2.58|158\n192.0.2.57|157\n192.0.2.56|156'
	intact h.db
}

@test "the largest remotes of an hour are kept when there are too many" {
	for minute in 1 2 3 4 5 6; do
		for i in 1 2 3; do
			moved $((minute * 60)) in $U $((i * 100 + minute)) 1 \
				"\"source\":\"192.0.$minute.$i\""
		done
	done | tm-parse | store --remotes 3
	moved 600 in $U 1 1 | tm-parse | store --remotes 3
	run sqlite3 h.db "SELECT address, in_bytes FROM traffic_hour
		JOIN remote ON remote.id = remote ORDER BY in_bytes DESC"
	# twice as many as of a minute stay, and as many more come before a cut
	[ "${#lines[@]}" -ge 7 ] && [ "${#lines[@]}" -le 13 ]
	assert_line --index 0 --regexp '^\|[0-9]+$'
	for minute in 6 5 4 3 2 1; do
		assert_line "192.0.$minute.3|30$minute"
	done
	intact h.db
	run csv
	assert_line "$U",,3664,0,3664,19,0,19,0,0
}

@test "a user with 60,000 remotes in a minute is bounded, and exact" {
	awk -v s=$S 'BEGIN { for (i = 0; i < 60000; i++)
		printf("{\"time_ns\":%d000000000,\"direction\":\"out\",\"uid\":%d,\"bytes\":%d,\"packets\":1,\"destination\":\"10.%d.%d.%d\"}\n",
			s + 1, i % 100 ? 1000 : 1001,
			i % 7 + (i % 3000 ? 0 : 5000), i / 65536, i / 256 % 256, i % 256)
	}' | tm-parse >many.tm
	store many.tm
	assert_equal "$(csv -n --by user | sort)" \
		"$(tm-report -n -q --by user --output csv many.tm | sort)"
	rows=$(sqlite3 h.db 'SELECT count(*) FROM traffic_minute WHERE uid = 1000')
	[ "$rows" -le 4001 ]
	# those that moved much are told one by one
	run csv --by remote --top 20
	for i in 1 10 20; do
		assert_regex "${lines[i]}" '^10\.0\.[0-9.]+,0,500[0-6],'
	done
	# and in the hour there are the largest of the minute
	moved 120 out 1000 1 1 | tm-parse | store
	rows=$(sqlite3 h.db 'SELECT count(*) FROM traffic_minute WHERE uid = 1000')
	[ "$rows" -le 1002 ]
	intact h.db
}

@test "whatever is asked of any range is the sum of what is in it" {
	[ -x "$BUILD/tests/history-check" ]
	awk -v s=$S 'BEGIN { srand(1); for (i = 0; i < 6000; i++)
		printf("{\"time_ns\":%d000000000,\"direction\":\"%s\",\"uid\":%d,\"bytes\":%d,\"packets\":1,\"protocol\":%d,\"comm\":\"c%d\",\"source\":\"10.0.0.%d\",\"destination\":\"10.0.1.%d\"}\n",
			s + i * 170, i % 2 ? "in" : "out", 1000 + int(rand() * 20),
			1 + rand() * 9999, i % 3 ? 6 : 17, rand() * 5, rand() * 200,
			rand() * 200)
		for (i = 0; i < 300; i++)
		printf("{\"kind\":\"lost\",\"time_ns\":%d000000000,\"direction\":\"%s\",\"uid\":%d,\"bytes\":%d,\"packets\":1}\n",
			s + i * 3400, i % 2 ? "in" : "out", 1000 + int(rand() * 20),
			1 + rand() * 9999)
	}' | tm-parse >days.tm
	store days.tm
	run timeout 60 history-check h.db 30
	assert_success
	TZ=Australia/Lord_Howe tm-store --db k.db days.tm
	run timeout 60 history-check k.db 30
	assert_success
}

@test "hostile names are stored as they are and shown harmless" {
	{
		printf '{"kind":"name","of":"user","parts":1,"id":1000,"text":"a\\u001b[31m\\nx,\\"=cmd","time_ns":1}\n'
		moved 1 in 1000 10 1 '"comm":"<img onerror=1>","source":"192.0.2.1"'
		moved 1 in 1001 5 1 '"comm":"\udcff\udcfe; rm"'
	} | tm-parse | store
	run query --by user,process
	assert_line --regexp '^a\\x1b\[31m\\x0ax,"=cmd +<img onerror=1>'
	assert_line --regexp '\\xff\\xfe; rm'
	run csv --by process --process $'\xff\xfe; rm'
	assert_line --partial '\xff\xfe; rm'
	assert_line --partial ,5,0,5,
	run sqlite3 h.db 'SELECT typeof(name) FROM process WHERE id > 1 ORDER BY name'
	assert_output $'text\nblob'
	run python3 -c "
import sqlite3
for row in sqlite3.connect('h.db').execute('SELECT * FROM traffic'): pass
print('read')"
	assert_output read
}

@test "a thousand names of processes a minute are some, and the rest" {
	for i in $(seq 1 1000); do
		moved 1 in $U 10 1 "\"comm\":\"p$i\""
	done | tm-parse | store
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM process')" 102
	run csv
	assert_line "$U",,10000,0,10000,1000,0,1000,0,0
	run csv --by process
	assert_line '(others),9000,0,9000,900,0,900,0,0'
}

@test "kill -9 at any write costs no sum and doubles none" {
	day | tm-parse >day.tm
	store day.tm
	content h.db >expected
	local killed=0 n
	for n in $(seq 1 4 240); do
		rm -f k.db*
		strace -f -qq -o log -e trace=pwrite64,ftruncate \
			-e inject=pwrite64:signal=KILL:when="$n" \
			tm-store --db k.db day.tm >/dev/null 2>&1 && break
		grep -q SIGKILL log && killed=$((killed + 1))
		timeout 20 tm-store -q --db k.db day.tm
		run sqlite3 -readonly k.db 'PRAGMA integrity_check'
		assert_output ok
		content k.db | diff expected -
	done
	echo "$killed killed"
	[ "$killed" -ge 20 ]
}

@test "kill -9 sixty times while it is fed live: no batch twice, none missing" {
	day >head.json
	{
		start 9 0
		for s in $(seq 1 600); do
			moved "$s" in $((1000 + s % 5)) "$s" 1 \
				"$CURL,\"source\":\"192.0.2.$((s % 50 + 1))\""
			[ $((s % 5)) != 0 ] || status tick "$s" 9
		done
		status end 601 9
	} | tm-parse >run.tm
	tm-store -q --db whole.db run.tm
	content whole.db >expected
	local i pid at
	for i in $(seq 1 60); do
		{
			for at in 0 1 2 3 4 5 6; do
				dd if=run.tm bs=128 skip=$((at * 120)) count=120 status=none
				sleep 0.05
			done
			sleep 0.3
		} | tm-store -q --db h.db &
		pid=$!
		STARTED="$pid"
		sleep 0.$((10 + (i * 37) % 55))
		kill -9 "$pid"
		wait "$pid" || true
	done 2>/dev/null
	run sqlite3 -readonly h.db 'PRAGMA integrity_check'
	assert_output ok
	tm-store -q --db h.db run.tm
	content h.db | diff expected -
	intact h.db
}

# A file system of so many kB in ./small, for this test only.
small() {
	needs_root
	mkdir -m 700 small
	mount -t tmpfs -o "size=$1k,mode=700" none small
	MOUNTED=$PWD/small
}

teardown() {
	[ -z "${MOUNTED-}" ] || umount -l "$MOUNTED"
	local pid
	for pid in ${STARTED-}; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

@test "a full disk is said once, what is owed is counted, and the database is sound" {
	small 300
	for i in $(seq 1 4000); do
		moved $((i / 400)) out $((1000 + i)) 100 1 "$CURL,\"destination\":\"192.0.2.1\""
	done | tm-parse >many.tm
	run timeout 60 tm-store -q --db small/h.db many.tm
	assert_failure 1
	assert_line --index 0 "tm-store: small/h.db: No space left on device; what comes is kept in memory, and tried again each second"
	assert_line --index 1 "tm-store: small/h.db: 4000 events (400000 bytes) are owed: they could not be written"
	assert_equal "${#lines[@]}" 2
	intact small/h.db
	run tm-store query --db small/h.db --output csv -q
	assert_success
}

@test "once a full disk has room again, all that was kept is written" {
	small 1024
	start 7 0 | tm-parse | tm-store -q --db small/h.db || true
	for i in $(seq 1 3000); do
		moved 1 out $((1000 + i)) 100 1 "$CURL"
	done | tm-parse >many.tm
	dd if=/dev/zero of=small/full bs=1k status=none || true
	{
		cat many.tm
		eventually grep -q "No space left" said
		rm small/full
		eventually grep -q "is written again" said
		moved 5 in 999 7 1 | tm-parse
	} | timeout 60 tm-store -q --db small/h.db 2>said
	assert_equal "$(cat said)" "tm-store: small/h.db: No space left on device; what comes is kept in memory, and tried again each second
tm-store: small/h.db: is written again; 0 events (0 bytes) are owed"
	run tm-store query --db small/h.db --by direction --output csv -q
	assert_line out,0,300000,300000,0,3000,3000,0,0
	assert_line in,7,0,7,1,0,1,0,0
	intact small/h.db
}

@test "EIO of a write is retried and not taken for a success" {
	day | tm-parse >day.tm
	store day.tm
	head -c $((128 * 7)) day.tm >first.tm
	rm h.db*
	store -q first.tm || true
	run strace -f -qq -o log -P "$PWD/h.db-wal" -e trace=pwrite64 \
		-e inject=pwrite64:error=EIO:when=2 tm-store -q --db h.db day.tm
	grep -q INJECTED log
	assert_success
	assert_line --index 0 --partial "kept in memory"
	assert_line --index 1 --partial "is written again; 0 events"
	assert_equal "$(csv)" "$(tm-report -q --output csv day.tm)"
	intact h.db
}

@test "a reader that holds a transaction holds up neither writer nor other readers" {
	day | tm-parse >day.tm
	head -c $((128 * 7)) day.tm >first.tm
	store -q first.tm || true
	coproc READER { sqlite3 -readonly h.db; }
	echo "BEGIN; SELECT count(*) FROM traffic_minute;" >&"${READER[1]}"
	read -r before <&"${READER[0]}"
	store -q day.tm
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
	echo "SELECT count(*) FROM traffic_minute; COMMIT;" >&"${READER[1]}"
	read -r still <&"${READER[0]}"
	assert_equal "$still" "$before"
	echo .quit >&"${READER[1]}"
	wait "$READER_PID" || true
	intact h.db
}

@test "another program's lock is said once, and waited for" {
	day | tm-parse >day.tm
	start 1 | tm-parse | store -q || true
	mkfifo orders
	sqlite3 h.db <orders >answers &
	STARTED=$!
	exec 6>orders
	echo "BEGIN IMMEDIATE; SELECT 1;" >&6
	eventually test -s answers
	tm-store -q --db h.db day.tm >said 2>&1 6>&- &
	local store=$!
	STARTED="$STARTED $store"
	eventually grep -q "another process" said
	echo "ROLLBACK;" >&6
	exec 6>&-
	wait $store
	run cat said
	assert_line --index 0 "tm-store: h.db: another process is changing it; try again; what comes is kept in memory, and tried again each second"
	assert_line --index 1 "tm-store: h.db: is written again; 0 events (0 bytes) are owed"
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

# has_alice: what she moved is in the history
has_alice() {
	csv 2>/dev/null | grep -q alice
}

@test "two writers: the second says who writes, and asking goes on" {
	day | tm-parse >day.tm
	mkfifo pipe
	tm-store -q --db h.db <pipe &
	STARTED=$!
	exec 5>pipe
	head -c $((128 * 7)) day.tm >&5
	eventually has_alice
	run csv
	assert_line 1000,alice,1500,60,1560,1,1,2,0,0
	run store day.tm
	assert_failure 1
	assert_output "tm-store: h.db: process $STARTED writes to it; give each tm-store a database of its own"
	tm-store prune -q --db h.db --older-than 1d
	tail -c +$((128 * 7 + 1)) day.tm >&5
	exec 5>&-
	wait "$STARTED"
	assert_equal "$(csv)" "$(tm-report -q --output csv day.tm)"
}

@test "a database of another program, a newer one, or no database is refused" {
	day | tm-parse >day.tm
	sqlite3 other.db 'CREATE TABLE x (y)'
	run tm-store --db other.db day.tm
	assert_failure 1
	assert_output "tm-store: other.db: is a database of another program; name another file"
	store day.tm
	sqlite3 h.db 'PRAGMA user_version = 99'
	run store day.tm
	assert_failure 1
	assert_output "tm-store: h.db: was written by a newer tm (format 99, this one knows 1); use that one"
	run query
	assert_failure 1
	head -c 8192 /dev/urandom >noise.db
	run tm-store --db noise.db day.tm
	assert_failure 1
	assert_output "tm-store: noise.db: not a history; name another file"
	run tm-store query --db none.db
	assert_failure 1
	assert_output "tm-store: none.db: No such file or directory"
	: >empty.db
	run tm-store query --db empty.db
	assert_failure 1
	assert_output "tm-store: empty.db: is empty; tm-store writes to it first"
	tm-store --db empty.db day.tm
	for command in "" query prune quota; do
		# shellcheck disable=SC2086 # none or one
		run tm-store $command --older-than 1d
		assert_failure 2
	done
}

@test "nobody leads it to another file" {
	day | tm-parse >day.tm
	mkdir real
	chmod 700 real
	touch victim
	ln -s "$PWD/victim" real/h.db
	run tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "real/h.db: it is a symbolic link"
	for suffix in -wal -shm; do
		rm -f real/h.db*
		ln -s "$PWD/victim" "real/h.db$suffix"
		run tm-store -q --db real/h.db day.tm
		assert_failure 1
		rm -f "real/h.db$suffix"
	done
	[ ! -s victim ]
	rm -f real/*
	mkfifo real/h.db
	run timeout 5 tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "a FIFO"
	rm real/h.db
	run tm-store --db real day.tm
	assert_failure 1
	chmod 777 real
	run tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "its directory: "
	assert_file_not_exist real/h.db
}

@test "the database is its owner's and its group's, and nobody else's" {
	day | tm-parse | (umask 0 && tm-store --db h.db)
	assert_equal "$(stat -c %a h.db h.db-wal h.db-shm | tr '\n' ' ')" \
		"640 640 640 "
}

@test "who may only read the files can ask, with no right on the directory" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/h.db" day.tm
	chgrp 12345 "$dir"/h.db*
	cp "$BUILD/bin/tm-store" "$dir/ask"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		"$dir/ask" query --db "$dir/h.db" --output csv -q
	rm -rf "$dir"
	assert_success
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "what cannot be opened, or has no room beside it, is said with the reason" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/h.db" day.tm
	cp "$BUILD/bin/tm-store" "$dir/ask"
	cd "$dir"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		./ask query --db h.db
	cd "$BATS_TEST_TMPDIR"
	cp "$dir/h.db" .
	rm -rf "$dir"
	assert_failure 1
	assert_output "ask: h.db: Permission denied"
	small 1024
	cp h.db small
	dd if=/dev/zero of=small/full bs=1k status=none || true
	run tm-store query --db small/h.db
	assert_failure 1
	assert_output "tm-store: small/h.db: No space left on device"
}

@test "a copy without the files beside it is read where nothing can be made" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/a%b?c#d.db" day.tm
	rm "$dir"/*-wal "$dir"/*-shm "$dir"/*.lock
	chmod 444 "$dir"/*.db
	cp "$BUILD/bin/tm-store" "$dir/ask"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		"$dir/ask" query --db "$dir/a%b?c#d.db" --output csv -q
	rm -rf "$dir"
	assert_success
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "records of an impossible size or time are left out, and counted" {
	{
		moved 1 in 1000 18446744073709551615 1
		moved 1 in 1000 281474976710656 1
		printf '{"time_ns":18446744073709551615,"direction":"in","uid":1000,"bytes":1,"packets":1}\n'
		printf '{"kind":"tick","time_ns":18446744073709551615,"direction":"out","run_id":3}\n'
		moved 1 in 1000 281474976710655 1
	} | tm-parse >odd.tm
	run store odd.tm
	assert_failure 3
	assert_output "tm-store: 4 records have an impossible time or size and are left out"
	run csv -n
	assert_line 1000,1000,281474976710655,0,281474976710655,1,0,1,0,0
}

@test "no flipped bit of a recording crashes it or breaks the database" {
	day | tm-parse >day.tm
	python3 - <<-'END'
		data = bytearray(open("day.tm", "rb").read())
		for bit in range(0, len(data) * 8, 61):
		    flipped = bytearray(data)
		    flipped[bit // 8] ^= 1 << bit % 8
		    open(f"flip.{bit}.tm", "wb").write(flipped)
	END
	for file in flip.*; do
		code=0
		timeout 10 tm-store -q --db h.db "$file" 2>/dev/null || code=$?
		[ "$code" = 0 ] || [ "$code" = 3 ]
	done
	intact h.db
	run csv --by user,hour
	assert_success
}

@test "SIGHUP opens the file of that name anew" {
	mkfifo pipe
	tm-store -q --db h.db <pipe &
	STARTED=$!
	exec 5>pipe
	{
		start
		name user 1000 alice
		moved 1 in 1000 100 1 "$CURL"
		status tick 2 7
	} | tm-parse >&5
	eventually has_alice
	mv h.db old.db
	kill -HUP "$STARTED"
	eventually test -s h.db
	{
		moved 3 in 1000 50 1 "$CURL"
		status end 4 7
	} | tm-parse >&5
	exec 5>&-
	wait "$STARTED"
	run csv --by user,process
	assert_line 1000,alice,curl,50,0,50,1,0,1,0,0
	run tm-store query --db old.db --output csv -q
	assert_line 1000,alice,100,0,100,1,0,1,0,0
	intact h.db
}

@test "SIGTERM writes what was read; SIGUSR1 tells how far it is" {
	mkfifo pipe
	tm-store --db h.db <pipe 2>said &
	STARTED=$!
	exec 5>pipe
	day | tm-parse >&5
	eventually has_alice
	eventually is_idle "$STARTED"
	kill -USR1 "$STARTED"
	eventually grep -q "events owed" said
	kill -TERM "$STARTED"
	eventually has_taken "$STARTED"
	exec 5>&-
	wait "$STARTED"
	grep -E '^tm-store: [0-9]+ events, .* 0 events owed$' said
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "what is cut or corrupt is said, and what came before is written" {
	day | tm-parse >day.tm
	head -c 1000 day.tm >cut.tm
	run store cut.tm
	assert_failure 3
	assert_output "tm-store: cut.tm: ends inside an event (offset 896)"
	run csv
	assert_line 1000,alice,1500,60,1560,1,1,2,0,0
	run store --strict -q day.tm
	assert_failure 4
}

@test "it writes beneath its directory only, where the kernel has landlock" {
	day | tm-parse >day.tm
	strace -o log -e trace=landlock_restrict_self,landlock_create_ruleset \
		tm-store -q --db h.db day.tm
	grep -q 'landlock_create_ruleset(NULL, 0, .*) *= [1-9]' log ||
		skip "needs a kernel with landlock"
	grep 'landlock_restrict_self(.*) *= 0' log
}

@test "prune removes what is as old, and the names of what nothing is left" {
	{
		moved 0 in 1000 100 1 '"comm":"old","source":"192.0.2.1"'
		moved 8640000 in 1000 50 1 '"comm":"new","source":"192.0.2.2"'
	} | tm-parse | store
	run tm-store prune --db h.db --older-than 300d
	assert_success
	assert_output "tm-store: h.db: nothing in it is as old"
	run tm-store prune --db h.db --older-than 60d
	assert_success
	assert_output ""
	run csv --by process
	assert_line new,50,0,50,1,0,1,0,0
	assert_equal "${#lines[@]}" 2
	assert_equal "$(sqlite3 h.db 'SELECT group_concat(address) FROM remote')" \
		",192.0.2.2"
	assert_equal "$(sqlite3 h.db 'SELECT group_concat(name) FROM process')" \
		",new"
	intact h.db
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

quota() {
	timeout 20 tm-store quota --db h.db "$@"
}

@test "a quota has states, and exit code 5 once it is used up" {
	used 700 20
	run quota --user alice --limit 1000 --at 2023-11-30
	assert_success
	assert_output "$(cat <<-'END'
	USER                 PERIOD  SINCE            LIMIT        USED     SHARE   PROJECTED  STATE
	alice                month   2023-11-01      1000 B       700 B    70.0 %       700 B  ok
	END
	)"
	state() {
		quota --at "${1:-2023-11-30}" --output csv | sed 1d
	}
	assert_equal "$(state)" \
		"1000,alice,month,2023-11-01,1000,700,0.700000,700,ok"
	assert_equal "$(state 2023-12-20 | cut -d, -f6,9)" "0,ok"
	used 100 21
	assert_equal "$(state | cut -d, -f9)" 80
	used 100 22
	assert_equal "$(state | cut -d, -f9)" 90
	used 100 23
	run quota --at 2023-11-30
	assert_failure 5
	assert_line --regexp '1000 B +1000 B +100.0 % .* 100$'
	run quota --user alice --remove --at 2023-11-30
	assert_success
	refute_line --partial alice
}

@test "a period that is over is not projected, one that runs is until its end" {
	used 700 2
	quota --user 1000 --limit 1000 >/dev/null
	for day in 02 10 20 30; do
		assert_equal "$(quota --at 2023-11-$day --output csv | sed 1d)" \
			"1000,alice,month,2023-11-01,1000,700,0.700000,700,ok"
	done
	rm h.db*
	at_hour 12
	now 700
	quota --user 1000 --limit 1000 --day >/dev/null
	for at in "" "--at $(date -d 00:10 +%s)" "--at $(date -d 07:00 +%s)"; do
		# shellcheck disable=SC2086 # words
		run quota --output csv $at
		assert_line --index 1 --regexp '^1000,alice,day,.*,1000,700,0.700000,1[234]..,projected$'
	done
	# what has not begun is not projected either
	run quota --output csv --at "$(date -d 'tomorrow 02:00' +%s)"
	assert_line --index 1 --regexp ',1000,0,0.000000,,ok$'
}

@test "a day's quota is the day's" {
	used 700 20
	run quota --user alice --limit 600 --day --at 2023-11-20
	assert_failure 5
	run quota --at 2023-11-21
	assert_success
}

@test "each state runs the hook once in a period, with names in its environment" {
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
	assert_equal "$(states)" "80 90 projected 100 "
	assert_file_not_exist pwned
	# the same limit again is no new quota, another one is
	run hook --user 1000 --limit 1000 --day
	assert_failure 5
	assert_equal "$(states)" "80 90 projected 100 "
	hook --user 1000 --limit 1100 --day
	assert_equal "$(states)" "80 90 projected 100 80 90 "
	# a new day begins anew, a hook that fails is run again
	sqlite3 h.db 'UPDATE quota SET fired_in = fired_in - 86400000000000'
	run quota --hook 'exit 3'
	assert_failure 1
	assert_line "tm-store: --hook: ended with 3; it is run again the next time"
	hook
	assert_equal "$(states)" "80 90 projected 100 80 90 80 90 "
}

@test "hooks are of now, whatever other time is looked at" {
	now 1100
	quota --user 1000 --limit 1000 >/dev/null || true
	run quota --hook 'echo "$TM_STATE" >>log' --at 2023-11-20
	assert_failure 2
	assert_output "tm-store: hooks are for now; --at and --hook exclude each other
try: tm-store --help"
	assert_file_not_exist log
}

@test "a hook is run where nobody reads the answer, and has a user's number for a name" {
	S=$(date +%s)
	moved 0 in $U 1100 1 | tm-parse | store
	quota --user $U --limit 1000 >/dev/null || true
	run bash -c 'tm-store quota --db h.db --hook "echo \$TM_STATE \$TM_USER >>log" >&-'
	assert_failure 1
	grep -x "100 $U" log
}

@test "misuse is told" {
	day | tm-parse | store
	for wrong in "--by nothing" "--by user,user" "--by hour,day" "--by ," \
		"--sort size" "--output xml" "--protocol none" "--top x" \
		"--direction up" "--from yesterday" "--hours 1 --from 0" \
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
	run store --remotes 0
	assert_failure 2
	run tm-store
	assert_failure 2
	assert_line --index 0 "tm-store: name the database: --db FILE"
}

@test "the page's readers in Python and the shell of SQLite read it" {
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
