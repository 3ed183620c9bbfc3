# Whether tm-capture keeps its promises in a real kernel: judges what
# tests/kernels/inside kept in $FACTS. tests/kernels/run runs it.

load ../helper
load ../lib/owners

# Of the million that the kernel permits. Kernels differ by a factor of three.
MOST_INSTRUCTIONS=200000

CAPTURES="events sums plain full frames frame-sums frames-plain"
NOBODY=4294967295

# split_by_host DIRECTORY: the JSON of events, each put into the file there of
# its network; what is of none that was made is in "elsewhere"
split_by_host() {
	mkdir "$1"
	while read -r name _; do
		: >"$1/$name"
	done <"$FACTS/hosts"
	awk -v into="$1" 'NR == FNR { name[$2] = $1; next }
		match($0, /"netns":[0-9]+/) {
			file = name[substr($0, RSTART + 8, RLENGTH - 8)]
			if (!file)
				file = "elsewhere"
			print >(into "/" file)
		}' "$FACTS/hosts" -
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	for name in events sums; do
		tm-print --json "$FACTS/$name.tm" | split_by_host $name
	done
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
}

# ended NAME: "direction seen recorded excluded lost", packets and bytes of each
ended() {
	tail -c 256 "$FACTS/$1.tm" | tm-print --json | jq -r 'select(.kind ==
		"end") | [.direction, .seen_packets, .seen_bytes,
		.recorded_packets, .recorded_bytes, .excluded_packets,
		.excluded_bytes, .lost_packets, .lost_bytes] | @tsv'
}

# sum_by KEYS: of the JSON of events, packets and bytes for each
sum_by() {
	jq -r "select(.kind == \"traffic\" or .kind == \"lost\") |
		[([$1] | map(tostring) | join(\" \")), .packets, .bytes] |
		@tsv" | awk -F'\t' '{ p[$1] += $2; b[$1] += $3 }
			END { for (k in p) print k, p[k], b[k] }' | sort
}

# without NAME: the hooks that the capture reported as missing, one a line
without() {
	sed -n 's/^tm-capture: without \([^:]*\):.*/\1/p' "$FACTS/$1.err" |
		sed 's/, /\n/g' | sort -u
}

# uses HOOKS NAME: whether the capture's START has them
uses() {
	local hooks
	hooks=$(head -c 128 "$FACTS/$2.tm" | tm-print --json | jq .hooks)
	[ $((hooks & $1)) != 0 ]
}
INTERVALS=32

@test "every capture attaches and ends with success" {
	for name in $CAPTURES; do
		echo "$name: $(cat "$FACTS/$name.err")"
		assert_equal "$(cat "$FACTS/$name.status")" 0
		assert_equal "$(ended "$name" | wc -l)" 2
	done
}

@test "every case transfers its data" {
	assert_file_not_exist "$FACTS/failed"
	assert [ "$(wc -l <"$FACTS/rows")" -gt 10 ]
}

@test "no program needs more than $MOST_INSTRUCTIONS verified instructions" {
	run awk -v most=$MOST_INSTRUCTIONS '$2 == "instructions" && $3 > most {
		name = FILENAME
		sub(".*/", "", name)
		print name ": " $1, $3 }' "$FACTS"/*.programs
	assert_output ""
	run grep -c instructions "$FACTS/events.programs"
	refute_output 0
}

@test "tm-doctor reports as missing exactly what tm-capture goes without" {
	{
		without events
		without frames
		! grep -q "as clsact filters" "$FACTS/frames.err" || echo tcx
	} | sort -u >lacking
	jq -r '.checks[] | select(.group == "kernel" and .state == "missing" and
		(.cost | startswith("--every") | not)) | .name' \
		"$FACTS/doctor.json" | sort >missing
	diff missing lacking
	assert_equal "$(jq .can_capture "$FACTS/doctor.json")" true
}

@test "--hook tcx is refused exactly if tm-doctor reports it as missing" {
	local state
	state=$(jq -r '.checks[] | select(.name == "tcx") | .state' \
		"$FACTS/doctor.json")
	if [ "$state" = ok ]; then
		assert_equal "$(cat "$FACTS/tcx.status")" 0
	else
		assert_equal "$(cat "$FACTS/tcx.status")" 77
		assert_file_contains "$FACTS/tcx.err" \
			"cannot attach to the interfaces: Invalid argument"
	fi
}

@test "tm-doctor reports whether --every sums in the kernel" {
	jq -r '.checks[] | select(.state == "missing" and
		(.cost | startswith("--every"))) | .name' \
		"$FACTS/doctor.json" >missing
	without sums >lacking
	if [ -s missing ]; then
		grep -qx "interval sums" lacking
		run ! uses $INTERVALS sums
	else
		run ! grep -x "interval sums" lacking
		uses $INTERVALS sums
		uses $INTERVALS frame-sums
	fi
}

