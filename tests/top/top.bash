# Loaded by the tests of tm-top, which drive it in a tmux of each test's own.

load ../events

# talked SECOND DIRECTION UID BYTES PID COMM REMOTE: an event of traffic; this
# host is 192.0.2.10
talked() {
	local source=192.0.2.10 destination=$7
	[ "$2" = out ] || source=$7 destination=192.0.2.10
	moved "$1" "$2" "$3" "$4" 1 "$(printf \
		'"pid":%s,"comm":"%s","source":"%s","destination":"%s"' \
		"$5" "$6" "$source" "$destination")"
}

# service SECOND DIRECTION UID BYTES REMOTE LOCAL_PORT REMOTE_PORT: the same of
# a process curl, over TCP
service() {
	local source=192.0.2.10 destination=$5 from=$6 to=$7
	[ "$2" = out ] || source=$5 destination=192.0.2.10 from=$7 to=$6
	moved "$1" "$2" "$3" "$4" 1 "$(printf \
		'"pid":42,"process":"curl","protocol":6,"source":"%s","destination":"%s","source_port":%s,"destination_port":%s' \
		"$source" "$destination" "$from" "$to")"
}

begin() {
	start 7 0 login1.example
	name_users
}

# Twelve seconds: alice steadily with two processes and three hosts, bob once,
# traffic without an owner, unattributed traffic, and a loss of bob's.
day() {
	begin
	for s in 0 1 2 3 4 5 6 7 8 9 10 11; do
		talked $s.1 out 1000 125000 42 curl 198.51.100.7
		talked $s.2 in 1000 12500 42 curl 198.51.100.7
		talked $s.3 in 1000 2500 43 git 2001:db8::7
		case $s in
		3) talked 3.4 in 1001 5000000 50 scp 203.0.113.5 ;;
		4) talked 4.4 out $NO_OWNER 84 0 "" 203.0.113.9 ;;
		5) moved 5.4 in 0 60 1 '"kind":"unattributed"' ;;
		6) moved 6.4 in 1001 1500 1 '"kind":"lost"' ;;
		11) talked 11.4 out 1000 1000 42 curl 203.0.113.5 ;;
		esac
		status tick $((s + 1))
	done
	status end 12
}

# trimmed: standard input without trailing blanks
trimmed() {
	sed 's/ *$//'
}

# assert_file FILE: equals standard input
assert_file() {
	diff -u - "$1"
}

tmux_here() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" "$@"
}

# show COLUMNSxLINES COMMAND: on a terminal, from a shell that shows how it ends.
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

# assert_restored [LINE]: the terminal's modes and content are restored
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

# live: tm-top reads what feed is given.
live() {
	mkfifo feed
	show "${1:-80x24}" "${2-tm-top -t 100ms} <feed"
	exec 9>feed
}

feed() {
	tm-parse >&9
}
