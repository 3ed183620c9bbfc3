# tm-store: killed, on a full or failing disk, and beside other programs.

load ../helper
load store

@test "kill -9 at any write loses no sum and doubles none" {
	day | tm-parse >day.tm
	store day.tm
	content h.db >expected
	local killed=0 n
	for n in $(seq 1 4 240); do
		rm -f k.db*
		strace -f -qq -o log -e trace=pwrite64,ftruncate \
			-e inject=pwrite64:signal=KILL:when="$n" \
			tm-store --db k.db day.tm >/dev/null 2>&1 && break
		grep -q SIGKILL log && killed=$((killed + 1))
		timeout 20 tm-store -q --db k.db day.tm
		run sqlite3 -readonly k.db 'PRAGMA integrity_check'
		assert_output ok
		content k.db | diff expected -
	done
	echo "$killed killed"
	[ "$killed" -ge 20 ]
}

@test "after sixty kill -9 on a live stream no batch is missing or counted twice" {
	day >head.json
	{
		start 9 0
		for s in $(seq 1 600); do
			moved "$s" in $((1000 + s % 5)) "$s" 1 \
				"$CURL,\"source\":\"192.0.2.$((s % 50 + 1))\""
			[ $((s % 5)) != 0 ] || status tick "$s" 9
		done
		status end 601 9
	} | tm-parse >run.tm
	tm-store -q --db whole.db run.tm
	content whole.db >expected
	local i pid at
	for i in $(seq 1 60); do
		{
			for at in 0 1 2 3 4 5 6; do
				dd if=run.tm bs=128 skip=$((at * 120)) count=120 status=none
				sleep 0.05
			done
			sleep 0.3
		} | tm-store -q --db h.db &
		pid=$!
		STARTED="$pid"
		sleep 0.$((10 + (i * 37) % 55))
		kill -9 "$pid"
		wait "$pid" || true
	done 2>/dev/null
	run sqlite3 -readonly h.db 'PRAGMA integrity_check'
	assert_output ok
	tm-store -q --db h.db run.tm
	content h.db | diff expected -
	intact h.db
}

@test "on a full disk tm-store warns once, counts what is pending, and the database stays sound" {
	small 300
	for i in $(seq 1 4000); do
		moved $((i / 400)) out $((1000 + i)) 100 1 "$CURL,\"destination\":\"192.0.2.1\""
	done | tm-parse >many.tm
	run timeout 60 tm-store -q --db small/h.db many.tm
	assert_failure 1
	assert_line --index 0 "tm-store: small/h.db: No space left on device; new sums are kept in memory, and tried again each second"
	assert_line --index 1 "tm-store: small/h.db: 4000 events (400000 bytes) are owed: they could not be written"
	assert_equal "${#lines[@]}" 2
	intact small/h.db
	run tm-store query --db small/h.db --output csv -q
	assert_success
}

@test "once a full disk has room again, everything buffered is written" {
	small 1024
	start 7 0 | tm-parse | tm-store -q --db small/h.db || true
	for i in $(seq 1 3000); do
		moved 1 out $((1000 + i)) 100 1 "$CURL"
	done | tm-parse >many.tm
	dd if=/dev/zero of=small/full bs=1k status=none || true
	{
		cat many.tm
		eventually grep -q "No space left" said
		rm small/full
		eventually grep -q "can be written again" said
		moved 5 in 999 7 1 | tm-parse
	} | timeout 60 tm-store -q --db small/h.db 2>said
	assert_equal "$(cat said)" "tm-store: small/h.db: No space left on device; new sums are kept in memory, and tried again each second
tm-store: small/h.db: can be written again; 0 events (0 bytes) are owed"
	run tm-store query --db small/h.db --by direction --output csv -q
	assert_line out,0,300000,300000,0,3000,3000,0,0
	assert_line in,7,0,7,1,0,1,0,0
	intact small/h.db
}

