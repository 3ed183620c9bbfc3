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











	
	
	
	? help  q quit  Enter into  Esc back  / filter  <> sort  Tab level  p pause
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
	wait_for '^alice › curl 42 › 2 remote hosts'
	screen | sed -n '4,9p' >out
	assert_file out <<-'END'
	                                           2 s bit/s  10 s bit/s ▼   total bytes
	REMOTE HOST                                in    out     in    out     in    out
	all                                    100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	198.51.100.7                           100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	203.0.113.5                                 0   4.0k      0    800      0   1.0K

	END
	press Enter
	wait_for 'nothing is below a remote host'
	press Left
	wait_for '^alice › 2 processes'
	press j l
	wait_for '^alice › git 43 › 1 remote host$'
	press BSpace
	wait_for '^alice › 2 processes'
	press Escape
	wait_for '^3 users'
	press Escape
	wait_for 'q quits'
}

@test "Tab shows all processes and all conversations" {
	show_day
	press Tab
	wait_for '^5 processes'
	screen | sed -n '5,8p;11p' >out
	assert_file out <<-'END'
	USER         PROCESS              PID      in    out     in    out     in    out
	all                                    120.0k   1.0M   4.1M   1.0M   4.9M   1.4M
	bob          scp                   50       0      0   4.0M      0   4.8M      0
	alice        curl                  42  100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	none         (unknown)              -       0      0      0     67      0     84
	END
	press Tab
	wait_for '^6 conversations'
	screen | sed -n '4,12p' >out
	assert_file out <<-'END'
	                                                      10 s bit/s ▼   total bytes
	USER       PROCESS        PID REMOTE HOST                in    out     in    out
	all                                                    4.1M   1.0M   4.9M   1.4M
	bob        scp             50 203.0.113.5              4.0M      0   4.8M      0
	alice      curl            42 198.51.100.7           100.0k   1.0M 146.5K   1.4M
	alice      git             43 2001:db8::7             20.0k      0  29.3K      0
	bob        (unknown)        - (lost)                   1.2k      0   1.5K      0
	alice      curl            42 203.0.113.5                 0    800      0   1.0K
	none       (unknown)        - 203.0.113.9                 0     67      0     84
	END
	tmux_here resize-window -x 60 -y 24
	wait_for '^alice +curl +42 198\.51\.100\.7 +100\.0k   1\.0M$'
	tmux_here resize-window -x 59 -y 24
	wait_for '^alice +curl +198\.51\.100\.7 +100\.0k   1\.0M 146\.5K   1\.4M$'
	tmux_here resize-window -x 80 -y 24
	wait_for 'Tab level  p pause$'
	press Tab
	wait_for '^3 users'
	press Down Enter Tab
	wait_for '^alice › 3 conversations'
	screen | sed -n '5,9p' >out
	assert_file out <<-'END'
	PROCESS       PID REMOTE HOST              in    out     in    out     in    out
	all                                    120.0k   1.0M 120.0k   1.0M 175.8K   1.4M
	curl           42 198.51.100.7         100.0k   1.0M 100.0k   1.0M 146.5K   1.4M
	git            43 2001:db8::7           20.0k      0  20.0k      0  29.3K      0
	curl           42 203.0.113.5               0   4.0k      0    800      0   1.0K
	END
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
	press '>'
	wait_for 'USER ▼'
	press r
	wait_for 'USER ▲'
	assert_equal "$(order)" "alice bob none "
	press '<' '<' '<' '<'
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
	screen | grep -q '^/ e  *filter by an expression of tm-filter(1)$'
	screen | grep -q '^lost  *counted for its user, its details lost$'
	tmux_here resize-window -x 60 -y 12
	wait_for 'j and k show the rest'
	press j j k G
	wait_for '^3 users'
}
