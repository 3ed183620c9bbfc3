# tm-top, driven in a tmux of each test's own.

load ../helper

# moved MS DIRECTION UID BYTES [PID COMM REMOTE [KIND]]: an event, ms after the
# start. Ours is 192.0.2.10.
moved() {
	local kind=${8:-traffic} ours=192.0.2.10 source destination
	[ "$2" = in ] && source=${7-} destination=$ours
	[ "$2" = in ] || source=$ours destination=${7-}
	printf '{"kind":"%s","time_ns":%s000000,"direction":"%s","uid":%s,"bytes":%s,"packets":1' \
		"$kind" $((1700000000000 + $1)) "$2" "$3" "$4"
	[ -z "${5-}" ] || printf ',"pid":%s,"comm":"%s"' "$5" "$6"
	[ -z "${7-}" ] || printf ',"source":"%s","destination":"%s"' \
		"$source" "$destination"
	echo '}'
}

# status KIND MS: the two records of a TICK or END.
status() {
	for direction in in out; do
		printf '{"kind":"%s","time_ns":%s000000,"direction":"%s","run_id":7}\n' \
			"$1" $((1700000000000 + $2)) $direction
	done
}

start() {
	echo '{"kind":"start","time_ns":1700000000000000000,"run_id":7,"host":"login1.example"}'
}

name() {
	printf '{"kind":"name","time_ns":1700000000000000000,"of":"user","id":%s,"parts":1,"text":"%s"}\n' \
		"$1" "$2"
}

begin() {
	start
	name 0 root
	name 1000 alice
	name 1001 bob
}

# Twelve seconds: alice steadily with two processes and three hosts, bob once,
# the kernel for nobody, what an interface saw alone, and a loss of bob's.
day() {
	begin
	for s in 0 1 2 3 4 5 6 7 8 9 10 11; do
		moved $((s * 1000 + 100)) out 1000 125000 42 curl 198.51.100.7
		moved $((s * 1000 + 200)) in 1000 12500 42 curl 198.51.100.7
		moved $((s * 1000 + 300)) in 1000 2500 43 git 2001:db8::7
		case $s in
		3) moved 3400 in 1001 5000000 50 scp 203.0.113.5 ;;
		4) moved 4400 out 4294967295 84 0 "" 203.0.113.9 ;;
		5) printf '{"kind":"unattributed","time_ns":1700000005400000000,"direction":"in","bytes":60,"packets":1}\n' ;;
		6) moved 6400 in 1001 1500 "" "" "" lost ;;
		11) moved 11400 out 1000 1000 42 curl 203.0.113.5 ;;
		esac
		status tick $(((s + 1) * 1000))
	done
	status end 12000
}

# Without blanks at the ends of lines.
trimmed() {
	sed 's/ *$//'
}

# assert_file FILE: standard input, line by line.
assert_file() {
	diff -u - "$1"
}

tmux_here() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" "$@"
}

# show COLUMNSxLINES COMMAND: on a terminal, from a shell that tells about it.
show() {
	printf '%s\n' 'set -g status off' 'set -g escape-time 0' \
		'set -g default-terminal screen-256color' >tmux.conf
	cat >shown.sh <<-END
		export PATH='$PATH'
		trap : INT
		echo before
		stty -a >modes
		$2
		echo "exit \$?"
		stty -a >modes-after
		touch ended
		exec sleep 600
	END
	tmux_here -f tmux.conf new-session -d -x "${1%x*}" -y "${1#*x}" \
		"env LC_ALL=${LANGUAGE_HERE:-C.UTF-8} ${TERM_HERE:+TERM=$TERM_HERE} bash shown.sh"
}

teardown() {
	tmux_here kill-server 2>/dev/null || :
	[ -z "${feeder-}" ] || kill "$feeder" 2>/dev/null || :
}

screen() {
	tmux_here capture-pane -p "$@" | trimmed
}

# shows LINE: the screen has a line like this
shows() {
	screen | grep -qE -e "$1"
}

shows_no() {
	! shows "$1"
}

wait_for() {
	eventually shows "$1" || { screen && false; }
}

wait_until_not() {
	eventually shows_no "$1" || { screen && false; }
}

