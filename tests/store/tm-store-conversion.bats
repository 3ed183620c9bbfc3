# Databases of older formats, as tm-store 0.1 and its successor wrote them of the
# events of day(): format-1.sql, format-2.sql.

load ../helper
load store

# old FORMAT FILE
old() {
	sqlite3 "$2" <"$ROOT/tests/store/format-$1.sql" >/dev/null
	chmod 640 "$2"
}

# All answers that a history of that format can give.
answers() {
	local by
	for by in user process remote protocol interface direction minute hour \
		day month user,process,remote,protocol,interface,direction,minute \
		workload login,command; do
		csv --db "$1" --by "$by"
		csv --db "$1" --by "$by" --user alice
		csv --db "$1" --by "$by" --remote 198.51.100.7
		csv --db "$1" --by "$by" --since @1700000100 --until @1700003500
	done
	query --db "$1" -q --summary
	timeout 20 tm-store quota -q --db "$1" --at @1700003000 || true
}

# Whatever the tables were called first.
schema() {
	sqlite3 -readonly "$1" .schema | sed 's/IF NOT EXISTS //; s/"//g' | sort
}

format_of() {
	sqlite3 -readonly "$1" 'PRAGMA user_version'
}

@test "a reader answers from older formats as from the present one" {
	day | tm-parse | store
	quota -q --user alice --limit 5000 --month >/dev/null
	quota -q --user bob --limit 1TiB --day >/dev/null
	answers h.db >new
	for format in 1 2; do
		old $format old.db
		answers old.db | diff new -
		assert_equal "$(format_of old.db)" $format
		rm old.db*
	done
}

@test "the writer converts older formats, reports it, and answers stay the same" {
	for format in 1 2; do
		old $format old.db
		answers old.db >before
		run tm-store --db old.db /dev/null
		assert_success
		assert_line -n 0 --regexp "^tm-store: old.db: converting 1 MiB from format $format, which takes some seconds for each 100 MiB and twice the room for a while$"
		assert_line -n 1 --regexp '^tm-store: old.db: converted in [0-9.]+ s$'
		assert_equal "${#lines[@]}" 2
		assert_equal "$(format_of old.db)" 3
		answers old.db | diff before -
		intact old.db
		# as one that was of this format from the start
		day | tm-parse | tm-store -q --db new.db
		schema old.db | diff <(schema new.db) -
		run tm-store --db old.db /dev/null
		assert_output ""
		rm -f old.db* new.db*
	done
}

@test "a conversion goes on with the run that the older format holds" {
	old 1 old.db
	day | tm-parse >day.tm
	run tm-store --db old.db -q day.tm
	assert_success
	day | tm-parse | tm-store -q --db new.db
	sqlite3 old.db "DELETE FROM quota_rule"
	content old.db >converted
	content new.db | diff - converted
}

@test "a conversion that was interrupted begins anew" {
	old 2 old.db
	answers old.db >before
	sqlite3 old.db "
		CREATE TABLE next_process_minute (x);
		CREATE TABLE next_traffic_day AS SELECT * FROM traffic_day;
		CREATE INDEX traffic_day_by_remote ON next_traffic_day (remote)"
	answers old.db | diff before -
	run tm-store --db old.db -q /dev/null
	assert_success
	answers old.db | diff before -
	intact old.db
	run sqlite3 old.db "SELECT name FROM sqlite_master WHERE name LIKE 'next%'"
	assert_output ""
}

@test "where a conversion has no room, the database stays as it was" {
	small 2500
	old 1 small/old.db
	sqlite3 small/old.db "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL
		SELECT i + 1 FROM n WHERE i < 20000)
		INSERT INTO traffic_minute SELECT 1700000040000000000, 1000, 0, 0, 6,
		i, i, 1, i, 1, 0, 0, 0, 0 FROM n"
	csv --db small/old.db --by user,minute >before
	run tm-store --db small/old.db /dev/null
	assert_failure 1
	assert_line --regexp '^tm-store: small/old.db: cannot be converted to format 3: No space left on device; it needs about [0-9] MiB more for a while, and is as it was$'
	assert_equal "$(format_of small/old.db)" 1
	csv --db small/old.db --by user,minute | diff before -
	mount -o remount,size=20000k small
	run tm-store -q --db small/old.db /dev/null
	assert_success
	assert_equal "$(format_of small/old.db)" 3
	csv --db small/old.db --by user,minute | diff before -
}

@test "while an older tm-store writes, another command does not convert" {
	old 1 old.db
	mkfifo end
	python3 -c 'import fcntl, sys
lock = open("old.db.lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()' <end >held &
	STARTED=$!
	exec 7>end
	eventually test -s held
	run quota --db old.db --user alice --limit 1
	assert_failure 1
	assert_output --regexp '^tm-store: old.db: has an older format, and process [0-9]+ writes to it; restart that tm-store, which converts it$'
	assert_equal "$(format_of old.db)" 1
	exec 7>&-
	wait $STARTED
	run quota --db old.db -q --user alice --limit 1
	assert_success
	assert_equal "$(format_of old.db)" 3
}
