# Loaded by the tests of tm-report: a day of events, and names that come slowly.

load ../events

setup_file() {
	build_preload slow-names "$BATS_FILE_TMPDIR"
}

# 13 s of three users, traffic without an owner, and a loss.
day() {
	start
	name_users
	moved 0.1 out 1001 2048 15
	moved 0.2 in 1000 4096 20
	for s in 1 2 3 4 5 6 7 8 9 10 11 12; do
		status tick $s 7 '' '"excluded_bytes":500'
		case $s in
		4) moved 4.5 in 1001 1500 1 '"kind":"lost"' ;;
		6) moved 6.5 out 3999999999 60 1 ;;
		7) moved 7.5 in $NO_OWNER 84 1 ;;
		11) moved 11.5 out 1000 1048576 700 ;;
		esac
	done
	status end 13 7 '' '"excluded_bytes":500'
}

# A live tm-report -l report.log, fed through descriptor 7.
feed_live() {
	mkfifo pipe
	tm-report --style pdtt -n -q -t 1 -l report.log <pipe 2>errors &
	report=$!
	exec 7>pipe
}