# end_terminal: with all that runs on it
end_terminal() {
	tmux_here kill-server
	eventually has_no_terminal
}

has_no_terminal() {
	! tmux_here has-session 2>/dev/null
}

press() {
	tmux_here send-keys "$@"
}

type() {
	tmux_here send-keys -l "$1"
}

# The terminal is as it was, and what was on it.
assert_restored() {
	wait_for "${1:-^exit 0$}"
	screen | grep -x before
	eventually test -e ended
	assert_same_modes
}

# But for the size, which tests change.
assert_same_modes() {
	sed -i 's/rows [0-9]*; columns [0-9]*;//' modes modes-after
	diff modes modes-after
}

# A recording that has been replayed to its end.
show_day() {
	day | tm-parse >day.tm
	show "${1:-80x24}" "${2-} tm-top --speed max ${3-} day.tm"
	wait_for ended
}

@test "--batch prints one table of a whole recording" {
	day | tm-parse >day.tm
	tm-top --batch -n 1 day.tm | trimmed >out
	assert_file out <<-'END'
	2023-11-14T22:13:32.000000000Z host login1.example events/s 4 nobody 84 unattributed 60 lost 1500
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob                 0            0      4001200            0      3334333            0         5001500               0
	alice          120000      1004000       120000      1000800       120000      1000667          180000         1501000
	none                0            0            0           67            0           56               0              84
	all            120000      1004000      4121200      1000867      3454333      1000723         5181500         1501084
	END
	tm-top --batch --count 1 <day.tm | trimmed | diff out -
}

@test "--batch -t prints at the end of each interval of the stream, and -n ends it" {
	day | tm-parse | tm-top --batch -t 2s -n 2 --sort total | trimmed >out
	assert_file out <<-'END'
	2023-11-14T22:13:22.000000000Z host login1.example events/s 3 nobody 0 unattributed 0 lost 0
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	alice          120000      1000000       120000      1000000       120000      1000000           30000          250000
	all            120000      1000000       120000      1000000       120000      1000000           30000          250000

	2023-11-14T22:13:24.000000000Z host login1.example events/s 4 nobody 0 unattributed 0 lost 0
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob          20000000            0     10000000            0     10000000            0         5000000               0
	alice          120000      1000000       120000      1000000       120000      1000000           60000          500000
	all          20120000      1000000     10120000      1000000     10120000      1000000         5060000          500000
	END
}

@test "--batch from a pipe prints each 10 s and at the end" {
	day | tm-parse | tm-top --batch | grep -c ^all >out
	assert_file out <<<2
}

@test "--batch by process and by remote host has a column for each, --bytes rates in bytes" {
	day | tm-parse >day.tm
	tm-top --batch --by process --bytes day.tm | trimmed | tail -n +2 >out
	assert_file out <<-'END'
	USER     PID PROCESS        IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob      50  scp                0            0       500000            0       416667            0         5000000               0
	alice    42  curl           12500       125500        12500       125100        12500       125083          150000         1501000
	alice    43  git             2500            0         2500            0         2500            0           30000               0
	bob      -   -                  0            0          150            0          125            0            1500               0
	none     -   -                  0            0            0            8            0            7               0              84
	all      -   -              15000       125500       515150       125108       431792       125090         5181500         1501084
	END
	tm-top --batch --by remote -e 'user alice' day.tm | trimmed | tail -n +2 >out
	assert_file out <<-'END'
	USER     PID PROCESS REMOTE              IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	alice    42  curl    198.51.100.7       100000      1000000       100000      1000000       100000      1000000          150000         1500000
	alice    43  git     2001:db8::7         20000            0        20000            0        20000            0           30000               0
	alice    42  curl    203.0.113.5             0         4000            0          800            0          667               0            1000
	all      -   -       -                  120000      1004000       120000      1000800       120000      1000667          180000         1501000
	END
	tm-top --batch --by remote day.tm | grep -qF '(lost)'
}

@test "--batch names each user by one word, or by number with -n" {
	{
		start
		name 1000 'a b\u001b[31m'
		moved 100 in 1000 100
	} | tm-parse >some.tm
	tm-top --batch some.tm | sed -n 3p | cut -c 1-16 >out
	assert_file out <<<'"a b\x1b[31m"   '
	tm-top -n --batch some.tm | sed -n 3p | cut -c 1-8 >out
	assert_file out <<<'1000    '
}

