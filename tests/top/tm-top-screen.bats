# tm-top: pause, cursor, pages, sizes and colours of the screen.

load ../helper
load top

@test "with --si sizes are in powers of 1000" {
	{
		begin
		moved 1 in 1000 1500000000000 1
		moved 2 in $NO_OWNER 2500000 1
		status tick 3
	} | tm-parse >big.tm
	show 80x10 "tm-top --speed max --si big.tm"
	wait_for '^unowned 2.5 MB '
	shows '^alice .* 1.5T +0$'
}

@test "a pause freezes the screen and its time; events meanwhile are counted" {
	live
	{ begin; talked 0.1 in 1000 1024 42 curl 192.0.2.7; status tick 1; } | feed
	wait_for '^alice .* 1.0K      0$'
	press p
	wait_for 'PAUSED at 22:13:21$'
	{
		talked 1.1 in 1000 1024 42 curl 192.0.2.7
		moved 1.2 in 1001 1
		talked 1.3 out $NO_OWNER 84 0 "" 192.0.2.9
		moved 1.4 in 1001 1500 1 '"kind":"lost"'
		status tick 2
	} | feed
	sleep 0.5
	screen | sed -n '1,3p;6,8p' >out
	assert_file out <<-'END'
	tm-top  login1.example                                 22:13:21       1 events/s
	unowned 0 B   unattributed 0 B   lost 0 B
	1 user                                                        PAUSED at 22:13:21
	all                        8.2k      0   8.2k      0   8.2k      0   1.0K      0
	alice                      8.2k      0   8.2k      0   8.2k      0   1.0K      0

	END
	press Enter
	wait_for '^alice › 1 process '
	screen | grep -q '^curl .* 1.0K      0$'
	tmux_here resize-window -x 40 -y 12
	wait_for '^alice › curl.* PAUSED$|^alice › 1 process +PAUSED at 22:13:21$'
	exec 9>&-
	wait_for ' 22:13:21  CUT$'
	tmux_here resize-window -x 80 -y 24
	wait_for ' 22:13:21  CUT  '
	press Left Space
	wait_for '^alice .* 2.0K      0$'
	wait_for ^bob
	screen | sed -n 1,3p >out
	assert_file out <<-'END'
	tm-top  login1.example                            22:13:22  CUT       2 events/s
	unowned 84 B (2.3 %)   unattributed 0 B   lost 1.5 KiB (41.3 %)
	3 users
	END
}

@test "the cursor stays with its row, and a frozen order stays as it is" {
	live
	{
		begin
		moved 0.1 in 1000 3000
		moved 0.2 in 1001 2000
		moved 0.3 in 0 1000
		status tick 1
	} | feed
	wait_for ^root
	press Down
	{ moved 1.1 in 0 900000; status tick 2; } | feed
	wait_for '^root .* 879.9K'
	screen | sed -n '7,9s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "root alice bob "
	press f Enter
	wait_for '^bob › '
	press Left
	wait_for FROZEN
	{ moved 2.1 in 1001 9000000; moved 2.2 in 1002 99999999; status tick 3; } | feed
	wait_for '^1002'
	screen | sed -n '7,10s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "root alice bob 1002 "
	press f
	wait_until_not FROZEN
	screen | sed -n '7,10s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "1002 bob root alice "
}

@test "the page keys, Home and End move through many rows" {
	{
		begin
		for i in $(seq 100); do
			moved 0.1 in $((5000 + i)) $((100000 - i))
		done
		status end 1
	} | tm-parse >many.tm
	show 60x15 'tm-top -n --speed max many.tm'
	wait_for ended
	at() { # first and last row, and the one that is marked
		screen | sed -n '7p;14p' | cut -c 1-4 | tr '\n' ' '
		tmux_here capture-pane -ep | grep $'\033\\[7m' | grep -o '5[0-9]\{3\}' | head -n 1
	}
	assert_equal "$(at)" "5001 5008 5001"
	press NPage
	wait_for ^5009
	assert_equal "$(at)" "5002 5009 5009"
	press PPage
	wait_for ^5001
	assert_equal "$(at)" "5001 5008 5001"
	press End
	wait_for ^5100
	assert_equal "$(at)" "5093 5100 5100"
	press k k k k k k k k
	wait_for ^5092
	assert_equal "$(at)" "5092 5099 5092"
	press Home
	wait_for ^5001
	assert_equal "$(at)" "5001 5008 5001"
}

@test "the screen fits 40x10 to 200x60, follows the window's size, and reports one too small" {
	show_day 40x10
	screen >out
	assert_file out <<-'END'
	tm-top  login1.example   22:13:32  ended
	none 84  unattr 60  lost 1.5K
	3 users
	              10 s bit/s ▼   total bytes
	USER             in    out     in    out
	all            4.1M   1.0M   4.9M   1.4M
	bob            4.0M      0   4.8M      0
	alice        120.0k   1.0M 175.8K   1.4M
	none              0     67      0     84
	? help  q quit  Enter open  Esc back
	END
	tmux_here resize-window -x 200 -y 60
	wait_for 'last 40 s'
	screen | sed -n '1p;4,9p;60p' >out
	assert_file out <<-'END'
	tm-top  login1.example                                                                                                                                       2023-11-14 22:13:32  ended       4 events/s
	                                      2 s bit/s  10 s bit/s ▼    40 s bit/s   total bytes       packets    peak bit/s
	USER                                  in    out     in    out     in    out     in    out     in    out     in    out                                                      last 40 s, up to 40.0M bit/s
	all                               120.0k   1.0M   4.1M   1.0M   3.5M   1.0M   4.9M   1.4M     26     14  40.1M   1.0M                                                          ▁▁▁▁▁▁██▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
	bob                                    0      0   4.0M      0   3.3M      0   4.8M      0      2      0  40.0M      0                                                                ██    ▁▁
	alice                             120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M     24     13 120.0k   1.0M                                                          ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
	none                                   0      0      0     67      0     56      0     84      0      1      0    672                                                                  ▁▁
	? help  q quit  Enter open  Esc back  Tab next list  / filter  <> sort  p pause  d in/out  m merge  z zero  w write  c commands  b bytes  n numbers  r reverse  f freeze
	END
	tmux_here resize-window -x 31 -y 60
	wait_for '^31x60 is too small: 32x9$'
	tmux_here resize-window -x 20 -y 3
	wait_for '^20x3 is too small: …$'
	tmux_here resize-window -x 80 -y 24
	wait_for '^3 users'
	press q
	assert_restored
}

