load ../helper

bats_require_minimum_version 1.5.0

setup_file() {
	${CC:-cc} -shared -fPIC -o "$BATS_FILE_TMPDIR/slow-names.so" \
		"$ROOT/tests/preload/slow-names.c"
}

# moved MS DIRECTION UID BYTES PACKETS [KIND]: an event, ms after the start.
moved() {
	printf '{"kind":"%s","time_ns":%s000000,"direction":"%s","uid":%s,"bytes":%s,"packets":%s}\n' \
		"${6:-traffic}" $((1700000000000 + $1)) "$2" "$3" "$4" "$5"
}

# status KIND MS [EXCLUDED_BYTES]: the two records of a TICK or END.
status() {
	local time=$((1700000000000 + $2))

	printf '{"kind":"%s","time_ns":%s000000,"direction":"in","run_id":7}\n' \
		"$1" $time
	printf '{"kind":"%s","time_ns":%s000000,"direction":"out","run_id":7,"excluded_bytes":%s}\n' \
		"$1" $time "${3:-0}"
}

start() {
	echo '{"kind":"start","time_ns":1700000000000000000,"run_id":7}'
}

name() {
	printf '{"kind":"name","time_ns":1700000000000000000,"of":"user","id":%s,"parts":1,"text":"%s"}\n' \
		"$1" "$2"
}

# 13 s of three users, nobody and a loss.
day() {
	start
	name 1000 alice
	name 1001 bob
	moved 100 out 1001 2048 15
	moved 200 in 1000 4096 20
	for s in 1 2 3 4 5 6 7 8 9 10 11 12; do
		status tick $((s * 1000)) 500
		case $s in
		4) moved 4500 in 1001 1500 1 lost ;;
		6) moved 6500 out 3999999999 60 1 ;;
		7) moved 7500 in 4294967295 84 1 ;;
		11) moved 11500 out 1000 1048576 700 ;;
		esac
	done
	status end 13000 500
}

@test "-t 10 -l FILE gives the report of pdtt each interval and at the end" {
	day | tm-parse | tm-report -q -t 10 -l pdtt.log
	cat >expected <<-'END'

	=== Network Statistics Report [2023-11-14 22:13:30] ===
	UID: 1000 | Username: alice
	  TX: 0 bytes (0 packets)
	  RX: 4096 bytes (20 packets)
	  Total: 4096 bytes (20 packets)
	---
	UID: 1001 | Username: bob
	  TX: 2048 bytes (15 packets)
	  RX: 1500 bytes (1 packets)
	  Total: 3548 bytes (16 packets)
	---
	UID: 3999999999 | Username: unknown
	  TX: 60 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 60 bytes (1 packets)
	---

	=== Network Statistics Report [2023-11-14 22:13:33] ===
	UID: 1000 | Username: alice
	  TX: 1048576 bytes (700 packets)
	  RX: 4096 bytes (20 packets)
	  Total: 1052672 bytes (720 packets)
	---
	UID: 1001 | Username: bob
	  TX: 2048 bytes (15 packets)
	  RX: 1500 bytes (1 packets)
	  Total: 3548 bytes (16 packets)
	---
	UID: 3999999999 | Username: unknown
	  TX: 60 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 60 bytes (1 packets)
	---
	END
	diff -u expected pdtt.log
}

@test "--style pdtt-xdp gives the report of pdtt's other program, each 10 s" {
	day | tm-parse >day.tm
	tm-report -q --style pdtt-xdp day.tm >report
	cat >expected <<-'END'

	=== Network Statistics Report [2023-11-14 22:13:30] ===
	UID: 1000 | Username: alice
	  Total: 4096 bytes
	---
	UID: 1001 | Username: bob
	  Total: 3548 bytes
	---
	UID: 3999999999 | Username: unknown
	  Total: 60 bytes
	---

	=== Network Statistics Report [2023-11-14 22:13:33] ===
	UID: 1000 | Username: alice
	  Total: 1052672 bytes
	---
	UID: 1001 | Username: bob
	  Total: 3548 bytes
	---
	UID: 3999999999 | Username: unknown
	  Total: 60 bytes
	---
	END
	diff -u expected report
}

