# Loaded by the tests of tm-report: a day of events, and names that come slowly.

setup_file() {
	${CC:-cc} -shared -fPIC -o "$BATS_FILE_TMPDIR/slow-names.so" \
		"$ROOT/tests/preload/slow-names.c"
}

# moved MS DIRECTION UID BYTES PACKETS [KIND]: an event, ms after the start.
moved() {
	printf '{"kind":"%s","time_ns":%s000000,"direction":"%s","uid":%s,"bytes":%s,"packets":%s}\n' \
		"${6:-traffic}" $((1700000000000 + $1)) "$2" "$3" "$4" "$5"
}

# status KIND MS [EXCLUDED_BYTES]: the two records of a TICK or END.
status() {
	local time=$((1700000000000 + $2))

	printf '{"kind":"%s","time_ns":%s000000,"direction":"in","run_id":7}\n' \
		"$1" $time
	printf '{"kind":"%s","time_ns":%s000000,"direction":"out","run_id":7,"excluded_bytes":%s}\n' \
		"$1" $time "${3:-0}"
}

start() {
	echo '{"kind":"start","time_ns":1700000000000000000,"run_id":7}'
}

name() {
	printf '{"kind":"name","time_ns":1700000000000000000,"of":"user","id":%s,"parts":1,"text":"%s"}\n' \
		"$1" "$2"
}

# 13 s of three users, nobody and a loss.
day() {
	start
	name 1000 alice
	name 1001 bob
	moved 100 out 1001 2048 15
	moved 200 in 1000 4096 20
	for s in 1 2 3 4 5 6 7 8 9 10 11 12; do
		status tick $((s * 1000)) 500
		case $s in
		4) moved 4500 in 1001 1500 1 lost ;;
		6) moved 6500 out 3999999999 60 1 ;;
		7) moved 7500 in 4294967295 84 1 ;;
		11) moved 11500 out 1000 1048576 700 ;;
		esac
	done
	status end 13000 500
}

# A live tm-report -l report.log, fed through descriptor 7.
feed_live() {
	mkfifo pipe
	tm-report -n -q -t 1 -l report.log <pipe 2>errors &
	report=$!
	exec 7>pipe
}
