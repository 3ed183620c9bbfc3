# tm-csv: rows, options and input.

load ../helper
load ../events
load csv

# The example in the first meter's README, as a recording.
day() {
	tm-parse <<-'END'
	{"uid":1000,"bytes":52,"packets":1,"direction":"out","source":"192.168.1.100","destination":"8.8.8.8","time_ns":1732985432123456789,"total_in":0,"total_out":52}
	{"uid":1000,"bytes":84,"packets":1,"direction":"in","source":"8.8.8.8","destination":"192.168.1.100","time_ns":1732985432234567890,"total_in":84,"total_out":52}
	{"uid":1000,"bytes":1500,"packets":1,"direction":"out","source":"192.168.1.100","destination":"142.250.185.78","time_ns":1732985433345678901,"total_in":84,"total_out":1552}
	{"uid":1000,"bytes":1500,"packets":1,"direction":"in","source":"142.250.185.78","destination":"192.168.1.100","time_ns":1732985433456789012,"total_in":1584,"total_out":1552}
	{"uid":1000,"bytes":80,"packets":1,"direction":"out","source":"2001:db8::1","destination":"2607:f8b0:4004:800::200e","time_ns":1732985434567890123,"total_in":1584,"total_out":1632}
	{"uid":1000,"bytes":1280,"packets":1,"direction":"in","source":"2607:f8b0:4004:800::200e","destination":"2001:db8::1","time_ns":1732985434678901234,"total_in":2864,"total_out":1632}
	END
}

@test "addresses and numbers look as inet_ntop and printf write them" {
	run -0 address-check 200000
	assert_output "200000 rounds agree"
}

@test "rows and file names equal those of the first meter, byte for byte" {
	day | tm-csv -q --nic eno1
	cat >wanted <<-'END'
	out,52,192.168.1.100,8.8.8.8,1732985432.123456789,0,52
	in,84,8.8.8.8,192.168.1.100,1732985432.234567890,84,52
	out,1500,192.168.1.100,142.250.185.78,1732985433.345678901,84,1552
	in,1500,142.250.185.78,192.168.1.100,1732985433.456789012,1584,1552
	out,80,2001:db8::1,2607:f8b0:4004:800::200e,1732985434.567890123,1584,1632
	in,1280,2607:f8b0:4004:800::200e,2001:db8::1,1732985434.678901234,2864,1632
	END
	cmp wanted traffic_user_eno1_1000.log
	assert_equal "$(ls)" "$(printf '%s\n' traffic_user_eno1_1000.log wanted)"
}

@test "nanoseconds keep their zeros, at the epoch and in the far future too" {
	tm-parse <<-'END' | tm-csv -q -o -  >got
	{"uid":1,"direction":"in","source":"192.0.2.1","destination":"192.0.2.7","time_ns":1}
	{"uid":1,"direction":"in","source":"192.0.2.1","destination":"192.0.2.7","time_ns":1700000000000000000}
	{"uid":1,"direction":"in","bytes":18446744073709551615,"source":"::","destination":"::1:0:0:1","time_ns":18446744073709551615,"total_in":18446744073709551615,"total_out":10000000000000000}
	END
	cat >wanted <<-'END'
	in,0,192.0.2.1,192.0.2.7,0.000000001,0,0,1
	in,0,192.0.2.1,192.0.2.7,1700000000.000000000,0,0,1
	in,18446744073709551615,::,::1:0:0:1,18446744073.709551615,18446744073709551615,10000000000000000,1
	END
	diff -u wanted got
}

@test "rows are appended to an existing file" {
	one | tm-csv -q
	one 1000 120 | tm-csv -q
	printf '%s\n' "$(row)" "$(row 120)" | diff -u - traffic_user_unknown_1000.log
}