@test "colours are the terminal's, and there are none with NO_COLOR" {
	show_day
	tmux_here capture-pane -ep | grep '^.*alice' >out
	grep -q $'\033\\[38;5;114m' out # received
	grep -q $'\033\\[38;5;75m' out  # sent
	end_terminal
	TERM_HERE=screen show_day
	tmux_here capture-pane -ep | grep '^.*alice' >out
	grep -q $'\033\\[32m' out
	run ! grep '38;5' out
	end_terminal
	show_day 80x24 'NO_COLOR=1'
	tmux_here capture-pane -ep >out
	run ! grep -E $'\033\\[([0-9;]*;)?(3[0-8]|9[0-7])' out
	grep -q $'\033\\[7m' out
}

@test "a terminal of direct colours shows the eight basic ones" {
	export TERM_HERE=xterm-direct
	show_day
	tmux_here capture-pane -ep | grep '^.*alice' >out
	grep -q $'\033\\[32m' out # received
	grep -q $'\033\\[36m' out # sent
	run ! grep -E '38[;:]' out
}

@test "a terminal of unknown type is treated as xterm-256color" {
	TERM_HERE=no-such-terminal show_day
	screen | tail -n 1 >out
	assert_file out <<<'TERM=no-such-terminal is not known here: drawing as for xterm-256color'
	wait_for ^alice
	press Down
	wait_for '^\? help'
	press q
	assert_restored
}

@test "a terminal that cannot position text is refused, naming the fix" {
	day | tm-parse >day.tm
	TERM_HERE=dumb show 80x24 'tm-top day.tm'
	assert_restored 'exit 1'
	wait_for 'cannot place text; set TERM, or'
	wait_for 'use --batch'
}

@test "in the C locale only ASCII is written" {
	{
		begin
		name user 1002 'zoë'
		talked 0.1 in 1002 5000 42 'naïve' 192.0.2.7
		status end 1
	} | tm-parse >some.tm
	LANGUAGE_HERE=C show 130x12 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '4,5p;7p' >out
	press Enter
	wait_for '^zo.u\{eb\} > 1 process$'
	screen | sed -n 7p >>out
	assert_file out <<-'END'
	                                     2 s bit/s  10 s bit/s v    40 s bit/s   total bytes
	USER                                 in    out     in    out     in    out     in    out              last 40 s, up to 40.0k bit/s
	zo\u{eb}                          40.0k      0  40.0k      0  40.0k      0   4.9K      0                                         #
	na\u{ef}~      42   40.0k      0  40.0k      0  40.0k      0   4.9K      0  40.0k      0                                         #
	END
	run ! grep -P '[^\x00-\x7f]' out
}

@test "hostile names move no cursor, fill no line and break no column" {
	{
		start
		name user 1000 'a\u001b[2J\u0007\nb'
		for part in $(seq 0 39); do
			name user 1001 "$(printf 'x%.0s' $(seq 104))" |
				sed "s/\"parts\":1/\"part\":$part,\"parts\":40/"
		done
		name user 1002 '名前名前名前名前名前名前名前名前'
		name user 1003 'e\u0301e\u0301\u202eevil\u200b'
		name user 1004 'back\\slash'
		talked 0.1 in 1000 6000 1 '\u001b]0;owned' 192.0.2.7
		talked 0.11 in 1001 5000 1 sh 192.0.2.7
		talked 0.12 in 1002 4000 1 sh 192.0.2.7
		talked 0.13 in 1003 3000 1 sh 192.0.2.7
		talked 0.14 in 1004 2000 1 sh 192.0.2.7
		status end 1
	} >some.json
	tm-parse some.json >some.tm
	show 80x24 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '7,12p' >out
	assert_file out <<-'END'
	a\x1b[2J\x07\x0ab         48.0k      0  48.0k      0  48.0k      0   5.9K      0
	xxxxxxxxxxxxxxxxxxxxxx…   40.0k      0  40.0k      0  40.0k      0   4.9K      0
	名前名前名前名前名前名…   32.0k      0  32.0k      0  32.0k      0   3.9K      0
	e\u{301}e\u{301}…         24.0k      0  24.0k      0  24.0k      0   2.9K      0
	back\\slash               16.0k      0  16.0k      0  16.0k      0   2.0K      0

	END
	press Enter
	wait_for '^a.x1b'
	screen | sed -n '3p;7p' >out
	assert_file out <<-'END'
	a\x1b[2J\x07\x0ab › 1 process
	\x1b]0;owned          1   48.0k      0  48.0k      0  48.0k      0   5.9K      0
	END
}
