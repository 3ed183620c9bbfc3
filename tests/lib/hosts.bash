# Loaded by the tests with hosts of their own, which are network namespaces.

# at HOST COMMAND...: the cgroup tree stays in sight
at() {
	local host=$1
	shift
	nsenter --net=/run/netns/"$host" "$@"
}

# has_listener HOST PORT
has_listener() {
	at "$1" ss -Hltn | grep -q ":$2"
}

# steady SECONDS COMMAND...: waits until it prints the same again after so long,
# a hundred times at most
steady() {
	local interval=$1 before='' now
	shift
	for _ in $(seq 100); do
		now=$("$@")
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep "$interval"
	done
}
