# tm-report --log: the file it writes.

load ../helper
load report

@test "the log is created with mode 0640 and appended to" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	(umask 0 && tm-report --style pdtt -l report.log one.tm)
	assert_equal "$(stat -c %a report.log)" 640
	tm-report --style pdtt -l report.log one.tm
	run grep -c === report.log
	assert_output 2
}

@test "with a log nothing is written to standard output, unless it is a terminal" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	run tm-report --style pdtt -l report.log one.tm
	assert_success
	assert_output ''
	script -qec 'tm-report --style pdtt -l report.log one.tm' /dev/null >screen </dev/null
	run grep -c === screen
	assert_output 1
	run grep -c === report.log
	assert_output 2
}

@test "a log that is not a regular file with one name is refused" {
	moved 0 in 1000 1 1 | tm-parse >one.tm
	touch victim
	ln -s victim link
	ln -s nothing dangling
	touch first
	ln first second
	mkfifo fifo
	mkdir directory
	refused() {
		run timeout 5 tm-report --style pdtt -l "$1" one.tm
		assert_failure 1
		assert_output "tm-report: $1: $2"
	}
	refused link 'is a symbolic link'
	refused dangling 'is a symbolic link'
	refused second 'has other names (hard links)'
	refused fifo 'is a FIFO'
	refused directory 'is a directory'
	refused directory/ 'is a directory'
	refused /dev/null 'is a device'
	refused no/such/log 'no such directory; create it with mkdir(1)'
	cp one.tm day.tm
	gzip <one.tm >day.tm.gz
	refused day.tm 'is not a log: it does not hold text'
	refused day.tm.gz 'is not a log: it does not hold text'
	cmp one.tm day.tm
	assert [ ! -e nothing ]
	assert [ ! -s victim ]
}

@test "a log in /tmp that is another user's, or is reached by another user's symlink, is refused" {
	needs_root
	local shared
	shared=$(mktemp -d /tmp/tm-report.XXXXXX)
	chmod 1777 "$shared"
	moved 0 in 1000 1 1 | tm-parse >one.tm
	mkdir -p target
	touch target/passwd
	ln -s "$PWD/target/passwd" "$shared/stats.log"
	ln -s "$PWD/target" "$shared/logs"
	touch "$shared/mine.log"
	chown -h 65534 "$shared/stats.log" "$shared/logs" "$shared/mine.log"

	run tm-report --style pdtt -l "$shared/stats.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/stats.log: is a symbolic link"
	run tm-report --style pdtt -l "$shared/logs/stats.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/logs/stats.log: a directory on the way is none, or another user's symbolic link"
	run tm-report --style pdtt -l "$shared/mine.log" one.tm
	assert_failure 1
	assert_output "tm-report: $shared/mine.log: belongs to another user (uid 65534)"
	assert [ ! -s target/passwd ]
	assert [ ! -e target/stats.log ]

	# root's own link is followed
	ln -s "$PWD/target" "$shared/own"
	run tm-report --style pdtt -l "$shared/own/stats.log" one.tm
	rm -r "$shared"
	assert_success
	assert [ -s target/stats.log ]
}

@test "SIGHUP starts a new file if the log was renamed" {
	feed_live
	{
		moved 0 in 1000 1 1
		moved 1 in 1000 1 1
	} | tm-parse >&7
	eventually grep -q === report.log
	mv report.log report.log.1
	kill -HUP $report
	eventually test -e report.log
	moved 2 in 1000 1 1 | tm-parse >&7
	exec 7>&-
	wait $report
	assert_equal "$(grep -c === report.log.1)" 1
	assert_equal "$(grep -c === report.log)" 2
	assert_equal "$(cat errors)" ''
}

@test "a log that was removed is created again, and SIGHUP keeps one that is in place" {
	feed_live
	moved 0 in 1000 1 1 | tm-parse >&7
	eventually is_idle $report
	kill -HUP $report
	eventually is_idle $report
	moved 1 in 1000 1 1 | tm-parse >&7
	eventually grep -q === report.log
	rm report.log
	exec 7>&-
	wait $report
	assert_equal "$(grep -c === report.log)" 1
	assert_equal "$(cat errors)" ''
}

@test "two reports do not share a log" {
	feed_live
	eventually test -e report.log
	eventually is_idle $report
	moved 0 in 1000 1 1 | tm-parse >one.tm
	run tm-report --style pdtt -l report.log one.tm
	exec 7>&-
	wait $report
	assert_failure 1
	assert_output 'tm-report: report.log: is the log of another process'
}

@test "on a full disk whole reports are left out, with a warning and exit code 1" {
	needs_root
	mkdir small
	mount -t tmpfs -o size=4k tmpfs small
	{
		for s in $(seq 0 99); do
			moved $s out 1000 1500 1
		done
	} | tm-parse >events.tm
	run tm-report --style pdtt -n -t 1 -l small/report.log events.tm
	cp small/report.log copy
	umount small
	assert_failure 1
	assert_line --index 0 'tm-report: small/report.log: No space left on device; the report is left out, the next is tried'
	assert_line --index 1 --regexp '^tm-report: small/report.log: [0-9]+ reports were not written$'
	assert_equal "${#lines[@]}" 2
	assert_equal "$(tail -n 1 copy)" ---
	assert_equal "$(grep -c === copy)" "$(grep -c -- '^---' copy)"
}
