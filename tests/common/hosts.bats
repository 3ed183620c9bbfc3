# The numbers of another machine's recording are not names of this one.

load ../helper
load ../events

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	user=$(id -un 0)
	{
		moved 0 in 0 700
		moved 1 out 0 300
	} >events.json
	{ start 7 0 elsewhere; cat events.json; status end 2 7; } |
		tm-parse >elsewhere.tm
	{ start_here 8; cat events.json; status end 2 8; } | tm-parse >here.tm
	# a piece of either, as split -b makes it
	tm-parse <events.json >piece.tm
}

# says FILE: who moved something, as each tool has it
says() {
	tm-report -q --by user "$1" | awk 'NR == 2 { print "report", $1 }'
	tm-report -q --oneline 0 "$1" | cut -d';' -f2 | sed 's/^/oneline /'
	tm-csv -q --columns user -o - "$1" | awk -F, 'NR == 1 { print "csv", $NF }'
	tm-top -q --batch "$1" | awk '$1 == "0" || $1 == "root" { print "top", $1; exit }'
	rm -f h.db
	tm-store -q --db h.db "$1"
	tm-store query -q --db h.db --by user --output csv |
		awk -F, 'NR == 2 { print "store", $2 ? $2 : $1 }'
	echo "filter $(tm-filter -q "user $user" "$1" | tm-print | grep -c traffic)"
}

@test "a recording of this machine has the names of this machine, but no history has" {
	run -0 says here.tm
	assert_output - <<-END
	report $user
	oneline $user
	csv $user
	top $user
	store 0
	filter 2
	END
}

@test "the numbers of another machine, or of an unknown one, have no names" {
	for file in elsewhere.tm piece.tm; do
		run -0 says "$file"
		assert_output - <<-'END'
		report 0
		oneline 0
		csv 0
		top 0
		store 0
		filter 0
		END
	done
}

@test "recordings of two machines that are joined have no local names" {
	for order in "here.tm elsewhere.tm" "elsewhere.tm here.tm"; do
		cat $order >both.tm
		run -0 says both.tm
		assert_line "report 0"
		assert_line "store 0"
	done
}

@test "a user of this machine is no filter for another machine's history" {
	tm-store -q --db h.db elsewhere.tm
	run -1 tm-store query --db h.db --user "$user"
	assert_output --partial "$user: the history does not know that user, and is not of this machine"
	tm-store -q --db here.db here.tm
	run -0 tm-store query -q --db here.db --user "$user" --output csv
	assert_line --index 1 --partial ",1000,"
}

teardown() {
	exec 9>&-
	[ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
}

# feed SECOND: more of user 8000, and whether the report names him by now
feed() {
	{
		moved "$second" in 8000 5
		status tick "$second.5" 8
	} | tm-parse >&9
	second=$((second + 1))
	grep -q carol out
}

@test "a live report follows a user who is named while it runs" {
	local second=1
	build_preload slow-names .
	: >names
	mkfifo live
	NAMES_FILE=$PWD/names LD_PRELOAD=$PWD/slow-names.so \
		tm-report -q -t 1 --style table <live >out &
	pid=$!
	exec 9>live
	start_here 8 | tm-parse >&9
	feed || true
	feed || true
	eventually grep -q '^8000 ' out
	echo 8000 carol >names
	eventually feed
}