@test "lost traffic is a row without addresses; traffic without an owner goes to \"none\"" {
	tm-parse <<-'END' | tm-csv -q --nic a
	{"kind":"lost","uid":7,"bytes":99,"packets":2,"direction":"out","time_ns":1700000000000000001,"total_in":5,"total_out":99}
	{"kind":"lost","uid":7,"bytes":98,"packets":2,"direction":"in","time_ns":1700000000000000002,"total_in":103,"total_out":99}
	{"bytes":40,"packets":1,"direction":"in","source":"192.0.2.1","destination":"192.0.2.7","time_ns":1700000000000000003,"total_in":40}
	END
	diff -u - traffic_user_a_7.log <<-'END'
	lost-out,99,,,1700000000.000000001,5,99
	lost-in,98,,,1700000000.000000002,103,99
	END
	diff -u - traffic_user_a_none.log <<-'END'
	in,40,192.0.2.1,192.0.2.7,1700000000.000000003,40,0
	END
}

@test "status and unattributed records make no rows" {
	tm-parse <<-'END' | tm-csv -q
	{"kind":"start","run_id":1,"time_ns":1}
	{"kind":"name","of":"user","id":5,"parts":1,"text":"alice"}
	{"kind":"unattributed","bytes":40,"direction":"in"}
	{"kind":"end","run_id":1,"direction":"in"}
	{"kind":"end","run_id":1,"direction":"out"}
	END
	assert_equal "$(ls)" ""
}

@test "a header is written once, and only with --header" {
	one | tm-csv -q --header
	one | tm-csv -q --header
	one | tm-csv -q
	printf '%s\n' direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out \
		"$(row)" "$(row)" "$(row)" |
		diff -u - traffic_user_unknown_1000.log
}

