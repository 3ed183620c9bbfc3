# tm-report in the forms of other meters, alerts, and hostile names.

load ../helper
load ../events
load report-by

@test "JSON names its keys, and has times as text and as a number" {
	day >day.tm
	tm-report --by hour,process --top 1 --output json day.tm >json
	run cat json
	assert_output '{"version":1,"from":"2023-11-14T22:13:20.000000000Z","from_ns":1700000000000000000,"to":"2023-11-15T00:13:23.000000000Z","to_ns":1700007203000000000,"by":["hour","process"],"rows":[{"hour":"2023-11-14T23:00:00+00:00","hour_ns":1700002800000000000,"process":"rsync","in":0,"out":3000000,"total":3000000,"packets_in":0,"packets_out":2000,"packets":2000,"lost":0,"lost_packets":0},{"hour":"(others)","process":null,"in":151584,"out":226,"total":151810,"packets_in":102,"packets_out":3,"packets":105,"lost":1500,"lost_packets":1}],"attributed":{"bytes":3150226,"packets":2103},"nobody":{"bytes":84,"packets":1},"lost":{"bytes":1500,"packets":1},"excluded":{"bytes":500,"packets":5}}'
	jq -e . json
}

@test "--style processes is the table of the per-process tracker" {
	day >day.tm
	run --separate-stderr tm-report --style processes day.tm
	assert_success
	assert_equal "$stderr" "$shares"
	line=$(printf '=%.0s' $(seq 130))
	cat >expected <<-END

	[2023-11-15 00:13:23] Bandwidth Usage (Total)

	$line
	PID      Process              TX (Total)      RX (Total)      TCP TX       TCP RX       UDP TX       UDP RX       Remote IPs          
	$line
	43       rsync                2.86 MB         1.46 KB         2.86 MB      1.46 KB      0.00 B       0.00 B       2001:db8:1::7       
	42       curl                 150.00 B        146.48 KB       60.00 B      146.48 KB    90.00 B      0.00 B       198.51.100.7|192.0.2.53
	0        unknown              0.00 B          84.00 B         0.00 B       0.00 B       0.00 B       0.00 B       192.0.2.11          
	1        ntpd                 76.00 B         0.00 B          0.00 B       0.00 B       76.00 B      0.00 B       2001:db8:1::7       
	$line
	END
	tm-report -q --style processes day.tm | diff -u expected -
}

@test "with -t --style processes shows rates each interval, and totals at the end" {
	day >day.tm
	tm-report -q -t 1h --style processes day.tm >table
	run grep -c Bandwidth table
	assert_output 3
	run sed -n '2p; 7p; 10p; 15p; 16p; 19p' table
	assert_output - <<-'END'
	[2023-11-14 23:13:20] Bandwidth Usage (Rate per second)
	42       curl                 0.04 B          41.67 B         0.02 B       41.67 B      0.03 B       0.00 B       198.51.100.7|192.0.2.53
	[2023-11-15 00:13:20] Bandwidth Usage (Rate per second)
	43       rsync                833.33 B        0.00 B          833.33 B     0.00 B       0.00 B       0.00 B       2001:db8:1::7       
	1        ntpd                 0.02 B          0.00 B          0.00 B       0.00 B       0.02 B       0.00 B       2001:db8:1::7       
	[2023-11-15 00:13:23] Bandwidth Usage (Total)
	END
}

@test "--style processes shows 20 processes, or --top, with 20 remotes each" {
	awk 'BEGIN {
		for (i = 1; i <= 1000; i++)
			printf "{\"uid\":1,\"pid\":%d,\"comm\":\"p%d\",\"bytes\":%d," \
				"\"packets\":1,\"direction\":\"out\"," \
				"\"source\":\"192.0.2.1\"," \
				"\"destination\":\"198.51.100.%d\",\"time_ns\":1}\n",
				i % 30, i % 30, i, i % 250
	}' | tm-parse >many.tm
	tm-report -q --style processes many.tm >table
	assert_equal "$(wc -l <table)" 27
	# process 10 moved 10 + 40 + ... + 1000 bytes, 1000 of them to .0
	run sed -n '7s/.*0.00 B *//p' table
	assert_output "$(for i in $(seq 10 30 1000); do echo $((i % 250)) $i; done |
		awk '{ sum[$1] += $2 } END { for (i in sum) print sum[i], i }' |
		sort -k 1,1nr -k 2,2n | awk 'NR <= 20 { printf "198.51.100.%s|", $2 }
			END { print "+" NR - 20 }')"
	tm-report -q --style processes --top 3 many.tm >table
	assert_equal "$(wc -l <table)" 10
}

