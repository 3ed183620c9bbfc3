# tm-top: the filter that is typed.

load ../helper
load top

type() {
	tmux_here send-keys -l "$1"
}

@test "a filter can be typed, edited, applied to a whole recording, and removed" {
	show_day
	press /
	wait_for '^filter:'
	type 'port 1 or xuser alice'
	press C-a
	press -N 10 Right
	press DC C-a
	press -N 10 DC
	press Enter
	wait_for 'filter: user alice$'
	screen | sed -n '3p;6,8p' >out
	assert_file out <<-'END'
	1 user                                                        filter: user alice
	all                      120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M
	alice                    120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M

	END
	press / C-u Enter
	wait_for '^3 users$'
	press /
	type 'comm nobodys'
	press Escape
	wait_for '? help'
	wait_for '^3 users$'
}

@test "an error in a filter is shown below its column, and the old filter stays" {
	show_day 80x24 "" "-e 'user bob'"
	wait_for '^1 user .*filter: user bob$'
	press / C-u
	type 'user alice and foo'
	press Enter
	wait_for 'unknown word'
	screen | tail -n 6 >out
	assert_file out <<-'END'
	filter: user alice and foo
	                       ^
	unknown word 'foo'; the words are in out loopback user uid pid process cgroup
	job step unit container workload session login command service project on host
	network port protocol interface bytes packets since until kind, src, dst, local,
	remote, and, or, not
	END
	tmux_here resize-window -x 32 -y 9
	wait_for '^filter.*foo$'
	screen | tail -n 9 >out
	assert_file out <<-'END'
	filter: user alice and foo
	                       ^
	unknown word 'foo'; the words
	are in out loopback user uid pid
	process cgroup job step unit
	container workload session login
	command service project on host
	network port protocol interface
	bytes packets since until kind,…
	END
	tmux_here resize-window -x 80 -y 24
	wait_for '^job step unit container workload'
	press C-e
	type ' and port 5 or port 70000'
	press C-a C-f
	press -N 14 C-f
	press DC DC DC
	type 'in'
	press Enter
	wait_for '^port takes'
	screen | tail -n 2 >out
	assert_file out <<-'END'
	                                             ^
	port takes a number up to 65535 or a service such as ssh, not '70000'
	END
	press Escape
	wait_for '^1 user .*filter: user bob$'
}

@test "tm-top warns about a name in a filter that never occurs" {
	show_day 80x24 "" "-e 'user alcie'"
	wait_for '^0 users .*filter: user alcie \(no alcie seen\)$'
}

@test "a filter typed in mid-stream knows the names recorded before" {
	live
	{
		begin
		echo '{"kind":"name","time_ns":1700000000000000000,"of":"interface","id":7,"parts":1,"text":"wan7"}'
		moved 0.1 in 1000 1024
		status tick 1
	} | feed
	wait_for '^alice .* 1.0K      0$'
	press /
	type 'interface wan7 and user bob'
	press Enter
	wait_for '^0 users .*filter: interface wan7 and user bob$'
	{
		moved 1.1 in 1000 1024 1 '"ifindex":7'
		moved 1.2 in 1001 2048 1 '"ifindex":7'
		moved 1.3 in 1001 4096 1 '"ifindex":8'
		status tick 2
	} | feed
	wait_for '^bob .* 2.0K      0$'
	screen >out
	run ! grep ^alice out
	press / C-u Enter
	wait_for '^bob .* 6.0K      0$'
	wait_for '^alice .* 2.0K      0$'
}

@test "a filter that nothing or everything matches is marked" {
	show_day
	press /
	type 'tcp and not tcp'
	press Enter
	wait_for 'filter: tcp and not tcp .never true.$'
	press / C-u
	type 'in or out'
	press Enter
	wait_for 'filter: in or out .always true.$'
	press / C-u
	type 'user nosuch'
	press Enter
	wait_for 'filter: user nosuch .no nosuch seen.$'
}
