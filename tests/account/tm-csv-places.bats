# tm-csv: rights, and places that it refuses to write to.

load ../helper
load csv
load ../events

@test "files are 0640 whatever the umask" {
	(umask 0; one 1 | tm-csv -q)
	(umask 077; one 2 | tm-csv -q)
	assert_equal "$(stat -c %a ./*.log | sort -u)" 640
}

@test "with --group files belong to that group" {
	needs_root
	one | tm-csv -q --group daemon
	assert_equal "$(stat -c '%G %a' traffic_user_unknown_1000.log)" "daemon 640"
	one | tm-csv -q --group 0
	assert_equal "$(stat -c '%G %a' traffic_user_unknown_1000.log)" "root 640"
}

@test "with --readable users can read their own file, not write it, and read no other" {
	needs_root
	getent passwd daemon bin >/dev/null || skip "needs users daemon and bin"
	{
		start_here | tm-parse
		one "$(id -u daemon)"
		one "$(id -u bin)"
		status end 1 | tm-parse
	} | tm-csv -q --readable
	file=traffic_user_unknown_$(id -u daemon).log
	assert_equal "$(stat -c '%U:%G %a' "$file")" "root:daemon 640"
	chmod 755 .
	run -0 setpriv --reuid=daemon --regid=daemon --clear-groups cat - <"$file"
	# by descriptor, because this user cannot enter the directory
	run setpriv --reuid=daemon --regid=daemon --clear-groups sh -c \
		'test -r /dev/fd/0 && ! test -w /dev/fd/0' <"$file"
	assert_success
	run setpriv --reuid=bin --regid=bin --clear-groups sh -c \
		'test -r /dev/fd/0' <"$file"
	assert_failure
}

@test "a user whose group is shared cannot read the file, with one warning" {
	needs_root
	getent passwd games sync >/dev/null || skip "needs the user sync"
	[ "$(id -gn sync)" != sync ] || skip "needs a user in a foreign group"
	{
		start_here | tm-parse
		one "$(id -u sync)"
		status end 1 | tm-parse
	} >sync.tm
	run -0 tm-csv -d . --readable sync.tm
	assert_output --partial "has no group of its own"
	assert_equal "$(stat -c %G ./*.log)" root
}

@test "with --readable no file is given to a user of another machine's number" {
	needs_root
	getent passwd daemon >/dev/null || skip "needs the user daemon"
	run -0 tm-csv -d . --readable < <(one "$(id -u daemon)")
	assert_output "tm-csv: uid $(id -u daemon) may be another machine's: its file stays unreadable to it, and so do those of others like it"
	assert_equal "$(stat -c %G ./*.log)" root
}

@test "a directory that others can write is refused, naming owner and mode" {
	one >e.tm
	mkdir out
	chmod 777 out
	run -1 tm-csv -q -d out e.tm
	assert_output "tm-csv: out: refused: everybody can write to it (owner uid $(id -u), mode 0777; name a directory that only you can write to)"
	chmod 1777 out
	run -1 tm-csv -q -d out e.tm
	assert_output --partial "mode 1777"
	assert_equal "$(ls -A out)" ""
}

