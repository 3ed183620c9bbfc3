load ../helper

# The example of the first meter's README, with a recording behind it.
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

# count users: events of 60 bytes, the users in turn from 1001 on, every row
# 50 bytes long (59 with an eighth column of 8).
many() {
	awk -v n="$1" -v users="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"uid\":%d,\"bytes\":60,\"packets\":1," \
				"\"direction\":\"out\"," \
				"\"source\":\"192.0.2.1\"," \
				"\"destination\":\"192.0.2.7\"," \
				"\"time_ns\":17000000000%08d," \
				"\"total_out\":%d}\n",
				1001 + i % users, i, 10000000 + i
	}' | tm-parse
}

one() {
	tm-parse <<<"{\"uid\":${1:-1000},\"bytes\":60,\"packets\":1,\"direction\":\"out\",\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.7\",\"time_ns\":1700000000000000005,\"total_out\":${2:-60}}"
}

row() {
	echo "out,60,192.0.2.1,192.0.2.7,1700000000.000000005,0,${1:-60}"
}

# A tm-csv that reads what is written to descriptor 9.
start_live() {
	mkfifo live
	tm-csv "$@" <live 2>stderr 3>&- &
	pid=$!
	exec 9>live
}

# ... its end, and its exit status.
end_live() {
	exec 9>&-
	status=0
	wait "$pid" || status=$?
}

# Rows on the disk plus rows said to be owed.
sum_owed() {
	sed -n 's/.*: \([0-9]*\) rows (\([0-9]*\) bytes) are owed: .*/\1/p' stderr
}

small_disk() {
	needs_root
	mkdir -p disk
	mount -t tmpfs -o "$1,mode=0700" tm-csv-test disk
}

