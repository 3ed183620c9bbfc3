# tm-filter: what is dropped is counted as excluded, and how it ends.

load ../helper
load ../events
load filter

write_run() {
	cat >run.json <<-'END'
	{"kind":"start","run_id":7,"host":"h"}
	{"uid":1000,"direction":"in","bytes":100,"packets":1}
	{"uid":1001,"direction":"in","bytes":200,"packets":2}
	{"kind":"lost","uid":1000,"direction":"in","bytes":400,"packets":4}
	{"kind":"unattributed","ifindex":2,"direction":"in","bytes":77,"packets":7}
	{"kind":"tick","run_id":7,"direction":"in","seen_packets":7,"seen_bytes":700,"recorded_packets":3,"recorded_bytes":300,"lost_packets":4,"lost_bytes":400}
	{"kind":"tick","run_id":7,"direction":"out"}
	{"uid":1001,"direction":"out","bytes":800,"packets":8}
	{"kind":"end","run_id":7,"direction":"in","seen_packets":8,"seen_bytes":701,"recorded_packets":3,"recorded_bytes":300,"excluded_packets":1,"excluded_bytes":1,"lost_packets":4,"lost_bytes":400}
	{"kind":"end","run_id":7,"direction":"out","seen_packets":8,"seen_bytes":800,"recorded_packets":8,"recorded_bytes":800}
	END
	tm-parse <run.json >run.tm
}

# tick in, tick out, end in, end out: packets/bytes recorded excluded lost
statuses() {
	tm-print --json "$@" | sed -n '/"kind":"\(tick\|end\)"/p' | sed \
		's/.*"recorded_packets":\([0-9]*\),"recorded_bytes":\([0-9]*\),"excluded_packets":\([0-9]*\),"excluded_bytes":\([0-9]*\),"lost_packets":\([0-9]*\),"lost_bytes":\([0-9]*\).*/\1,\2 \3,\4 \5,\6/'
}

@test "dropped traffic counts as excluded in TICK and END, by direction" {
	write_run
	tm-filter -q 'uid 1000' run.tm >a.tm
	run statuses a.tm
	assert_output "1,100 2,200 4,400
0,0 0,0 0,0
1,100 3,201 4,400
0,0 8,800 0,0"
}

@test "dropping a lost event reduces lost; dropping an unattributed one changes no count" {
	write_run
	tm-filter -q 'kind traffic and not uid 1000' run.tm >a.tm
	run statuses a.tm
	assert_output "2,200 5,500 0,0
0,0 0,0 0,0
2,200 6,501 0,0
8,800 0,0 0,0"
}

@test "seen = recorded + excluded + lost holds after two filters in a row" {
	write_run
	tm-filter -q 'not (uid 1000 and kind traffic)' run.tm |
		tm-filter -q 'in and not kind lost' >a.tm
	run statuses a.tm
	assert_output "2,200 5,500 0,0
0,0 0,0 0,0
2,200 6,501 0,0
0,0 8,800 0,0"
}

@test "each run has its own excluded count, also if one starts again" {
	write_run
	sed 's/"run_id":7/"run_id":8/' run.json | tm-parse >other.tm
	tm-filter -q 'uid 1000' run.tm other.tm run.tm >a.tm
	run statuses a.tm
	assert_output "$(for _ in 1 2 3; do
		tm-filter -q 'uid 1000' run.tm >b.tm
		statuses b.tm
	done)"
}

@test "with interleaved runs, drops count for the latest one still open" {
	tm-parse >run.tm <<-'END'
	{"kind":"start","run_id":1}
	{"direction":"in","bytes":1,"packets":1}
	{"kind":"start","run_id":2}
	{"direction":"in","bytes":10,"packets":1}
	{"kind":"end","run_id":2,"direction":"in","recorded_packets":1,"recorded_bytes":10}
	{"kind":"end","run_id":2,"direction":"out"}
	{"direction":"in","bytes":100,"packets":1}
	{"kind":"end","run_id":1,"direction":"in","recorded_packets":2,"recorded_bytes":101}
	{"kind":"end","run_id":1,"direction":"out"}
	END
	tm-filter -q out run.tm >a.tm
	run statuses a.tm
	assert_output "0,0 1,10 0,0
0,0 0,0 0,0
0,0 2,101 0,0
0,0 0,0 0,0"
}

@test "in a stream without a START, drops count for the run of the next TICK or END" {
	write_run
	tail -c +129 run.tm | tm-filter -q 'uid 1000' >a.tm
	tm-filter -q 'uid 1000' run.tm | tail -c +129 >b.tm
	cmp a.tm b.tm
}

