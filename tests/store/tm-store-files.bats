# tm-store: its files and rights, input that is damaged, and signals.

load ../helper
load store

@test "a misspelt command is refused, naming the one that was meant" {
	for words in "querry query" "qury query" "quote quota" "pruen prune" "Query query"; do
		run tm-store "${words% *}" --db h.db
		assert_failure 2
		assert_line --index 0 \
			"tm-store: unknown command: ${words% *}; did you mean ${words#* }?"
		run tm-store --db h.db "${words% *}"
		assert_failure 2
		assert_line --index 0 --partial "did you mean ${words#* }?"
	done
	[ ! -e h.db ]
	run tm-store --db h.db elsewhere.tm
	assert_failure 1
	refute_output --partial "did you mean"
}

@test "a recording whose name resembles a command is read" {
	day | tm-parse >querry
	store querry
	has_alice
}

@test "options may stand before the command" {
	day | tm-parse | store
	query --by process --output csv -q >behind
	for options in "--db h.db query --by process --output csv -q" \
		"-q --db=h.db query --by process --output csv" \
		"--by process -q --output csv --db h.db query" \
		"--output csv --by=process query -q --db h.db"; do
		# shellcheck disable=SC2086 # words
		tm-store $options | diff behind -
	done
	run tm-store --db h.db quota --user alice --limit 1.5TB --output csv
	assert_success
	assert_output --partial 1500000000000
}

@test "a file that is a newer database, another program's, or none is refused" {
	day | tm-parse >day.tm
	sqlite3 other.db 'CREATE TABLE x (y)'
	run tm-store --db other.db day.tm
	assert_failure 1
	assert_output "tm-store: other.db: is a database of another program; name another file"
	store day.tm
	sqlite3 h.db 'PRAGMA user_version = 99'
	run store day.tm
	assert_failure 1
	assert_output "tm-store: h.db: was written by a newer tm (format 99, this one knows 3); use that one"
	run query
	assert_failure 1
	head -c 8192 /dev/urandom >noise.db
	run tm-store --db noise.db day.tm
	assert_failure 1
	assert_output "tm-store: noise.db: not a history; name another file"
	run tm-store query --db none.db
	assert_failure 1
	assert_output "tm-store: none.db: No such file or directory"
	: >empty.db
	run tm-store query --db empty.db
	assert_failure 1
	assert_output "tm-store: empty.db: is empty; tm-store writes to it first"
	tm-store --db empty.db day.tm
	for command in "" query "prune --older-than 1d" quota; do
		# shellcheck disable=SC2086 # words
		run tm-store $command --db ''
		assert_failure 2
		assert_line --index 0 "tm-store: --db: no file is named"
	done
}

