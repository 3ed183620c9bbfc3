# The path to a file that is written: when the three tools that keep files refuse
# its directory or the file.

load ../helper

# Each on a path: tm-csv a directory, the others a file in it.
into() {
	local tool=$1 dir=$2
	case $tool in
	tm-csv) run timeout 5 tm-csv -q -d "$dir" one.tm ;;
	tm-account) run timeout 5 tm-account --state "$dir/state" <one.tm ;;
	tm-report) run timeout 5 tm-report -l "$dir/log" one.tm ;;
	esac
}

file_of() {
	case $1 in
	tm-csv) echo traffic_user_unknown_1000.log ;;
	tm-account) echo state ;;
	tm-report) echo log ;;
	esac
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	echo '{"uid":1000,"bytes":60,"packets":1,"direction":"out","source":"10.0.0.1","destination":"192.0.2.7","time_ns":1700000000000000000}' |
		tm-parse >one.tm
}

tools='tm-csv tm-account tm-report'

@test "another user's link in the target of our own link is refused" {
	needs_root
	mkdir -p real/deep
	ln -s real theirs
	chown -h daemon theirs
	ln -s theirs/deep mine
	for tool in $tools; do
		into "$tool" mine
		assert_failure 1
		assert_output --partial "symbolic link"
	done
	assert_equal "$(ls -A real/deep)" ""
	chown -h 0 theirs
	for tool in $tools; do
		into "$tool" mine
		assert_success
	done
}

@test "a loop of links is refused" {
	ln -s one two
	ln -s two one
	for tool in $tools; do
		into "$tool" two/way
		assert_failure 1
		assert_output --partial "Too many levels of symbolic links"
	done
}

@test "a path that is too long or leads through a file is refused" {
	long=$(printf 'd%.0s' {1..300})
	for tool in $tools; do
		into "$tool" "$long"
		assert_failure 1
		assert_output --partial "File name too long"
		into "$tool" "$(printf '/%.0s' {1..5000})"
		assert_failure 1
		assert_output --partial "File name too long"
		into "$tool" one.tm/way
		assert_failure 1
		assert_output --partial "Not a directory"
	done
}

@test "a file with a second name is refused and left unchanged" {
	for tool in $tools; do
		: >"victim.$tool"
		ln "victim.$tool" "$(file_of "$tool")"
		into "$tool" .
		assert_failure 1
		assert_output --partial "hard links"
		[ ! -s "victim.$tool" ]
	done
}

@test "a file that its group can write is refused" {
	for tool in $tools; do
		: >"$(file_of "$tool")"
		chmod 660 "$(file_of "$tool")"
		into "$tool" .
		assert_failure 1
		assert_output --partial "can write"
		[ ! -s "$(file_of "$tool")" ]
	done
}

@test "a lock that is a FIFO, a link or another user's is refused" {
	needs_root
	lock() {
		case $1 in
		tm-csv) echo .traffic_user_unknown.lock ;;
		tm-account) echo state.lock ;;
		esac
	}
	for tool in tm-csv tm-account; do
		name=$(lock "$tool")
		mkfifo "$name"
		into "$tool" .
		assert_failure 1
		assert_output --partial "a FIFO"
		rm "$name"
		ln -s victim "$name"
		into "$tool" .
		assert_failure 1
		assert_output --partial "a symbolic link"
		rm "$name"
		: >"$name"
		chown daemon "$name"
		into "$tool" .
		assert_failure 1
		assert_output --partial "belongs to uid"
		rm "$name"
	done
	[ ! -e victim ]
}