@test "a user or process named as a word of the table's own is in quotes" {
	{
		begin
		name 1002 all
		name 1003 none
		name 1004 '(others)'
		moved 100 in 1002 5000 42 - 192.0.2.7
		moved 110 in 1002 500
		moved 120 in 1003 4000 43 '(unknown)' 192.0.2.7
		moved 130 in 1004 3000
		moved 140 in 4294967295 2000
		status end 1000
	} | tm-parse >some.tm
	tm-top --batch some.tm | tail -n +3 | sed 's/  .*//' >out
	assert_file out <<-'END'
	"all"
	"none"
	"(others)"
	none
	all
	END
	tm-top --batch --by process some.tm | tail -n +3 |
		awk '{ print $1, $2, $3 }' >out
	assert_file out <<-'END'
	"all" 42 "-"
	"none" 43 "(unknown)"
	"(others)" - -
	none - -
	"all" - -
	all - -
	END
	show 80x24 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '6,11s/  .*//p' >out
	assert_file out <<-'END'
	all
	"all"
	"none"
	"(others)"
	none
	END
	press Enter
	wait_for '^"all" › 2 processes$'
	screen | sed -n '7,8s/  .*//p' >out
	assert_file out <<-'END'
	"-"
	(unknown)
	END
}

@test "rates fall to 0 by TICKs alone" {
	{
		begin
		moved 100 in 1000 1000000
		for s in $(seq 45); do
			status tick $((s * 1000))
		done
	} | tm-parse >idle.tm
	tm-top --batch -q -t 1 idle.tm 2>/dev/null | awk '/^alice/ {
		print $2, $4, $6, $8 }' | sed -n '1p;2p;3p;10p;11p;40p;41p' >out
	assert_file out <<-'END'
	8000000 8000000 8000000 1000000
	4000000 4000000 4000000 1000000
	0 2666667 2666667 1000000
	0 800000 800000 1000000
	0 0 727273 1000000
	0 0 200000 1000000
	0 0 0 1000000
	END
}

@test "rates of a live stream without TICKs fall to 0 by the clock on the wall" {
	mkfifo feed
	{
		begin
		moved 100 in 1000 1000000
	} | tm-parse >events.tm
	{ cat events.tm; exec sleep 60; } >feed &
	feeder=$!
	timeout 60 tm-top --batch -t 1 -n 4 feed | awk '/^alice/ { print $2, $8 }' >out
	assert_regex "$(head -n 1 out)" '^[48]000000 1000000$'
	assert_equal "$(tail -n 1 out)" "0 1000000"
}

@test "what has no room in memory is summed up, and sums stay exact" {
	{
		begin
		for i in $(seq 500); do
			moved $((i * 10)) in 1000 1000 42 scan "10.0.$((i / 250)).$((i % 250))"
			moved $((i * 10 + 5)) out $((2000 + i % 100)) 10 "$i" "p$i" 192.0.2.1
		done
		status end 6000
	} | tm-parse >many.tm
	for by in user process remote; do
		tm-top -n --batch --max-rows 200 --by $by many.tm >out
		grep -E '^all .* 500000 +5000$' out
		awk '/^\(others\)/ { has_others = 1 }
			NR > 2 && !/^all/ { in_sum += $(NF - 1); out_sum += $NF }
			END { print in_sum, out_sum, has_others }' out >sums
		case $by in
		user) assert_file sums <<<"500000 5000 " ;;
		*) assert_file sums <<<"500000 5000 1" ;;
		esac
	done
}

@test "500,000 conversations take bounded memory" {
	{
		begin
		awk 'BEGIN { for (i = 0; i < 500000; i++)
			printf "{\"time_ns\":%d000000,\"direction\":\"in\",\"uid\":1000,\"bytes\":100,\"packets\":1,\"source\":\"10.%d.%d.%d\"}\n",
				1700000000000 + i / 100, i / 65536, i / 256 % 256, i % 256 }'
	} | tm-parse >many.tm
	(
		ulimit -v 300000
		tm-top --batch --by remote many.tm | tail -n 1
	) >out
	grep -E '^all .* 50000000 +0$' out
	tm-top --batch many.tm | grep -E '^alice .* 50000000 +0$'
}