@test "additional columns follow the seven, with recorded names" {
	tm-parse <<-'END' >e.tm
	{"kind":"name","of":"user","id":1000,"parts":1,"text":"alice"}
	{"kind":"name","of":"interface","id":4294967298,"parts":1,"text":"eno1"}
	{"kind":"name","of":"cgroup","id":77,"parts":1,"text":"/user.slice"}
	{"uid":1000,"pid":42,"comm":"curl","bytes":60,"packets":3,"protocol":6,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","source_port":4711,"destination_port":443,"ifindex":2,"netns":1,"cgroup_id":77,"time_ns":1,"total_out":60}
	{"kind":"lost","uid":1000,"bytes":60,"packets":3,"direction":"in","ifindex":3,"time_ns":1,"total_out":60}
	END
	all=uid,user,pid,process,protocol,ports,packets,interface,cgroup
	tm-csv -q --header --columns "$all" e.tm
	diff -u - traffic_user_unknown_1000.log <<-'END'
	direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid,user,pid,process,protocol,source_port,destination_port,packets,interface,cgroup
	out,60,192.0.2.1,192.0.2.7,0.000000001,0,60,1000,alice,42,curl,tcp,4711,443,3,eno1,/user.slice
	lost-in,60,,,0.000000001,0,60,1000,alice,,,,,,3,3,
	END
	tm-csv -q -n --columns user,protocol,interface,cgroup -o - e.tm >got
	diff -u - got <<-'END'
	out,60,192.0.2.1,192.0.2.7,0.000000001,0,60,1000,1000,6,2@1,77
	lost-in,60,,,0.000000001,0,60,1000,1000,,3,
	END
}

@test "a name that is recorded later changes the rows that follow it" {
	name() {
		printf '{"kind":"name","of":"%s","id":%s,"parts":1,"text":"%s"}\n' "$@"
	}
	event() {
		echo '{"kind":"'"$1"'","uid":1000,"bytes":60,"direction":"in","source":"192.0.2.1","destination":"192.0.2.7","ifindex":2,"netns":1,"cgroup_id":77,"time_ns":1}'
	}
	{
		event traffic && event lost && event traffic
		name cgroup 77 /old && name user 1000 alice
		event traffic && event traffic
		name cgroup 77 /new && name interface 4294967298 eno1
		event traffic && event lost
	} | tm-parse | tm-csv -q --columns cgroup,interface,protocol -o - |
		cut -d, -f8- >got
	diff -u - got <<-'END'
	1000,77,2@1,0
	1000,77,2@1,
	1000,77,2@1,0
	1000,/old,2@1,0
	1000,/old,2@1,0
	1000,/new,eno1,0
	1000,/new,eno1,
	END
}

@test "the column comm is process, and its header keeps that name" {
	echo '{"uid":1000,"process":"curl","time_ns":1}' | tm-parse >e.tm
	tm-csv -q --header --columns comm -o - e.tm >got
	assert_equal "$(cut -d, -f8- got)" $'uid,comm\n1000,curl'
}

@test "hostile text is quoted and escaped and stays on its line" {
	python3 - >text.json <<-'END'
	import json
	for comm in ('=cmd|x', 'a,"b"', '\n\x1b[2J', 'a\\b', '-1', "'x",
			'\u202ex', 'gr\u00fcn', '\u0085', '@a\t'):
	    print(json.dumps({"uid": 1, "direction": "in", "comm": comm,
			"source": "192.0.2.1", "destination": "192.0.2.7",
			"total_in": 1}))
	END
	tm-parse <text.json | tm-csv -q -o - --columns process | cut -d, -f9- >got
	cat >wanted <<-'END'
	'=cmd|x
	"a,""b"""
	\x0a\x1b[2J
	a\\b
	'-1
	''x
	\u{202e}x
	grün
	\u{85}
	'@a\x09
	END
	diff -u wanted got
}

@test "a name of 5,000 bytes is cut and the row is whole" {
	python3 - >text.json <<-'END'
	import json
	text = "=" + "\n" * 4999
	for part in range(49):
	    print(json.dumps({"kind": "name", "of": "user", "id": 1,
			"part": part, "parts": 49,
			"text": text[104 * part:104 * part + 104]}))
	print(json.dumps({"uid": 1, "direction": "in", "total_in": 1,
		"source": "192.0.2.1", "destination": "192.0.2.7"}))
	END
	tm-parse <text.json | tm-csv -q -o - --columns user,process >got
	assert_equal "$(wc -l <got)" 1
	run -0 wc -c <got
	[ "$output" -gt 8000 ]
	[ "$output" -lt 9000 ]
	tail -c 4 got | grep '^0a,$' 
}

@test "one stream on standard output has the uid as its eighth column" {
	(one 1000; one 1001) >e.tm
	tm-csv -q -o - --header --columns packets,uid e.tm >got
	diff -u - got <<-END
	direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid,packets
	$(row),1000,1
	$(row),1001,1
	END
	assert_equal "$(ls)" "$(printf '%s\n' e.tm got)"
}

@test "one file for all users is as safe as theirs" {
	mkdir sub
	one 1000 | tm-csv -q -o sub/all.csv
	one 1001 | tm-csv -q -o sub/all.csv
	printf '%s\n' "$(row),1000" "$(row),1001" | diff -u - sub/all.csv
	ln -s all.csv sub/link.csv
	run -1 tm-csv -q -o sub/link.csv < <(one)
	assert_output "tm-csv: sub/link.csv: refused: it is a symbolic link"
}

@test "tm-csv warns once about totals of 0, and not with --quiet" {
	(one 1000 0; one 1000 0) >e.tm
	run -0 tm-csv -d . e.tm
	assert_output "tm-csv: total_in and total_out are 0: they come from tm-account, as in tm-capture | tm-account | tm-csv"
	run -0 tm-csv -q -d . e.tm
	assert_output ""
	run -0 tm-csv -d . < <(one)
	assert_output ""
}

@test "the current directory is the default, and a message names it" {
	run -0 tm-csv < <(one)
	assert_output "tm-csv: the files go to $PWD (-d names another directory)"
	run -0 tm-csv -q < <(one)
	assert_output ""
}

# --- invalid options ---

@test "an invalid label is refused before anything is opened" {
	one >e.tm
	long=$(printf 'x%.0s' $(seq 300))
	for nic in ../x a/b "" . .. "a b" $'a\nb' "$long"; do
		run -2 tm-csv -q -d out --nic "$nic" e.tm
		assert_output "tm-csv: --nic: not a name of 1 to 128 characters without space and /: $nic"
	done
	assert_equal "$(ls)" e.tm
	longest=$(printf 'x%.0s' $(seq 128))
	tm-csv -q --nic "$longest" e.tm
	assert_file_exist "traffic_user_${longest}_1000.log"
}

@test "unknown options, columns and groups are refused" {
	run -2 tm-csv --bogus
	assert_line "try: tm-csv --help"
	run -2 tm-csv --columns uid,shoe
	assert_line --partial "'shoe' is not a column"
	run -2 tm-csv --columns uid,uid
	assert_line --partial "'uid' is not a column, or is there twice"
	run -2 tm-csv --columns source_port,ports
	run -2 tm-csv --columns ""
	run -2 tm-csv --group no-such-group-here
	run -2 tm-csv --readable -o x.csv
	run -2 tm-csv -d . -o x.csv
	run -2 tm-csv -o sub/
}

@test "help goes to stdout and lists every option; the version is one line" {
	run -0 --separate-stderr tm-csv --help
	for option in --nic --dir --output --header --columns --numeric --group \
		--readable --sync --strict --quiet --verbose --help --version; do
		assert_line --partial -- "$option"
	done
	assert_equal "$(tm-csv -h | awk 'length > 80')" ""
	run -0 tm-csv -V
	assert_output --regexp '^tm-csv [0-9.]+$'
}

# --- input ---

@test "events before a cut are written, and the cut is reported" {
	(one; one; one) | head -c 300 >cut.tm
	run -3 tm-csv -q cut.tm
	assert_output "tm-csv: cut.tm: ends inside an event (offset 256)"
	assert_equal "$(wc -l <traffic_user_unknown_1000.log)" 2
}

@test "an event with an invalid direction is counted, not written" {
	(one; one | python3 -c 'import sys
b = bytearray(sys.stdin.buffer.read()); b[5] = 9
sys.stdout.buffer.write(b)') >e.tm
	run -3 tm-csv -q e.tm
	assert_output "tm-csv: 1 events have no direction and are left out"
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
}

@test "tm-csv --strict exits with 4 if events were lost" {
	echo '{"kind":"lost","uid":1,"bytes":9,"packets":1,"total_in":9}' |
		tm-parse >e.tm
	run -0 tm-csv -q e.tm
	run -4 tm-csv -q --strict e.tm
}

@test "a closed pipe on standard output ends tm-csv quietly" {
	many 20000 3 >e.tm
	run -0 bash -c 'set -o pipefail; tm-csv -q -o - e.tm | head -n 1'
	assert_output "out,60,192.0.2.1,192.0.2.7,1700000000.000000000,0,10000000,1001"
}

@test "a row is in its file while the stream continues" {
	start_live -q
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
	end_live
	assert_equal "$status" 0
}

@test "SIGUSR1 prints one line of statistics" {
	start_live -q
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	kill -USR1 "$pid"
	eventually test -s stderr
	end_live
	run cat stderr
	assert_output --regexp '^tm-csv: 1 events, .*, 0 lost, 0 rows owed$'
}

@test "after SIGINT everything read so far is written" {
	start_live -q
	many 5000 3 >&9
	kill -INT "$pid"
	end_live
	assert_equal "$status" 0
	assert_equal "$(cat *.log | wc -l)" 5000
}

@test "--no-loopback leaves out the rows of traffic within this machine" {
	{
		moved 1 out 1001 3000 1 '"flags":8'
		moved 1 in 1000 3000 1 '"flags":8'
		moved 2 in 1000 500 1
	} | tm-parse >day.tm
	run tm-csv -q -o - --no-loopback day.tm
	assert_output "in,500,::,::,1700000002.000000000,0,0,1000"
	run tm-csv -q -o - day.tm
	assert_equal "${#lines[@]}" 3
}

@test "--nic of another interface than that of the events is noted once" {
	{
		name interface 2 eth0
		name interface 3 wlan0
		moved 0 out 1000 60
	} | tm-parse >e.tm
	run -0 tm-csv --nic eno1 -o - e.tm
	assert_line --index 0 "tm-csv: note: --nic eno1 only names the files, and there are events of eth0: tm-capture -i eno1 meters that interface alone"
	refute_line --partial wlan0
	run -0 tm-csv -q --nic eno1 -o - e.tm
	refute_output --partial note
	run -0 tm-csv -o - e.tm
	refute_output --partial "note: --nic"
	name interface 4 eno1 | tm-parse >one.tm
	run -0 tm-csv --nic eno1 -o - one.tm
	refute_output --partial "note: --nic"
}
