# Loaded by the tests of what the stream has of processes. Each moves its data in
# a network and a cgroup of its own.

# isolated COMMAND...: in the cgroup, in a network of its own
isolated() {
	inside timeout 30 unshare --net sh -c 'ip link set lo up && exec "$@"' \
		sh "$@"
}

# one_datagram [PROGRAM]
one_datagram() {
	isolated "${1-traffic}" udp 127.0.0.1 9 1 20
}

# said: of out.tm the lines "KIND ID TEXT" of names, and "traffic PID UID", in
# their order; a long text is one line
said() {
	tm-print --json out.tm | jq -r '
		if .kind == "name" then [.of, .id, .part, .text]
		elif .kind == "traffic" then ["traffic", .pid, 0, "\(.uid)"]
		else empty end | @json' | python3 -c '
import json, sys
for line in sys.stdin:
    of, number, part, text = json.loads(line)
    text = text.replace("\n", r"\n")
    sys.stdout.write(text if part else f"\n{of} {number} {text}")
print()' | sed 1d
}

# texts KIND: of out.tm
texts() {
	said | sed -n "s/^$1 [0-9]* \?//p"
}

# both_ways COMMAND...: as events, then as sums; what is said of each
both_ways() {
	local options
	for options in "" "--every 200ms"; do
		# shellcheck disable=SC2086 # words
		start -c "$CGROUP" $options
		"$@"
		stop
		said
	done
}
