# tm-csv: the long life of its files.

load ../helper
load csv

@test "a torn last row is cut back on start, even of users without new events" {
	row >traffic_user_a_5.log
	printf 'out,60,192.' >>traffic_user_a_5.log
	printf 'in,6' >traffic_user_a_6.log
	row >traffic_user_ab_5.log
	printf 'out,' >>traffic_user_ab_5.log
	chmod 640 ./*.log
	run -0 tm-csv -q --nic a < <(one)
	assert_line "tm-csv: traffic_user_a_5.log: removed its incomplete last row (11 bytes)"
	assert_line "tm-csv: traffic_user_a_6.log: removed its incomplete last row (4 bytes)"
	assert_equal "${#lines[@]}" 2
	assert_equal "$(cat traffic_user_a_5.log)" "$(row)"
	assert_equal "$(stat -c %s traffic_user_a_6.log)" 0
	assert_equal "$(tail -n 1 traffic_user_ab_5.log)" "out,"
}

@test "no file is cut back while another process writes" {
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
	assert_output --partial "removed its incomplete last row (100 bytes)"
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

@test "after a file was copied and truncated it has no hole, and a header again" {
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

@test "a file that was removed while open is created again" {
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

@test "a file that was replaced with a link while open is refused after SIGHUP" {
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

@test "with 1,000 users and 32 descriptors no row is missing" {
	many 5000 1000 >e.tm
	(ulimit -n 32 && tm-csv -q e.tm)
	assert_equal "$(ls ./*.log | wc -l)" 1000
	assert_equal "$(wc -l ./*.log | awk '$2 != "total" {print $1}' | sort -u)" 5
	run -0 awk -F, '$7 <= last[FILENAME] {print "order", FILENAME}
		{last[FILENAME] = $7}' ./*.log
	assert_output ""
}

@test "with 1,000 users and 9 descriptors no row is missing" {
	many 3000 1000 >e.tm
	(ulimit -n 9 && tm-csv -q e.tm)
	assert_equal "$(cat ./*.log | wc -l)" 3000
}

@test "with 90,000 users memory is bounded and no row is missing" {
	small_disk size=1g
	many 90000 90000 >e.tm
	python3 -c 'import resource, subprocess
subprocess.run(["tm-csv", "-q", "-d", "disk", "e.tm"], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert used < 300 << 10, used'
	assert_equal "$(find disk -name '*.log' -exec cat {} + | wc -l)" 90000
}

@test "rows for which memory runs out are counted and reported" {
	many 20000 20000 >e.tm
	(ulimit -v 20000 && run -1 tm-csv -q e.tm && echo "$output" >stderr)
	owed=$(sum_owed)
	[ "${owed:-0}" -gt 0 ]
	assert_equal "$(($(cat ./*.log | wc -l) + owed))" 20000
}

@test "the same stream gives identical files" {
	many 30000 7 >e.tm
	mkdir a b
	tm-csv -q -d a e.tm
	tm-csv -q -d b <e.tm
	diff -r a b
	assert_equal "$(cat a/*.log | wc -l)" 30000
	cat a/*.log | sort -t, -k7n | cut -d, -f7 | diff - <(seq 10000000 10029999)
}
