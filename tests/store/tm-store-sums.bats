# tm-store: what is added up, once, and what is kept for how long.

load ../helper
load store

# days_agree ARGUMENTS OF env: tm-report and a new history have the same days
days_agree() {
	rm -f zone.db*
	"$@" tm-report -q --by day --output csv days.tm >theirs
	"$@" tm-store -q --db zone.db days.tm
	"$@" tm-store query -q --db zone.db --by day --output csv | diff theirs -
	sqlite3 zone.db "SELECT value FROM about WHERE key = 'zone'"
}

@test "the days of a history are those of tm-report, however the zone is given" {
	for hour in 0 5 10 15 20 25; do
		moved $((hour * 3600)) in 1000 $((100 + hour)) 1
	done | tm-parse >days.tm
	assert_equal "$(days_agree env TZ=:/usr/share/zoneinfo/Asia/Tokyo)" Asia/Tokyo
	assert_equal "$(days_agree env TZ=/usr/share/zoneinfo/Asia/Tokyo)" Asia/Tokyo
	assert_equal "$(days_agree env TZ=:Asia/Tokyo)" Asia/Tokyo
	cp /usr/share/zoneinfo/Asia/Tokyo zone
	assert_equal "$(days_agree env TZ=":$PWD/zone")" Asia/Tokyo
	assert_equal "$(days_agree env TZ=XST-9XDT,M3.5.0/2,M10.5.0/3)" \
		XST-9XDT,M3.5.0/2,M10.5.0/3
	assert_equal "$(days_agree env TZ="$PWD/missing")" UTC
}

@test "a query reports a zone that is not the machine's" {
	moved 20000 in 1000 100 1 | tm-parse >days.tm
	TZ=Asia/Tokyo tm-store -q --db h.db days.tm
	for command in query quota "prune --older-than 90d"; do
		# shellcheck disable=SC2086 # words
		TZ=Europe/Berlin run tm-store $command --db h.db
		assert_success
		assert_line "tm-store: h.db: times are those of Asia/Tokyo, the history's zone; this machine's is Europe/Berlin"
		# shellcheck disable=SC2086 # words
		TZ=Europe/Berlin run tm-store $command -q --db h.db
		refute_output --partial zone
		# shellcheck disable=SC2086 # words
		TZ=Asia/Tokyo run tm-store $command --db h.db
		refute_output --partial zone
	done
}

@test "the days of a history are those of /etc/localtime where that is a file" {
	needs_root
	moved 20000 in 1000 100 1 | tm-parse >days.tm
	mkdir etc
	cp -a /etc/passwd /etc/group /etc/nsswitch.conf etc
	cp /usr/share/zoneinfo/Asia/Tokyo etc/localtime
	export -f days_agree
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m bash -ec 'mount --bind etc /etc; days_agree env -u TZ'
	assert_success
	assert_output Asia/Tokyo
}

@test "a recording that is read twice, or cut and then whole, counts once" {
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
		# the minutes of a cut recording are covered in two pieces
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

@test "consecutive runs are each counted, and covered apart" {
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

@test "late events are in all tables" {
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

@test "minutes, hours and days expire in turn, and no sum is missing" {
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
	# a slot that is not over is in the finer tables only
	assert_equal "$(count hour)" 1
	assert_equal "$(count day)" 3
	assert_equal "$(count month)" 2
	# if only days are left, half an hour of one gives all of it
	run query --by day --from 2024-01-14T22:00:00Z --to 2024-01-14T22:30:00Z
	assert_line --index 0 "2024-01-14 00:00:00 to 2024-01-15 00:00:00"
	run csv --from 2023-11-15T00:00:00Z --to 2023-11-15T01:00:00Z
	assert_line "$U",,4010,0,4010,8,0,8,0,0
	intact h.db
	# rows cannot be by minute, which a message explains
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

@test "retention can be set, but not shorter than that of a finer table" {
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

@test "a clock that was once ahead does not make events too old" {
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

@test "days are those of the zone in which the database was created" {
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

@test "a user's largest remotes are kept, and the others in one row add up exactly" {
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

@test "if an hour has too many remotes, its largest are kept" {
	for minute in 1 2 3 4 5 6; do
		for i in 1 2 3; do
			moved $((minute * 60)) in $U $((i * 100 + minute)) 1 \
				"\"source\":\"192.0.$minute.$i\""
		done
	done | tm-parse | store --remotes 3
	moved 600 in $U 1 1 | tm-parse | store --remotes 3
	run sqlite3 h.db "SELECT address, in_bytes FROM traffic_hour
		JOIN remote ON remote.id = remote ORDER BY in_bytes DESC"
	# twice as many as in a minute stay, and as many more are read before a cut
	[ "${#lines[@]}" -ge 7 ] && [ "${#lines[@]}" -le 13 ]
	assert_line --index 0 --regexp '^\|[0-9]+$'
	for minute in 6 5 4 3 2 1; do
		assert_line "192.0.$minute.3|30$minute"
	done
	intact h.db
	run csv
	assert_line "$U",,3664,0,3664,19,0,19,0,0
}

@test "60,000 remotes of a user in a minute take bounded space, and sums stay exact" {
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
	# the largest are listed one by one
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

@test "for any range and key, the answer is the sum of the finest table" {
	[ -x "$BUILD/tests/history-check" ]
	{
		for i in 1 2 3 4; do
			name cgroup $i /system.slice/u$i.service
			name command $i /usr/bin/c$i
			name login $i "100$i 1"
		done
		awk -v s=$S 'BEGIN { srand(1); for (i = 0; i < 6000; i++)
		printf("{\"time_ns\":%d000000000,\"direction\":\"%s\",\"uid\":%d,\"bytes\":%d,\"packets\":1,\"protocol\":%d,\"comm\":\"c%d\",\"source\":\"10.0.0.%d\",\"destination\":\"10.0.1.%d\",\"cgroup_id\":%d,\"pid\":%d}\n",
			s + i * 170, i % 2 ? "in" : "out", 1000 + int(rand() * 20),
			1 + rand() * 9999, i % 3 ? 6 : 17, rand() * 5, rand() * 200,
			rand() * 200, rand() * 5, rand() * 5)
		for (i = 0; i < 300; i++)
		printf("{\"kind\":\"lost\",\"time_ns\":%d000000000,\"direction\":\"%s\",\"uid\":%d,\"bytes\":%d,\"packets\":1}\n",
			s + i * 3400, i % 2 ? "in" : "out", 1000 + int(rand() * 20),
			1 + rand() * 9999)
		}'
	} | tm-parse >days.tm
	store days.tm
	run timeout 60 history-check h.db 30
	assert_success
	TZ=Australia/Lord_Howe tm-store --db k.db days.tm
	run timeout 60 history-check k.db 30
	assert_success
}

@test "hostile names are stored unchanged and shown harmless" {
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

@test "of a thousand process names a minute the largest are kept, the rest summed up" {
	for i in $(seq 1 1000); do
		moved 1 in $U 10 1 "\"comm\":\"p$i\""
	done | tm-parse | store
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM process')" 102
	run csv
	assert_line "$U",,10000,0,10000,1000,0,1000,0,0
	run csv --by process
	assert_line '(others),9000,0,9000,900,0,900,0,0'
}
