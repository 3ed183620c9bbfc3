# What every tool does if its output fails.

load ../helper
load ../events

# tools: a command of each tool, which prints something
tools() {
	cat <<-'END'
		ipmask list
		tm-account day.tm
		tm-account --show day.st
		tm-csv -o out.csv day.tm
		tm-doctor
		tm-doctor --format json
		tm-filter 'user 1000' day.tm
		tm-parse day.json
		tm-print day.tm
		tm-replay day.tm
		tm-report --by user day.tm
		tm-report --output json day.tm
		tm-store --db new.db day.tm
		tm-store query --db day.db
		tm-store quota --db day.db
		tm-store quota --db day.db --user 1000 --limit 2G
		tm-store prune --db day.db --older-than 2023-12-01
		tm-top --batch day.tm
	END
	for tool in "$BUILD"/bin/*; do
		echo "${tool##*/} --help"
	done
}

@test "a file that may not grow is an error with exit code 1, and no tool is killed" {
	{
		start 7 0
		moved 1 in 1000 100 1
		moved 90000 in 1000 100 1
		status end 90001 7
	} >day.json
	tm-parse day.json >day.tm
	echo 192.0.2.1 >list
	tm-account --state day.st day.tm >/dev/null
	tm-store -q --db day.db day.tm
	tm-store quota --db day.db --user 1000 --limit 1G
	while read -r command; do
		run timeout 60 bash -c "ulimit -f 0; exec $command >out" </dev/null
		echo "$command: $status: $output"
		assert_equal "$status" 1
		assert_output --partial "${command%% *}: "
		[ ! -s out ]
		rm -rf out* new.db*
	done < <(tools)
}

@test "an output that is full is an error, however much was written before" {
	for user in {1000..1999}; do
		moved 1 in "$user" 100 1
	done >many.json
	tm-parse many.json >many.tm
	tm-store -q --db many.db many.tm
	for command in "tm-doctor --format json" "tm-store query --db many.db --top 0" \
		"tm-report --by user many.tm" "tm-top --batch many.tm" \
		"tm-print many.tm" "tm-capture --help"; do
		run timeout 60 bash -c "exec $command >/dev/full"
		echo "$command: $status: $output"
		assert_equal "$status" 1
		assert_output --partial "standard output: "
	done
}
