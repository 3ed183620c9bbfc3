# tm-top: how it ends, by its events, its terminal or its user.

load ../helper
load top

@test "an invalid record ends tm-top and restores the terminal, with the reason" {
	day | tm-parse >day.tm
	{ head -c 1280 day.tm; echo 'no event'; } >bad.tm
	show 100x24 'tm-top --speed max bad.tm'
	assert_restored 'exit 3'
	wait_for '^tm-top: bad.tm: not an event \(offset 1280\)'
}

@test "a cut stream stays on the screen, and after q the reason is reported" {
	day | tm-parse | head -c 1280 >cut.tm
	show 80x24 'tm-top --speed max cut.tm'
	wait_for '^tm-top  login1.example  .* CUT  .* events/s$'
	tmux_here capture-pane -ep | grep $'\033\\[[0-9;]*38;5;203mCUT'
	wait_for ^alice
	press q
	assert_restored 'exit 3'
	wait_for '^tm-top: cut.tm: was cut: it has a START and no END'
}

@test "without any event the terminal is not touched" {
	show 80x24 'tm-top /dev/null'
	assert_restored
	wait_for '^tm-top: there were no events'
}

@test "the terminal is not touched before the first event" {
	live
	wait_for '^before$'
	sleep 0.5
	assert_equal "$(screen)" before
	begin | feed
	wait_for '^0 users'
}

# A source that runs until Ctrl-C, like tm-capture.
write_source() {
	begin | tm-parse >begin.tm
	talked 0.1 in 1000 1000 42 curl 192.0.2.7 | tm-parse >event.tm
	status end 2 | tm-parse >end.tm
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

@test "Ctrl-C ends the pipeline: the rest is read, and the terminal restored" {
	write_source
	show 80x24 'bash source.sh | tm-top'
	wait_for ^alice
	press C-c
	assert_restored
	[ -e whole ]
}

@test "q ends the pipeline by closing its pipe" {
	write_source
	show 80x24 'bash source.sh 2>/dev/null | tm-top'
	wait_for ^alice
	press q
	assert_restored
	[ ! -e whole ]
}

@test "a second Ctrl-C quits if the source does not end" {
	live 80x24 'tm-top'
	begin | feed
	wait_for '^0 users'
	press C-c
	wait_until_not '^0 users'
	[ ! -e ended ]
	sleep 0.6 # a signal that follows at once belongs to the first
	press C-c
	assert_restored 'exit 130'
}

@test "SIGTERM and SIGHUP end tm-top and restore the terminal" {
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

@test "losing the terminal ends tm-top, even if the source continues" {
	live
	{ begin; status tick 1; } | feed
	wait_for '^0 users'
	pid=$(pgrep -P "$(tmux_here display -p '#{pane_pid}')" tm-top)
	tmux_here kill-server
	eventually test ! -e "/proc/$pid"
}

@test "Ctrl-Z restores the terminal, and fg continues" {
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

@test "a recording is replayed at its original pace, or --speed times that" {
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

@test "a source that is silent for 3 s is shown as stale" {
	live
	{ begin; moved 0.1 in 1000 1000; status tick 1; } | feed
	# on a busy machine it may be older by the time that one looks
	is_fresh() {
		shows 'TICK 0\.[0-9] s ago' || {
			status tick 2 | feed
			false
		}
	}
	eventually is_fresh
	wait_for 'STALE: no TICK for [3-9] s'
	eventually is_fresh
	tmux_here resize-window -x 40 -y 12
	wait_for 'STALE [3-9] s'
}

@test "SIGUSR1 shows statistics, on the screen if standard error is the terminal" {
	show_day
	kill -USR1 "$(pgrep -P "$(tmux_here display -p '#{pane_pid}')" tm-top)"
	wait_for '^[0-9]+ events, .* 1 lost'
	day | tm-parse >day.tm
	tm-top --batch day.tm >/dev/null
}
