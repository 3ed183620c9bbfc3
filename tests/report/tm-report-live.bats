# tm-report on a live stream, and how it ends.

load ../helper
load report

@test "a recording and a live stream give the same reports" {
	day | tm-parse >day.tm
	tm-report --style pdtt -q -t 5 day.tm >recorded
	while read -r line; do
		echo "$line"
		case $line in
		*1700000005*) sleep 1.5 ;;
		esac
	done < <(day) | tm-parse | tm-report --style pdtt -q -t 5 >live
	diff -u recorded live
}

@test "an early TICK ends its interval" {
	{
		start
		status tick 0.999
		status tick 2.001
		status tick 2.99
		status end 3.1
	} | tm-parse | tm-report --style pdtt -t 1 >report
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
		moved 3600 in 1000 1 1
	} | tm-parse | tm-report --style pdtt -t 10 >report
	run grep -o '2.:13:..' report
	assert_output - <<-'END'
	22:13:30
	23:13:20
	END
}

@test "setting the clock back ends the interval, and counting continues" {
	{
		start
		moved 0.5 in 1000 1000 1
		status tick 1
		moved 1.1 in 1000 1000 1
		status tick -3599
		moved -3598.5 in 1000 1000 1
		status tick -3598
		status end -3598
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

@test "a live stream without TICKs is reported while it is idle" {
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

@test "after SIGTERM a last report covers everything read, with exit code 0" {
	mkfifo pipe
	tm-report --style pdtt -t 60 -l report.log <pipe &
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

@test "a cut input is reported as far as it goes, with exit code 3" {
	day | tm-parse | head -c 1000 >cut.tm
	run --separate-stderr tm-report -n --output csv cut.tm
	assert_failure 3
	assert_line --index 2 1001,1001,0,2048,2048,0,15,15,0,0
	assert_regex "$stderr" 'tm-report: cut.tm: ends inside an event \(offset 896\)'
}

@test "tm-report --strict exits with 4 if events were lost" {
	day | tm-parse >day.tm
	run tm-report day.tm
	assert_success
	run tm-report --strict day.tm
	assert_failure 4
}

@test "an empty stream gives an empty report" {
	: >empty.tm
	run tm-report --output csv -q empty.tm
	assert_success
	assert_output uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	run tm-report --style pdtt -t 1 empty.tm
	assert_success
	assert_output --regexp '=== Network Statistics Report \[2[-: 0-9]*\] ===$'
}

@test "a full standard output is an error; a closed one is not" {
	day | tm-parse >day.tm
	run bash -c 'tm-report day.tm >/dev/full'
	assert_failure 1
	assert_output 'tm-report: standard output: No space left on device'
	# more than a pipe holds
	many=$(yes day.tm | head -n 2000)
	run bash -c "{ tm-report --style pdtt -q -t 1 $(echo $many) || echo \$? >status; } | head -n 2"
	assert_line --partial '=== Network Statistics Report'
	assert [ ! -e status ]
}

@test "SIGUSR1 prints a line of tm-report's statistics" {
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

@test "an invalid option exits with 2 and names the valid values" {
	misused() {
		local text=$1
		shift
		run tm-report "$@" </dev/null
		assert_failure 2
		assert_line --index 0 "tm-report: $text"
	}
	misused '--by: no such key: x; they are user, process, remote, protocol, interface, workload, login, command, direction, hour, day, pid, local, network, port, local_port, remote_port, cgroup, job, step, unit, container, session, service, host, project or connection' --by user,x
	misused '--by: no such key: bin; they are user, process, remote, protocol, interface, workload, login, command, direction, hour, day, pid, local, network, port, local_port, remote_port, cgroup, job, step, unit, container, session, service, host, project or connection' --by bin
	misused "--since: write tm-filter 'since TIME' FILE | tm-report" --since yesterday
	misused "--until: write tm-filter 'until TIME' FILE | tm-report" --until today
	misused "--user: write tm-filter 'user USER' FILE | tm-report" --user alice
	misused '--by: user is there twice' --by user,port,user
	misused '--by: names no key' --by user,
	misused '--style: not pdtt, pdtt-xdp, processes or table: x' --style x
	misused '--format: not table, csv or json: x' --format x
	misused '--format: not table, csv or json: x' --output x
	misused 'one --style, --format or --oneline, not two' --style table --output csv
	misused 'one --style, --format or --oneline, not two' --oneline a --output csv
	misused '--by: for a table, csv or json, not for pdtt' --style pdtt --by port
	misused '--sort: for a table, csv or json, not for processes' --style processes --sort in
	misused '--top: not for pdtt, which leaves no row out' --style pdtt --top 3
	misused '--top: not for oneline, which leaves no row out' --oneline root --top 3
	misused '--connections: for pdtt or pdtt-xdp, not for csv' --output csv --connections
	misused '--sort: neither total, in, out, packets, lost nor a key of --by: pid' --by user --sort pid
	misused '--sum: not bytes, packets or both: bits' --sum bits
	misused '--sum: bytes, packets or both' --sum ''
	misused '--bin: not a length of time such as 500ms, 10s, 5m or 2d: x' --bin x
	misused '--bin: not a length of time such as 500ms, 10s, 5m or 2d: 0' --bin 0
	misused '--alert: not a size such as 500M, 1.5T or 500GB: 0' --alert 0
	misused '--interval: not a length of time such as 500ms, 10s, 5m or 2d: 1x' -t 1x
	misused '--top: not a number from 0 to 1073741824: -1' --top -1
	misused '--max-rows: not a number from 1 to 1073741824: -1' --max-rows=-1
	misused "unrecognized option '--nonsense'" --nonsense
	assert_line --index 1 'try: tm-report --help'
}

@test "tm-report's --help and --version go to standard output" {
	run --separate-stderr tm-report --help
	assert_success
	assert_output --partial 'usage: tm-report'
	run awk 'length > 80' <<<"$output"
	assert_output ''
	run --separate-stderr tm-report --version
	assert_success
	assert_output --regexp '^tm-report [0-9]'
}