@test "unknown kinds pass unchanged, in order" {
	write_events
	printf '\310' | dd of=all.tm bs=1 seek=$((128 * 8 + 4)) conv=notrunc \
		status=none
	tm-filter -q 'user bob' all.tm >got.tm
	{
		head -c $((128 * 6)) all.tm
		tail -c +$((128 * 8 + 1)) all.tm | head -c 128
	} >want.tm
	cmp want.tm got.tm
}

@test "--explain reports how much each rule dropped" {
	write_events
	run bash -c 'tm-filter --explain -e "out and (user alice or loopback)" \
		-s 127.0.0.0/8 -x 192.0.2.99 -x 198.51.100.7 all.tm 2>&1 >a.tm'
	assert_output "tm-filter: dropped 2 events, 1401 packets, 2097236 bytes: out
tm-filter: dropped 2 events, 3 packets, 1104 bytes: (user alice or loopback)
tm-filter: dropped 1 events, 1 packets, 60 bytes: -s 127.0.0.0/8
tm-filter: dropped 0 events, 0 packets, 0 bytes: -x 192.0.2.99
tm-filter: dropped 1 events, 1 packets, 1500 bytes: -x 198.51.100.7
tm-filter: kept 0 events, 0 packets, 0 bytes"
	run bash -c 'tm-filter --explain --invert out all.tm 2>&1 >a.tm'
	assert_output "tm-filter: dropped 4 events, 5 packets, 2664 bytes: --invert
tm-filter: kept 2 events, 1401 packets, 2097236 bytes"
}

@test "a closed pipe ends tm-filter quietly" {
	write_events
	for _ in {1..12}; do cat all.tm all.tm >b.tm && mv b.tm all.tm; done
	run bash -c 'set -o pipefail; tm-filter -q "bytes > 0" all.tm | head -c 128 >/dev/null'
	assert_success
	assert_output ""
}

@test "tm-filter reports a full disk" {
	write_events
	run bash -c 'tm-filter in all.tm >/dev/full'
	assert_failure 1
	assert_output "tm-filter: standard output: No space left on device"
}

@test "of a cut input whole records pass, with exit code 3" {
	write_events
	head -c 1000 all.tm >cut.tm
	tm-filter -q 'uid >= 0' cut.tm >got.tm 2>err.txt || status=$?
	[ "$status" = 3 ]
	head -c 896 all.tm | cmp - got.tm
	assert_equal "$(cat err.txt)" \
		"tm-filter: cut.tm: ends inside an event (offset 896)"
}

@test "tm-filter --strict exits with 4 if events were lost" {
	write_run
	tm-filter -q in run.tm >a.tm
	run tm-filter -q --strict in run.tm
	assert_failure 4
	write_events
	run tm-filter -q --strict in all.tm
	assert_success
}

@test "SIGUSR1 prints a line of tm-filter's statistics" {
	write_events
	mkfifo pipe
	tm-filter in <pipe >got.tm 2>err.txt 3>&- &
	pid=$!
	exec 9>pipe
	cat all.tm >&9
	eventually has_size got.tm $((8 * 128))
	kill -USR1 $pid
	eventually grep -q '^tm-filter: 12 events, .* 0 lost$' err.txt
	exec 9>&-
	wait $pid
}

@test "tm-filter's help and version go to standard output, errors do not" {
	run --separate-stderr tm-filter --help
	assert_success
	assert_line --index 0 --partial 'usage: tm-filter'
	[ -z "$stderr" ]
	[ "$(tm-filter --help | wc -L)" -le 80 ]
	run tm-filter -V
	assert_success
	assert_output --regexp '^tm-filter [0-9.]+$'
	run --separate-stderr tm-filter --no-such
	assert_failure 2
	[ -z "$output" ]
	[[ $stderr == *'try: tm-filter --help' ]]
}

@test "names without text, or parts without their beginning, name nothing" {
	{
		printf '{"kind":"name","of":"user","id":1000,"parts":1,"text":""}\n'
		printf '{"kind":"name","of":"interface","id":7,"parts":1,"text":""}\n'
		printf '{"kind":"name","of":"cgroup","id":9,"part":1,"parts":2,"text":"/tail"}\n'
		moved 0 in 1000 5 1 '"ifindex":7,"cgroup_id":9'
	} | tm-parse >odd.tm
	for filter in 'user alice' 'user a*' 'cgroup /tail' 'interface eth0' \
		'interface e*' 'cgroup /*'; do
		run -0 bash -c 'tm-filter -q "$1" odd.tm | tm-print | grep -c traffic' \
			sh "$filter" || [ "$output" = 0 ]
		run -0 tm-filter -q "not $filter" odd.tm
		run -0 tm-top -q --batch -e "$filter" odd.tm
	done
}
