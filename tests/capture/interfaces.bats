# Interfaces that are removed, made again, renamed or given another's number
# during a capture (-i).
# bats file_tags=kernel

load ../helper
load ../lib/kernel

# cable NAME [NUMBER]: an interface that sends to 198.51.100.0/24
cable() {
	teardown_file
	ip link add "$1" ${2:+index "$2"} type veth peer name tmi1
	ip addr add 198.51.100.1/24 dev "$1"
	ip link set tmi1 up
	ip link set "$1" up
}

# send COUNT: datagrams to a host of the cable, which need no answer
send() {
	inside traffic udp 198.51.100.9 9 "$1" 100 "$ALICE"
}

# sent FIELD: packets of the user by a field of the event
sent() {
	tm-print --json out.tm | jq -r --arg field "$1" --argjson uid "$ALICE" '
		select(.kind == "traffic" and .direction == "out" and
			.uid == $uid) | "\(.[$field]) \(.packets)"' |
		awk '{ n[$1] += $2 } END { for (k in n) print k, n[k] }' | sort
}

teardown_file() {
	local name
	for name in tmi0 tmi2 tmi5 tmib; do
		ip link del $name 2>/dev/null || true
	done
}

@test "an interface that is removed and made again is metered again" {
	cable tmi0 7001
	start -c "$CGROUP" -i tmi0
	send 3
	ip link del tmi0
	eventually grep -q '^tm-capture: tmi0: the interface is gone' err
	cable tmi0 7003
	eventually grep -q '^tm-capture: tmi0: .* as number 7003$' err
	send 5
	stop
	run sent ifindex
	assert_output "7001 3
7003 5"
}

@test "another interface that gets the number is not metered" {
	cable tmi0 7001
	start -c "$CGROUP" -i tmi0
	send 3
	ip link del tmi0
	cable tmi2 7001
	send 4
	ip link del tmi2
	cable tmi0 7005
	eventually grep -q '^tm-capture: tmi0: .* as number 7005$' err
	send 5
	stop
	run sent ifindex
	assert_output "7001 3
7005 5"
}

@test "a renamed interface is metered on, whoever takes its name" {
	cable tmi0 7001
	start -c "$CGROUP" -i tmi0
	send 3
	ip link set tmi0 name tmi2
	send 4
	ip addr del 198.51.100.1/24 dev tmi2
	ip link add tmi0 index 7003 type veth peer name tmi5
	ip addr add 198.51.100.1/24 dev tmi0
	ip link set tmi5 up
	ip link set tmi0 up
	send 5
	stop
	run sent ifindex
	assert_output "7001 7"
}

@test "an interface is found by a long alternative name" {
	cable tmi0 7001
	ip link property add dev tmi0 altname tm-a-name-of-30-characters-too
	start -c "$CGROUP" -i tm-a-name-of-30-characters-too
	send 3
	stop
	run sent ifindex
	assert_output "7001 3"
}

@test "a port of a bridge gets a warning that names the bridge" {
	cable tmi0 7001
	ip link add tmib type bridge
	ip link set tmi0 master tmib
	start -c "$CGROUP" -i tmi0
	stop
	assert_file_contains err '^tm-capture: tmi0: a port of the bridge tmib'
}

@test "an interface that leaves its bridge is metered on" {
	cable tmi0 7001
	ip link add tmib type bridge
	ip link set tmi0 master tmib
	start -c "$CGROUP" -i tmi0
	ip link set tmi0 nomaster
	send 3
	stop
	run sent ifindex
	assert_output "7001 3"
	run ! grep 'is gone' err
}
