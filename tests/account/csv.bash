# Loaded by the tests of tm-csv: events and the rows that they make.

# many COUNT USERS: events of 60 bytes, of users from 1001 on in turn; each row
# is 50 bytes long (59 with an eighth column of 8)
many() {
	awk -v n="$1" -v users="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"uid\":%d,\"bytes\":60,\"packets\":1," \
				"\"direction\":\"out\"," \
				"\"source\":\"192.0.2.1\"," \
				"\"destination\":\"192.0.2.7\"," \
				"\"time_ns\":17000000000%08d," \
				"\"total_out\":%d}\n",
				1001 + i % users, i, 10000000 + i
	}' | tm-parse
}

one() {
	tm-parse <<<"{\"uid\":${1:-1000},\"bytes\":60,\"packets\":1,\"direction\":\"out\",\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.7\",\"time_ns\":1700000000000000005,\"total_out\":${2:-60}}"
}

row() {
	echo "out,60,192.0.2.1,192.0.2.7,1700000000.000000005,0,${1:-60}"
}

# start_live OPTIONS...: a tm-csv that reads from descriptor 9
start_live() {
	mkfifo live
	tm-csv "$@" <live 2>stderr 3>&- &
	pid=$!
	exec 9>live
}

# end_live: ends it; its exit code is in $status
end_live() {
	exec 9>&-
	status=0
	wait "$pid" || status=$?
}

# The rows that tm-csv reported as not written.
sum_owed() {
	sed -n 's/.*: \([0-9]*\) rows (\([0-9]*\) bytes) are owed: .*/\1/p' stderr
}

small_disk() {
	needs_root
	mkdir -p disk
	mount -t tmpfs -o "$1,mode=0700" tm-csv-test disk
}

teardown() {
	exec 9>&-
	[ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
	if mountpoint -q "$BATS_TEST_TMPDIR/disk"; then
		umount -l "$BATS_TEST_TMPDIR/disk"
	fi
}

needs_strace() {
	command -v strace >/dev/null || skip "needs strace"
}