@test "--connections adds each connection with its process" {
	day >day.tm
	tm-report -q -t 0 --style pdtt-xdp --connections day.tm >report
	cat >expected <<-'END'

	=== Network Statistics Report [2023-11-15 00:13:23] ===
	UID: 0 | Username: root
	  Total: 76 bytes
	---
	UID: 1000 | Username: alice
	  Total: 150150 bytes
	---
	UID: 1001 | Username: bob
	  Total: 3001500 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1001 | Username: bob
	Process: rsync (PID: 43)
	  Source: [2001:db8::10]:50000
	  Destination: [2001:db8:1::7]:873
	  TX: 3000000 bytes (2000 packets)
	  RX: 0 bytes (0 packets)
	  Total: 3000000 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1000 | Username: alice
	Process: curl (PID: 42)
	  Source: 192.0.2.10:40000
	  Destination: 198.51.100.7:443
	  TX: 60 bytes (1 packets)
	  RX: 150000 bytes (100 packets)
	  Total: 150060 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1000 | Username: alice
	Process: curl (PID: 42)
	  Source: 192.0.2.10:40001
	  Destination: 192.0.2.53:53
	  TX: 90 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 90 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 0 | Username: root
	Process: ntpd (PID: 1)
	  Source: [2001:db8::10]:123
	  Destination: [2001:db8:1::7]:123
	  TX: 76 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 76 bytes
	---
	END
	diff -u expected report
	# pdtt is its style without a word, and --top is how many
	tm-report -q -t 0 --connections --top 1 day.tm >report
	run grep -c Per-Connection report
	assert_output 1
	run grep -c '  Total: 150150 bytes (102 packets)' report
	assert_output 1
}

@test "--oneline has vnstat's fields for today, the month and all time" {
	day >day.tm
	run tm-report --oneline bob day.tm
	assert_success
	assert_output '1;bob;2023-11-15;1500;0;1500;15;2023-11;1500;3000000;3001500;3334;1500;3000000;3001500'
	assert_equal "$(tr -cd ';' <<<"$output" | wc -c)" 14
	run tm-report --oneline 1000 day.tm
	assert_output '1;alice;2023-11-15;0;0;0;0;2023-11;150000;150;150150;167;150000;150;150150'
	TZ=America/New_York run tm-report -n --oneline alice day.tm
	assert_output '1;1000;2023-11-14;150000;150;150150;167;2023-11;150000;150;150150;167;150000;150;150150'
	run tm-report --oneline none day.tm
	assert_output --regexp '^1;none;.*;84;0;84$'
	run tm-report --oneline 4242 day.tm
	assert_output '1;4242;2023-11-15;0;0;0;0;2023-11;0;0;0;0;0;0;0'
	run tm-report --oneline nobodyhere day.tm
	assert_failure 1
	assert_output 'tm-report: --oneline: no such user: nobodyhere'
}

@test "--oneline knows where a month ends" {
	for t in 1698796799 1698796800 1700000000 1701388799; do # 31 October ...
		printf '{"uid":5,"bytes":%d,"packets":1,"direction":"in","time_ns":%s000000000}\n' \
			$((t % 10 + 1)) $t
	done | tm-parse >months.tm
	run tm-report -n --oneline 5 months.tm
	assert_output --regexp '^1;5;2023-11-30;10;0;10;[0-9]+;2023-11;12;0;12;[0-9]+;22;0;22$'
}

@test "--alert also names users whose row is not shown" {
	day >day.tm
	run -5 --separate-stderr tm-report -q --max-rows 1 --alert 100K --output csv day.tm
	assert_equal "$stderr" "$(printf '%s\n' \
		'tm-report: bob: 2.9 MiB (3001500 bytes) is over the limit of 100.0 KiB' \
		'tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB')"
}

@test "a name that equals a word of the table is in quotes" {
	{
		echo '{"kind":"name","of":"user","parts":1,"id":5,"text":"all","time_ns":1}'
		echo '{"kind":"name","of":"user","parts":1,"id":6,"text":"(others)","time_ns":1}'
		echo '{"uid":5,"comm":"none","bytes":100,"packets":1,"time_ns":2}'
		echo '{"uid":6,"comm":"-","bytes":50,"packets":1,"time_ns":2}'
		echo '{"bytes":10,"packets":1,"time_ns":2}'
	} | tm-parse >words.tm
	run bash -c "tm-report --by user,process words.tm | cut -c 1-20 | sed 's, *$,,' | head -n 5"
	assert_output - <<-'END'
	USER        PROCESS
	"all"       "none"
	"(others)"  "-"
	none        -
	all
	END
	run tm-report -q --output csv words.tm
	assert_line --partial "5,all,"
}

@test "percentages work beyond an exbibyte, and a connection may have no process" {
	echo '{"uid":1,"bytes":18000000000000000000,"packets":1,"source":"192.0.2.1","destination":"192.0.2.2","time_ns":1700000000000000000}' |
		tm-parse >large.tm
	run tm-report large.tm
	assert_line --partial "attributed 15.6 EiB (100.0 %)"
	run tm-report -q --connections -t 0 large.tm
	assert_line "Process: unknown (PID: 0)"
}