@test "-t 0 reports at the end only" {
	day | tm-parse >day.tm
	tm-report -q -t 0 day.tm >report
	tm-report -q -t 10 day.tm | tail -n 17 | diff - report
}

@test "what has no owner and what was lost go to stderr, when they have grown" {
	day | tm-parse >day.tm
	tm-report -t 6 day.tm 2>notes >/dev/null
	run cat notes
	assert_output - <<-'END'
	tm-report: 2023-11-14 22:13:26: nobody's 0 bytes (0 packets), lost 1500 bytes (1 packets)
	tm-report: 2023-11-14 22:13:32: nobody's 84 bytes (1 packets), lost 1500 bytes (1 packets)
	END
}

@test "times are local" {
	moved 0 in 1000 1 1 | tm-parse | TZ=Australia/Perth tm-report -n -t 10 >report
	run sed -n 2p report
	assert_output '=== Network Statistics Report [2023-11-15 06:13:20] ==='
}

@test "--style table shows each interval who moves what, and all totals at the end" {
	day | tm-parse >day.tm
	tm-report -t 5 --style table day.tm >table
	cat >expected <<-'END'
	2023-11-14 22:13:25           IN          OUT   PACKETS    TOTAL IN   TOTAL OUT
	alice                 6.6 kbit/s      0 bit/s        20     4.0 KiB         0 B
	bob                   2.4 kbit/s   3.3 kbit/s        16     1.5 KiB     2.0 KiB
	all                   9.0 kbit/s   3.3 kbit/s        36     5.5 KiB     2.0 KiB
	  of it lost          2.4 kbit/s      0 bit/s         1     1.5 KiB         0 B

	2023-11-14 22:13:30           IN          OUT   PACKETS    TOTAL IN   TOTAL OUT
	3999999999               0 bit/s     96 bit/s         1         0 B        60 B
	none                   134 bit/s      0 bit/s         1        84 B         0 B
	all                    134 bit/s     96 bit/s         2     5.5 KiB     2.1 KiB
	  of it lost             0 bit/s      0 bit/s         0     1.5 KiB         0 B

	2023-11-14 22:13:20 to 2023-11-14 22:13:33
	USER                         IN         OUT       TOTAL     SHARE      PACKETS
	alice                   4.0 KiB     1.0 MiB     1.0 MiB    99.7 %          720
	bob                     1.5 KiB     2.0 KiB     3.5 KiB     0.3 %           16
	3999999999                  0 B        60 B        60 B     0.0 %            1
	none                       84 B         0 B        84 B     0.0 %            1
	all                     5.5 KiB     1.0 MiB     1.0 MiB   100.0 %          738
	attributed 1.0 MiB (99.8 %), nobody's 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)
	END
	diff -u expected table
}

@test "a second without traffic is one line of the table" {
	{
		start
		moved 100 in 1000 125000 100
		status tick 1000
		status tick 2000
		status tick 3000
		moved 3100 out 1000 125 1
		status tick 4000
		status end 4100
	} | tm-parse | tm-report -n -t 1 --style table >table
	head -n 6 table >head
	cat >expected <<-'END'
	2023-11-14 22:13:21           IN          OUT   PACKETS    TOTAL IN   TOTAL OUT
	1000                  1.0 Mbit/s      0 bit/s       100   122.1 KiB         0 B
	all                   1.0 Mbit/s      0 bit/s       100   122.1 KiB         0 B
	2023-11-14 22:13:22 no traffic
	2023-11-14 22:13:23 no traffic

	END
	diff -u expected head
}

@test "no row of a table is wider than 80 columns" {
	{
		start
		name 1000 "$(printf 'n%.0s' $(seq 90))"
		moved 100 in 1000 99999999999999 4000000000
		moved 200 out 1000 99999999999999 4000000000
		status tick 1000
		status end 1100
	} | tm-parse | tm-report -t 1 --style table >table
	run grep -v '^attributed' table
	assert_output --partial 'nnnnnnnnnnnnnnnnnn~ '
	run awk 'length > 80 && !/^attributed/' table
	assert_output ''
}

