# tm-store: records of a clock that was ahead.

load ../helper
load store

# odd: traffic of an hour ago, of 2 and 200 days ahead, and of now
odd() {
	NOW=$(date +%s)
	at $((NOW - 3600)) 1000 100
	at $((NOW + 2 * 86400)) 1000 7
	at $((NOW + 200 * 86400)) 1001 11
	at $((NOW - 120)) 1000 30
	at $((NOW - 60)) 1000 50
}

# at SECONDS UID BYTES
at() {
	printf '{"kind":"tick","time_ns":%s000000000,"direction":"out","run_id":7}\n' "$1"
	printf '{"time_ns":%s000000000,"direction":"out","uid":%s,"bytes":%s,"packets":1}\n' "$@"
}

# each: a record at a time, as a live stream is written
each() {
	local line
	odd >odd
	while read -r line && read -r more; do
		printf '%s\n' "$line" "$more" | tm-parse | tm-store --db h.db 2>>err
	done <odd
}

@test "records ahead of the clock are reported once, and right ones are counted" {
	odd | tm-parse >odd.tm
	run tm-store --db h.db odd.tm
	assert_line --partial "ahead of this machine's clock; 'tm-store prune --ahead' removes them"
	run tm-store -q --db quiet.db odd.tm
	refute_output --partial ahead
	rm h.db*
	each
	assert_equal "$(csv --from 30min --to now --by direction | tail -n 1 | cut -d, -f1-4)" \
		out,0,80,80
	run query --hours 2
	assert_line --partial "are ahead of this machine's clock"
	assert_equal "$(csv --hours 2 --by direction | tail -n 1 | cut -d, -f1-4)" \
		out,0,180,180
	intact h.db
}

@test "what is ahead can be removed, and all that is left adds up" {
	each
	run tm-store prune --db h.db --ahead --dry-run
	assert_line --regexp 'would remove [0-9]+ rows of minutes after '
	assert_equal "$(csv --by direction | tail -n 1 | cut -d, -f1-4)" out,0,198,198
	run tm-store prune --db h.db --ahead
	assert_success
	assert_line --regexp 'removed [0-9]+ rows of minutes after '
	for key in direction hour day month user; do
		assert_equal "$key $(query -q --output json --by $key |
			jq '[.rows[].total] | add')" "$key 180"
	done
	run sqlite3 h.db 'SELECT count(*), sum(out_bytes) FROM traffic'
	assert_output --partial '|180'
	run tm-store prune --db h.db --ahead
	assert_output 'tm-store: h.db: nothing in it is ahead'
	# and it goes on
	at "$NOW" 1000 1 | tm-parse | store -q
	at $((NOW + 61)) 1000 2 | tm-parse | store -q
	assert_equal "$(query -q --output json --by month | jq '[.rows[].total] | add')" 183
	intact h.db
}

@test "prune takes either an age or what is ahead" {
	day | tm-parse | store -q
	run -2 tm-store prune --db h.db
	assert_output --partial 'prune takes --older-than TIME, such as 90d, or --ahead, and no files'
	run -2 tm-store prune --db h.db --ahead --older-than 90d
	assert_output --partial 'prune takes --older-than TIME, such as 90d, or --ahead, and no files'
}
