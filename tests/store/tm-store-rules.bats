# tm-store quota: whom a quota is about, what it counts, and what changes it.

load ../helper
load store

# moved_now UID IN OUT...: what each has moved just now, in bytes, on this host
moved_now() {
	S=$(date +%s)
	{
		start $((RANDOM + 1000)) 0 "$(hostname)"
		while [ $# -gt 0 ]; do
			moved 0 in "$1" "$2" 1
			moved 0 out "$1" "$3" 1
			shift 3
		done
	} | tm-parse | store 2>/dev/null || true # nothing ends the run
}

# states [OPTION...]: user or group, period, direction, used and state
states() {
	quota -q --output csv "$@" | sed 1d |
		awk -F, '{ print ($12 == "group" ? $13 : $1), $3, $14, $6, $9 }'
}

# with_people COMMAND...: with the users and groups of this test, which hide
# those of the machine; bea is in staff, unless $STAFF is another
with_people() {
	needs_root
	printf 'root:x:0:0::/:/bin/sh\nada:x:3001:3000::/:\nbea:x:3002:4000::/:\n' >passwd
	printf 'root:x:0:\nstaff:x:3000:%s,nobody-at-all\n' "${STAFF-bea}" >group
	printf 'bea:200000:65536\nbad\n3001:300000:10\nada:x:1\n' >subuid
	touch /etc/subuid
	export -f states quota store
	unshare -m bash -c 'for file in passwd group subuid; do
			mount --bind "$file" "/etc/$file"
		done
		"$@"' - "$@"
}

@test "setting a quota that is used up already succeeds, and reports that" {
	moved_now 1000 1100 0
	run quota --user 1000 --limit 1000
	assert_success
	assert_line --index 0 "tm-store: h.db: the quota of 1000 is used up already"
	assert_line --regexp '^1000 +month .* 100$'
	run quota
	assert_failure 5
	run quota --everyone --limit 10 -q
	assert_success
	refute_output --partial tm-store
}

@test "one jump past all marks runs one hook, with the worst state" {
	quota_hook() {
		quota -q --exec 'echo "$TM_STATE $TM_USED" >>log' "$@" >/dev/null
	}
	moved_now 1000 1100 0
	run quota_hook --user 1000 --limit 1000
	assert_success
	run quota_hook
	assert_failure 5
	assert_equal "$(cat log)" "100 1100"
}

@test "everyone has a quota except root and those with one of their own" {
	moved_now 0 900 0 1000 900 5 1001 500 500 1002 10 0 4294967295 700 0
	quota --everyone --limit 1000 >/dev/null
	quota --user 1001 --limit 5000 >/dev/null
	assert_equal "$(states)" "1000 month both 905 90
1001 month both 1000 ok
1002 month both 10 ok"
	# one of another period or direction takes nobody's place
	quota --user 1001 --limit 900 --direction out >/dev/null
	quota --user 1001 --remove --month --direction out >/dev/null
	quota --user 1000 --limit 1G --day >/dev/null
	assert_equal "$(states --everyone)" "1000 month both 905 90
1002 month both 10 ok"
	assert_equal "$(states --user 1000)" "1000 month both 905 90
1000 day both 905 ok"
	# each of them has hooks of his own
	quota --user 1002 --limit 10 --window 2h >/dev/null
	quota -q --exec 'echo "$TM_STATE $TM_UID $TM_WHOSE $TM_PERIOD" >>log' \
		>/dev/null || true
	assert_equal "$(sort log)" "100 1002 user 2h
90 1000 everyone month"
}

@test "a quota can count one direction, and a window up to now" {
	S=$(($(date +%s) - 3 * 3600))
	moved 0 in 1000 4000 1 | tm-parse | store
	moved_now 1000 300 20
	quota --user 1000 --limit 1000 --direction in --window 2h >/dev/null
	quota --user 1000 --limit 1000 --direction out --window 1d >/dev/null
	quota --user 1000 --limit 10k --window 1d >/dev/null
	assert_equal "$(states)" "1000 1d both 4320 ok
1000 2h in 300 ok
1000 1d out 20 ok"
	while IFS='|' read -r window reason; do
		run quota --user 1000 --limit 1k --window "$window"
		assert_failure 2
		assert_output "tm-store: --window: $reason: $window"
	done <<-'END'
		30|column 3: the units are ms, s, m, h, d, w and y
		0|not whole minutes, hours or days up to 10y
		90s|not whole minutes, hours or days up to 10y
		11y|not whole minutes, hours or days up to 10y
	END
}

@test "in a window, a state counts anew after the share was ten points below" {
	check() {
		quota -q --exec 'echo "$TM_STATE" >>log' >/dev/null || true
		tr '\n' ' ' <log
	}
	limit() {
		sqlite3 h.db "DROP TRIGGER IF EXISTS quota_changed;
			UPDATE quota_rule SET bytes = $1"
	}
	moved_now 1000 900 0
	quota --user 1000 --limit 1000 --window 1h >/dev/null
	assert_equal "$(check)" "90 "
	limit 1100 # 82 %
	assert_equal "$(check)" "90 "
	limit 1000
	assert_equal "$(check)" "90 "
	limit 1200 # 75 %
	assert_equal "$(check)" "90 "
	limit 1000
	assert_equal "$(check)" "90 90 "
}

@test "a group has a quota together, or each of its members has one" {
	moved_now 3001 500 0 3002 100 0 3003 7 0 200005 30 0
	with_people quota --members staff --limit 1000 >/dev/null
	# the uids that subuid(5) gives a user are his
	assert_equal "$(states)" "staff month both 630 ok"
	with_people quota --members staff --each --limit 500 --day >/dev/null
	assert_equal "$(states)" "3001 day both 500 100
staff month both 630 ok
3002 day both 130 ok"
	with_people quota --user 3001 --limit 1G --day >/dev/null
	assert_equal "$(states --members staff)" "staff month both 630 ok
3002 day both 130 ok"
	run with_people quota --members none --limit 1k
	assert_failure 1
	assert_output "tm-store: --members: none: this machine has no such group"
	# who left the group is noted when hooks are checked
	STAFF= with_people quota --exec true >/dev/null || true
	assert_equal "$(states --members staff)" "staff month both 500 ok"
	run with_people quota --members staff --remove
	assert_success
	assert_line --index 0 "tm-store: h.db: removed the quota of group staff: 1000 B a month"
}

@test "a history of another machine takes no groups of this one" {
	moved 1 in 1000 100 1 | tm-parse | store
	run quota --members root --limit 1k
	assert_failure 1
	assert_output "tm-store: --members: root: the history is not of this machine, whose groups have other members"
}

@test "what would be removed or changed is reported first, and then what was" {
	moved_now 1000 100 0
	run quota -n --user 1000 --limit 1M --dry-run
	assert_success
	assert_line --index 0 "tm-store: h.db: would set the quota of 1000: 1.0 MiB a month"
	assert_equal "$(states)" ""
	quota --user 1000 --limit 1M >/dev/null
	quota --user 1000 --limit 1M --day --direction in >/dev/null
	run quota --user 1000 --limit 2M --dry-run
	assert_line --index 0 "tm-store: h.db: would change the quota of 1000: 2.0 MiB a month, which was 1.0 MiB"
	run quota --user 1000 --limit 2M
	assert_line --index 0 "tm-store: h.db: changed the quota of 1000: 2.0 MiB a month, which was 1.0 MiB"
	content h.db >before
	run quota --user 1000 --remove --dry-run
	assert_success
	assert_line --index 0 "tm-store: h.db: would remove the quota of 1000: 2.0 MiB a month"
	assert_line --index 1 "tm-store: h.db: would remove the quota of 1000: 1.0 MiB received a day"
	content h.db | diff before -
	run quota --user 1000 --remove --day
	assert_line --index 0 "tm-store: h.db: removed the quota of 1000: 1.0 MiB received a day"
	assert_equal "$(states)" "1000 month both 100 ok"
	run quota --user 1001 --remove
	assert_success
	assert_line --index 0 "tm-store: h.db: 1001 has no such quota"
}

@test "options of a quota that mean nothing are refused" {
	store </dev/null
	while IFS='|' read -r options reason; do
		# shellcheck disable=SC2086 # words
		run quota $options
		assert_failure 2
		assert_line --index 0 "tm-store: $reason"
	done <<-'END'
		--limit 1k|--limit needs --user USER, --members GROUP or --everyone
		--remove|--remove needs --user USER, --members GROUP or --everyone
		--user 1 --everyone|one of --user, --members and --everyone
		--each|--each needs --members GROUP
		--user 1 --limit 1k --day --window 1d|one of --month, --day and --window
		--dry-run|--dry-run needs --limit or --remove
		--day|a period needs --limit or --remove
		--direction in|--direction needs --limit or --remove
		--user 1 --limit 1k --dry-run --exec x|--dry-run and --exec exclude each other
	END
}

@test "a quota does not count what passes within the machine" {
	S=$(date +%s)
	{
		start 7 0 "$(hostname)"
		name interface 1 lo
		name interface 2 eth0
		moved 0 out 1000 900 1 '"ifindex":1'
		moved 0 in 1000 900 1 '"ifindex":1'
		moved 0 in 1000 50 1 '"ifindex":2'
		moved 0 out 1000 7 1 '"kind":"lost"'
		status end 1
	} | tm-parse | store
	quota -q --user 1000 --limit 1KiB >/dev/null
	assert_equal "$(states)" "1000 month both 57 ok"
	quota -q --user 1000 --limit 1KiB --window 1h --direction out >/dev/null
	assert_equal "$(states | sort)" "1000 1h out 7 ok
1000 month both 57 ok"
}

@test "a list of quotas is in decimal units if all limits were given so" {
	moved_now 1000 600000000 0
	quota -q --user 1000 --limit 1.5GB >/dev/null
	run quota
	assert_line --regexp '1.5 GB +600.0 MB +900.0 MB'
	quota -q --user 1001 --limit 2GiB >/dev/null
	run quota
	assert_line --regexp '1.4 GiB +572.2 MiB'
	run quota --user 1001
	assert_line --regexp '2.0 GiB +0 B'
}

@test "quotas of version 1 are read as they are, and kept by the first change" {
	sqlite3 h.db <"$ROOT/tests/store/format-1.sql"
	now=$(date +%s)
	sqlite3 h.db "UPDATE about SET value = ${now}000000000 WHERE key = 'newest';
		INSERT INTO process_minute
		VALUES ($((now - now % 60))000000000, 1000, 0, 6, 2, 950, 1, 0, 0, 0, 0, 0, 0);
		DELETE FROM quota"
	month=$(date -d "$(date +%Y-%m-01)" +%s)
	sqlite3 h.db "INSERT INTO quota VALUES (1000, 'month', 1000, ${month}000000000, 3),
		(1001, 'day', 7, 0, 0)"
	assert_equal "$(states)" "1000 month both 950 90
1001 day both 0 ok"
	for odd in "--older-than 1d" --ahead; do
		# shellcheck disable=SC2086 # words
		timeout 60 tm-store prune -q --db h.db $odd --dry-run
	done
	assert_equal "$(sqlite3 h.db 'PRAGMA user_version')" 1
	# the hook of that state was run
	run quota -q --exec 'echo "$TM_STATE" >>log'
	assert_success
	assert_file_not_exist log
	assert_equal "$(sqlite3 h.db 'PRAGMA user_version')" 3
	assert_equal "$(states)" "1000 month both 950 90
1001 day both 0 ok"
	moved_now 1000 950 0
	quota -q --exec 'echo "$TM_STATE" >>log' >/dev/null || true
	assert_equal "$(cat log)" 100
}

@test "the mail hook writes to the user, and to those who are named" {
	mkdir bin
	printf '#!/bin/sh\necho "$*" >args\nexec cat >>mail\n' >bin/sendmail
	chmod +x bin/sendmail
	PATH=$PWD/bin:$PATH
	moved_now 1000 1500 500
	printf '{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1}\n' |
		tm-parse | store
	run quota -q --user alice --limit 2048 --window 30d \
		--exec "$ROOT/contrib/quota-mail root ops@example.org -x 'a b'"
	assert_success
	assert_equal "$(cat args)" "-i -t"
	assert_equal "$(grep -v '^(since' mail)" "To: alice, root, ops@example.org
Subject: alice has used 90 % of the quota
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

alice has moved 2.0 KiB of 2.0 KiB in the last 30d"
	grep -qF ") on $(hostname)." mail
	# a name can hold anything, and a mail that is not taken is tried again
	rm mail
	printf '{"kind":"name","of":"user","parts":1,"id":1000,"text":"eve\\nBcc: all","time_ns":1}\n' |
		tm-parse | store
	quota -q --user 1000 --limit 2049 --direction out >/dev/null
	quota -q --user 1000 --limit 500 --direction out >/dev/null
	SENDMAIL=false run quota -q --exec "$ROOT/contrib/quota-mail"
	assert_failure 1
	assert_line "tm-store: --exec: ended with 1; it is run again the next time"
	run quota -q --exec "$ROOT/contrib/quota-mail"
	assert_failure 5
	assert_equal "$(sed -n 1,2p mail)" "To: root
Subject: uid 1000 has used up the quota"
	run grep -c '^Bcc' mail
	assert_output 0
}

@test "a limit in decimal units is shown in them, by mail too" {
	printf '#!/bin/sh\nexec cat >>mail\n' >sendmail
	chmod +x sendmail
	moved_now 1000 1500000 500000
	quota -q --user 1000 --limit 1MB --window 30d >/dev/null || true
	run quota --user 1000 --limit 2MB --window 30d
	assert_line "tm-store: h.db: changed the quota of 1000: 2.0 MB in 30d, which was 1.0 MB"
	assert_line --regexp '^1000 .* 2\.0 MB +2\.0 MB '
	SENDMAIL=$PWD/sendmail run quota -q --exec "$ROOT/contrib/quota-mail root"
	grep -xF "1000 has moved 2.0 MB of 2.0 MB in the last 30d" mail
	run quota --user 1000 --limit 2M --window 30d
	assert_line --regexp '^1000 .* 2\.0 MiB +1\.9 MiB '
}
