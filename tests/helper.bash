# Loaded by every test file: the programs on PATH, a fixed locale and zone, an
# empty directory of its own for each test, and what several files need.

export LC_ALL=C TZ=UTC
ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BUILD=${BUILD:-$ROOT/build}
export BUILD PATH="$BUILD/bin:$BUILD/tests:$PATH"
BATS_LIB_PATH=${BATS_LIB_PATH:-/usr/lib/bats:/usr/share/bats:/usr/lib}
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# A test that cannot run here says why; the full check then fails.
needs_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# documented CELL...: these are a line of the table in doc/OWNERS.md
documented() {
	local cell line="|"
	for cell; do
		line="$line $cell |"
	done
	grep -qxF -- "$line" "$ROOT/doc/OWNERS.md" || {
		echo "not in doc/OWNERS.md: $line"
		return 1
	}
}

# on_linux_5_8: from here on the kernel lacks what that one did
# (tests/preload); what it refuses is no failure
on_linux_5_8() {
	${CC:-cc} -shared -fPIC -D_GNU_SOURCE -o linux-5.8.so \
		"$ROOT/tests/preload/linux-5.8.c"
	export LD_PRELOAD=$PWD/linux-5.8.so
	# shellcheck disable=SC2034 # for stop
	IS_REFUSED=yes
}