@test "without -t there is one table at the end, the largest user first" {
	day | tm-parse >day.tm
	run tm-report day.tm
	assert_success
	assert_output - <<-'END'
	USER                         IN         OUT       TOTAL     SHARE      PACKETS
	alice                   4.0 KiB     1.0 MiB     1.0 MiB    99.7 %          720
	bob                     1.5 KiB     2.0 KiB     3.5 KiB     0.3 %           16
	3999999999                  0 B        60 B        60 B     0.0 %            1
	none                       84 B         0 B        84 B     0.0 %            1
	all                     5.5 KiB     1.0 MiB     1.0 MiB   100.0 %          738
	attributed 1.0 MiB (99.8 %), nobody's 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)
	END
	tm-report --by user day.tm | diff - <(tm-report day.tm)
}

@test "--output csv has exact integers" {
	day | tm-parse >day.tm
	run --separate-stderr tm-report --output csv day.tm
	assert_success
	assert_output - <<-'END'
	uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	1000,alice,4096,1048576,1052672,20,700,720,0,0
	1001,bob,1500,2048,3548,1,15,16,1500,1
	3999999999,,0,60,60,0,1,1,0,0
	4294967295,none,84,0,84,1,0,1,0,0
	END
	assert_equal "$stderr" \
		"attributed 1.0 MiB (99.8 %), nobody's 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)"
}

@test "--output json is one object a line, with all that was seen" {
	day | tm-parse >day.tm
	run tm-report --output json --top 1 day.tm
	assert_success
	assert_output '{"version":1,"from":"2023-11-14T22:13:20.000000000Z","from_ns":1700000000000000000,"to":"2023-11-14T22:13:33.000000000Z","to_ns":1700000013000000000,"by":["user"],"rows":[{"uid":1000,"user":"alice","in":4096,"out":1048576,"total":1052672,"packets_in":20,"packets_out":700,"packets":720,"lost":0,"lost_packets":0},{"uid":null,"user":"(others)","in":1500,"out":2108,"total":3608,"packets_in":1,"packets_out":16,"packets":17,"lost":1500,"lost_packets":1},{"uid":4294967295,"user":"none","in":84,"out":0,"total":84,"packets_in":1,"packets_out":0,"packets":1,"lost":0,"lost_packets":0}],"attributed":{"bytes":1054780,"packets":736},"nobody":{"bytes":84,"packets":1},"lost":{"bytes":1500,"packets":1},"excluded":{"bytes":500,"packets":0}}'
}

@test "with -t each line of CSV begins with its time" {
	{
		moved 0 in 1000 5 1
		moved 2500 in 1000 7 1
	} | tm-parse | tm-report -n -q -t 1 --output csv >csv
	run cat csv
	assert_output - <<-'END'
	time,uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	1700000001.000000000,1000,1000,5,0,5,1,0,1,0,0
	1700000002.500000000,1000,1000,12,0,12,2,0,2,0,0
	END
}

@test "what several runs and cut ones excluded adds up" {
	{
		start
		status tick 1000 100
		status tick 2000 300
		status end 3000 400
		start
		status tick 1000 20
	} | tm-parse >runs.tm
	run tm-report --output json runs.tm
	assert_failure 3
	assert_output --partial '"excluded":{"bytes":420,'
}

@test "unattributed traffic is no user's: it is in no row, and said apart" {
	{
		moved 0 in 1000 1024 2
		moved 0 in 1000 3072 2 unattributed
	} | tm-parse >apart.tm
	run tm-report -n apart.tm
	assert_output - <<-'END'
	USER                         IN         OUT       TOTAL     SHARE      PACKETS
	1000                    1.0 KiB         0 B     1.0 KiB   100.0 %            2
	all                     1.0 KiB         0 B     1.0 KiB   100.0 %            2
	attributed 1.0 KiB (25.0 %), nobody's 0 B (0.0 %), lost 0 B (0.0 %), excluded 0 B (0.0 %), unattributed 3.0 KiB (75.0 %)
	END
	run tm-report -n --output json apart.tm
	assert_output --regexp '"excluded":\{"bytes":0,"packets":0\},"unattributed":\{"bytes":3072,"packets":2\}\}$'
	run tm-report -n -t 0 apart.tm
	assert_line 'tm-report: 2023-11-14 22:13:20: nobody'"'"'s 0 bytes (0 packets), lost 0 bytes (0 packets), unattributed 3072 bytes (2 packets)'
	assert_line '  Total: 1024 bytes (2 packets)'
}

