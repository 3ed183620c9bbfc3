# The build: with either compiler, without what is missing, reproducibly; and the
# programs as clang builds them to stop at undefined behaviour.

load ../helper

# The tree without what was built, in a directory of its own.
copy_tree() {
	mkdir -p "$1"
	tar -C "$ROOT" --exclude=./build --exclude=./.git -c . | tar -C "$1" -x
}

# make in the directory $1, with nothing of the make that runs these tests.
make_in() {
	local directory=$1
	shift
	env -u BUILD -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CFLAGS \
		make -s -C "$directory" -j2 "$@"
}

# Built once, for two tests. A trap needs no library at run time.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	copy_tree clang
	CLANG_STATUS=0
	make_in clang CC=clang CFLAGS="-O2 -g -Werror -fsanitize=undefined \
		-fsanitize-trap=undefined" >clang.log 2>&1 || CLANG_STATUS=$?
	export CLANG_STATUS
}

# survives COMMAND...: it may complain of its input, but ends by itself
survives() {
	local status=0
	timeout 60 "$@" >out 2>err || status=$?
	[ "$status" -lt 124 ] && [ "$status" != 2 ] || {
		echo "exit $status: $*"
		cat err
		return 1
	}
}

# read_by_all STREAM: every tool that reads streams reads it
read_by_all() {
	rm -rf logs h.db*
	mkdir logs
	survives tm-print --json "$1"
	survives tm-filter -e 'user alice and port 443 or cgroup /x or job any' "$1"
	survives tm-account "$1"
	survives tm-csv -d logs --columns user,process,protocol,interface,cgroup "$1"
	survives tm-report -t 1 "$1"
	survives tm-report --by user,process,port,interface,cgroup,hour "$1"
	survives tm-report --by job,step,unit,container,login,command,service "$1"
	survives tm-replay --speed max "$1"
	survives tm-top --batch --by user,process,remote,workload "$1"
	survives tm-store --db h.db "$1"
	survives tm-store query --db h.db --by user,process,remote,minute
	survives tm-store query --db h.db --summary
}

@test "the same source gives the same programs in any directory, without warnings" {
	copy_tree one
	copy_tree "another/and a blank"
	make_in one CC=gcc CFLAGS='-O2 -g -Werror'
	make_in "another/and a blank" CC=gcc CFLAGS='-O2 -g -Werror'
	(cd one && find build -type f ! -name '*.d' | sort) >files
	grep -x build/bpf/capture.bpf.o files
	while read -r file; do
		cmp "one/$file" "another/and a blank/$file"
	done <files
	run grep -rlF "$BATS_TEST_TMPDIR" one/build "another/and a blank/build"
	assert_output ""
}

@test "everything builds with clang, without warnings" {
	cat "$BATS_FILE_TMPDIR/clang.log"
	assert_equal "$CLANG_STATUS" 0
	run ! grep warning: "$BATS_FILE_TMPDIR/clang.log"
	[ -x "$BATS_FILE_TMPDIR/clang/build/bin/tm-capture" ]
}

@test "no malformed record, line or network leads to undefined behaviour" {
	PATH="$BATS_FILE_TMPDIR/clang/build/bin:$PATH"
	mkdir malformed
	python3 "$ROOT/tests/lib/malformed.py" malformed
	for file in malformed/*.tm; do
		read_by_all "$file"
	done
	for file in malformed/*.text; do
		survives tm-parse "$file"
	done
	for file in malformed/*.networks; do
		survives ipmask "$file"
		survives tm-filter -x "@$file" malformed/only-0.tm
	done
}

@test "a build without libseccomp names what goes without it" {
	copy_tree tree
	cat >pkg-config <<-'END'
		#!/bin/sh
		case "$*" in *seccomp*) exit 1 ;; esac
		exec pkg-config "$@"
	END
	chmod +x pkg-config
	run make_in tree PKG_CONFIG="$PWD/pkg-config" build/bin/tm-capture
	assert_success
	assert_output --partial "tm-capture will run without a seccomp filter: libseccomp is missing"
	run readelf -d tree/build/bin/tm-capture
	refute_output --partial libseccomp
}

@test "a build without clang leaves out tm-capture with a warning" {
	copy_tree tree
	make_in tree CLANG=no-such-compiler -n >commands 2>said
	grep -F "tm-capture is left out: no-such-compiler is missing" said
	grep -F " -o build/bin/tm-account" commands
	run ! grep -F " -o build/bin/tm-capture" commands
}

@test "a build without libbpf leaves out tm-capture and tm-doctor with a warning" {
	copy_tree tree
	make_in tree PKG_CONFIG=false -n >commands 2>said
	for tool in tm-capture tm-doctor; do
		grep -F "$tool is left out: libbpf is missing" said
	done
	run grep -o ' -o build/bin/[a-z-]*' commands
	assert_line " -o build/bin/tm-account"
	refute_line " -o build/bin/tm-capture"
	refute_line " -o build/bin/tm-doctor"
}

@test "nothing that is built is built twice" {
	copy_tree tree
	make_in tree
	run make_in tree -q
	assert_success
}
