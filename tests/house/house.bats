# The rules that keep the tree one house: STYLE, the build, the interfaces.

load ../helper

tools() {
	(cd "$ROOT" && printf '%s\n' tm-*/main.c ipmask/main.c | cut -d/ -f1)
}

# The layers of common/ and how high each lies: it includes only lower ones.
layers="base:0 record:1 net:1 system:2 stream:2 tool:3 sums:3 show:4 filter:4
	capture:4 history:5"

# height LAYER
height() {
	sed -n "s/.*\<$1:\([0-9]\).*/\1/p" <<<"${layers//$'\n'/ }"
}

# The files of the tree in the current directory, as find names them.
sources() {
	find . \( -path ./build -o -path ./.git \) -prune -o -type f "$@"
}

# "-i --interface" for each option of a tool's help; "-" where it has no letter.
options_of() {
	"$1" --help | sed -nE 's/^ +(-([A-Za-z]), )? *(--[a-z0-9-]+).*/-\2 \3/p'
}

# The same from a page as a reader sees it; "-c path, --cgroup path" counts too.
options_of_page() {
	mandoc -T ascii -O width=1000 "$ROOT/$1"/*.[1-8] | sed -nE 's/.\x08//g
		s/^ {5,11}(-([A-Za-z])( [^,]*)?, )?(--[a-z0-9-]+).*/-\2 \4/p'
}

@test "each header in common/ compiles alone, with gcc and with clang" {
	cd "$ROOT"
	for header in common/*/*.h; do
		for compiler in gcc clang; do
			echo "$compiler $header"
			echo "#include \"$header\"" | "$compiler" -std=gnu11 \
				-D_GNU_SOURCE -I. -Wall -Wextra -Werror \
				-fsyntax-only -x c -
		done
	done
}

@test "common/ never prints and never exits, except for the loop and the options" {
	cd "$BUILD/common"
	run nm -u $(find . -name '*.o' -not -path './tool/*')
	assert_success
	assert_output --partial read
	refute_line --regexp \
		' (_?_?exit|_Exit|quick_exit|abort|stdout|stderr|v?v?(err|warn)x?|error|perror|psignal|puts|putchar|fputs|fwrite|(__)?v?f?printf(_chk)?|(__)?v?dprintf(_chk)?|syslog)$'
}

@test "common/ includes no tool, and tools never include each other" {
	cd "$ROOT"
	run grep -nE '#include "(tm-[a-z]+|ipmask|bpf)/' common/*/*.[ch]
	assert_output ""
	for tool in $(tools); do
		run grep -rnE --include='*.[ch]' '#include ".*/' "$tool"
		for line in "${lines[@]}"; do
			case $line in
			*'"common/'* | *"\"$tool/"*) ;;
			tm-capture/*'"bpf/'*) ;;
			*) echo "$line" && false ;;
			esac
		done
	done
}

@test "a layer of common/ includes only lower ones" {
	(cd "$ROOT" && grep -oE '#include "common/[a-z]+/' common/*/*.[ch]) >includes
	[ -s includes ]
	while IFS=/ read -r _ layer _ included _; do
		echo "$layer includes $included"
		[ "$(height "$layer")" -gt "$(height "$included")" ]
	done <includes
	for layer in "$ROOT"/common/*; do
		[ -n "$(height "$(basename "$layer")")" ]
	done
}

@test "the headers of common/ can be included together, in any order" {
	cd "$ROOT"
	for order in '' -r; do
		printf '#include "%s"\n' common/*/*.h | sort $order >"$BATS_TEST_TMPDIR/all.c"
		for compiler in gcc clang; do
			"$compiler" -std=gnu11 -D_GNU_SOURCE -I. -Wall -Wextra \
				-Werror -fsyntax-only "$BATS_TEST_TMPDIR/all.c"
		done
	done
}

@test "an include guard is named after its folder and file" {
	cd "$ROOT"
	for header in */*.h {common/*,*/compat}/*.h; do
		guard=${header%.h}_h
		guard=${guard#common/}
		guard=TM_${guard#tm-}
		guard=${guard//[-\/]/_}
		echo "$header"
		grep -qx "#ifndef ${guard^^}" "$header"
	done
}

@test "source files, structs and guards have distinct names" {
	cd "$ROOT"
	twice=$(printf '%s\n' {common/*,bpf,tm-*,ipmask,*/compat}/*.[ch] |
		sed 's,.*/,,; /^main\.c$/d' | sort | uniq -d)
	assert_equal "$twice" ""
	twice=$(sed -nE '/^(struct|enum|union) .* \{/{s/__attribute__\(\(may_alias\)\) //;s/ \{.*//p;}
		s/^#ifndef ([A-Z0-9_]+_H)$/\1/p' */*.h {common/*,*/compat}/*.h | sort | uniq -d)
	assert_equal "$twice" ""
}