@test "a recording and the live stream give the same reports" {
	day | tm-parse >day.tm
	tm-report -q -t 5 day.tm >recorded
	while read -r line; do
		echo "$line"
		case $line in
		*1700000005*) sleep 1.5 ;;
		esac
	done < <(day) | tm-parse | tm-report -q -t 5 >live
	diff -u recorded live
}

@test "an early TICK is the last of its interval" {
	{
		start
		status tick 999
		status tick 2001
		status tick 2990
		status end 3100
	} | tm-parse | tm-report -t 1 >report
	run grep -c === report
	assert_output 4
	run grep -o '22:13:2.' report
	assert_output - <<-'END'
	22:13:21
	22:13:22
	22:13:23
	22:13:23
	END
}

@test "an hour of silence is one report, not 360" {
	{
		moved 0 in 1000 1 1
		moved 3600000 in 1000 1 1
	} | tm-parse | tm-report -t 10 >report
	run grep -o '2.:13:..' report
	assert_output - <<-'END'
	22:13:30
	23:13:20
	END
}

@test "a clock that is set back ends the interval and counts on" {
	{
		start
		moved 500 in 1000 1000 1
		status tick 1000
		moved 1100 in 1000 1000 1
		status tick -3599000
		moved -3598500 in 1000 1000 1
		status tick -3598000
		status end -3598000
	} | tm-parse | tm-report -n -q -t 1 --output csv >csv
	run cut -d, -f 1,4 csv
	assert_output - <<-'END'
	time,in
	1700000001.000000000,1000
	1700000001.100000000,2000
	1699996402.000000000,3000
	1699996402.000000000,3000
	END
}

@test "a live stream without TICKs has its reports while it is idle" {
	mkfifo pipe
	tm-report -n -q -t 1 --output csv <pipe >csv &
	local report=$!
	exec 7>pipe
	moved 0 in 1000 77 1 | tm-parse >&7
	eventually grep -q '^1700' csv
	sleep 2.2 # two more intervals
	run cat csv
	exec 7>&-
	wait $report
	assert_line '1700000001.000000000,1000,1000,77,0,77,1,0,1,0,0'
	# and only one, since no more came
	assert_equal "${#lines[@]}" 2
}

@test "SIGTERM writes the last report of what was read, exit 0" {
	mkfifo pipe
	tm-report -t 60 -l report.log <pipe &
	local report=$!
	exec 7>pipe
	moved 0 out 1000 2048 15 | tm-parse >&7
	eventually is_idle $report
	kill -TERM $report
	exec 7>&-
	wait $report
	run grep -c 'TX: 2048 bytes (15 packets)' report.log
	assert_output 1
}

@test "an input that was cut is reported as far as it goes, exit 3" {
	day | tm-parse | head -c 1000 >cut.tm
	run --separate-stderr tm-report -n --output csv cut.tm
	assert_failure 3
	assert_line --index 2 1001,1001,0,2048,2048,0,15,15,0,0
	assert_regex "$stderr" 'tm-report: cut.tm: ends inside an event \(offset 896\)'
}

@test "--strict exits with 4 when events were lost" {
	day | tm-parse >day.tm
	run tm-report day.tm
	assert_success
	run tm-report --strict day.tm
	assert_failure 4
}

@test "an empty stream has an empty report" {
	: >empty.tm
	run tm-report --output csv -q empty.tm
	assert_success
	assert_output uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	run tm-report -t 1 empty.tm
	assert_success
	assert_output --regexp '=== Network Statistics Report \[2[-: 0-9]*\] ===$'
}