teardown() {
	exec 9>&-
	[ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
	if mountpoint -q "$BATS_TEST_TMPDIR/disk"; then
		umount -l "$BATS_TEST_TMPDIR/disk"
	fi
}

needs_strace() {
	command -v strace >/dev/null || skip "needs strace"
}

# --- rows ---

@test "addresses and numbers are written as inet_ntop and printf write them" {
	run -0 address-check 200000
	assert_output "200000 rounds agree"
}

@test "the rows and the name are those of the first meter, byte for byte" {
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

@test "nanoseconds keep their zeros, and the epoch and the far future are times" {
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

@test "rows are appended" {
	one | tm-csv -q
	one 1000 120 | tm-csv -q
	printf '%s\n' "$(row)" "$(row 120)" | diff -u - traffic_user_unknown_1000.log
}

@test "what was lost is a row without addresses; what has no owner goes to none" {
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

@test "a header is written once, and only where it is asked for" {
	one | tm-csv -q --header
	one | tm-csv -q --header
	one | tm-csv -q
	printf '%s\n' direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out \
		"$(row)" "$(row)" "$(row)" |
		diff -u - traffic_user_unknown_1000.log
}

@test "further columns come behind the seven, with recorded names" {
	tm-parse <<-'END' >e.tm
	{"kind":"name","of":"user","id":1000,"parts":1,"text":"alice"}
	{"kind":"name","of":"interface","id":4294967298,"parts":1,"text":"eno1"}
	{"kind":"name","of":"cgroup","id":77,"parts":1,"text":"/user.slice"}
	{"uid":1000,"pid":42,"comm":"curl","bytes":60,"packets":3,"protocol":6,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","source_port":4711,"destination_port":443,"ifindex":2,"netns":1,"cgroup_id":77,"time_ns":1,"total_out":60}
	{"kind":"lost","uid":1000,"bytes":60,"packets":3,"direction":"in","ifindex":3,"time_ns":1,"total_out":60}
	END
	all=uid,user,pid,comm,protocol,ports,packets,interface,cgroup
	tm-csv -q --header --columns "$all" e.tm
	diff -u - traffic_user_unknown_1000.log <<-'END'
	direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid,user,pid,comm,protocol,source_port,destination_port,packets,interface,cgroup
	out,60,192.0.2.1,192.0.2.7,0.000000001,0,60,1000,alice,42,curl,tcp,4711,443,3,eno1,/user.slice
	lost-in,60,,,0.000000001,0,60,1000,alice,,,,,,3,3,
	END
	tm-csv -q -n --columns user,protocol,interface,cgroup -o - e.tm >got
	diff -u - got <<-'END'
	out,60,192.0.2.1,192.0.2.7,0.000000001,0,60,1000,1000,6,2,77
	lost-in,60,,,0.000000001,0,60,1000,1000,,3,
	END
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
	tm-parse <text.json | tm-csv -q -o - --columns comm | cut -d, -f9- >got
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
	tm-parse <text.json | tm-csv -q -o - --columns user,comm >got
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

@test "totals of 0 are explained once, and not when asked to be quiet" {
	(one 1000 0; one 1000 0) >e.tm
	run -0 tm-csv -d . e.tm
	assert_output "tm-csv: total_in and total_out are 0: they come from tm-account, as in tm-capture | tm-account | tm-csv"
	run -0 tm-csv -q -d . e.tm
	assert_output ""
	run -0 tm-csv -d . < <(one)
	assert_output ""
}

@test "the current directory is the default and is named" {
	run -0 tm-csv < <(one)
	assert_output "tm-csv: the files go to $PWD (-d names another directory)"
	run -0 tm-csv -q < <(one)
	assert_output ""
}

# --- misuse ---

@test "a label that is not a name is misuse before anything is opened" {
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

@test "unknown options, columns and groups are misuse" {
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

@test "what came before a cut is written, and the cut is said" {
	(one; one; one) | head -c 300 >cut.tm
	run -3 tm-csv -q cut.tm
	assert_output "tm-csv: cut.tm: ends inside an event (offset 256)"
	assert_equal "$(wc -l <traffic_user_unknown_1000.log)" 2
}

@test "an event with a direction that is none is counted, not written" {
	(one; one | python3 -c 'import sys
b = bytearray(sys.stdin.buffer.read()); b[5] = 9
sys.stdout.buffer.write(b)') >e.tm
	run -3 tm-csv -q e.tm
	assert_output "tm-csv: 1 events have no direction and are left out"
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
}

@test "lost events end in exit 4 when asked to be strict" {
	echo '{"kind":"lost","uid":1,"bytes":9,"packets":1,"total_in":9}' |
		tm-parse >e.tm
	run -0 tm-csv -q e.tm
	run -4 tm-csv -q --strict e.tm
}

@test "a closed pipe on standard output ends it quietly" {
	many 20000 3 >e.tm
	run -0 bash -c 'set -o pipefail; tm-csv -q -o - e.tm | head -n 1'
	assert_output "out,60,192.0.2.1,192.0.2.7,1700000000.000000000,0,10000000,1001"
}

@test "a row is in its file while the stream goes on" {
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

@test "SIGINT writes all that has come" {
	start_live -q
	many 5000 3 >&9
	kill -INT "$pid"
	end_live
	assert_equal "$status" 0
	assert_equal "$(cat *.log | wc -l)" 5000
}

# --- rights and places ---

@test "files are 0640 whatever the umask" {
	(umask 0; one 1 | tm-csv -q)
	(umask 077; one 2 | tm-csv -q)
	assert_equal "$(stat -c %a ./*.log | sort -u)" 640
}

@test "a group gets the files that it is asked to get" {
	needs_root
	one | tm-csv -q --group daemon
	assert_equal "$(stat -c '%G %a' traffic_user_unknown_1000.log)" "daemon 640"
	one | tm-csv -q --group 0
	assert_equal "$(stat -c '%G %a' traffic_user_unknown_1000.log)" "root 640"
}

@test "with --readable a user can read and not write the own file, no other" {
	needs_root
	getent passwd daemon bin >/dev/null || skip "needs users daemon and bin"
	(one "$(id -u daemon)"; one "$(id -u bin)") | tm-csv -q --readable
	file=traffic_user_unknown_$(id -u daemon).log
	assert_equal "$(stat -c '%U:%G %a' "$file")" "root:daemon 640"
	chmod 755 .
	run -0 setpriv --reuid=daemon --regid=daemon --clear-groups cat - <"$file"
	# by descriptor, as the way to this directory is closed to them
	run setpriv --reuid=daemon --regid=daemon --clear-groups sh -c \
		'test -r /dev/fd/0 && ! test -w /dev/fd/0' <"$file"
	assert_success
	run setpriv --reuid=bin --regid=bin --clear-groups sh -c \
		'test -r /dev/fd/0' <"$file"
	assert_failure
}

@test "a user whose group is shared cannot read, and it is said once" {
	needs_root
	getent passwd games sync >/dev/null || skip "needs the user sync"
	[ "$(id -gn sync)" != sync ] || skip "needs a user in a foreign group"
	run -0 tm-csv -d . --readable < <(one "$(id -u sync)")
	assert_output --partial "has no group of its own"
	assert_equal "$(stat -c %G ./*.log)" root
}

@test "a directory that others can write is refused with owner and mode" {
	one >e.tm
	mkdir out
	chmod 777 out
	run -1 tm-csv -q -d out e.tm
	assert_output "tm-csv: out: refused: everybody can write to it (owner uid $(id -u), mode 0777; chmod o-w mends it)"
	chmod 1777 out
	run -1 tm-csv -q -d out e.tm
	assert_output --partial "mode 1777"
	assert_equal "$(ls -A out)" ""
}

@test "a directory that a foreign group can write is refused, one of the own not" {
	needs_root
	one >e.tm
	mkdir out
	chgrp daemon out
	chmod 770 out
	run -1 tm-csv -q -d out e.tm
	assert_output --regexp 'out: refused: group [0-9]+ can write to it \(owner uid 0, mode 0770'
	chgrp 0 out
	run -0 tm-csv -q -d out e.tm
}

@test "a directory of someone else is refused with owner and mode" {
	needs_root
	one >e.tm
	mkdir out
	chown daemon out
	run -1 tm-csv -q -d out e.tm
	assert_output "tm-csv: out: refused: it belongs to uid $(id -u daemon) (mode 0755), not to root or to you"
}

@test "a symbolic link of someone else on the way is refused, the own is followed" {
	needs_root
	one >e.tm
	mkdir -p real/deep
	ln -s real mine
	ln -s "$PWD/real" absolute
	tm-csv -q -d mine/deep e.tm
	tm-csv -q -d absolute/../mine/deep e.tm
	assert_equal "$(wc -l <real/deep/traffic_user_unknown_1000.log)" 2
	ln -s real theirs
	chown -h daemon theirs
	run -1 tm-csv -q -d theirs/deep e.tm
	assert_output "tm-csv: theirs/deep: refused: on the way, theirs is a symbolic link that belongs to uid $(id -u daemon)"
	ln -s loop loop
	run -1 tm-csv -q -d loop e.tm
	assert_output --partial "Too many levels of symbolic links"
}

@test "a directory that is missing or is a file is named" {
	one >e.tm
	run -1 tm-csv -q -d nowhere e.tm
	assert_output "tm-csv: nowhere: No such file or directory"
	run -1 tm-csv -q -d e.tm e.tm
	assert_output "tm-csv: e.tm: Not a directory"
}

# An unfit file costs its user's rows, which are counted; the others go on.
refused_as() {
	(one 1; one 2; one 2) >e.tm
	run -1 timeout 10 tm-csv -q e.tm
	assert_line "tm-csv: traffic_user_unknown_2.log: $1; its rows are kept while they fit 64 KiB, and tried again each second"
	assert_line --regexp 'tm-csv: 2 rows \(.* bytes\) are owed: they could not be written'
	assert_equal "$(cat traffic_user_unknown_1.log)" "$(row)"
}

@test "a symbolic link in the place of a file is refused" {
	echo precious >victim
	ln -s victim traffic_user_unknown_2.log
	refused_as "refused: it is a symbolic link"
	assert_equal "$(cat victim)" precious
}

@test "a link that leads nowhere is refused" {
	ln -s nowhere traffic_user_unknown_2.log
	refused_as "refused: it is a symbolic link"
	assert_file_not_exist nowhere
}

@test "a hard link in the place of a file is refused" {
	echo precious >victim
	ln victim traffic_user_unknown_2.log
	refused_as "refused: it has 2 hard links"
	assert_equal "$(cat victim)" precious
}

@test "a FIFO in the place of a file is refused and never waited for" {
	mkfifo traffic_user_unknown_2.log
	refused_as "refused: it is a FIFO"
}

@test "a FIFO with a reader gets nothing" {
	mkfifo traffic_user_unknown_2.log
	cat traffic_user_unknown_2.log >got &
	pid=$!
	eventually waits_in $pid wait_for_partner
	refused_as "refused: it is a FIFO"
	waits_in $pid wait_for_partner # it was not even opened
	kill $pid
	assert_equal "$(cat got)" ""
}

@test "a directory in the place of a file is refused" {
	mkdir traffic_user_unknown_2.log
	refused_as "refused: it is a directory"
}

@test "a device in the place of a file is refused" {
	needs_root
	mknod traffic_user_unknown_2.log c 1 7
	refused_as "refused: it is a character device"
}

@test "a socket in the place of a file is refused" {
	python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("traffic_user_unknown_2.log")'
	refused_as "refused: it is a socket"
}

@test "a file of someone else is refused" {
	needs_root
	touch traffic_user_unknown_2.log
	chown daemon traffic_user_unknown_2.log
	refused_as "refused: it belongs to uid $(id -u daemon) (mode 0644), not to root or to you"
}

@test "a file that others can write is refused" {
	touch traffic_user_unknown_2.log
	chmod 666 traffic_user_unknown_2.log
	refused_as "refused: everybody can write to it (owner uid $(id -u), mode 0666; chmod o-w mends it)"
}

@test "a file that holds something else is refused and left alone" {
	printf 'secret' >traffic_user_unknown_2.log
	chmod 640 traffic_user_unknown_2.log
	refused_as "refused: it does not hold rows"
	assert_equal "$(cat traffic_user_unknown_2.log)" secret
}

@test "a file that was begun with other columns is refused" {
	one 2 | tm-csv -q --columns uid
	refused_as "refused: it was begun with 8 columns, not 7"
	assert_equal "$(cat traffic_user_unknown_2.log)" "$(row),2"
}

@test "a file whose header names other columns is refused" {
	one 2 | tm-csv -q --header --columns uid
	run -1 tm-csv -q --columns pid < <(one 2)
	assert_output --partial "refused: it was begun with the columns direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid;"
	run -0 tm-csv -q --columns uid < <(one 2)
}

@test "other columns of the same number are refused without a header" {
	touch probe
	python3 -c 'import os; os.setxattr("probe", "user.tm", b"")' ||
		skip "needs a file system with attributes"
	one 2 | tm-csv -q --columns uid
	run -1 tm-csv -q --columns pid < <(one 2)
	assert_output --partial "refused: it was begun with the columns direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid;"
}

@test "a refused file that was mended gets its rows within a second" {
	mkfifo traffic_user_unknown_2.log
	start_live -q
	one 2 >&9
	eventually grep -q FIFO stderr
	rm traffic_user_unknown_2.log
	eventually test -s traffic_user_unknown_2.log
	end_live
	assert_equal "$status" 0
	assert_equal "$(cat traffic_user_unknown_2.log)" "$(row)"
	run cat stderr
	assert_line "tm-csv: all files are written again; 0 rows (0 bytes) are owed"
}

@test "an output that is a device, a FIFO or a directory is refused by kind" {
	one >e.tm
	mkfifo pipe
	mkdir dir
	run -1 timeout 10 tm-csv -q -o /dev/full e.tm
	assert_output "tm-csv: /dev/full: refused: it is a character device"
	run -1 timeout 10 tm-csv -q -o pipe e.tm
	assert_output "tm-csv: ./pipe: refused: it is a FIFO"
	run -1 timeout 10 tm-csv -q -o dir e.tm
	assert_output "tm-csv: ./dir: refused: it is a directory"
}

@test "standard output that is full is said, exit 1" {
	run -1 bash -c 'tm-csv -q -o - >/dev/full' < <(one)
	assert_output "tm-csv: standard output: No space left on device"
}

@test "a second writer says who holds the files; another label works" {
	start_live -q --nic a
	one >&9
	eventually test -s traffic_user_a_1000.log
	run -1 tm-csv -q --nic a < <(one)
	assert_output "tm-csv: .: process $pid writes the same files there; give another --nic or --dir"
	run -0 tm-csv -q --nic b < <(one)
	end_live
	run -0 tm-csv -q --nic a < <(one)
	assert_equal "$(wc -l <traffic_user_a_1000.log)" 2
}

@test "it writes beneath its directory only, where the kernel has landlock" {
	needs_strace
	one >e.tm
	strace -o log -e trace=landlock_restrict_self,landlock_create_ruleset \
		tm-csv -q e.tm
	grep -q 'landlock_create_ruleset(NULL, 0, .*) *= [1-9]' log ||
		skip "needs a kernel with landlock"
	grep 'landlock_restrict_self(.*) *= 0' log
}

@test "a missing landlock is said with -v only, and rows are written" {
	needs_strace
	one >e.tm
	deny=inject=landlock_create_ruleset:error=ENOSYS
	run -0 strace -qq -o log -e trace=landlock_create_ruleset -e $deny \
		tm-csv -q e.tm
	assert_output ""
	run -0 strace -qq -o log -e trace=landlock_create_ruleset -e $deny \
		tm-csv -v -d . e.tm
	assert_output "tm-csv: not confined to its directory (landlock): Function not implemented"
	grep -q INJECTED log
	assert_equal "$(wc -l <traffic_user_unknown_1000.log)" 2
}

# --- a long life ---

@test "a torn last row is cut back on start, of users who never come, too" {
	row >traffic_user_a_5.log
	printf 'out,60,192.' >>traffic_user_a_5.log
	printf 'in,6' >traffic_user_a_6.log
	row >traffic_user_ab_5.log
	printf 'out,' >>traffic_user_ab_5.log
	chmod 640 ./*.log
	run -0 tm-csv -q --nic a < <(one)
	assert_line "tm-csv: traffic_user_a_5.log: its last row was torn by a crash: cut back by 11 bytes"
	assert_line "tm-csv: traffic_user_a_6.log: its last row was torn by a crash: cut back by 4 bytes"
	assert_equal "${#lines[@]}" 2
	assert_equal "$(cat traffic_user_a_5.log)" "$(row)"
	assert_equal "$(stat -c %s traffic_user_a_6.log)" 0
	assert_equal "$(tail -n 1 traffic_user_ab_5.log)" "out,"
}

@test "nothing is cut back while another process writes" {
	start_live -q --nic a
	one >&9
	eventually test -s traffic_user_a_1000.log
	printf 'out,' >>traffic_user_a_1000.log
	run -1 tm-csv -q --nic a < <(one)
	assert_equal "$(tail -n 1 traffic_user_a_1000.log)" "out,"
	end_live
}

@test "zeros that a power cut left behind are cut back" {
	row >traffic_user_unknown_1000.log
	head -c 100 /dev/zero >>traffic_user_unknown_1000.log
	chmod 640 ./*.log
	run -0 tm-csv -q < <(one 1000 120)
	assert_output --partial "cut back by 100 bytes"
	printf '%s\n' "$(row)" "$(row 120)" | diff -u - traffic_user_unknown_1000.log
}

@test "a renamed file gets no more rows after SIGHUP, and none is lost" {
	start_live -q --header
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	mv traffic_user_unknown_1000.log old
	one 1000 120 >&9
	eventually grep -q ,120$ old
	kill -HUP "$pid"
	one 1000 180 >&9
	eventually test -s traffic_user_unknown_1000.log
	end_live
	header=direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out
	printf '%s\n' $header "$(row)" "$(row 120)" | diff -u - old
	printf '%s\n' $header "$(row 180)" | diff -u - traffic_user_unknown_1000.log
}

@test "a file that was copied and truncated has no hole, and its header again" {
	start_live -q --header
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	cp traffic_user_unknown_1000.log old
	: >traffic_user_unknown_1000.log
	one 1000 120 >&9
	eventually grep -q ,120$ traffic_user_unknown_1000.log
	end_live
	header=direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out
	printf '%s\n' $header "$(row)" | diff -u - old
	printf '%s\n' $header "$(row 120)" | diff -u - traffic_user_unknown_1000.log
}

@test "a file that was removed while it was open is made again" {
	start_live -q
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	rm traffic_user_unknown_1000.log
	one 1000 120 >&9
	eventually test -s traffic_user_unknown_1000.log
	end_live
	assert_equal "$status" 0
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row 120)"
}

@test "a file that a link replaced while it was open is refused after SIGHUP" {
	start_live -q
	one >&9
	eventually test -s traffic_user_unknown_1000.log
	ln -sf victim traffic_user_unknown_1000.log
	kill -HUP "$pid"
	one 1000 120 >&9
	eventually grep -q "symbolic link" stderr
	end_live
	assert_equal "$status" 1
	assert_file_not_exist victim
}

@test "1,000 users with 32 descriptors: every row is there" {
	many 5000 1000 >e.tm
	(ulimit -n 32 && tm-csv -q e.tm)
	assert_equal "$(ls ./*.log | wc -l)" 1000
	assert_equal "$(wc -l ./*.log | awk '$2 != "total" {print $1}' | sort -u)" 5
	run -0 awk -F, '$7 <= last[FILENAME] {print "order", FILENAME}
		{last[FILENAME] = $7}' ./*.log
	assert_output ""
}

@test "1,000 users with 9 descriptors: every row is there" {
	many 3000 1000 >e.tm
	(ulimit -n 9 && tm-csv -q e.tm)
	assert_equal "$(cat ./*.log | wc -l)" 3000
}

@test "90,000 users: the memory is bounded and every row is there" {
	small_disk size=1g
	many 90000 90000 >e.tm
	python3 -c 'import resource, subprocess
subprocess.run(["tm-csv", "-q", "-d", "disk", "e.tm"], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert used < 300 << 10, used'
	assert_equal "$(find disk -name '*.log' -exec cat {} + | wc -l)" 90000
}

@test "without memory rows are counted as owed" {
	many 20000 20000 >e.tm
	(ulimit -v 20000 && run -1 tm-csv -q e.tm && echo "$output" >stderr)
	owed=$(sum_owed)
	[ "${owed:-0}" -gt 0 ]
	assert_equal "$(($(cat ./*.log | wc -l) + owed))" 20000
}

@test "users and order are kept when the stream is the same: identical files" {
	many 30000 7 >e.tm
	mkdir a b
	tm-csv -q -d a e.tm
	tm-csv -q -d b <e.tm
	diff -r a b
	assert_equal "$(cat a/*.log | wc -l)" 30000
	cat a/*.log | sort -t, -k7n | cut -d, -f7 | diff - <(seq 10000000 10029999)
}

# --- what goes wrong ---

@test "a full disk keeps whole rows, counts the rest and does not wait" {
	small_disk size=16k
	many 10000 1 >e.tm
	run -1 timeout 20 tm-csv -q -d disk e.tm
	assert_line "tm-csv: traffic_user_unknown_1001.log: No space left on device; its rows are kept while they fit 64 KiB, and tried again each second"
	printf '%s\n' "${lines[@]}" >stderr
	file=disk/traffic_user_unknown_1001.log
	assert_equal "$(tail -c 1 $file | od -An -c | tr -d ' ')" '\n'
	assert_equal $(($(wc -l <$file) + $(sum_owed))) 10000
	run -0 awk -F, 'NF != 7 || $7 != 9999999 + NR' $file
	assert_output ""
}

@test "a disk that gets room again gets what was kept; what was not is owed" {
	small_disk size=16k
	start_live -q -d disk
	many 3000 1 >&9
	eventually grep -q "No space" stderr
	mount -o remount,size=1m disk
	eventually grep -q "written again" stderr
	one 1001 99999999 >&9
	end_live
	file=disk/traffic_user_unknown_1001.log
	owed=$(sum_owed)
	[ "${owed:-0}" -gt 0 ]
	assert_equal "$status" 1
	assert_equal $(($(wc -l <$file) + owed)) 3001
	run -0 awk -F, 'NF != 7 || $7 <= last {print} {last = $7}' $file
	assert_output ""
	assert_equal "$(tail -n 1 $file)" "$(row 99999999)"
}

@test "a disk that gets room again in time loses nothing" {
	small_disk size=16k
	start_live -q -d disk
	many 800 1 >&9
	eventually grep -q "No space" stderr
	mount -o remount,size=1m disk
	eventually grep -q "written again" stderr
	end_live
	assert_equal "$status" 0
	assert_equal "$(cut -d, -f7 disk/*.log)" "$(seq 10000000 10000799)"
}

@test "no inodes: known users go on, a new user's rows are owed" {
	small_disk nr_inodes=4
	one 1 | tm-csv -q -d disk
	(one 1; one 2; one 3; one 3; one 1) >e.tm
	run -1 tm-csv -q -d disk e.tm
	assert_line --partial "traffic_user_unknown_3.log: No space left on device"
	assert_line --partial "tm-csv: 2 rows ("
	assert_equal "$(wc -l <disk/traffic_user_unknown_1.log)" 3
	assert_equal "$(wc -l <disk/traffic_user_unknown_2.log)" 1
}

@test "a limit on file sizes is a full disk, not a kill" {
	many 1000 1 >e.tm
	run -1 bash -c 'ulimit -f 8; exec tm-csv -q e.tm'
	assert_line --partial "traffic_user_unknown_1001.log: File too large"
	printf '%s\n' "${lines[@]}" >stderr
	file=traffic_user_unknown_1001.log
	assert_equal "$(tail -c 1 $file | od -An -c | tr -d ' ')" '\n'
	assert_equal $(($(wc -l <$file) + $(sum_owed))) 1000
}

# strace with a fault in one call: inject CALL:FAULT ARGUMENTS...
inject() {
	local call=${1%%:*}

	needs_strace
	strace -f -qq -o log -e "trace=$call" -e "inject=$1" "${@:2}"
}

@test "an interrupted write is done again" {
	one >e.tm
	inject write:error=EINTR:when=1..3 tm-csv -q e.tm
	grep -q INJECTED log
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
	rm ./*.log
	inject write:error=EAGAIN:when=1..3 tm-csv -q e.tm
	grep -q INJECTED log
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
}

@test "after a short write the rest of the row follows" {
	one >e.tm
	inject write:retval=37:when=1 tm-csv -q e.tm
	grep -q INJECTED log
	# the injected call wrote nothing: the file holds what is after 37 bytes
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row | tail -c +38)"
}

@test "a disk that is read-only for a while is a full disk" {
	needs_strace
	one >e.tm
	inject write:error=EROFS:when=1 tm-csv -q e.tm 2>stderr
	grep -q INJECTED log
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
	grep "Read-only file system; its rows are kept" stderr
	grep "all files are written again; 0 rows" stderr
}

@test "a fault of fsync is said once and is not made good by a later one" {
	(one 1; one 2) >e.tm
	run -1 inject fsync:error=EIO:when=1 tm-csv -q --sync e.tm
	grep -q INJECTED log
	assert_output "tm-csv: traffic_user_unknown_1.log: fsync: rows may be missing in it: Input/output error"
	assert_equal "$(cat traffic_user_unknown_1.log)" "$(row)"
}

@test "without --sync nothing is synced; with it files and directory are" {
	needs_strace
	one >e.tm
	strace -o log -e trace=fsync tm-csv -q e.tm
	run -1 grep fsync log
	strace -o log -y -e trace=fsync tm-csv -q --sync e.tm
	grep 'fsync(.*traffic_user_unknown_1000.log' log
}

@test "a fault of close is said" {
	one >e.tm
	needs_strace
	run -1 strace -qq -o log -P "$PWD/traffic_user_unknown_1000.log" \
		-e trace=close -e inject=close:error=EDQUOT tm-csv -q e.tm
	grep -q INJECTED log
	assert_output "tm-csv: traffic_user_unknown_1000.log: close: rows may be missing in it: Disk quota exceeded"
}

@test "kill -9 at the n-th write leaves whole rows and no torn file" {
	needs_strace
	many 1000 50 >e.tm
	for n in 1 2 3 17 50; do
		rm -f ./*.log
		strace -f -qq -o log -e trace=write \
			-e "inject=write:signal=KILL:when=$n" tm-csv -q e.tm || true
		grep -q INJECTED log || grep -q 'killed by SIGKILL' log
		rows=$(cat ./*.log | wc -l)
		[ "$rows" -ge $((20 * (n - 1))) ]
		run -0 awk -F, 'NF != 7' ./*.log
		assert_output ""
		# and the next run goes on
		one 1001 99999999 | tm-csv -q
		assert_equal "$(cat ./*.log | wc -l)" $((rows + 1))
	done
}
