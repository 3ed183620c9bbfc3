# ./run and ./check: what they install, how they build, how they end.

load ../helper
load ../events

# A copy of the tree with what is built, that another user can read.
setup_file() {
	TREE=$(mktemp -d /tmp/tm-setup.XXXXXX)
	export TREE
	chmod 755 "$TREE"
	tar -C "$ROOT" --exclude=./build --exclude=./.git \
		--exclude=./samples -c . | tar -C "$TREE" -x
	cp -a "$BUILD" "$TREE/build"
	chmod -R go+rX "$TREE"
}

teardown_file() {
	rm -rf "$TREE"
}

setup() {
	cd "$TREE" || return
	rm -rf fake asked samples kept
	[ ! -e tm-capture.own ] || mv tm-capture.own build/bin/tm-capture
	mkdir fake
	fake dpkg-query 'echo installed'
	for manager in apt-get dnf zypper rpm; do
		fake $manager "echo $manager \"\$@\" >>'$TREE/asked'"
	done
}

teardown() {
	[ -z "${group-}" ] || kill -KILL -- "-$group" 2>/dev/null || true
}

# fake COMMAND SCRIPT: found before the system's own
fake() {
	printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"
	chmod 755 "fake/$1"
}

clean_env() {
	env -i PATH="$TREE/fake:/usr/bin:/bin" LC_ALL=C TZ=UTC "$@"
}

