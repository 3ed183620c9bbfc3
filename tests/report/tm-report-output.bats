# tm-report: the forms of its reports.

load ../helper
load report

@test "-t 10 -l FILE writes pdtt's report each interval and at the end" {
	day | tm-parse | tm-report --style pdtt -q -t 10 -l pdtt.log
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

@test "--style pdtt-xdp writes the report of pdtt's other program every 10 s" {
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

@test "with -t 0 there is one report, at the end" {
	day | tm-parse >day.tm
	tm-report --style pdtt -q -t 0 day.tm >report
	tm-report --style pdtt -q -t 10 day.tm | tail -n 17 | diff - report
}

@test "unowned and lost traffic are reported on standard error once they have grown" {
	day | tm-parse >day.tm
	tm-report --style pdtt -t 6 day.tm 2>notes >/dev/null
	run cat notes
	assert_output - <<-'END'
	tm-report: 2023-11-14 22:13:26: unowned 0 bytes (0 packets), lost 1500 bytes (1 packets)
	tm-report: 2023-11-14 22:13:32: unowned 84 bytes (1 packets), lost 1500 bytes (1 packets)
	END
}

@test "times are in the local zone" {
	moved 0 in 1000 1 1 | tm-parse | TZ=Australia/Perth tm-report --style pdtt -n -t 10 >report
	run sed -n 2p report
	assert_output '=== Network Statistics Report [2023-11-15 06:13:20] ==='
}

@test "--style table shows each interval's rates, and all totals at the end" {
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
	attributed 1.0 MiB (99.8 %), unowned 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)
	END
	diff -u expected table
}

@test "a second without traffic is one line of the table" {
	{
		start
		moved 0.1 in 1000 125000 100
		status tick 1
		status tick 2
		status tick 3
		moved 3.1 out 1000 125 1
		status tick 4
		status end 4.1
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
		name user 1000 "$(printf 'n%.0s' $(seq 90))"
		moved 0.1 in 1000 99999999999999 4000000000
		moved 0.2 out 1000 99999999999999 4000000000
		status tick 1
		status end 1.1
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
	attributed 1.0 MiB (99.8 %), unowned 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)
	END
	tm-report --by user day.tm | diff - <(tm-report day.tm)
}

@test "--output csv writes exact integers" {
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
		"attributed 1.0 MiB (99.8 %), unowned 84 B (0.0 %), lost 1.5 KiB (0.1 %), excluded 500 B (0.0 %)"
}

@test "--output json writes one object a line, with everything that was seen" {
	day | tm-parse >day.tm
	run tm-report --output json --top 1 day.tm
	assert_success
	assert_output '{"version":1,"from":"2023-11-14T22:13:20.000000000Z","from_ns":1700000000000000000,"to":"2023-11-14T22:13:33.000000000Z","to_ns":1700000013000000000,"by":["user"],"rows":[{"uid":1000,"user":"alice","in":4096,"out":1048576,"total":1052672,"packets_in":20,"packets_out":700,"packets":720,"lost":0,"lost_packets":0},{"uid":null,"user":"(others)","in":1500,"out":2108,"total":3608,"packets_in":1,"packets_out":16,"packets":17,"lost":1500,"lost_packets":1},{"uid":4294967295,"user":"none","in":84,"out":0,"total":84,"packets_in":1,"packets_out":0,"packets":1,"lost":0,"lost_packets":0}],"attributed":{"bytes":1054780,"packets":736},"nobody":{"bytes":84,"packets":1},"lost":{"bytes":1500,"packets":1},"excluded":{"bytes":500,"packets":0}}'
}

@test "with -t each line of CSV begins with its time" {
	{
		moved 0 in 1000 5 1
		moved 2.5 in 1000 7 1
	} | tm-parse | tm-report -n -q -t 1 --output csv >csv
	run cat csv
	assert_output - <<-'END'
	time,uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	1700000001.000000000,1000,1000,5,0,5,1,0,1,0,0
	1700000002.500000000,1000,1000,12,0,12,2,0,2,0,0
	END
}

@test "excluded traffic of several runs, cut ones too, adds up" {
	{
		start
		status tick 1 7 '' '"excluded_bytes":100'
		status tick 2 7 '' '"excluded_bytes":300'
		status end 3 7 '' '"excluded_bytes":400'
		start
		status tick 1 7 '' '"excluded_bytes":20'
	} | tm-parse >runs.tm
	run tm-report --output json runs.tm
	assert_failure 3
	assert_output --partial '"excluded":{"bytes":420,'
}

@test "unattributed traffic is in no user's row and is reported apart" {
	{
		moved 0 in 1000 1024 2
		moved 0 in 1000 3072 2 '"kind":"unattributed"'
	} | tm-parse >apart.tm
	run tm-report -n apart.tm
	assert_output - <<-'END'
	USER                         IN         OUT       TOTAL     SHARE      PACKETS
	1000                    1.0 KiB         0 B     1.0 KiB   100.0 %            2
	all                     1.0 KiB         0 B     1.0 KiB   100.0 %            2
	attributed 1.0 KiB (25.0 %), unowned 0 B (0.0 %), lost 0 B (0.0 %), excluded 0 B (0.0 %), unattributed 3.0 KiB (75.0 %)
	END
	run tm-report -n --output json apart.tm
	assert_output --regexp '"excluded":\{"bytes":0,"packets":0\},"unattributed":\{"bytes":3072,"packets":2\}\}$'
	run tm-report --style pdtt -n -t 0 apart.tm
	assert_line 'tm-report: 2023-11-14 22:13:20: unowned 0 bytes (0 packets), lost 0 bytes (0 packets), unattributed 3072 bytes (2 packets)'
	assert_line '  Total: 1024 bytes (2 packets)'
}

@test "hostile names are harmless in every form" {
	{
		name user 1 'a\nUID: 0 | Username: root'
		name user 2 '\u001b]0;x\u0007'
		name user 3 '=cmd|x'
		name user 4 '<img onerror>\",'
		name user 5 ../x
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
	run tm-report --style pdtt -t 1 names.tm
	assert_line --index 1 'UID: 1 | Username: a\x0aUID: 0 | Username: root'
	assert_line --index 6 'UID: 2 | Username: \x1b]0;x\x07'
	run tm-report names.tm
	assert_line --index 1 --regexp '^a\\x0aUID: 0 \| User~ +5 B '
	run tm-report --output json names.tm
	assert_output --partial '"user":"a\nUID: 0 | Username: root"'
	assert_output --partial '"user":"\u001b]0;x\u0007"'
}

@test "a name of 5,000 bytes is cut, and columns stay aligned" {
	{
		start_here
		moved 0 in 7000 1 1
		status end 0
	} | tm-parse >one.tm
	NAME_TEXT=$(printf '\303\244%.0s' $(seq 2500)) \
		LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" tm-report one.tm >table
	run sed -n 2p table
	assert_output "$(printf '\303\244%.0s' $(seq 18))~         1 B         0 B         1 B   100.0 %            1"
}

@test "a name service that hangs delays no report" {
	{
		start_here
		for s in 0 1 2 3 4; do
			moved $s in $((6000 + s)) 1 1
			status tick $s.999
		done
		status end 5
	} | tm-parse >live.tm
	SLOW_NAMES_MS=60000 LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" \
		timeout 20 tm-report --style pdtt -t 1 live.tm >report
	run grep -c === report
	assert_output 6
	run grep -c 'Username: unknown' report
	assert_output 20
}

@test "recorded names come before this machine's; -n shows numbers" {
	{
		name user 0 toor
		moved 0 in 0 1 1
	} | tm-parse >one.tm
	run tm-report -q --output csv one.tm
	assert_line --index 1 0,toor,1,0,1,1,0,1,0,0
	run tm-report -q -n --output csv one.tm
	assert_line --index 1 0,0,1,0,1,1,0,1,0,0
	run tm-report --style pdtt -n -t 1 one.tm
	assert_line --index 1 'UID: 0 | Username: 0'
}

@test "beyond --max-rows the smallest users share one row, and sums stay exact" {
	for i in $(seq 1 200); do
		moved 0 in "$i" "$i" 1
	done | tm-parse >many.tm
	tm-report -n -q --output csv --max-rows 10 many.tm >csv
	assert [ "$(wc -l <csv)" -le 12 ]
	run awk -F, 'NR > 1 {bytes += $3; packets += $6} END {print bytes, packets}' csv
	assert_output '20100 200'
	run grep -c '^,(others),\|^,"(others)",' csv
	assert_output 1
	run sed -n 2p csv
	assert_output 200,200,200,0,200,1,0,1,0,0
	run --separate-stderr tm-report --style pdtt -n -t 10 --max-rows 10 many.tm
	assert_regex "$stderr" "other users' [0-9]+ bytes"
}

@test "the live table shows 20 users, or --top, and sums up the rest" {
	{
		start
		for i in $(seq 1 30); do
			moved 0.1 in "$i" $((i * 1000)) 1
		done
		status tick 1
		status end 1.1
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

@test "sums that would overflow stay at the largest number, which is said once" {
	local half=9223372036854775808 most=18446744073709551615
	{
		moved 0 in 1000 $half
		moved 0 out 1000 $half
		moved 1 in 1000 $half
		moved 1 in 1001 $half
	} | tm-parse >day.tm
	tm-report -n --output csv --sum bytes day.tm >out 2>said
	assert_equal "$(<out)" "\
uid,user,in,out,total,lost
1000,1000,$most,$half,$most,0
1001,1001,$half,0,$half,0"
	assert_equal "$(<said)" "\
tm-report: a sum is too large and stays at the largest number; a record is damaged or forged
attributed 16.0 EiB (100.0 %), unowned 0 B (0.0 %), lost 0 B (0.0 %), excluded 0 B (0.0 %)"
	run -0 tm-report -n -t 1 --output table day.tm
	assert_line --regexp '^1000 +16.0 EiB +8.0 EiB +16.0 EiB +100.0 %'
	assert_equal "$(grep -c "sum is too large" <<<"$output")" 1
}