@test "hostile names are harmless in every form" {
	{
		name 1 'a\nUID: 0 | Username: root'
		name 2 '\u001b]0;x\u0007'
		name 3 '=cmd|x'
		name 4 '<img onerror>\",'
		name 5 ../x
		for i in 1 2 3 4 5; do
			moved 0 in $i $((6 - i)) 1
		done
	} | tm-parse >names.tm
	run tm-report --output csv -q names.tm
	assert_output - <<-'END'
	uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	1,a\x0aUID: 0 | Username: root,5,0,5,1,0,1,0,0
	2,\x1b]0;x\x07,4,0,4,1,0,1,0,0
	3,'=cmd|x,3,0,3,1,0,1,0,0
	4,"<img onerror>"",",2,0,2,1,0,1,0,0
	5,../x,1,0,1,1,0,1,0,0
	END
	run tm-report -t 1 names.tm
	assert_line --index 1 'UID: 1 | Username: a\x0aUID: 0 | Username: root'
	assert_line --index 6 'UID: 2 | Username: \x1b]0;x\x07'
	run tm-report names.tm
	assert_line --index 1 --regexp '^a\\x0aUID: 0 \| User~ +5 B '
	run tm-report --output json names.tm
	assert_output --partial '"user":"a\nUID: 0 | Username: root"'
	assert_output --partial '"user":"\u001b]0;x\u0007"'
}

@test "a name of 5,000 bytes is cut, and its columns stay" {
	moved 0 in 7000 1 1 | tm-parse >one.tm
	NAME_TEXT=$(printf '\303\244%.0s' $(seq 2500)) \
		LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" tm-report one.tm >table
	run sed -n 2p table
	assert_output "$(printf '\303\244%.0s' $(seq 18))~         1 B         0 B         1 B   100.0 %            1"
}

@test "a name service that hangs stops no report" {
	{
		for s in 0 1 2 3 4; do
			moved ${s}000 in $((6000 + s)) 1 1
			status tick $((s * 1000 + 999))
		done
		status end 5000
	} | tm-parse >live.tm
	SLOW_NAMES_MS=60000 LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" \
		timeout 20 tm-report -t 1 live.tm >report
	run grep -c === report
	assert_output 6
	run grep -c 'Username: unknown' report
	assert_output 20
}

@test "the recording's names come before this machine's, -n shows numbers" {
	{
		name 0 toor
		moved 0 in 0 1 1
	} | tm-parse >one.tm
	run tm-report -q --output csv one.tm
	assert_line --index 1 0,toor,1,0,1,1,0,1,0,0
	run tm-report -q -n --output csv one.tm
	assert_line --index 1 0,0,1,0,1,1,0,1,0,0
	run tm-report -n -t 1 one.tm
	assert_line --index 1 'UID: 0 | Username: 0'
}

@test "beyond --max-rows the smallest users are one row and sums stay exact" {
	for i in $(seq 1 200); do
		moved "$i" in "$i" "$i" 1
	done | tm-parse >many.tm
	tm-report -n -q --output csv --max-rows 10 many.tm >csv
	assert [ "$(wc -l <csv)" -le 12 ]
	run awk -F, 'NR > 1 {bytes += $3; packets += $6} END {print bytes, packets}' csv
	assert_output '20100 200'
	run grep -c '^,(others),\|^,"(others)",' csv
	assert_output 1
	run sed -n 2p csv
	assert_output 200,200,200,0,200,1,0,1,0,0
	run --separate-stderr tm-report -n -t 10 --max-rows 10 many.tm
	assert_regex "$stderr" "other users' [0-9]+ bytes"
}

@test "the live table shows 20 users, or --top, and sums up the rest" {
	{
		start
		for i in $(seq 1 30); do
			moved 100 in "$i" $((i * 1000)) 1
		done
		status tick 1000
		status end 1100
	} | tm-parse >many.tm
	tm-report -n -t 1 --style table many.tm | sed '/^$/,$d' >table
	# heading, 20 users, others, all
	assert_equal "$(wc -l <table)" 23
	run grep others table
	assert_output '(others)            440.0 kbit/s      0 bit/s        10    53.7 KiB         0 B'
	run sed -n 2p table
	assert_output '30                  240.0 kbit/s      0 bit/s         1    29.3 KiB         0 B'
	tm-report -n -t 1 --style table --top 2 many.tm | sed '/^$/,$d' >table
	assert_equal "$(wc -l <table)" 5
}

