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

# eventually COMMAND...: waits until it succeeds, for a minute at most, or for as
# many times that as an emulated machine is slower
eventually() {
	local deadline=$((SECONDS + 60 * ${SLOWER:-1}))
	until "$@"; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "never: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# has_begun FILE: waits for a program's first output, or shows its messages
has_begun() {
	eventually test -s "$1" || {
		cat err >&2
		return 1
	}
}

# has_taken PID: no signal is on its way to the process
has_taken() {
	! grep -qE '^(Sig|Shd)Pnd:.*[1-9a-f]' "/proc/$1/status" 2>/dev/null
}

# is_idle PID: the process has taken its signals and its input, and sleeps
is_idle() {
	grep -q '^State:.S' "/proc/$1/status" && has_taken "$1"
}

# waits_in PID FUNCTION: the process sleeps in this function of the kernel
waits_in() {
	grep -q "$2" "/proc/$1/wchan"
}

# in_time TOOK LIMIT: both in ms; a machine that is busy with something else
# has as many times the limit as a second of work takes seconds there
in_time() {
	[ "$1" -lt "$2" ] || python3 - "$1" "$2" <<-'END'
		import sys, time
		took, limit = map(int, sys.argv[1:])
		begin, work = time.monotonic(), time.process_time()
		while time.process_time() - work < 1:
		    pass
		slowness = time.monotonic() - begin
		print(f"took {took} ms, limit {limit} ms, {slowness:.1f} times as slow")
		sys.exit(took >= limit * slowness)
	END
}

# A test that cannot run here says why; the full check then fails.
needs_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# as_nobody COMMAND...: as an ordinary user
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# with CAPABILITIES COMMAND...: and with only these, as +bpf,+net_admin
with() {
	local list=$1
	shift
	as_nobody --inh-caps="-all,$list" --ambient-caps="-all,$list" "$@"
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

# build_preload NAME DIRECTORY: tests/preload/NAME.c, for LD_PRELOAD
build_preload() {
	${CC:-cc} -shared -fPIC -D_GNU_SOURCE -o "$2/$1.so" \
		"$ROOT/tests/preload/$1.c"
}

# on_linux_5_8: from here on the kernel lacks what that one did
# (tests/preload); hooks that it refuses do not fail the test
on_linux_5_8() {
	build_preload linux-5.8 .
	export LD_PRELOAD=$PWD/linux-5.8.so
	# shellcheck disable=SC2034 # for stop
	IS_REFUSED=yes
}
