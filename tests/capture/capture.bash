# Loaded by the tests of tm-capture: sums of what was captured.

# sums FILE: "kind direction uid packets bytes", for each
sums() {
	tm-print --json "$1" | jq -r 'select(.kind == "traffic" or .kind ==
		"lost") | [.kind, .direction, .uid, .packets, .bytes] | @tsv' |
		awk '{ k = $1 " " $2 " " $3; p[k] += $4; b[k] += $5 }
			END { for (k in p) print k, p[k], b[k] }' | sort
}

# The END records balance, in and out apart; prints "seen recorded lost".
balance() {
	tm-print --json "$1" | jq -r 'select(.kind == "end") |
		if .seen_packets == .recorded_packets + .excluded_packets +
			.lost_packets and .seen_bytes == .recorded_bytes +
			.excluded_bytes + .lost_bytes
		then "\(.direction) \(.seen_packets) \(.recorded_packets) \(.lost_packets)"
		else "\(.direction) does not balance: \(.)" end'
}