@test "the log is appended to, made 0640, and not made anew" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	(umask 0 && tm-report -l report.log one.tm)
	assert_equal "$(stat -c %a report.log)" 640
	tm-report -l report.log one.tm
	run grep -c === report.log
	assert_output 2
}

@test "with a log standard output has nothing, unless it is a terminal" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	run tm-report -l report.log one.tm
	assert_success
	assert_output ''
	script -qec 'tm-report -l report.log one.tm' /dev/null >screen </dev/null
	run grep -c === screen
	assert_output 1
	run grep -c === report.log
	assert_output 2
}

@test "a log that is no file of its own is refused" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	touch victim
	ln -s victim link
	ln -s nothing dangling
	touch first
	ln first second
	mkfifo fifo
	mkdir directory
	refused() {
		run timeout 5 tm-report -l "$1" one.tm
		assert_failure 1
		assert_output "tm-report: $1: $2"
	}
	refused link 'is a symbolic link'
	refused dangling 'is a symbolic link'
	refused second 'has other names (hard links)'
	refused fifo 'is a FIFO'
	refused directory 'is a directory'
	refused directory/ 'is a directory'
	refused /dev/null 'is a device'
	refused no/such/log 'No such file or directory'
	assert [ ! -e nothing ]
	assert [ ! -s victim ]
}

@test "a log in /tmp behind another user's symlink, or another user's file, is refused" {
	needs_root
	local shared
	shared=$(mktemp -d /tmp/tm-report.XXXXXX)
	chmod 1777 "$shared"
	moved 0 in 1000 1 1 | tm-parse >one.tm
	mkdir -p target
	touch target/passwd
	ln -s "$PWD/target/passwd" "$shared/stats.log"
	ln -s "$PWD/target" "$shared/logs"
	touch "$shared/mine.log"
	chown -h 65534 "$shared/stats.log" "$shared/logs" "$shared/mine.log"

	run tm-report -l "$shared/stats.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/stats.log: is a symbolic link"
	run tm-report -l "$shared/logs/stats.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/logs/stats.log: a directory on the way is none, or another user's symbolic link"
	run tm-report -l "$shared/mine.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/mine.log: belongs to another user (uid 65534)"
	assert [ ! -s target/passwd ]
	assert [ ! -e target/stats.log ]

	# one that root made leads on
	ln -s "$PWD/target" "$shared/own"
	run tm-report -l "$shared/own/stats.log" one.tm
	rm -r "$shared"
	assert_success
	assert [ -s target/stats.log ]
}

# A live tm-report -l report.log, fed through descriptor 7.
feed_live() {
	mkfifo pipe
	tm-report -n -q -t 1 -l report.log <pipe 2>errors &
	report=$!
	exec 7>pipe
}

@test "SIGHUP goes on in a new file after the log was renamed" {
	feed_live
	{
		moved 0 in 1000 1 1
		moved 1000 in 1000 1 1
	} | tm-parse >&7
	eventually grep -q === report.log
	mv report.log report.log.1
	kill -HUP $report
	eventually test -e report.log
	moved 2000 in 1000 1 1 | tm-parse >&7
	exec 7>&-
	wait $report
	assert_equal "$(grep -c === report.log.1)" 1
	assert_equal "$(grep -c === report.log)" 2
	assert_equal "$(cat errors)" ''
}

@test "a log that was removed is made anew, and SIGHUP keeps one that is in place" {
	feed_live
	moved 0 in 1000 1 1 | tm-parse >&7
	eventually is_idle $report
	kill -HUP $report
	eventually is_idle $report
	moved 1000 in 1000 1 1 | tm-parse >&7
	eventually grep -q === report.log
	rm report.log
	exec 7>&-
	wait $report
	assert_equal "$(grep -c === report.log)" 1
	assert_equal "$(cat errors)" ''
}

@test "two reports do not share a log" {
	feed_live
	eventually test -e report.log
	eventually is_idle $report
	moved 0 in 1000 1 1 | tm-parse >one.tm
	run tm-report -l report.log one.tm
	exec 7>&-
	wait $report
	assert_failure 1
	assert_output 'tm-report: report.log: is the log of another process'
}

