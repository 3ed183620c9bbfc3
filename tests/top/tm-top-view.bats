# tm-top: what the screen shows, and the keys that choose it.

load ../helper
load top

@test "the screen at 80x24 shows users, rates, totals, unowned and lost traffic" {
	show_day
	screen >out
	assert_file out <<-'END'
	tm-top  login1.example                          22:13:32  ended       4 events/s
	unowned 84 B (0.0 %)   unattributed 60 B   lost 1.5 KiB (0.0 %)
	3 users
	                             2 s bit/s  10 s bit/s ▼    40 s bit/s   total bytes
	USER                         in    out     in    out     in    out     in    out
	all                      120.0k   1.0M   4.1M   1.0M   3.5M   1.0M   4.9M   1.4M
	bob                           0      0   4.0M      0   3.3M      0   4.8M      0
	alice                    120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M
	none                          0      0      0     67      0     56      0     84











	
	
	
	? help  q quit  Enter open  Esc back  Tab next list  / filter  <> sort  p pause
	END
	press q
	assert_restored
}

@test "Enter descends to processes and remotes; Esc, arrows and Backspace go back" {
	show_day
	press Down Enter
	wait_for '^alice › 2 processes'
	screen | sed -n '3p;5,9p' >out
	assert_file out <<-'END'
	alice › 2 processes
	PROCESS             PID      in    out     in    out     in    out     in    out
	all                      120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M
	curl                 42  100.0k   1.0M 100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	git                  43   20.0k      0  20.0k      0  20.0k      0  29.3K      0

	END
	press Right
	wait_for '^alice › curl 42 › 2 remotes'
	screen | sed -n '4,9p' >out
	assert_file out <<-'END'
	                                           2 s bit/s  10 s bit/s ▼   total bytes
	REMOTE                                     in    out     in    out     in    out
	all                                    100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	198.51.100.7                           100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	203.0.113.5                                 0   4.0k      0    800      0   1.0K

	END
	press Enter
	wait_for '^alice › curl 42 › 198.51.100.7 › 1 connection$'
	press Enter
	wait_for 'nothing is below a connection'
	press Left Left
	wait_for '^alice › 2 processes'
	press j l
	wait_for '^alice › git 43 › 1 remote$'
	press BSpace
	wait_for '^alice › 2 processes'
	press Escape
	wait_for '^3 users'
	press Escape
	wait_for 'q quits'
}

@test "Tab and the digits show processes, remotes, services and connections" {
	show_day
	press Tab
	wait_for '^5 processes'
	screen | sed -n '5,8p;11p' >out
	assert_file out <<-'END'
	USER           PROCESS            PID      in    out     in    out     in    out
	all                                    120.0k   1.0M   4.1M   1.0M   4.9M   1.4M
	bob            scp                 50       0      0   4.0M      0   4.8M      0
	alice          curl                42  100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	none           (unknown)            -       0      0      0     67      0     84
	END
	press Tab
	wait_for '^5 remotes'
	screen | sed -n '5,11p' >out
	assert_file out <<-'END'
	REMOTE                                     in    out     in    out     in    out
	all                                    120.0k   1.0M   4.1M   1.0M   4.9M   1.4M
	203.0.113.5                                 0   4.0k   4.0M    800   4.8M   1.0K
	198.51.100.7                           100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	2001:db8::7                             20.0k      0  20.0k      0  29.3K      0
	(lost)                                      0      0   1.2k      0   1.5K      0
	203.0.113.9                                 0      0      0     67      0     84
	END
	press Down Down Up Enter
	wait_for '^198.51.100.7 › 1 user'
	press Escape
	wait_for '^5 remotes'
	press 5
	wait_for '^6 connections'
	press Tab
	wait_for '^3 users'
	press Down Enter Tab
	wait_for '^alice › 3 remotes'
	press 1
	wait_for 'there is only one of them here'
}

@test "y lists by any keys, in whatever is open" {
	show_day
	press y
	wait_for '^by:'
	press -l protocol,nosuch
	press Enter
	wait_for 'no such key: nosuch; they are user, process'
	press Escape
	wait_for '^3 users'
	press y
	press -l pid
	press Enter
	wait_for '^4 pids'
	press Down Up Enter
	wait_for '^50 › 1 user'
	press y
	press -l user,remote,pid
	press Enter
	wait_for '^50 › 1 row$'
	wait_for '^bob +203.0.113.5'
	press y
	press -l pid
	press Enter
	wait_for 'there is only one of them here'
	press y Enter
	wait_for '^50 › 1 row$'
	press Escape
	wait_for '^4 pids'
}

@test "connections show their ports, by service unless n is pressed" {
	{
		begin
		service 0.1 out 1000 5000 192.0.2.7 50000 443
		service 0.2 in 1001 400 192.0.2.8 22 50002
		service 0.3 out 1001 300 2001:db8::7 50003 51413
		moved 0.4 in 1001 200 1 '"kind":"lost"'
		status end 1
	} | tm-parse >some.tm
	show 120x24 "tm-top --speed max some.tm"
	wait_for ended
	press 5
	wait_for '^4 connections'
	screen | sed -n '5,10p' | cut -c 1-64 | trimmed >out
	assert_file out <<-'END'
	USER      PROCESS        PID PROTO LOCAL REMOTE          PORT
	all
	alice     curl            42 tcp   50000 192.0.2.7       https
	bob       curl            42 tcp   ssh   192.0.2.8       50002
	bob       curl            42 tcp   50003 2001:db8::7     51413
	bob       (unknown)        - -     -     (lost)          -
	END
	press n
	wait_for '^1000 .* 50000 192.0.2.7       443 '
	wait_for '^1001 .* 22    192.0.2.8       50002 '
	tmux_here resize-window -x 60 -y 24
	wait_for '^192.0.2.7 +443 +0  40.0k'
	wait_for '^\(lost\) +- +1.6k'
	tmux_here resize-window -x 120 -y 24
	wait_for '2 s bit/s'
	press n 4
	wait_for '^4 services'
	screen | sed -n '7,10p' | cut -c 1-19 | trimmed >out
	assert_file out <<-'END'
	https
	ssh
	50003/tcp
	(lost)
	END
	press Enter
	wait_for '^https › 1 user'
}

