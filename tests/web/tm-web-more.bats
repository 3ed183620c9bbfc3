# tm-web: peaks, the 95th percentile, and an earlier period beside the sums.

load ../helper
load serve

# at TIME UID DIRECTION BYTES REMOTE
at() {
	printf '{"time_ns":%s000000000,"uid":%s,"direction":"%s","bytes":%s,"packets":1,"source":"%s","destination":"%s"}\n' \
		"$(date -d "$1" +%s)" "$2" "$3" "$4" "$5" "$5"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	{
		for minute in {10..49}; do
			at "2023-05-01 12:$minute:30Z" 1000 in 600 192.0.2.1
		done
		at '2023-05-01 12:20:31Z' 1000 in 5400 192.0.2.2
		at '2023-05-01 12:21:31Z' 1000 out 1200 192.0.2.2
		at '2023-05-01 12:22:31Z' 1001 out 60 192.0.2.2
		at '2023-04-30 12:00:00Z' 1001 in 7 192.0.2.2
		at '2023-04-01 00:00:00Z' 1000 in 11 192.0.2.1
		at '2023-04-24 00:00:00Z' 1000 in 13 192.0.2.1
	} | tm-parse | tm-store -q --db more.db
}

MINUTES="from=2023-05-01T12:10Z&to=2023-05-01T12:50Z"

# picked MEMBERS OF A ROW TARGET
picked() {
	curl -sS -m 20 -g "$URL$2" | jq -c "$1"
}

@test "rows and summaries have the peak and the 95th percentile of their minutes" {
	serve "$BATS_FILE_TMPDIR/more.db"
	rate='[.peak_in, .peak_out, .peak, .p95_in, .p95_out, .p95]'
	# of 40 minutes two may be faster
	assert_equal "$(picked "[.rates, .rates_slots], (.rows[] | [.uid] + $rate)" \
		"/api/v1/rows?$MINUTES&rates=yes")" \
		$'["minute",40]\n[1000,100,20,100,10,0,10]\n[1001,0,1,1,0,0,0]'
	assert_equal "$(picked "$rate" "/api/v1/summary?$MINUTES&rates=yes")" \
		'[100,20,100,10,0,11]'
	assert_equal "$(picked "$rate" "/api/v1/summary?$MINUTES&rates=yes&user=1001")" \
		'[0,1,1,0,0,0]'
	# what moved only once in 20 slots or fewer is the 95th percentile too
	assert_equal "$(picked ".rates_slots, $rate" \
		"/api/v1/summary?from=2023-05-01T12:16Z&to=2023-05-01T12:26Z&rates=yes")" \
		$'10\n[100,20,100,100,20,100]'
}

@test "rates of two keys at once are those of each pair" {
	serve "$BATS_FILE_TMPDIR/more.db"
	assert_equal "$(picked '.rows[] | [.uid, .remote, .total, .peak, .p95]' \
		"/api/v1/rows?$MINUTES&by=user,remote&rates=yes")" \
		"$(printf '%s\n' '[1000,"192.0.2.1",24000,10,10]' \
			'[1000,"192.0.2.2",6600,90,0]' '[1001,"192.0.2.2",60,1,0]')"
	assert_equal "$(picked '.rows[] | [.direction, .total, .peak_in, .peak_out]' \
		"/api/v1/rows?$MINUTES&by=direction&rates=yes")" \
		$'["in",29400,100,20]\n["out",1260,100,20]'
}

@test "rates are those of hours or days where minutes are too many or gone" {
	serve "$BATS_FILE_TMPDIR/more.db"
	assert_equal "$(picked '.rates, .rates_slots, .peak_in, .p95_in' \
		"/api/v1/summary?from=2023-04-24&to=2023-05-02&rates=yes")" \
		$'"hour"\n181\n8\n0'
	assert_equal "$(picked '.rates' "/api/v1/summary?from=2022-01-01&rates=yes&to=2023-06-01")" \
		'"hour"'
}

@test "rows and summaries have what the same ones moved in the period before" {
	serve "$BATS_FILE_TMPDIR/more.db"
	assert_equal "$(picked '.before_from_ns, .before_to_ns, .sums.before, (.rows[] | [.uid, .total, .before])' \
		'/api/v1/rows?from=2023-05-01&to=2023-05-02&compare=previous')" \
		"$(printf '%s\n' '"1682812800000000000"' '"1682899200000000000"' 7 \
			'[1000,30600,0]' '[1001,60,7]')"
	assert_equal "$(picked '[.total, .before_in, .before_out, .before]' \
		'/api/v1/summary?from=2023-05-01&to=2023-05-02&compare=previous&user=1001')" \
		'[60,7,0,7]'
	# and of a period that begins at a time
	assert_equal "$(picked '[.total, .before]' \
		'/api/v1/summary?from=2023-05-01&to=2023-05-02&compare=2023-04-01')" \
		'[30660,11]'
}