@test "standard output that is no terminal and events from a terminal are refused" {
	day | tm-parse >day.tm
	run --separate-stderr tm-top day.tm
	assert_failure 2
	assert_equal "$stderr" "tm-top: standard output is no terminal; for a file or a pipe: tm-top --batch"
	show 80x24 tm-top
	wait_for 'exit 2'
	screen | head -n 4 >out
	assert_file out <<-'END'
	before
	tm-top: standard input is a terminal; events come from a file or a pipe, as in:
	sudo tm-capture | tm-top
	exit 2
	END
}

@test "options that make no sense are refused" {
	while read -r options; do
		run tm-top $options /dev/null
		assert_failure 2
	done <<-'END'
		-t 0
		-t x
		--speed 0
		--speed fast
		--by group
		--sort size
		--max-rows 3
		--batch --count 0
		--count 3
		--batch -e port
	END
	run tm-top --batch -e 'user alice and prot tcp' /dev/null
	assert_line --index 0 --partial "tm-top: column 16: 'prot' is none of in out"
	assert_line --index 2 "               ^"
}

@test "a recording that is missing, bad or cut is said, with its exit code" {
	run tm-top --batch missing.tm
	assert_failure 1
	assert_output "tm-top: missing.tm: No such file or directory"
	day | tm-parse >day.tm
	{ head -c 1280 day.tm; echo 'no event'; } >bad.tm
	run --separate-stderr tm-top --batch bad.tm
	assert_failure 3
	assert_output --partial alice
	assert_equal "$stderr" "tm-top: bad.tm: not an event (offset 1280); tm-event(5) tells what one looks like"
	head -c 1280 day.tm >cut.tm
	run --separate-stderr tm-top --batch cut.tm
	assert_failure 3
	assert_equal "$stderr" "tm-top: cut.tm: was cut: it has a START and no END"
	run tm-top --batch --strict day.tm
	assert_failure 4
}