@test "a directory that a foreign group can write is refused; with our own group it is not" {
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

@test "another user's directory is refused, naming owner and mode" {
	needs_root
	one >e.tm
	mkdir out
	chown daemon out
	run -1 tm-csv -q -d out e.tm
	assert_output "tm-csv: out: refused: it belongs to uid $(id -u daemon) (mode 0755), not to root or to you"
}

@test "another user's symbolic link in the path is refused; our own is followed" {
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

@test "a directory that is missing, or is a file, is named in the message" {
	one >e.tm
	run -1 tm-csv -q -d nowhere e.tm
	assert_output "tm-csv: nowhere: no such directory; create it with mkdir(1)"
	run -1 tm-csv -q -d e.tm e.tm
	assert_output "tm-csv: e.tm: Not a directory"
}

# A refused file costs only its user's rows, which are counted.
refused_as() {
	(one 1; one 2; one 2) >e.tm
	run -1 timeout 10 tm-csv -q e.tm
	assert_line "tm-csv: traffic_user_unknown_2.log: $1; its rows are kept while they fit 64 KiB, and tried again each second"
	assert_line --regexp 'tm-csv: 2 rows \(.* bytes\) are owed: they could not be written'
	assert_equal "$(cat traffic_user_unknown_1.log)" "$(row)"
}

@test "a symbolic link in place of a user file is refused" {
	echo precious >victim
	ln -s victim traffic_user_unknown_2.log
	refused_as "refused: it is a symbolic link"
	assert_equal "$(cat victim)" precious
}

@test "a dangling link in place of a user file is refused" {
	ln -s nowhere traffic_user_unknown_2.log
	refused_as "refused: it is a symbolic link"
	assert_file_not_exist nowhere
}

@test "a hard link in place of a user file is refused" {
	echo precious >victim
	ln victim traffic_user_unknown_2.log
	refused_as "refused: it has 2 hard links"
	assert_equal "$(cat victim)" precious
}

@test "a FIFO in place of a user file is refused without waiting for a reader" {
	mkfifo traffic_user_unknown_2.log
	refused_as "refused: it is a FIFO"
}

@test "a FIFO that has a reader receives nothing" {
	mkfifo traffic_user_unknown_2.log
	cat traffic_user_unknown_2.log >got &
	pid=$!
	eventually waits_in $pid wait_for_partner
	refused_as "refused: it is a FIFO"
	waits_in $pid wait_for_partner # it was not even opened
	kill $pid
	assert_equal "$(cat got)" ""
}

@test "a directory in place of a user file is refused" {
	mkdir traffic_user_unknown_2.log
	refused_as "refused: it is a directory"
}

@test "a device in place of a user file is refused" {
	needs_root
	mknod traffic_user_unknown_2.log c 1 7
	refused_as "refused: it is a character device"
}

@test "a socket in place of a user file is refused" {
	python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("traffic_user_unknown_2.log")'
	refused_as "refused: it is a socket"
}

@test "another user's file is refused" {
	needs_root
	touch traffic_user_unknown_2.log
	chown daemon traffic_user_unknown_2.log
	refused_as "refused: it belongs to uid $(id -u daemon) (mode 0644), not to root or to you"
}

@test "a user file that others can write is refused" {
	touch traffic_user_unknown_2.log
	chmod 666 traffic_user_unknown_2.log
	refused_as "refused: everybody can write to it (owner uid $(id -u), mode 0666; run chmod o-w)"
}

@test "a file with other content is refused and left unchanged" {
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

@test "other columns of the same count are refused even without a header" {
	touch probe
	python3 -c 'import os; os.setxattr("probe", "user.tm", b"")' ||
		skip "needs a file system with attributes"
	one 2 | tm-csv -q --columns uid
	run -1 tm-csv -q --columns pid < <(one 2)
	assert_output --partial "refused: it was begun with the columns direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out,uid;"
}

@test "a refused file that has been fixed gets its rows within a second" {
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
	assert_line "tm-csv: all files can be written again; 0 rows (0 bytes) are owed"
}

@test "an output that is a device, a FIFO or a directory is refused, naming its kind" {
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

@test "a full standard output ends tm-csv with a message and exit code 1" {
	run -1 bash -c 'tm-csv -q -o - >/dev/full' < <(one)
	assert_output "tm-csv: standard output: No space left on device"
}

@test "a second tm-csv names the process that holds the files; with another label it works" {
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

@test "with landlock tm-csv can write beneath its directory only" {
	needs_strace
	one >e.tm
	strace -o log -e trace=landlock_restrict_self,landlock_create_ruleset \
		tm-csv -q e.tm
	grep -q 'landlock_create_ruleset(NULL, 0, .*) *= [1-9]' log ||
		skip "needs a kernel with landlock"
	grep 'landlock_restrict_self(.*) *= 0' log
}

@test "a kernel without landlock is reported with -v only, and rows are written" {
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

@test "a missing directory is reported with the command that creates it" {
	one >e.tm
	for command in "tm-csv -q -d missing" "tm-csv -q -o missing/x" \
		"tm-report -l missing/log" "tm-account --state missing/s" \
		"tm-store --db missing/h.db"; do
		run -1 $command e.tm
		assert_line --regexp '^tm-[a-z]+: missing.*: no such directory; create it with mkdir\(1\)$'
	done
}

@test "no advice takes rights away from a directory of others" {
	one >e.tm
	mkdir -m 1777 shared
	for command in "tm-csv -q -d shared" "tm-csv -q -o shared/x" \
		"tm-report -l shared/log" "tm-account --state shared/s" \
		"tm-store --db shared/h.db"; do
		run $command e.tm
		refute_output --partial chmod
	done
}
