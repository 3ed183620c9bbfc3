# Loaded by the tests of tm-doctor: machines that permit less.

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	needs_root
	TREE=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	CGROUP=$TREE/tm-doctor-test-$$-$BATS_TEST_NUMBER
	NETNS=tm-doctor-$$
	mkdir "$CGROUP"
}

teardown() {
	[ -z "${CAPTURE-}" ] || kill -KILL "$CAPTURE" 2>/dev/null || true
	[ ! -e "/run/netns/$NETNS" ] || ip netns del "$NETNS"
	[ ! -d "${CGROUP-}" ] || rmdir "$CGROUP"
}

# rows JQ: "NAME STATE" of each row in "out" for which the condition holds
rows() {
	jq -r ".checks[] | select($1) | \"\(.name) \(.state)\"" out
}

# row NAME: that row of "out", as "STATE FOUND | COST | FIX"
row() {
	jq -r --arg name "$1" '.checks[] | select(.name == $name) |
		"\(.state) \(.found) | \(.cost) | \(.fix)"' out
}

# elsewhere COMMANDS: in mounts of its own, where the test's cgroup is all of
# the tree that there is; its JSON is in "out", its exit code in $status
elsewhere() {
	run unshare -m sh -c "
		mount --bind '$CGROUP' '$BATS_TEST_TMPDIR/part' &&
		awk '/ - cgroup2 / { print \$5 }' /proc/self/mountinfo |
			grep -v '/part\$' |
			while read -r at; do umount -l \"\$at\"; done
		$1
		exec tm-doctor --json >out"
}

# with_types SED-COMMAND: runs tm-doctor with a changed BTF of the kernel
with_types() {
	mkdir part
	sed "$1" /sys/kernel/btf/vmlinux >vmlinux
	elsewhere 'mount --bind vmlinux /sys/kernel/btf/vmlinux'
}
