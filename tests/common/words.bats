# Times, lengths of time and sizes as people write them: tm-words(7).

load ../helper
load ../events

NOW=1795167000123456789 # 2026-11-20 08:10 UTC, a Friday

# reads WHAT: lines "TEXT -> RESULT" of stdin are true
reads() {
	local line text
	while IFS= read -r line; do
		text=${line%% -> *}
		run words-check "$@" "$text"
		assert_success
		assert_equal "$text -> $output" "$line"
	done
}

@test "a time is a word, a date, a time of day, or a length of time ago" {
	reads time "$NOW" <<-'END'
		now -> 2026-11-20 09:30:00.123456789
		today -> 2026-11-20 00:00:00
		Yesterday -> 2026-11-19 00:00:00
		yesterday 18:30 -> 2026-11-19 18:30:00
		this week -> 2026-11-16 00:00:00
		last week -> 2026-11-09 00:00:00
		this month -> 2026-11-01 00:00:00
		last month -> 2026-10-01 00:00:00
		this year -> 2026-01-01 00:00:00
		last year -> 2025-01-01 00:00:00
		monday -> 2026-11-16 00:00:00
		fri -> 2026-11-20 00:00:00
		friday 08:00 -> 2026-11-20 08:00:00
		last friday -> 2026-11-13 00:00:00
		saturday -> 2026-11-14 00:00:00
		1d -> 2026-11-19 09:30:00.123456789
		-1h -> 2026-11-20 08:30:00.123456789
		2 hours ago -> 2026-11-20 07:30:00.123456789
		1h30m -> 2026-11-20 08:00:00.123456789
		last 7 days -> 2026-11-13 09:30:00.123456789
		2w -> 2026-11-06 09:30:00.123456789
		09:48 -> 2026-11-20 09:48:00
		2026-11 -> 2026-11-01 00:00:00
		2026-11-21 -> 2026-11-21 00:00:00
		2026-11-21 09:48 -> 2026-11-21 09:48:00
		2026-11-21T09:48Z -> 2026-11-21 09:48:00
		2026-11-21T09:48:12.5+01:00 -> 2026-11-21 08:48:12.500000000
		2026-11-21 09:48 UTC -> 2026-11-21 09:48:00
		2024-02-29 -> 2024-02-29 00:00:00
		1700000000 -> 2023-11-14 22:13:20
		1700000000.5 -> 2023-11-14 22:13:20.500000000
		1700000000123456789 -> 2023-11-14 22:13:20.123456789
		@60 -> 1970-01-01 00:01:00
	END
}

@test "a time that is none is refused with its column and the reason" {
	reads time "$NOW" <<-'END'
		2026-11-31 -> column 9: November 2026 has 30 days
		2025-02-29 -> column 9: February 2025 has 28 days
		2026-13-01 -> column 6: there is no month 13
		2026-00-01 -> column 6: there is no month 00
		2026-11-00 -> column 9: there is no day 00
		2026-1-5 -> column 6: month has 2 digits
		2026-11-21 25:00 -> column 12: there is no hour 25
		2026-11-21 09:61 -> column 15: there is no minute 61
		2026-11-21T09:48X -> column 17: a zone is Z or as +01:00
		2026-11-21x -> column 11: the time ends before 'x'
		2026 -> column 1: a year alone; write 2026-01 or 2026-01-01
		20261121 -> column 1: write a date as 2026-11-21
		90 -> column 3: a unit is missing, as in 90m or 90d; @90 is seconds since the epoch
		99999999999999 -> column 1: 14 digits: seconds since the epoch have 10, nanoseconds 19
		3mo -> column 2: months differ in length; count days
		7x -> column 2: the units are ms, s, m, h, d, w and y
		+1h -> column 1: a time to come; 2h is two hours ago
		last -> column 5: last is followed by week, month, year or a weekday, as in 'last month'
		this moment -> column 6: this is followed by week, month, year or a weekday, as in 'this month'
		todays -> column 1: not a time such as 2026-11-21, '2026-11-21 09:48', yesterday, 'last month' or 2h (ago)
		9999-01-01 -> column 1: there is no year 9999
		1969-12-31 -> column 1: before 1970
	END
	run words-check time "$NOW" ''
	assert_output --partial 'column 1: not a time'
}

@test "days and months begin with their first second, whatever the clock does" {
	TZ=Europe/Berlin reads time 1774780000000000000 <<-'END'
		today -> 2026-03-29 00:00:00
		2026-03-29 12:00 -> 2026-03-29 12:00:00
		this month -> 2026-03-01 00:00:00
	END
	# where midnight is skipped, and where it comes twice
	TZ=America/Santiago reads time "$NOW" <<-'END'
		2026-09-06 -> 2026-09-06 01:00:00
	END
	TZ=America/Havana run words-check time "$NOW" 2026-11-01
	assert_output '2026-11-01 00:00:00'
	TZ=Asia/Kathmandu reads time "$NOW" <<-'END'
		1986-01-01 -> 1986-01-01 00:15:00
	END
}

@test "a length of time has units; a bare number is seconds" {
	reads duration <<-'END'
		10 -> 10000000000
		500ms -> 500000000
		30m -> 1800000000000
		30min -> 1800000000000
		12h -> 43200000000000
		1.5h -> 5400000000000
		1h30m -> 5400000000000
		90d -> 7776000000000000
		2w -> 1209600000000000
		2 weeks -> 1209600000000000
		1y -> 31536000000000000
		1mo -> refused
		h -> refused
		-1h -> refused
		1h30 -> refused
		999999999999d -> refused
	END
}

@test "GB is 10^9, GiB and G are 2^30, and fractions are taken" {
	reads size <<-'END'
		1500 -> 1500
		1500B -> 1500
		4k -> 4096
		4KiB -> 4096
		4kB -> 4000
		1.5T -> 1649267441664
		1.5TB -> 1500000000000
		500GB -> 500000000000
		500GiB -> 536870912000
		500Gi -> 536870912000
		500G -> 536870912000
		1 GB -> 1000000000
		0.1GB -> 100000000
		15E -> 17293822569102704640
		16E -> refused
		1.5 -> refused
		1.5B -> refused
		1. -> refused
		.5G -> refused
		5X -> refused
		GB -> refused
	END
}

@test "sizes for people are in powers of 1024, with --si of 1000" {
	{
		start
		name user 1000 alice
		moved 1 in 1000 1500000000000 1
		moved 2 out 1000 1000 1
		status end 3 7
	} | tm-parse >big.tm
	tm-store -q --db h.db big.tm
	tm-store quota -q --db h.db --user alice --limit 2T --at 2023-11-14 >/dev/null
	for tool in "tm-report -q big.tm" \
		"tm-store query -q --db h.db" \
		"tm-store quota -q --db h.db --at 2023-11-14"; do
		echo "$tool"
		# shellcheck disable=SC2086 # words
		run $tool
		assert_output --partial '1.4 TiB'
		refute_output --regexp '[0-9] [kKMGT]B'
		# shellcheck disable=SC2086 # words
		run $tool --si
		assert_output --partial '1.5 TB'
		refute_output --partial iB
	done
	run tm-report -q --si --alert 1TB big.tm
	assert_failure 5
	assert_output --partial 'is over the limit of 1.0 TB'
	run tm-report -q --si --output csv big.tm
	assert_output "$(tm-report -q --output csv big.tm)"
}
