# Loaded by the tests of tm-store: events, and the history h.db made from them.

load ../events

# shellcheck disable=SC2034 # the tests use them

U=3999999999 # no machine has that user

CURL='"comm":"curl","pid":42,"ifindex":2,"protocol":6'
NTP='"comm":"ntpd","pid":1,"ifindex":2,"protocol":17'

# An hour and a bit of two users, unowned traffic, and a loss.
day() {
	start
	name user 1000 alice
	name user 1001 bob
	name interface 2 eth0
	moved 1 out 1000 60 1 "$CURL,\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.7\""
	moved 2 in 1000 1500 1 "$CURL,\"source\":\"198.51.100.7\",\"destination\":\"192.0.2.10\""
	status tick 3 7
	moved 70 out 1001 76 1 "$NTP,\"source\":\"2001:db8::10\",\"destination\":\"2001:db8:1::7\""
	moved 71 in $NO_OWNER 84 1 '"ifindex":3,"protocol":1,"source":"192.0.2.11","destination":"192.0.2.10"'
	moved 72 out 1001 900 3 "\"kind\":\"lost\",$NTP"
	status tick 3700 7
	moved 3701 out 1000 5000 5 "$CURL,\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.8\""
	status end 3702 7 '"seen_packets":3,"seen_bytes":2000,"excluded_packets":1,"excluded_bytes":416' \
		'"seen_packets":10,"seen_bytes":6036'
}

store() {
	timeout 60 tm-store --db h.db "$@"
}

query() {
	timeout 60 tm-store query --db h.db "$@"
}

csv() {
	query --output csv -q "$@"
}

# All sums, names and runs of a database, whatever its row ids are.
content() {
	sqlite3 -readonly "$1" "
		SELECT * FROM traffic ORDER BY 1, 2, 4, 5, 6, 7;
		SELECT key, value FROM about WHERE key NOT IN ('written');
		SELECT * FROM user; SELECT * FROM covered;
		SELECT id, host, start, last, is_ended, counted FROM run;"
	for table in user process protocol traffic host; do
		for slot in minute hour day month; do
			sqlite3 -readonly "$1" "
				SELECT '$table $slot', count(*), sum(in_bytes),
				sum(in_packets), sum(out_bytes),
				sum(out_packets) FROM ${table}_$slot"
		done
	done
}

intact() {
	run sqlite3 -readonly "$1" 'PRAGMA integrity_check'
	assert_output ok
	# all tables of one slot agree
	for slot in hour day month; do
		run sqlite3 -readonly "$1" "
			SELECT sum(in_bytes), sum(out_packets) FROM user_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM process_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM protocol_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM remote_$slot
			UNION SELECT sum(in_bytes), sum(out_packets) FROM traffic_$slot"
		assert_equal "${#lines[@]}" 1
	done
}

teardown() {
	[ -z "${MOUNTED-}" ] || umount -l "$MOUNTED"
	local pid
	for pid in ${STARTED-}; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# has_alice: her traffic is in the history
has_alice() {
	csv 2>/dev/null | grep -q alice
}

# A file system of so many kB in ./small, for this test only.
small() {
	needs_root
	mkdir -m 700 small
	mount -t tmpfs -o "size=$1k,mode=700" none small
	MOUNTED=$PWD/small
}

quota() {
	timeout 20 tm-store quota --db h.db "$@"
}