@test "the view at 80x24: who, how fast, how much, and what is nobody's or lost" {
	show_day
	screen >out
	assert_file out <<-'END'
	tm-top  login1.example                          22:13:32  ended       4 events/s
	nobody's 84 B (0.0 %)   unattributed 60 B   lost 1.5 KiB (0.0 %)
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

@test "Enter goes down to processes and remote hosts, Esc, arrows and Backspace back" {
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

@test "< and > choose the column, d the direction and r turns the order; it is marked" {
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

@test "b shows rates in bytes, n numbers in place of names" {
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

@test "a filter is typed, edited, applied to a recording from its beginning, and taken off" {
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

@test "what is wrong with a filter is said below its column, and the filter stays" {
	show_day 80x24 "" "-e 'user bob'"
	wait_for '^1 user .*filter: user bob$'
	press / C-u
	type 'user alice and foo'
	press Enter
	wait_for 'none of'
	screen | tail -n 4 >out
	assert_file out <<-'END'
	filter: user alice and foo
	                       ^
	'foo' is none of in out loopback user uid pid comm cgroup host net port proto
	interface bytes packets since until kind, src, dst, and, or, not
	END
	tmux_here resize-window -x 32 -y 9
	wait_for '^filter.*foo$'
	screen | tail -n 7 >out
	assert_file out <<-'END'
	filter: user alice and foo
	                       ^
	'foo' is none of in out loopback
	user uid pid comm cgroup host
	net port proto interface bytes
	packets since until kind, src,
	dst, and, or, not
	END
	tmux_here resize-window -x 80 -y 24
	wait_for '^interface bytes packets since'
	press C-e
	type ' and port 5 or port 70000'
	press C-a C-f
	press -N 14 C-f
	press DC DC DC
	type 'in'
	press Enter
	wait_for '^port wants'
	screen | tail -n 2 >out
	assert_file out <<-'END'
	filter: user alice and in and port 5 or port 70000
	port wants a number up to 65535, not '70000' ^
	END
	press Escape
	wait_for '^1 user .*filter: user bob$'
}

@test "a name in a filter that nothing has is said" {
	show_day 80x24 "" "-e 'user alcie'"
	wait_for '^0 users .*filter: user alcie \(no alcie seen\)$'
}

# live: tm-top reads what feed is given.
live() {
	mkfifo feed
	show "${1:-80x24}" "${2-tm-top -t 100ms} <feed"
	exec 9>feed
}

feed() {
	tm-parse >&9
}

@test "a filter typed in mid-stream knows the names that came before" {
	live
	{
		begin
		echo '{"kind":"name","time_ns":1700000000000000000,"of":"interface","id":7,"parts":1,"text":"wan7"}'
		moved 100 in 1000 1024
		status tick 1000
	} | feed
	wait_for '^alice .* 1.0K      0$'
	press /
	type 'interface wan7 and user bob'
	press Enter
	wait_for '^0 users .*filter: interface wan7 and user bob$'
	{
		moved 1100 in 1000 1024 | sed 's/}$/,"ifindex":7}/'
		moved 1200 in 1001 2048 | sed 's/}$/,"ifindex":7}/'
		moved 1300 in 1001 4096 | sed 's/}$/,"ifindex":8}/'
		status tick 2000
	} | feed
	wait_for '^bob .* 2.0K      0$'
	screen >out
	run ! grep ^alice out
	press / C-u Enter
	wait_for '^bob .* 6.0K      0$'
	wait_for '^alice .* 2.0K      0$'
}

@test "a pause holds the whole picture, with its time; what comes meanwhile is counted" {
	live
	{ begin; moved 100 in 1000 1024 42 curl 192.0.2.7; status tick 1000; } | feed
	wait_for '^alice .* 1.0K      0$'
	press p
	wait_for 'PAUSED at 22:13:21$'
	{
		moved 1100 in 1000 1024 42 curl 192.0.2.7
		moved 1200 in 1001 1
		moved 1300 out 4294967295 84 0 "" 192.0.2.9
		moved 1400 in 1001 1500 "" "" "" lost
		status tick 2000
	} | feed
	sleep 0.5
	screen | sed -n '1,3p;6,8p' >out
	assert_file out <<-'END'
	tm-top  login1.example                                 22:13:21       1 events/s
	nobody's 0 B   unattributed 0 B   lost 0 B
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
	nobody's 84 B (2.3 %)   unattributed 0 B   lost 1.5 KiB (41.3 %)
	3 users
	END
}

@test "the cursor stays with its row, and a frozen order stays as it is" {
	live
	{
		begin
		moved 100 in 1000 3000
		moved 200 in 1001 2000
		moved 300 in 0 1000
		status tick 1000
	} | feed
	wait_for ^root
	press Down
	{ moved 1100 in 0 900000; status tick 2000; } | feed
	wait_for '^root .* 879.9K'
	screen | sed -n '7,9s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "root alice bob "
	press f Enter
	wait_for '^bob › '
	press Left
	wait_for FROZEN
	{ moved 2100 in 1001 9000000; moved 2200 in 1002 99999999; status tick 3000; } | feed
	wait_for '^1002'
	screen | sed -n '7,10s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "root alice bob 1002 "
	press f
	wait_until_not FROZEN
	screen | sed -n '7,10s/ .*//p' | tr '\n' ' ' >out
	assert_equal "$(cat out)" "1002 bob root alice "
}

@test "pages, Home and End move through many rows" {
	{
		begin
		for i in $(seq 100); do
			moved "$i" in $((5000 + i)) $((100000 - i))
		done
		status end 1000
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

@test "it fits 40x10 and 200x60, follows the window's size, and says when that is too small" {
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
	? help  q quit  Enter into  Esc back
	END
	tmux_here resize-window -x 200 -y 60
	wait_for 'last 40 s'
	screen | sed -n '1p;4,9p;60p' >out
	assert_file out <<-'END'
	tm-top  login1.example                                                                                                                                       2023-11-14 22:13:32  ended       4 events/s
	                                         2 s bit/s  10 s bit/s ▼    40 s bit/s   total bytes       packets
	USER                                     in    out     in    out     in    out     in    out     in    out                                 last 40 s
	all                                  120.0k   1.0M   4.1M   1.0M   3.5M   1.0M   4.9M   1.4M     26     14                              ▁▁▁█▁▁▁▁▁▁▁▁
	bob                                       0      0   4.0M      0   3.3M      0   4.8M      0      2      0                                 █  ▁
	alice                                120.0k   1.0M 120.0k   1.0M 120.0k   1.0M 175.8K   1.4M     24     13                              ▇▇▇▇▇▇▇▇▇▇▇█
	none                                      0      0      0     67      0     56      0     84      0      1                                  █
	? help  q quit  Enter into  Esc back  / filter  <> sort  Tab level  p pause  d in/out  r turn  f freeze  b bytes  n numbers
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

@test "colours are those of the terminal, and none with NO_COLOR" {
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

@test "a terminal of a type unknown here is drawn as xterm-256color" {
	TERM_HERE=no-such-terminal show_day
	screen | tail -n 1 >out
	assert_file out <<<'TERM=no-such-terminal is not known here: drawing as for xterm-256color'
	wait_for ^alice
	press Down
	wait_for '^\? help'
	press q
	assert_restored
}

@test "a terminal that cannot place text is refused, with the mend" {
	day | tm-parse >day.tm
	TERM_HERE=dumb show 80x24 'tm-top day.tm'
	assert_restored 'exit 1'
	wait_for 'cannot place text; set TERM, or'
	wait_for 'use --batch'
}

@test "in the C locale nothing but ASCII is written" {
	{
		begin
		name 1002 'zoë'
		moved 100 in 1002 5000 42 'naïve' 192.0.2.7
		status end 1000
	} | tm-parse >some.tm
	LANGUAGE_HERE=C show 130x12 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '4,5p;7p' >out
	press Enter
	wait_for '^zo.u\{eb\} > 1 process$'
	screen | sed -n 7p >>out
	assert_file out <<-'END'
	                                     2 s bit/s  10 s bit/s v    40 s bit/s   total bytes
	USER                                 in    out     in    out     in    out     in    out                                 last 40 s
	zo\u{eb}                          40.0k      0  40.0k      0  40.0k      0   4.9K      0                                         #
	na\u{ef}ve                   42   40.0k      0  40.0k      0  40.0k      0   4.9K      0                                         #
	END
	run ! grep -P '[^\x00-\x7f]' out
}

@test "hostile names move no cursor, fill no line and break no column" {
	{
		start
		name 1000 'a\u001b[2J\u0007\nb'
		for part in $(seq 0 39); do
			name 1001 "$(printf 'x%.0s' $(seq 104))" |
				sed "s/\"parts\":1/\"part\":$part,\"parts\":40/"
		done
		name 1002 '名前名前名前名前名前名前名前名前'
		name 1003 'e\u0301e\u0301\u202eevil\u200b'
		name 1004 'back\\slash'
		moved 100 in 1000 6000 1 '\u001b]0;owned' 192.0.2.7
		moved 110 in 1001 5000 1 sh 192.0.2.7
		moved 120 in 1002 4000 1 sh 192.0.2.7
		moved 130 in 1003 3000 1 sh 192.0.2.7
		moved 140 in 1004 2000 1 sh 192.0.2.7
		status end 1000
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

@test "a bad record ends it, with the reason on the terminal as it was" {
	day | tm-parse >day.tm
	{ head -c 1280 day.tm; echo 'no event'; } >bad.tm
	show 100x24 'tm-top --speed max bad.tm'
	assert_restored 'exit 3'
	wait_for '^tm-top: bad.tm: not an event \(offset 1280\)'
}

@test "a stream that was cut stays on the screen, and q tells why" {
	day | tm-parse | head -c 1280 >cut.tm
	show 80x24 'tm-top --speed max cut.tm'
	wait_for '^tm-top  login1.example  .* CUT  .* events/s$'
	tmux_here capture-pane -ep | grep $'\033\\[[0-9;]*38;5;203mCUT'
	wait_for ^alice
	press q
	assert_restored 'exit 3'
	wait_for '^tm-top: cut.tm: was cut: it has a START and no END'
}

@test "no events at all leave the terminal alone" {
	show 80x24 'tm-top /dev/null'
	assert_restored
	wait_for '^tm-top: no events came'
}

@test "the terminal is not touched before the first event" {
	live
	wait_for '^before$'
	sleep 0.5
	assert_equal "$(screen)" before
	begin | feed
	wait_for '^0 users'
}

# A source that goes on until Ctrl-C, like tm-capture.
write_source() {
	begin | tm-parse >begin.tm
	moved 100 in 1000 1000 42 curl 192.0.2.7 | tm-parse >event.tm
	status end 2000 | tm-parse >end.tm
	cat >source.sh <<-'END'
		trap 'is_over=1' INT
		cat begin.tm
		while [ -z "$is_over" ]; do
			cat event.tm || exit
			sleep 0.1
		done
		for i in $(seq 1000); do
			cat event.tm || exit
		done
		cat end.tm
		touch whole
	END
}

@test "Ctrl-C ends the pipeline: all that comes is taken, the terminal is as it was" {
	write_source
	show 80x24 'bash source.sh | tm-top'
	wait_for ^alice
	press C-c
	assert_restored
	[ -e whole ]
}

@test "q ends the pipeline by a closed pipe" {
	write_source
	show 80x24 'bash source.sh 2>/dev/null | tm-top'
	wait_for ^alice
	press q
	assert_restored
	[ ! -e whole ]
}

@test "a second Ctrl-C quits where the source does not end" {
	live 80x24 'tm-top'
	begin | feed
	wait_for '^0 users'
	press C-c
	wait_until_not '^0 users'
	[ ! -e ended ]
	press C-c
	assert_restored 'exit 130'
}

@test "SIGTERM and SIGHUP end it with the terminal as it was" {
	for signal in TERM HUP; do
		rm -f ended
		day | tm-parse >day.tm
		show 80x24 'tm-top day.tm'
		wait_for ^alice
		kill "-$signal" "$(pgrep -P "$(tmux_here display -p '#{pane_pid}')" tm-top)"
		assert_restored
		end_terminal
	done
}

@test "a lost terminal ends it, also where the source goes on" {
	live
	{ begin; status tick 1000; } | feed
	wait_for '^0 users'
	pid=$(pgrep -P "$(tmux_here display -p '#{pane_pid}')" tm-top)
	tmux_here kill-server
	eventually test ! -e "/proc/$pid"
}

@test "Ctrl-Z gives the terminal back, and fg goes on" {
	day | tm-parse >day.tm
	show 80x24 'set -m; tm-top --speed max day.tm; fg'
	wait_for ended
	press C-z
	wait_for ended
	press Down
	press q
	wait_for 'exit 0'
	assert_same_modes
}

@test "a recording is replayed at the pace of its own time, or --speed times that" {
	day | tm-parse >day.tm
	show 80x24 'tm-top --speed 4x day.tm'
	wait_for 'replay 4x'
	began=$(date +%s%N)
	wait_for ended
	took=$((($(date +%s%N) - began) / 1000000))
	[ "$took" -gt 1500 ]
	in_time "$took" 9000
	end_terminal
	show 80x24 'tm-top day.tm'
	wait_for 'replay 1x'
	press + + + + + + +
	wait_for 'replay 128x|ended'
	wait_for ended
}

@test "a source that says nothing for 3 s is said to be stale" {
	live
	{ begin; moved 100 in 1000 1000; status tick 1000; } | feed
	# on a busy machine it may be older by the time that one looks
	is_fresh() {
		shows 'TICK 0\.[0-9] s ago' || {
			status tick 2000 | feed
			false
		}
	}
	eventually is_fresh
	wait_for 'STALE: no TICK for [3-9] s'
	eventually is_fresh
	tmux_here resize-window -x 40 -y 12
	wait_for 'STALE [3-9] s'
}

@test "SIGUSR1 shows statistics, on the screen where that is standard error" {
	show_day
	kill -USR1 "$(pgrep -P "$(tmux_here display -p '#{pane_pid}')" tm-top)"
	wait_for '^[0-9]+ events, .* 1 lost'
	day | tm-parse >day.tm
	tm-top --batch day.tm >/dev/null
}