@test "without CAP_PERFMON only that is missing, and reported" {
	for as in doctor doctor-plain; do
		jq -r '.checks[] | select(.state == "missing") | .name' \
			"$FACTS/$as.json" | sort >$as
	done
	assert_equal "$(comm -13 doctor doctor-plain)" CAP_PERFMON
	for name in plain frames-plain; do
		without $name | grep -q '^CAP_PERFMON'
	done
}

# name OF ID NAME: of the recording, the text of that id
name() {
	tm-print --json "$FACTS/$3.tm" | jq -r --arg of "$1" --argjson id "$2" \
		'select(.kind == "name" and .of == $of and .id == $id) | .text'
}

@test "a process of some ms is named with its program, login and cgroups" {
	local name pid cgroup
	for name in events sums; do
		read -r pid cgroup < <(tm-print --json "$FACTS/$name.tm" |
			jq -r 'select(.kind == "traffic" and
				.process == "brief") |
				"\(.pid) \(.cgroup_id)"')
		assert_equal "$(name command "$pid" $name)" /run/tm/brief
		assert_equal "$(name cgroup "$cgroup" $name)" /job_1
		assert_equal "$(name cgroup1 "$pid" $name)" /job_2
		[[ "$(name login "$pid" $name)" =~ ^541001\ [0-9]+$ ]]
		# of the others, none is in a tree of cgroup1
		run jq -r 'select(.kind == "name" and .of == "cgroup1") |
			.text' <(tm-print --json "$FACTS/$name.tm")
		assert_output /job_2
	done
	assert_equal "$(name arguments "$pid" sums)" \
		"brief udp 127.0.0.1 9 1 100 --token ***"
	assert_equal "$(name arguments "$pid" events)" ""
	echo "program, login, cgroups" >"$FACTS/named"
}

# capabilities NAME: what is left of them after it attached, and may come back
capabilities() {
	awk '/^Cap(Inh|Prm|Eff|Amb)/ { print $2 }' "$FACTS/$1.rights" |
		sort -u | paste -sd' '
}

@test "after attaching no capability is left, or tm-capture names it" {
	local left=0000000000000000
	if grep -q 'keeps.*CAP_BPF' "$FACTS/events.err"; then
		left="$left 0000008000000000"
	fi
	for name in $CAPTURES; do
		echo "$name"
		assert_equal "$(capabilities "$name")" "$left"
		grep -qP '^NoNewPrivs:\t1' "$FACTS/$name.rights"
		grep -qP '^Seccomp:\t2' "$FACTS/$name.rights"
	done
	run jq -r '.checks[] | select(.name == "dropping all rights") | .state' \
		"$FACTS/doctor.json"
	if [ "$left" = 0000000000000000 ]; then
		assert_output ok
	else
		refute_output ok
	fi
}

@test "seen traffic is recorded, excluded or lost, to the byte" {
	for name in $CAPTURES; do
		ended "$name" >figures
		sed "s/^/$name /" figures
		awk '$2 != $4 + $6 + $8 || $3 != $5 + $7 + $9 { exit 1 }' \
			figures
		[ "$name" = full ] || awk '!$3 || $6 + $8 { exit 1 }' figures
	done
}

@test "a full ring loses details, never a packet or a user's byte" {
	ended full >figures
	cat figures
	awk '$1 == "out" && $6 == 1000 && $8 > 1000 { found = 1 }
		END { exit !found }' figures
	sum_by .direction,.uid <events/full >there
	tm-print --json "$FACTS/full.tm" | sum_by .direction,.uid >found
	jq -c 'select(.destination != "127.0.0.9")' events/full |
		sum_by .direction,.uid | grep -v " $NOBODY " >sent
	diff sent found
}

