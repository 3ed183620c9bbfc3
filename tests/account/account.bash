# Loaded by the tests of tm-account: events, and a state as kill -9 leaves it.

load ../events

teardown() {
	! mountpoint -q small || umount small
}

# run_of RUN UID BYTES: two events of a whole run
run_of() {
	start "$1"
	moved 0 in "$2" "$3"
	moved 0 out "$2" "$3"
	status end 0 "$1"
}

# The user and the totals of each event of traffic on standard input.
totals() {
	tm-print --json 2>/dev/null |
		sed -nE 's/.*"kind":"(traffic|lost)".*"uid":([0-9]+).*"total_in":([0-9]+),"total_out":([0-9]+).*/\2 \3 \4/p'
}

# A state in which the file has a snapshot and then three entries, as a kill -9
# leaves it, and the previous one is there too.
killed_state() {
	{
		moved 0 in 1000 100
		moved 0 in 1001 10
	} | tm-parse | tm-account --state state >/dev/null
	mkfifo events totals
	tm-account --state state <events >totals &
	local pid=$!
	exec 8>events 9<totals
	for bytes in 1 2 3; do
		moved 0 in 1001 $bytes | tm-parse >&8
		head -c 128 <&9 >/dev/null
	done
	kill -9 $pid
	wait $pid || true
	exec 8>&- 9<&-
	rm events totals
}

# flip FILE OFFSET: one bit
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %x $((byte ^ 16)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
