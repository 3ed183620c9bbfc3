# tm-store: hours and days where the clock changes.

load ../helper
load store

# ten_minutes FROM TO: a byte each ten minutes, in seconds since the epoch
ten_minutes() {
	local at
	for ((at = $1; at < $2; at += 600)); do
		printf '{"time_ns":%s000000000,"uid":1000,"bytes":1,"packets":1}\n' \
			"$at"
	done
}

# total OPTIONS OF query: the bytes of all rows
total() {
	query -q --output json "$@" | jq '[.rows[].total] | add // 0'
}

# each_hour: each hour of h.db, asked for alone, has what its row has
each_hour() {
	local before= expected= begin bytes
	query -q --by hour --output json |
		jq -r '.rows[] | "\(.hour_ns / 1e9) \(.total)"' >hours
	while read -r begin bytes; do
		[ -z "$before" ] || assert_equal \
			"$before: $(total --from "@$before" --to "@$begin")" \
			"$before: $expected"
		before=$begin
		expected=$bytes
	done <hours
}

@test "where a clock changes within an hour, each byte is in one hour and one day" {
	# 2026-04-05, back from 02:00 to 01:30; 2026-10-04, on from 02:00 to 02:30;
	# and back from 03:45 to 02:45
	for where in Australia/Lord_Howe=1775314800 \
		Australia/Lord_Howe=1791041400 Pacific/Chatham=1775311200; do
		export TZ=${where%=*}
		change=${where#*=}
		rm -f h.db*
		ten_minutes $((change - 86400)) $((change + 86400)) |
			tm-parse >two.tm
		store -q --keep-minutes 1h two.tm
		for key in user minute hour day month; do
			assert_equal "$key $(total --by $key)" "$key 288"
		done
		each_hour
		for key in hour day; do
			tm-report -q --by $key --output csv two.tm |
				diff - <(csv --by $key)
		done
	done
}