@test "the period before a day, a week, a month or a year is the same part of the one before" {
	serve "$BATS_FILE_TMPDIR/more.db"
	while read -r from to arrow before_from before_to; do
		assert_equal "$from $to -> $(picked \
			'[.before_from_ns, .before_to_ns] | map(tonumber / 1e9 | todate) | join(" ")' \
			"/api/v1/summary?from=$from&to=$to&compare=previous")" \
			"$from $to $arrow \"$before_from $before_to\""
	done <<-'END'
		2023-05-01T00:00Z 2023-06-01T00:00Z -> 2023-04-01T00:00:00Z 2023-05-01T00:00:00Z
		2023-03-01T00:00Z 2023-03-31T12:00Z -> 2023-02-01T00:00:00Z 2023-03-01T00:00:00Z
		2023-05-01T00:00Z 2023-05-10T06:30Z -> 2023-04-01T00:00:00Z 2023-04-10T06:30:00Z
		2023-01-01T00:00Z 2023-05-10T06:00Z -> 2022-01-01T00:00:00Z 2022-05-10T06:00:00Z
		2023-03-01T00:00Z 2023-05-01T00:00Z -> 2023-01-01T00:00:00Z 2023-03-01T00:00:00Z
		2023-05-10T00:00Z 2023-05-11T00:00Z -> 2023-05-09T00:00:00Z 2023-05-10T00:00:00Z
		2023-05-10T00:00Z 2023-05-10T07:00Z -> 2023-05-09T00:00:00Z 2023-05-09T07:00:00Z
		2023-05-08T00:00Z 2023-05-11T07:00Z -> 2023-05-01T00:00:00Z 2023-05-04T07:00:00Z
		2023-05-10T00:00Z 2023-05-13T00:00Z -> 2023-05-07T00:00:00Z 2023-05-10T00:00:00Z
		2023-05-10T07:00Z 2023-05-10T08:30Z -> 2023-05-10T05:30:00Z 2023-05-10T07:00:00Z
		2023-05-01T00:00Z 2023-05-01T08:30Z -> 2023-04-30T00:00:00Z 2023-04-30T08:30:00Z
	END
}

@test "rates and comparisons that cannot be are refused" {
	serve "$BATS_FILE_TMPDIR/more.db"
	ask "/api/v1/rows?$MINUTES&rates=yes&by=hour"
	assert_output --partial 'rates and compare are of rows without a time'
	ask "/api/v1/rows?$MINUTES&compare=previous&by=user,day"
	assert_output --partial 'rates and compare are of rows without a time'
	ask "/api/v1/rows?$MINUTES&rates=yes&output=csv"
	assert_output --partial 'rates and compare are in JSON only'
	ask "/api/v1/rows?$MINUTES&rates=yes&limit=101"
	assert_output --partial 'with rates, limit has to be 100 at most'
	ask "/api/v1/rows?$MINUTES&rates=2"
	assert_output --partial 'rates has to be yes or no'
	ask "/api/v1/summary?$MINUTES&compare=soon"
	assert_output --partial 'compare: column 1: not a time'
}

@test "records of a clock that was ahead hide neither what is right nor its age" {
	now=$(date +%s)
	tick() {
		printf '{"kind":"tick","time_ns":%s000000000,"direction":"out","run_id":7}\n' "$1"
	}
	{
		tick $((now + 200 * 86400))
		at "@$((now + 200 * 86400))" 1000 in 5 192.0.2.1
		for ((i = 300; i >= 0; i -= 10)); do
			tick $((now - i))
		done
		at "@$((now - 90))" 1000 in 600 192.0.2.1
	} | tm-parse | tm-store -q --db ahead.db
	serve ahead.db
	run picked '[.stale_seconds < 60, (.ahead_ns | tonumber / 1e9), (.watermark_ns | tonumber / 1e9)]' \
		/api/v1/status
	assert_output "[true,$((now + 200 * 86400)),$now]"
	run picked '[.total, .coverage > 0.9]' '/api/v1/summary?from=5min'
	assert_output '[600,true]'
}
