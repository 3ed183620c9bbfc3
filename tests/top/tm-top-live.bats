# tm-top: a live stream: the first picture, names, command lines.

load ../helper
load top

@test "the first rates are shown with the first events, before any TICK" {
	live 80x24 'tm-top -t 60s'
	{
		begin
		for i in 0 1 2 3 4; do
			moved 0.$i in 1000 1000
		done
	} | feed
	# 5000 bytes in 0.4 s
	wait_for '^alice +100\.0k +0 +100\.0k +0 +100\.0k'
}

@test "sums of an interval that follow their TICK are shown at once" {
	live 80x24 'tm-top -t 60s'
	{ begin; status tick 1; } | feed
	wait_for '^0 users'
	moved 1.1 in 1000 110000 1 '"span":100' | feed
	wait_for '^alice +800\.0k +0 +800\.0k'
	{ status tick 2; moved 2.1 in 1000 110000 1 '"span":100'; } | feed
	wait_for '^alice .* 214.8K +0$'
	screen | grep '^alice *838.1k'
}

@test "without operands at a terminal, tm-top shows the one command to type" {
	show 100x24 tm-top
	wait_for 'exit 2'
	shows 'to watch this host, type: sudo tm-capture --every 1s . tm-top'
}

@test "c shows the command lines of this host's processes, and no others'" {
	bash -c 'exec -a "$0" sleep 300' $'tm-sleeper\e[2J' 3>&- &
	sleeper=$!
	eventually grep -qx sleep "/proc/$sleeper/comm"
	live 120x24
	{
		start 7 0 "$(uname -n)"
		talked 0.1 in $UID 9000 $sleeper sleep 192.0.2.7
		talked 0.2 in $((UID + 1)) 8000 $sleeper other 192.0.2.7
		talked 0.3 in $UID 7000 4194304 gone 192.0.2.7
		status tick 1
	} | feed
	wait_for '^3 processes|^2 users'
	press 2
	wait_for '^3 processes'
	press c
	wait_for 'tm-sleeper\\x1b\[2J 300 .* 72'
	shows ' other '
	shows ' gone '
	press c
	wait_for ' sleep '
	kill $sleeper
}

@test "command lines are refused for a recording and for another host's stream" {
	show_day
	press c
	wait_for 'command lines: only of a live stream from this host'
	end_terminal
	rm -f ended
	live
	{ begin; status tick 1; } | feed
	wait_for '^0 users'
	press c
	wait_for 'command lines: only of a live stream from this host'
}

@test "the graph has one scale for all rows, which the heading states" {
	{
		begin
		for s in 0 1 2 3; do
			moved $s.1 in 1000 80000
			moved $s.2 in 1001 40000
			moved $s.3 in 1002 1000
			status tick $((s + 1))
		done
		status end 4
	} | tm-parse >some.tm
	show 140x24 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '5,9s/.*  \([^ ]\)/\1/p' >out
	assert_file out <<-'END'
	last 40 s, up to 640.0k bit/s
	████
	████
	▄▄▄▄
	▁▁▁▁
	END
}

@test "peaks are the highest second, and stay" {
	{
		begin
		moved 0.1 in 1000 1000000
		moved 1.1 in 1000 2000000
		for s in $(seq 90); do
			status tick $s
		done
		status end 90
	} | tm-parse >some.tm
	show 200x24 'tm-top --speed max some.tm'
	wait_for ended
	screen | grep -E '^alice +0 +0 +0 .* 2.9M +0 +2 +0 +16.0M +0$'
	screen | grep -E '^all .* 16.0M +0$'
}

@test "NAME records without text and lone parts of names do no harm" {
	{
		begin
		echo '{"kind":"name","time_ns":1700000000000000000,"of":"user","id":1000,"parts":1,"text":""}'
		echo '{"kind":"name","time_ns":1700000000000000000,"of":"cgroup","id":9,"part":1,"parts":2,"text":"tail"}'
		echo '{"kind":"name","time_ns":1700000000000000000,"of":"interface","id":7,"part":3,"parts":4,"text":"x"}'
		moved 0.1 in 1000 1000 1 '"cgroup_id":9,"ifindex":7'
		status end 1
	} | tm-parse >some.tm
	for expression in 'user alice' 'cgroup /tail' 'interface x'; do
		tm-top --batch -e "$expression" some.tm >out
		tm-top --batch --by cgroup,interface,user -e "not ($expression)" some.tm |
			tail -n 1 | grep ' 1000 '
	done
	tm-top --batch /dev/null
}

@test "loopback traffic is named as counted twice, and --no-loopback leaves it out" {
	{
		begin
		moved 0.1 out 1000 2048 1 '"flags":8'
		moved 0.2 in 1001 2048 1 '"flags":8'
		moved 0.3 in 1001 100
		status end 1
	} | tm-parse >some.tm
	run -0 --separate-stderr tm-top --batch some.tm
	assert_line --regexp '^all .* 2148 +2048$'
	assert_equal "$stderr" "tm-top: loopback traffic (4.0 KiB) counts for its sender and for its receiver; --no-loopback leaves it out"
	run -0 --separate-stderr tm-top --batch --no-loopback some.tm
	assert_line --regexp '^all .* 100 +0$'
	assert_equal "$stderr" ""
	tm-top --batch --no-loopback -e 'user bob' some.tm | grep -E '^all .* 100 +0$'
	show 100x24 'tm-top --speed max some.tm'
	wait_for ended
	shows 'loopback, counted twice 4.0 KiB'
}

@test "a server on a high port is one service, whatever its clients' ports" {
	{
		begin
		for client in $(seq 50); do
			service 0.1 in 1000 1000 192.0.2.$client 51413 $((40000 + client))
		done
		status end 1
	} | tm-parse >some.tm
	tm-top --batch --by port some.tm | awk 'NR > 2 { print $1, $(NF - 1) }' >out
	assert_file out <<-'END'
	51413 50000
	all 50000
	END
	show 100x24 'tm-top --speed max some.tm'
	wait_for ended
	press 4
	wait_for '^1 service$'
	shows '^51413/tcp .* 48.8K'
}

@test "sums that would overflow stay at the largest number in tm-top, too" {
	{
		begin
		for second in 0.1 0.2 0.3; do
			moved $second in 1000 9223372036854775808
			moved $second out 1000 9223372036854775808
		done
		status end 1
	} | tm-parse >some.tm
	run -0 --separate-stderr tm-top --batch -n some.tm
	assert_line --regexp '^1000 .* 18446744073709551615 +18446744073709551615$'
	assert_line --regexp '^all .* 18446744073709551615 +18446744073709551615$'
	assert_equal "$stderr" "tm-top: a sum is too large and stays at the largest number; a record is damaged or forged"
}
