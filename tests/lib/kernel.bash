# Loaded by the tests that meter a cgroup of their own: who the users are, the
# cgroup, and a capture into out.tm.

# shellcheck disable=SC2034 # those who load it use them

# Users that nothing else on the machine runs as.
ALICE=541001
BOB=541002

setup() {
	needs_root
	# another user must be able to enter
	WORK=$(mktemp -d)
	chmod 755 "$WORK"
	cd "$WORK" || return
	local tree
	tree=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	CGROUP=$tree/tm-test-$$-$BATS_SUITE_TEST_NUMBER
	mkdir "$CGROUP"
}

teardown() {
	local pid
	unset LD_PRELOAD
	for pid in ${CAPTURE-} ${STARTED-}; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	# its last process may still be ending
	for _ in $(seq 50); do
		if [ ! -d "$CGROUP" ] || rmdir "$CGROUP" 2>/dev/null; then
			break
		fi
		sleep 0.1
	done
	cd /
	rm -rf "$WORK"
}

# inside COMMAND...: runs it in the cgroup of the test
inside() {
	(echo $BASHPID >"$CGROUP/cgroup.procs" && exec "$@")
}

# start OPTIONS...: a capture into out.tm, back once it is attached
start() {
	rm -f out.tm
	tm-capture "$@" >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
}

# stop [SIGNAL]: ends the capture, its exit code is in $status; nothing was
# refused to it, unless the test says so
stop() {
	status=0
	[ -n "${IS_REFUSED-}" ] ||
		! grep "^tm-capture: without" err >&2 || return 1
	kill "-${1:-INT}" "$CAPTURE"
	wait "$CAPTURE" || status=$?
	CAPTURE=
}

# listens PORT: waits until there is a server on it
listens() {
	local port
	port=$(printf %04X "$1")
	eventually grep -q ":$port 00000000:0000 0A" /proc/net/tcp
}