@test "sums and events have the same totals" {
	# by user they differ where a sum waits for its reader
	for host in events/*; do
		host=${host##*/}
		[ -e "sums/$host" ] || : >"sums/$host"
		sum_by .direction,.protocol <"events/$host" |
			sed "s/^/$host /" >>of_events
		sum_by .direction,.protocol <"sums/$host" |
			sed "s/^/$host /" >>of_sums
	done
	diff of_events of_sums
	diff <(ended events) <(ended sums)
}

@test "sums and events charge the same users and processes" {
	sum_by .direction,.uid,.pid,.protocol <events/users >of_events
	sum_by .direction,.uid,.pid,.protocol <sums/users >of_sums
	diff of_events of_sums
	for uid in 541001 541002; do
		grep -q "^out $uid " of_events
		grep -q "^in $uid " of_events
	done
	! uses $INTERVALS sums ||
		[ "$(wc -l <sums/users)" -lt "$(wc -l <events/users)" ]
}

@test "without CAP_PERFMON the same packets are recorded" {
	# it knows no network, but those ports are of one; and not whose the
	# accepted sockets are before they send
	local users='.protocol == 6 and (.source_port == 7712 or
		.destination_port == 7712)'
	jq -c "select($users)" events/users |
		sum_by .direction >of_events
	tm-print --json "$FACTS/plain.tm" | jq -c "select($users)" |
		sum_by .direction >of_plain
	diff of_events of_plain
	[ -s of_plain ]
}

# unseen_answers: of the JSON of events, how many answers to the first segment
# of a connection came by IPv6 and were not seen going: an older Linux runs no
# program of a cgroup for those, as they have no full socket
unseen_answers() {
	jq -r 'select(.kind == "traffic" and .tcp_flags == 18 and
		(.source | contains(":"))) | .direction' |
		awk '{ n[$1]++ } END { print n["in"] - n["out"] }'
}
ANSWER=80

# on_cable RX_PACKETS RX_BYTES TX_PACKETS TX_BYTES UNSEEN: that without the link
# header, and without those answers
on_cable() {
	echo "in $1 $(($2 - 14 * $1))"
	echo "out $(($3 - $5)) $(($4 - 14 * $3 - ANSWER * $5))"
}

@test "bytes and packets equal what the cable counted, row by row" {
	local title from to wire unseen all=0
	while IFS=$'\t' read -r title from to wire; do
		cat events/left events/right | jq -c "select(.time_ns >=
			$from * 1e9 and .time_ns <= $to * 1e9)" >events.row
		unseen=$(unseen_answers <events.row)
		all=$((all + unseen))
		sum_by .direction <events.row >row
		echo "$title: $wire, recorded $(paste -sd' ' row)"
		# shellcheck disable=SC2086 # words
		assert_equal "$(cat row)" "$(on_cable $wire $unseen)"
	done <"$FACTS/rows"
	echo $all >"$FACTS/unseen"
}

@test "sums equal what the cable counted" {
	local wire
	wire=$(cut -f4 "$FACTS/rows" | awk '{ for (i = 1; i <= 4; i++)
		n[i] += $i } END { print n[1], n[2], n[3], n[4] }')
	cat sums/left sums/right | sum_by .direction >sum
	# shellcheck disable=SC2046,SC2086 # words
	assert_equal "$(cat sum)" "$(on_cable $wire \
		$(cat events/left events/right | unseen_answers))"
}

@test "frames equal what their interface counted, to the byte" {
	local name host
	for name in frames=left frame-sums=right frames-plain=right; do
		host=${name#*=} name=${name%=*}
		paste -d' ' "$FACTS/$host.before" "$FACTS/$host.after" | awk '{
			print "in", $5 - $1, $6 - $2
			print "out", $7 - $3, $8 - $4 }' >wire
		ended "$name" | awk '{ print $1, $4, $5 }' >found
		echo "$name"
		diff wire found
	done
}

@test "data is charged to its owner or flagged as unsure" {
	local name direction user those host
	while IFS=$'\t' read -r name _ _ direction user those; do
		host=$name
		[ "$name" != container ] || host=elsewhere
		for mode in events sums; do
			echo "$name $mode $(charged_to "$direction" "$user" \
				"$those" <"$mode/$host")"
		done
	done <"$FACTS/cases" >charged
	cat charged
	cp charged "$FACTS/charged"
	run grep WRONG charged
	assert_output ""
}