as_nobody() {
	clean_env setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

a_sample() {
	mkdir -p samples
	tm-parse <<-'END' | gzip >samples/one.tm.gz
		{"kind":"start","run_id":7,"host":"login1","time_ns":1700000000000000000}
		{"uid":4242,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.1","destination":"198.51.100.7","time_ns":1700000000100000000}
		{"kind":"end","direction":"in","run_id":7,"time_ns":1700000001000000000}
		{"kind":"end","direction":"out","run_id":7,"seen_packets":1,"seen_bytes":60,"recorded_packets":1,"recorded_bytes":60,"time_ns":1700000001000000000}
	END
}

@test "without root, missing packages are named with the command that installs them" {
	needs_root
	fake dpkg-query 'case "$*" in *clang | *libbpf-dev) exit 1 ;; esac; echo installed'
	run as_nobody ./run
	assert_failure 1
	assert_output "run: missing: clang libbpf-dev
run: as root: apt-get install -y --no-install-recommends clang libbpf-dev"
	run as_nobody ./check
	assert_failure 1
	assert_line --index 0 "check: missing: clang libbpf-dev"
	[ ! -e asked ]
}

@test "a package of which only the configuration is left is missing" {
	needs_root
	fake dpkg-query 'case "$*" in *clang) echo config-files ;; *) echo installed ;; esac'
	run as_nobody ./run
	assert_failure 1
	assert_line "run: missing: clang"
}

@test "root installs only what is missing, and a failure names it" {
	needs_root
	fake dpkg-query 'case "$*" in *clang) exit 1 ;; esac; echo installed'
	fake apt-get "echo apt-get \"\$@\" >>'$TREE/asked'; [ \"\$2\" = update ]"
	run clean_env ./run
	assert_failure 1
	assert_line --partial "run: these packages could not be installed: clang"
	assert_equal "$(cat asked)" "apt-get -q update
apt-get install -y --no-install-recommends clang"
}

@test "dnf and zypper get their own package names" {
	for family in dnf zypper; do
		rm -f asked
		run clean_env sh -c ". contrib/setup.sh
			package_family() { echo $family; }
			id() { echo 0; }
			is_installed() { [ \$1 != zlib-devel ]; }
			setup build"
		assert_success
		run cat asked
		assert_line --regexp "^$family .*install.* zlib-devel$"
	done
}

@test "the additional repository of enterprise Linux is enabled for dnf" {
	fake dnf "echo dnf \"\$@\" >>'$TREE/asked'; echo 'crb  CRB'"
	run clean_env sh -c ". contrib/setup.sh
		package_family() { echo dnf; }
		id() { echo 0; }
		is_installed() { [ \$1 != zlib-devel ]; }
		setup build"
	assert_success
	run tail -n 1 asked
	assert_output "dnf install -y --enablerepo=crb zlib-devel"
}

@test "a machine without a known package manager builds with what it has" {
	run clean_env sh -c '. contrib/setup.sh
		package_family() { :; }
		setup build'
	assert_success
	assert_output --partial "no apt, dnf or zypper here"
}

@test "nothing is installed if nothing is missing" {
	needs_root
	run as_nobody ./run
	run clean_env sh -c '. contrib/setup.sh; setup check'
	assert_success
	assert_output ""
	[ ! -e asked ]
}

@test "if it cannot capture, ./run reports why and replays a recording" {
	needs_root
	a_sample
	run as_nobody ./run
	assert_success
	assert_line --regexp '^tm-capture: '
	assert_line "run: replaying recorded traffic instead: samples/one.tm.gz"
	assert_line --partial 4242
	refute_output --partial 2023- # the year of the recording
}

@test "without root ./run stops after --for and marks each table as a sample" {
	needs_root
	mkdir -p samples
	{
		for s in $(seq 0 60); do
			moved "$s" out 4242 60
			status tick "$s.5"
		done
	} | tm-parse | gzip >samples/one.tm.gz
	run -0 as_nobody timeout 40 ./run --for 2s
	echo "$output" >said
	[ "$(grep -c 'TOTAL OUT' said)" -ge 1 ]
	[ "$(grep -c 'TOTAL OUT' said)" -lt 10 ]
	run ! grep 'TOTAL OUT$' said
	grep -q 'TOTAL OUT  SAMPLE, not this host$' said
}

# run_web AS... -- ARGUMENT...: ./run in a process group of its own, until it has
# replayed a sample and only serves
run_web() {
	local as=()
	while [ "$1" != -- ]; do
		as+=("$1")
		shift
	done
	a_sample
	rm -rf kept
	: >said # of the last one
	install -d -o 65534 kept
	# shellcheck disable=SC2016 # the shell that is started expands it
	"${as[@]}" setsid -w sh -c 'echo $$ >group; shift; exec ./run "$@"' sh "$@" \
		>said 2>&1 3>&- &
	started=$!
	has_replayed() {
		grep -q "that was all" said || ! kill -0 "$started"
	}
	eventually has_replayed
	cat said
	read -r group <group
}

# Ctrl-C, again where it came before ./run waits for it
end_web() {
	is_gone() {
		! kill -INT -- "-$group" 2>/dev/null || { sleep 1 && false; }
	}
	eventually is_gone
	wait "$started"
}

@test "./run --web serves what it meters or replays, until Ctrl-C" {
	needs_root
	install -o 65534 /dev/null group
	run_web as_nobody -- --for 2s --web="$TREE/kept/history"
	address=$(sed -n 's/^run: the page is at //p' said)
	run curl -sS "${address}api/v1/rows?by=user"
	assert_output --partial '"uid":4242,"user":null,"in":0,"out":60,'
	run curl -sS "${address}api/v1/status"
	assert_output --partial '"hosts":["SAMPLE of 2023-11-14, not this host"]'
	run curl -sS "$address"
	assert_line '<!doctype html>'
	end_web
	run pgrep -a -g "$group"
	assert_output ""
	run sqlite3 kept/history/history.db 'SELECT uid, out_bytes FROM traffic'
	assert_output "4242|60"
}

@test "./run --web opens the page as the user who called sudo, never as root" {
	needs_root
	mv build/bin/tm-capture tm-capture.own
	printf '#!/bin/sh\necho "$@" >>asked; exit 77\n' >build/bin/tm-capture
	chmod 755 build/bin/tm-capture
	fake xdg-open "echo \"\$(id -u) \$*\" >'$TREE/kept/opened'; exit 1"
	run_web clean_env DISPLAY=:9 SUDO_UID=65534 SUDO_GID=65534 -- \
		--for 2s --web "$TREE/kept/history" -v
	address=$(sed -n 's/^run: the page is at //p' said)
	eventually test -s kept/opened
	assert_equal "$(cat kept/opened)" "65534 $address"
	assert_equal "$(cat asked)" "--every 500ms --for 2s -v"
	assert_file_exists kept/history/history.db
	end_web
	run_web clean_env DISPLAY=:9 -- --web="$TREE/kept/history"
	grep -q '^run: the page is at ' said
	sleep 0.5
	assert_file_not_exists kept/opened
	end_web
}

@test "if there is no recording either, ./run reports it" {
	needs_root
	run as_nobody ./run
	assert_failure 77
	assert_line "run: there are no samples to show instead"
}

@test "./run exits as tm-capture did" {
	needs_root
	run as_nobody ./run --no-such-option
	assert_failure 2
	assert_line --regexp "^(tm-capture: )?try: tm-capture --help$"
}

@test "./run --help prints its usage" {
	run ./run --help
	assert_success
	assert_output --partial "usage: sudo ./run"
}

@test "./run meters until Ctrl-C and ends with a table" {
	needs_root
	run "$ROOT/tests/lib/live" \
		"env -i PATH='$TREE/fake:/usr/bin:/bin' '$TREE/run'"
	assert_success
	assert_line --partial "metering this host until Ctrl-C"
	assert_line --regexp "tm-capture: seen"
	assert_line --partial "root"
}

@test "./check without root refers to make test" {
	needs_root
	run as_nobody ./check
	assert_failure 1
	assert_output "check: needs root, for the kernel's part: sudo ./check (make test runs what needs none)"
}

@test "under sudo the build belongs to the caller, including files that root built before" {
	needs_root
	chown -R 0:0 build
	rm build/libtm.a
	run clean_env SUDO_UID=65534 SUDO_GID=65534 \
		sh -c '. contrib/setup.sh; build -s build/libtm.a'
	assert_success
	[ -e build/libtm.a ]
	run find build ! -user 65534
	assert_output ""
}

@test "for root itself the build belongs to the owner of the tree" {
	needs_root
	chown 65533:65533 .
	chown -R 0:0 build
	rm build/libtm.a
	run clean_env sh -c '. contrib/setup.sh; build -s build/libtm.a'
	chown 0:0 .
	assert_success
	run find build ! -user 65533
	assert_output ""
}

@test "if its caller cannot read the tree, root builds it" {
	needs_root
	chmod 700 "$TREE"
	run clean_env SUDO_UID=65534 SUDO_GID=65534 \
		sh -c '. contrib/setup.sh; build -s build/libtm.a'
	chmod 755 "$TREE"
	assert_success
}

@test "scripts for sh run in busybox's shell too" {
	for script in run check .ci/run tests/run tests/kernels/fetch \
		contrib/setup.sh; do
		dash -n $script
		! command -v busybox || busybox sh -n $script
	done
}
