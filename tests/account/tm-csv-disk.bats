# tm-csv: full disks, system calls that fail, and kill -9.

load ../helper
load csv

@test "on a full disk rows stay whole, the rest is counted, and tm-csv does not wait" {
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

@test "once a full disk has room again, buffered rows are written and dropped ones reported" {
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

@test "if a full disk has room again in time, nothing is lost" {
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

@test "without free inodes known users' rows are written and a new user's are reported" {
	small_disk nr_inodes=4
	one 1 | tm-csv -q -d disk
	(one 1; one 2; one 3; one 3; one 1) >e.tm
	run -1 tm-csv -q -d disk e.tm
	assert_line --partial "traffic_user_unknown_3.log: No space left on device"
	assert_line --partial "tm-csv: 2 rows ("
	assert_equal "$(wc -l <disk/traffic_user_unknown_1.log)" 3
	assert_equal "$(wc -l <disk/traffic_user_unknown_2.log)" 1
}

@test "a limit on file sizes is handled like a full disk" {
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

@test "an interrupted write is retried" {
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

@test "a disk that is read-only for a while is handled like a full disk" {
	needs_strace
	one >e.tm
	inject write:error=EROFS:when=1 tm-csv -q e.tm 2>stderr
	grep -q INJECTED log
	assert_equal "$(cat traffic_user_unknown_1000.log)" "$(row)"
	grep "Read-only file system; its rows are kept" stderr
	grep "all files can be written again; 0 rows" stderr
}

@test "a failed fsync is reported once, and a later success does not hide it" {
	(one 1; one 2) >e.tm
	run -1 inject fsync:error=EIO:when=1 tm-csv -q --sync e.tm
	grep -q INJECTED log
	assert_output "tm-csv: traffic_user_unknown_1.log: fsync: rows may be missing in it: Input/output error"
	assert_equal "$(cat traffic_user_unknown_1.log)" "$(row)"
}

@test "without --sync nothing is synced; with it, files and the directory are" {
	needs_strace
	one >e.tm
	strace -o log -e trace=fsync tm-csv -q e.tm
	run -1 grep fsync log
	strace -o log -y -e trace=fsync tm-csv -q --sync e.tm
	grep 'fsync(.*traffic_user_unknown_1000.log' log
}

@test "a failed close is reported" {
	one >e.tm
	needs_strace
	run -1 strace -qq -o log -P "$PWD/traffic_user_unknown_1000.log" \
		-e trace=close -e inject=close:error=EDQUOT tm-csv -q e.tm
	grep -q INJECTED log
	assert_output "tm-csv: traffic_user_unknown_1000.log: close: rows may be missing in it: Disk quota exceeded"
}

@test "kill -9 at the n-th write leaves whole rows only" {
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
		# and the next run continues
		one 1001 99999999 | tm-csv -q
		assert_equal "$(cat ./*.log | wc -l)" $((rows + 1))
	done
}