@test "structs and constants begin with tm_ in common/ alone" {
	cd "$ROOT"
	run grep -nE '^(struct|enum|union) tm_[a-z_]+ \{|^#define TM_.*[^H]$' \
		{bpf,tm-*,ipmask,*/compat}/*.[ch]
	assert_output ""
}

@test "public functions have distinct names, and only common/ uses tm_" {
	cd "$ROOT"
	for file in {common/*,tm-*,ipmask,*/compat}/*.c; do
		nm -g --defined-only "$BUILD/${file%.c}.o" |
			sed -nE "s,.* ([A-Za-z0-9_]+)\$,\1 ${file%/*},p"
	done >"$BATS_TEST_TMPDIR/symbols"
	cd "$BATS_TEST_TMPDIR"
	[ -s symbols ]
	twice=$(sed '/^main /d; s/ .*//' symbols | sort | uniq -d)
	assert_equal "$twice" ""
	run grep '^tm_' symbols
	refute_line --regexp ' (tm-|ipmask)'
	run grep -v '^tm_' symbols
	refute_line --partial ' common/'
}

@test "a public function is used by another file, and not by tests alone" {
	objects=$(cd "$ROOT" && printf '%s\n' {common/*,tm-*,ipmask,*/compat}/*.c |
		sed 's/c$/o/')
	cd "$BUILD"
	# shellcheck disable=SC2086 # words
	nm -g --defined-only $objects | sed -nE 's,.* T ([a-z0-9_]+)$,\1,p' |
		sort -u | grep -vx main >"$BATS_TEST_TMPDIR/defined"
	# shellcheck disable=SC2086 # words
	nm -u $objects | sed -nE 's,^ +U ([a-z0-9_]+)$,\1,p' |
		sort -u >"$BATS_TEST_TMPDIR/used"
	cd "$BATS_TEST_TMPDIR"
	[ -s defined ]
	run comm -23 defined used
	assert_output ""
}

@test "no two files have a function of one name" {
	cd "$ROOT"
	# a definition begins in column 0, and its body with a line that is "{"
	awk 'FNR == 1 || /^[a-z]/ { head = "" }
		{ head = head $0 }
		/^\{$/ && match(head, /[a-z_0-9]+\(/) {
			print substr(head, RSTART, RLENGTH - 1), FILENAME
			head = ""
		}' {common/*,bpf,tm-*,ipmask,*/compat}/*.[ch] |
		sed '/^main /d; /^__attribute__ /d' |
		sort -u >"$BATS_TEST_TMPDIR/functions"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/functions")" -gt 2000 ]
	twice=$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/functions" | sort | uniq -d)
	assert_equal "$twice" ""
}

@test "within a layer of common/ no modules use each other in a circle" {
	cd "$BUILD/common"
	for layer in *; do
		for object in "$layer"/*.o; do
			module=$(basename "$object" .o)
			nm -g --defined-only "$object" |
				sed -nE "s/.* (tm_[a-z0-9_]+)\$/\1 $module/p" >&3
			nm -u "$object" |
				sed -nE "s/.* (tm_[a-z0-9_]+)\$/\1 $module/p" >&4
		done 3>"$BATS_TEST_TMPDIR/defined" 4>"$BATS_TEST_TMPDIR/used"
		(cd "$BATS_TEST_TMPDIR" && sort -o defined defined && sort -o used used &&
			[ -s defined ] && join -o 1.2,2.2 used defined >uses)
		echo "$layer"
		run tsort "$BATS_TEST_TMPDIR/uses"
		assert_success
		refute_output --partial "contains a loop"
	done
}

@test "only the history's own files use SQLite" {
	cd "$ROOT"
	for file in {common/*,tm-*,ipmask,*/compat}/*.c; do
		case $file in common/history/*) continue ;; esac
		nm -u "$BUILD/${file%.c}.o" | sed "s,^,$file,"
	done >"$BATS_TEST_TMPDIR/used"
	[ -s "$BATS_TEST_TMPDIR/used" ]
	run grep ' sqlite3_' "$BATS_TEST_TMPDIR/used"
	assert_output ""
	run grep -nE 'sqlite3\.h|history/database\.h' {tm-*,*/compat}/*.[ch]
	assert_output ""
}

@test "a tool links only the libraries it needs" {
	for tool in $(tools); do
		run readelf -d "$BUILD/bin/$tool"
		assert_success
		needed=$(sed -n 's/.*(NEEDED).*\[\(lib[a-z-]*\).*/\1/p' <<<"$output")
		echo "$tool: $needed"
		case $tool in
		tm-capture) grep -qx libbpf <<<"$needed" ;;
		tm-doctor)
			grep -qx libbpf <<<"$needed"
			run ! grep -vxE 'libc|libz|libbpf' <<<"$needed"
			;;
		tm-store | tm-web)
			grep -qx libsqlite <<<"$needed"
			run ! grep -vxE 'libc|libz|libsqlite|libmicrohttpd|libseccomp' <<<"$needed"
			;;
		tm-top) run ! grep -vxE 'libc|libz|libncursesw|libtinfo' <<<"$needed" ;;
		*) run ! grep -vxE 'libc|libz|libm' <<<"$needed" ;;
		esac
	done
}