@test "a full disk leaves out whole reports, says so, and exits with 1" {
	needs_root
	mkdir small
	mount -t tmpfs -o size=4k tmpfs small
	{
		for s in $(seq 0 99); do
			moved $((s * 1000)) out 1000 1500 1
		done
	} | tm-parse >events.tm
	run tm-report -n -t 1 -l small/report.log events.tm
	cp small/report.log copy
	umount small
	assert_failure 1
	assert_line --index 0 'tm-report: small/report.log: No space left on device; the report is left out, the next is tried'
	assert_line --index 1 --regexp '^tm-report: small/report.log: [0-9]+ reports were not written$'
	assert_equal "${#lines[@]}" 2
	assert_equal "$(tail -n 1 copy)" ---
	assert_equal "$(grep -c === copy)" "$(grep -c -- '^---' copy)"
}

@test "standard output that is full is an error, one that is closed is not" {
	day | tm-parse >day.tm
	run bash -c 'tm-report day.tm >/dev/full'
	assert_failure 1
	assert_output 'tm-report: standard output: No space left on device'
	# more than a pipe holds
	many=$(yes day.tm | head -n 2000)
	run bash -c "{ tm-report -q -t 1 $(echo $many) || echo \$? >status; } | head -n 2"
	assert_line --partial '=== Network Statistics Report'
	assert [ ! -e status ]
}

@test "SIGUSR1 prints a line of statistics" {
	feed_live
	moved 0 in 1000 1 1 | tm-parse >&7
	eventually is_idle $report
	kill -USR1 $report
	eventually test -s errors
	exec 7>&-
	wait $report
	run cat errors
	assert_output --regexp '^tm-report: 1 events, .*, 0 lost$'
}

@test "wrong options are named with what would be right, exit 2" {
	misused() {
		local text=$1
		shift
		run tm-report "$@" </dev/null
		assert_failure 2
		assert_line --index 0 "tm-report: $text"
	}
	misused '--by: no such key: x; they are user, pid, process, local, remote, network, port, local_port, remote_port, protocol, interface, cgroup, direction, hour, day' --by user,x
	misused '--by: no such key: bin; they are user, pid, process, local, remote, network, port, local_port, remote_port, protocol, interface, cgroup, direction, hour, day' --by bin
	misused '--by: user twice' --by user,port,user
	misused '--style: not pdtt, pdtt-xdp, processes or table: x' --style x
	misused '--output: not table, csv or json: x' --output x
	misused 'one --style, --output or --oneline, not two' --style table --output csv
	misused 'one --style, --output or --oneline, not two' --oneline a --output csv
	misused '--by: for a table, csv or json, not for pdtt' --style pdtt --by port
	misused '--sort: for a table, csv or json, not for processes' --style processes --sort in
	misused '--connections: for pdtt or pdtt-xdp, not for csv' --output csv --connections
	misused '--sort: neither total, in, out, packets, lost nor a key of --by: pid' --by user --sort pid
	misused '--sum: not bytes, packets or both: bits' --sum bits
	misused '--sum: bytes, packets or both' --sum ''
	misused '--bin: not a time such as 500ms, 10s, 5m or 2d: x' --bin x
	misused '--bin: not a time such as 500ms, 10s, 5m or 2d: 0' --bin 0
	misused '--alert: not a size such as 500M or 10G: 0' --alert 0
	misused '--interval: not a time such as 500ms, 10s, 5m or 2d: 1x' -t 1x
	misused '--top: not a number from 1 to 1073741824: 0' --top 0
	misused '--max-rows: not a number from 1 to 1073741824: -1' --max-rows=-1
	misused "unrecognized option '--nonsense'" --nonsense
	assert_line --index 1 'try: tm-report --help'
}

@test "--help and --version go to stdout" {
	run --separate-stderr tm-report --help
	assert_success
	assert_output --partial 'usage: tm-report'
	run awk 'length > 80' <<<"$output"
	assert_output ''
	run --separate-stderr tm-report --version
	assert_success
	assert_output --regexp '^tm-report [0-9]'
}
