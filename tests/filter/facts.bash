# Loaded by the tests of facts: events whose seconds number them.

# packet SECOND PID [CGROUP [MEMBERS]]: the second is the event's number
packet() {
	moved "$1" out 1000 100 1 "\"pid\":$2,\"cgroup_id\":${3:-0}${4:+,$4}"
}

# kept: the seconds of the events that the options keep, as "1 3"
kept() {
	tm-filter -q "$@" all.tm >got.tm || fail "$*: exit $?"
	tm-print --json got.tm | grep '"bytes"' | grep -oE '"time_ns":[0-9]+' |
		sed -E 's/.*17000000(..).*/\1/; s/^0//' | paste -sd ' '
}

# Reads lines of "numbers | expression".
assert_table() {
	local line
	while IFS= read -r line; do
		run kept "${line#* | }"
		assert_equal "$output | ${line#* | }" "$line"
	done
}