@test "m merges processes of one name, in every list of processes" {
	{
		begin
		talked 0.1 in 1000 5000 1 worker 192.0.2.7
		talked 0.2 in 1000 4000 2 worker 192.0.2.8
		talked 0.3 in 1000 300 3 shell 192.0.2.7
		talked 0.4 in 1001 200 4 worker 192.0.2.7
		status end 1
	} | tm-parse >some.tm
	show 80x24 "tm-top --speed max some.tm"
	wait_for ended
	press 2
	wait_for '^4 processes'
	press m
	wait_for 'processes of one name are one row'
	screen | sed -n '3p;5,9p' | cut -c 1-38 | trimmed >out
	assert_file out <<-'END'
	3 processes
	USER        PROCESS          in    out
	all                       76.0k      0
	alice       worker        72.0k      0
	alice       shell          2.4k      0
	bob         worker         1.6k      0
	END
	press Down Up Enter
	wait_for '^alice › worker › 2 remotes'
	press Escape m
	wait_for 'each process is a row'
	wait_for '^4 processes'
}

@test "z sets totals and peaks to zero, also in what a filter shows" {
	live
	{
		begin
		talked 0.1 in 1000 1048576 42 curl 192.0.2.7
		talked 0.2 in 1001 2048 43 git 192.0.2.8
		status tick 1
	} | feed
	wait_for '^alice .* 1.0M      0$'
	press z
	wait_for 'totals and peaks count from now on'
	wait_for '^alice .* 0      0$'
	wait_for '3 users|2 users.*totals since 22:13:21$'
	{
		talked 1.1 in 1000 3072 42 curl 192.0.2.7
		status tick 2
	} | feed
	wait_for '^alice .* 3.0K      0$'
	wait_for '^all .* 3.0K      0$'
	press 2
	wait_for '^alice +curl +42 .* 3.0K      0$'
	press z
	wait_for '^alice +curl .* 0      0$'
	{
		for s in $(seq 3 50); do
			status tick $s
		done
	} | feed
	wait_for '^0 processes'
}

@test "w writes the table to a new file that is this user's alone" {
	show_day
	press 2
	wait_for '^5 processes'
	umask 0
	ln -s /etc/passwd tm-top-20231114-221332.txt
	press w
	wait_for '^5 rows are in tm-top-20231114-221332-2.txt$'
	assert_equal "$(stat -c %a tm-top-20231114-221332-2.txt)" 600
	trimmed <tm-top-20231114-221332-2.txt >out
	tm-top --batch --by user,process,pid --sort 10s day.tm | trimmed | diff - out
	press w
	wait_for '^5 rows are in tm-top-20231114-221332-3.txt$'
	assert_equal "$(readlink tm-top-20231114-221332.txt)" /etc/passwd
}

@test "a snapshot that cannot be written is reported, and nothing stays" {
	mkdir full
	show_day 80x24 "ulimit -f 0;"
	press w
	wait_for '^tm-top-20231114-221332.txt: File too large$'
	assert_not_exists tm-top-20231114-221332.txt
}

@test "< and > choose the column, d the direction, and r reverses the order, which is marked" {
	show_day
	order() {
		screen | sed -n '7,9s/ .*//p' | tr '\n' ' '
	}
	press '>'
	wait_for '40 s bit/s ▼'
	press s
	wait_for 'total bytes ▼'
	assert_equal "$(order)" "bob alice none "
	press d d
	is_ordered() {
		[ "$(order)" = "$1" ]
	}
	eventually is_ordered "alice none bob "
	press r
	wait_for 'total bytes ▲'
	assert_equal "$(order)" "bob none alice "
	press r
	wait_for 'total bytes ▼'
	press '>'
	wait_for 'packets ▼'
	assert_equal "$(order)" "alice none bob "
	press '>'
	wait_for 'peak bit/s ▼'
	press d
	is_ordered "bob alice none " || eventually is_ordered "bob alice none "
	press '>'
	wait_for 'USER ▲'
	assert_equal "$(order)" "alice bob none "
	press r
	wait_for 'USER ▼'
	press r '<' '<' '<' '<' '<' '<'
	wait_for '2 s bit/s ▼'
	assert_equal "$(order)" "alice bob none "
}

@test "b shows rates in bytes, and n numbers instead of names" {
	show_day
	press b
	wait_for '10 s B/s ▼'
	screen | sed -n 8p >out
	assert_file out <<-'END'
	alice                     14.6K 122.6K  14.6K 122.2K  14.6K 122.2K 175.8K   1.4M
	END
	press n
	wait_for ^1001
	screen | sed -n '7,9s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "1001 1000 none "
}

@test "? explains the keys, and any key leaves it" {
	show_day
	press '?'
	wait_for 'tm-top: keys'
	screen | grep -q '^/ e  *filter by an expression, see tm-filter(1)$'
	screen | grep -q '^lost  *counted for its user, without any details$'
	tmux_here resize-window -x 60 -y 12
	wait_for 'j and k scroll; any other key closes the help'
	press j j k G
	wait_for '^3 users'
}