@test "a write that fails with EIO is retried, not taken for a success" {
	day | tm-parse >day.tm
	store day.tm
	head -c $((128 * 7)) day.tm >first.tm
	rm h.db*
	store -q first.tm || true
	run strace -f -qq -o log -P "$PWD/h.db-wal" -e trace=pwrite64 \
		-e inject=pwrite64:error=EIO:when=2 tm-store -q --db h.db day.tm
	grep -q INJECTED log
	assert_success
	assert_line --index 0 --partial "kept in memory"
	assert_line --index 1 --partial "can be written again; 0 events"
	assert_equal "$(csv)" "$(tm-report -q --output csv day.tm)"
	intact h.db
}

@test "a reader that holds a transaction blocks neither the writer nor other readers" {
	day | tm-parse >day.tm
	head -c $((128 * 7)) day.tm >first.tm
	store -q first.tm || true
	coproc READER { sqlite3 -readonly h.db; }
	echo "BEGIN; SELECT count(*) FROM traffic_minute;" >&"${READER[1]}"
	read -r before <&"${READER[0]}"
	store -q day.tm
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
	echo "SELECT count(*) FROM traffic_minute; COMMIT;" >&"${READER[1]}"
	read -r still <&"${READER[0]}"
	assert_equal "$still" "$before"
	echo .quit >&"${READER[1]}"
	wait "$READER_PID" || true
	intact h.db
}

@test "another program's lock is waited for, with one warning" {
	day | tm-parse >day.tm
	start 1 | tm-parse | store -q || true
	mkfifo orders
	sqlite3 h.db <orders >answers &
	STARTED=$!
	exec 6>orders
	echo "BEGIN IMMEDIATE; SELECT 1;" >&6
	eventually test -s answers
	tm-store -q --db h.db day.tm >said 2>&1 6>&- &
	local store=$!
	STARTED="$STARTED $store"
	eventually grep -q "another process" said
	echo "ROLLBACK;" >&6
	exec 6>&-
	wait $store
	run cat said
	assert_line --index 0 "tm-store: h.db: another process is changing it; try again; new sums are kept in memory, and tried again each second"
	assert_line --index 1 "tm-store: h.db: can be written again; 0 events (0 bytes) are owed"
	run csv
	assert_line 1000,alice,1500,5060,6560,1,6,7,0,0
}

@test "a second writer names the process that writes, and queries still work" {
	day | tm-parse >day.tm
	mkfifo pipe
	tm-store -q --db h.db <pipe &
	STARTED=$!
	exec 5>pipe
	head -c $((128 * 7)) day.tm >&5
	eventually has_alice
	run csv
	assert_line 1000,alice,1500,60,1560,1,1,2,0,0
	run store day.tm
	assert_failure 1
	assert_output "tm-store: h.db: process $STARTED writes to it; give each tm-store a database of its own"
	tm-store prune -q --db h.db --older-than 1d
	tail -c +$((128 * 7 + 1)) day.tm >&5
	exec 5>&-
	wait "$STARTED"
	assert_equal "$(csv)" "$(tm-report -q --output csv day.tm)"
}

@test "sums beyond 63 bits stay at the largest number, and do not stop the history" {
	local half=9223372036854775808 most=9223372036854775807
	moved 1 in 1000 281474976710655 1 "$CURL" | tm-parse >event.tm
	for _ in {1..8}; do cat event.tm{,,,}; done >more.tm
	for _ in {1..10}; do
		cat more.tm more.tm >twice.tm
		mv twice.tm more.tm
	done
	{
		start | tm-parse
		cat more.tm more.tm
		{
			moved 61 in 1000 281474976710655 1 "$CURL"
			status tick 2 7 "\"seen_bytes\":$half"
			status tick 62 7 "\"seen_bytes\":18446744073709551615"
			moved 7200 in 1001 1
			status end 7201 7
		} | tm-parse
	} >day.tm
	run store day.tm
	assert_success
	assert_output "tm-store: a sum is too large and stays at the largest number; a record is damaged or forged"
	run sqlite3 h.db "SELECT max(in_bytes) FROM traffic_minute;
		SELECT in_bytes FROM traffic_hour ORDER BY in_bytes DESC LIMIT 1;
		SELECT max(in_bytes) FROM host_hour"
	assert_output "$most"$'\n'"$most"$'\n'"$most"
	run csv -n --user 1001
	assert_line 1001,1001,1,0,1,1,0,1,0,0
}