@test "programs are position independent, with full RELRO and no executable stack" {
	for tool in $(tools); do
		echo "$tool"
		run readelf -hldW "$BUILD/bin/$tool"
		assert_line --regexp 'Type: +DYN'
		assert_line --regexp '(BIND_NOW|Flags: .*NOW)'
		assert_line --partial GNU_RELRO
		refute_line --regexp 'GNU_STACK.*RWE'
	done
}

@test "every tool has a page, a test file and a row in README.md" {
	for tool in $(tools); do
		echo "$tool"
		ls "$ROOT/$tool/$tool".[18]
		ls "$ROOT"/tests/*/"$tool"*.bats
		grep -q "^| \[*\`*$tool" "$ROOT/README.md"
	done
}

@test "no test file is over 400 lines, and each has a name of its own" {
	cd "$ROOT"
	for file in tests/*/*.bats; do
		echo "$file"
		[ "$(wc -l <"$file")" -le 400 ]
	done
	twice=$(printf '%s\n' tests/*/*.bats | sed 's,.*/,,' | sort | uniq -d)
	assert_equal "$twice" ""
}

@test "each test has a title of its own" {
	twice=$(grep -h '^@test ' "$ROOT"/tests/*/*.bats | sort | uniq -d)
	assert_equal "$twice" ""
}

@test "every tool prints its help and version and refuses an unknown option" {
	for tool in $(tools); do
		run --separate-stderr "$tool" --help
		assert_success
		assert_equal "$stderr" ""
		assert_line --index 0 --partial "usage: $tool"
		refute_line --regexp '.{81}'
		long=$output
		run "$tool" -h
		assert_output "$long"
		run "$tool" --version
		assert_success
		assert_output --regexp "^$tool [0-9]+\.[0-9]+"
		run "$tool" -V
		assert_output --regexp "^$tool [0-9]+\.[0-9]+"
		run --separate-stderr "$tool" --no-such-option
		assert_failure 2
		assert_equal "$output" ""
		assert_regex "${stderr_lines[-1]}" "try: $tool --help$"
	done
}

@test "a tool's help and its page name the same options" {
	for tool in $(tools); do
		echo "$tool"
		options_of "$tool" | sort -u >help
		options_of_page "$tool" | sort -u >page
		[ -s help ]
		diff help page
	done
}

@test "a tool's help and its parser use one table" {
	for tool in $(tools); do
		run ! grep -rl --include='*.[ch]' getopt "$ROOT/$tool"
	done
}

@test "help or version that cannot be written is an error" {
	for tool in $(tools); do
		for option in --help --version; do
			run bash -c "$tool $option >/dev/full"
			assert_failure 1
			assert_output "$tool: standard output: No space left on device"
		done
	done
}

@test "a letter means the same in all tools" {
	for tool in $(tools); do
		options_of "$tool" | grep '^-[A-Za-z]'
	done | sort -u >all
	cat all
	cut -d' ' -f1 all | uniq -d >twice
	[ ! -s twice ]
	cut -d' ' -f2 all | sort | uniq -d >twice
	[ ! -s twice ]
}

@test "C code is laid out as .clang-format says" {
	cd "$ROOT"
	different=
	for file in */*.[ch] {common/*,tests/*,*/compat}/*.[ch]; do
		clang-format "$file" | cmp -s - "$file" ||
			different="$different $file"
	done
	assert_equal "$different" ""
}

@test "shell scripts are clean by shellcheck" {
	scripts=$PWD/scripts
	cd "$ROOT"
	sources -exec grep -lE '^#!/.*[ /](sh|bash)$' {} + >"$scripts"
	grep -x ./check "$scripts"
	xargs shellcheck -x <"$scripts"
}

@test "nothing generated lies outside build/" {
	cd "$ROOT"
	run sources \( -name '*.[aod]' -o -name '*.so' -o -name '*.skel.h' \
		-o -name vmlinux.h \) -print
	assert_output ""
	run sources -exec grep -lP '\A\x7fELF' {} +
	assert_output ""
}