@test "--alert names each user over the limit once and exits with 5" {
	day >day.tm
	run --separate-stderr tm-report -q --alert 100K --by port --output csv day.tm
	assert_failure 5
	assert_equal "$stderr" "tm-report: bob: 2.9 MiB (3001500 bytes) is over the limit of 100.0 KiB
tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB"
	assert_line --index 0 --partial port,in,out
	run --separate-stderr tm-report -q -t 30m --style table --alert 100K day.tm
	assert_failure 5
	assert_equal "${#stderr_lines[@]}" 2
	assert_equal "${stderr_lines[0]}" \
		'tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB'
	# traffic at the limit is not over it, and unowned traffic is no user's
	run --separate-stderr tm-report -q --alert 3001500 day.tm
	assert_success
	assert_equal "$stderr" ''
	for style in pdtt processes; do
		run tm-report -q --style $style --alert 2M day.tm
		assert_failure 5
	done
	run tm-report -q --alert 2M --strict day.tm
	assert_failure 5
}

@test "hostile names of processes, cgroups and networks are harmless in every form" {
	tm-parse >names.tm <<-'END'
	{"kind":"name","of":"cgroup","parts":1,"id":9,"text":"a\nall  9 GiB","time_ns":1}
	{"kind":"name","of":"user","parts":1,"id":1,"text":"x;y\u001b[2J\nUID: 0 | Username: root","time_ns":1}
	{"uid":1,"pid":7,"comm":"=1+\n\u001b]0;x","cgroup_id":9,"bytes":9,"packets":1,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","protocol":6,"time_ns":1}
	{"uid":1,"pid":8,"comm":"\",<b>\u202e","bytes":5,"packets":1,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","time_ns":1}
	END
	printf '192.0.2.0/24 \033[2J=x,"\n' >names.txt
	run tm-report -q --by process,cgroup,network --network-names names.txt --output csv names.tm
	assert_output - <<-'END'
	process,cgroup,network,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	'=1+\x0a\x1b]0;x,a\x0aall  9 GiB,"\x1b[2J=x,""",0,9,9,0,1,1,0,0
	""",<b>\u{202e}",,"\x1b[2J=x,""",0,5,5,0,1,1,0,0
	END
	run tm-report --by process,cgroup,network --network-names names.txt names.tm
	assert_line --index 1 '=1+\x0a\x1b]0;x  a\x0aall  9 GiB  \x1b[2J=x,"         0 B         9 B         9 B    64.3 %            1'
	tm-report --by process,user --output json names.tm | jq -r '.rows[].process' >processes
	printf '=1+\n\033]0;x\n",<b>\342\200\256\n' | diff - processes
	forms=("--style processes" "--connections -t 0" "--oneline 1" "--alert 1"
		"--by user,process,cgroup" "--style table -t 1 --by process")
	for form in "${forms[@]}"; do
		tm-report $form names.tm >out 2>&1 || true
		echo "$form"
		run grep -c -P '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' out
		assert_output 0
		run grep -c -E '^(UID: 0|all  9 GiB)' out
		assert_output 0
	done
	run tm-report --oneline 1 names.tm
	assert_output --regexp '^1;x\\x3by\\x1b\[2J\\x0aUID: 0 \| Username: root;1970-01-01;'
	run tm-report -q --style processes names.tm
	assert_line --index 4 --partial '7        =1+\x0a\x1b]0;x      9.00 B'
}

@test "a name of 5,000 bytes stays in its column in every form" {
	{
		start_here
		moved 0 out 7000 9 1 '"pid":7,"comm":"0123456789abcdef","source":"192.0.2.1","destination":"192.0.2.7","protocol":6'
		status end 0
	} | tm-parse >one.tm
	export NAME_TEXT LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so"
	NAME_TEXT=$(printf '\346\227\245%.0s' $(seq 1700)) # two columns wide
	tm-report --by user,process one.tm >table
	tm-report --oneline 7000 one.tm >line
	tm-report -q --connections -t 0 one.tm >report
	tm-report -q --by user,process --output csv one.tm >csv
	tm-report --alert 1 one.tm 2>alert >/dev/null || true
	unset LD_PRELOAD
	run sed -n 2p table
	assert_output "$(printf '\346\227\245%.0s' $(seq 19))~   0123456789abcdef         0 B         9 B         9 B   100.0 %            1"
	assert_equal "$(wc -l <line) $(wc -l <report) $(wc -l <csv) $(grep -c over alert)" '1 17 2 1'
	assert_equal "$(cut -d, -f 2 csv | sed -n 2p | wc -c)" $((3 * 1700 + 1))
}

@test "-t, -l and the order of rows leave the form as it is: a table" {
	day >day.tm
	tm-report -q -t 1h day.tm >table
	tm-report -q -t 1h --style table day.tm | diff - table
	grep -q '^USER  *IN  *OUT  *TOTAL' table
	tm-report -q -t 1h -l log day.tm
	diff table log
	# a log without -t is written every ten seconds
	tm-report -q -l ten day.tm
	tm-report -q -t 10 --format table day.tm | diff - ten
}

@test "--top 0 is all rows, and --sort key and name are the first of the keys" {
	day >day.tm
	tm-report -q --format csv --top 0 day.tm >all
	tm-report -q --output csv day.tm | diff - all
	tm-report -q --by process,user --format csv --sort process day.tm >sorted
	for first in key name; do
		tm-report -q --by process,user --format csv --sort $first day.tm |
			diff - sorted
	done
}