@test "links do not lead tm-store to another file" {
	day | tm-parse >day.tm
	mkdir real
	chmod 700 real
	touch victim
	ln -s "$PWD/victim" real/h.db
	run tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "real/h.db: it is a symbolic link"
	for suffix in -wal -shm; do
		rm -f real/h.db*
		ln -s "$PWD/victim" "real/h.db$suffix"
		run tm-store -q --db real/h.db day.tm
		assert_failure 1
		rm -f "real/h.db$suffix"
	done
	[ ! -s victim ]
	rm -f real/*
	mkfifo real/h.db
	run timeout 5 tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "a FIFO"
	rm real/h.db
	run tm-store --db real day.tm
	assert_failure 1
	chmod 777 real
	run tm-store --db real/h.db day.tm
	assert_failure 1
	assert_output --partial "its directory: "
	assert_file_not_exist real/h.db
}

@test "only its owner and group can read the database" {
	day | tm-parse | (umask 0 && tm-store --db h.db)
	assert_equal "$(stat -c %a h.db h.db-wal h.db-shm | tr '\n' ' ')" \
		"640 640 640 "
}

@test "read permission on the files is enough for a query, without any on the directory" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/h.db" day.tm
	chgrp 12345 "$dir"/h.db*
	cp "$BUILD/bin/tm-store" "$dir/ask"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		"$dir/ask" query --db "$dir/h.db" --output csv -q
	rm -rf "$dir"
	assert_success
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "a database that cannot be opened, or has no room beside it, is reported with the reason" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/h.db" day.tm
	cp "$BUILD/bin/tm-store" "$dir/ask"
	cd "$dir"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		./ask query --db h.db
	cd "$BATS_TEST_TMPDIR"
	cp "$dir/h.db" .
	rm -rf "$dir"
	assert_failure 1
	assert_output "ask: h.db: Permission denied"
	small 1024
	cp h.db small
	dd if=/dev/zero of=small/full bs=1k status=none || true
	run tm-store query --db small/h.db
	assert_failure 1
	assert_output "tm-store: small/h.db: No space left on device"
}

@test "a copy without the files beside it can be read in a read-only directory" {
	needs_root
	day | tm-parse >day.tm
	local dir
	dir=$(mktemp -d)
	chmod 755 "$dir"
	tm-store --db "$dir/a%b?c#d.db" day.tm
	rm "$dir"/*-wal "$dir"/*-shm "$dir"/*.lock
	chmod 444 "$dir"/*.db
	cp "$BUILD/bin/tm-store" "$dir/ask"
	run setpriv --reuid 12346 --regid 12345 --clear-groups \
		"$dir/ask" query --db "$dir/a%b?c#d.db" --output csv -q
	rm -rf "$dir"
	assert_success
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "a copy with an empty log on a read-only file system can be read" {
	small 2000
	day | tm-parse | store -q
	sqlite3 h.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp h.db small/h.db
	: >small/h.db-wal
	mount -o remount,ro small
	run query -q --db small/h.db --output csv
	assert_success
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "records with an impossible size or time are left out and counted" {
	{
		moved 1 in 1000 18446744073709551615 1
		moved 1 in 1000 281474976710656 1
		printf '{"time_ns":18446744073709551615,"direction":"in","uid":1000,"bytes":1,"packets":1}\n'
		printf '{"kind":"tick","time_ns":18446744073709551615,"direction":"out","run_id":3}\n'
		moved 1 in 1000 281474976710655 1
	} | tm-parse >odd.tm
	run store odd.tm
	assert_failure 3
	assert_output "tm-store: 4 records have an impossible time or size and are left out"
	run csv -n
	assert_line 1000,1000,281474976710655,0,281474976710655,1,0,1,0,0
}

@test "no flipped bit in a recording crashes tm-store or breaks the database" {
	day | tm-parse >day.tm
	python3 - <<-'END'
		data = bytearray(open("day.tm", "rb").read())
		for bit in range(0, len(data) * 8, 61):
		    flipped = bytearray(data)
		    flipped[bit // 8] ^= 1 << bit % 8
		    open(f"flip.{bit}.tm", "wb").write(flipped)
	END
	for file in flip.*; do
		code=0
		timeout 10 tm-store -q --db h.db "$file" 2>/dev/null || code=$?
		[ "$code" = 0 ] || [ "$code" = 3 ]
	done
	intact h.db
	run csv --by user,hour
	assert_success
}

@test "SIGHUP reopens the database by its name" {
	mkfifo pipe
	tm-store -q --db h.db <pipe &
	STARTED=$!
	exec 5>pipe
	{
		start
		name user 1000 alice
		moved 1 in 1000 100 1 "$CURL"
		status tick 2 7
	} | tm-parse >&5
	eventually has_alice
	mv h.db old.db
	kill -HUP "$STARTED"
	eventually test -s h.db
	{
		moved 3 in 1000 50 1 "$CURL"
		status end 4 7
	} | tm-parse >&5
	exec 5>&-
	wait "$STARTED"
	run csv --by user,process
	assert_line 1000,alice,curl,50,0,50,1,0,1,0,0
	run tm-store query --db old.db --output csv -q
	assert_line 1000,alice,100,0,100,1,0,1,0,0
	intact h.db
}

@test "SIGTERM writes everything read; SIGUSR1 reports progress" {
	mkfifo pipe
	tm-store --db h.db <pipe 2>said &
	STARTED=$!
	exec 5>pipe
	day | tm-parse >&5
	eventually has_alice
	eventually is_idle "$STARTED"
	kill -USR1 "$STARTED"
	eventually grep -q "events owed" said
	kill -TERM "$STARTED"
	eventually has_taken "$STARTED"
	exec 5>&-
	wait "$STARTED"
	grep -E '^tm-store: [0-9]+ events, .* 0 events owed$' said
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "a cut or corrupt stream is reported, and the events before are written" {
	day | tm-parse >day.tm
	head -c 1000 day.tm >cut.tm
	run store cut.tm
	assert_failure 3
	assert_output "tm-store: cut.tm: ends inside an event (offset 896)"
	run csv
	assert_line 1000,alice,1500,60,1560,1,1,2,0,0
	run store --strict -q day.tm
	assert_failure 4
}

@test "with landlock tm-store can write beneath its directory only" {
	day | tm-parse >day.tm
	strace -o log -e trace=landlock_restrict_self,landlock_create_ruleset \
		tm-store -q --db h.db day.tm
	grep -q 'landlock_create_ruleset(NULL, 0, .*) *= [1-9]' log ||
		skip "needs a kernel with landlock"
	grep 'landlock_restrict_self(.*) *= 0' log
}
