# tm-filter: networks, their lists, and several rules at a time.

load ../helper
load filter

# Every combination of an expression, -s, -x and --invert against every pair
# of ends and both directions, from the rule as the page words it.
@test "expression, --site, --exclude and --invert follow their truth table" {
	local e s x i line=0 from to out want keep options
	: >names.json
	: >events.json
	for from in 192.0.2.1 203.0.113.1 198.51.100.1; do
		for to in 192.0.2.2 203.0.113.2 198.51.100.2; do
			for out in in out; do
				echo '{"source":"'$from'","destination":"'$to'","direction":"'$out'"}'
			done
		done
	done >events.json
	tm-parse <events.json >all.tm
	for e in 0 1; do for s in 0 1; do for x in 0 1; do for i in 0 1; do
		[ $e$s$x != 000 ] || continue
		options=()
		[ $e = 0 ] || options+=(-e out)
		[ $s = 0 ] || options+=(-s 192.0.2.0/24 -s 203.0.113.0/24)
		[ $x = 0 ] || options+=(-x 203.0.113.0/24)
		[ $i = 0 ] || options+=(--invert)
		line=0 want=
		while read -r from to out; do
			line=$((line + 1)) keep=1
			[ $e$out != 1in ] || keep=0
			[ $s = 0 ] || [[ $from$to == *198.51* ]] || keep=0
			[ $x = 0 ] || [[ $from$to != *203.0* ]] || keep=0
			[ $keep = $i ] || want+=" $line"
		done < <(tr -d '{}"' <events.json | tr ':,' '  ' | cut -d' ' -f2,4,6)
		assert_keeps "$want" "${options[@]}"
	done; done; done; done
}

@test "an expression and its inverse divide the traffic" {
	local count
	write_events
	while IFS= read -r expression; do
		tm-filter -q "$expression" all.tm >a.tm
		tm-filter -q "not ($expression)" all.tm >b.tm
		tm-filter -q --invert "$expression" all.tm >c.tm
		cmp b.tm c.tm
		count=$(cat a.tm b.tm | tm-print --json | grep -c '"traffic"')
		[ "$count" = 6 ] || fail "$expression: $count"
	done <<-'END'
	user alice
	uid > 1000
	pid < 12 or comm curl
	port < 1024 and not proto tcp
	cgroup /user.slice
	interface uplink0 and (in or net 192.0.2.16/28)
	since 1700000020 or bytes > 1M
	END
}

@test "IPv4 networks match no IPv6 address, nor the reverse" {
	write_events
	assert_keeps "1 2 4 5 6" -x ::/0
	assert_keeps "3" -x 0.0.0.0/0
	assert_keeps "3" 'net ::/0'
	assert_keeps "1 2 4 5 6" -s ::/0
}

@test "lists come from files, and several site lists form one set" {
	write_events
	printf '# ours\n192.0.2.0/24\n\n2001:db8::/32\n' >site.txt
	assert_keeps "1 2 4 5" -s @site.txt
	assert_keeps "5" -x @site.txt
	assert_keeps "1 2 3 4 6" 'net @site.txt'
	assert_keeps "3 5" -s 192.0.2.0/24 -s 198.51.100.0/24
}

@test "a lost event is kept by a filter and its inverse if the field is unknown" {
	: >names.json
	cat >events.json <<-'END'
	{"kind":"lost","uid":1000,"direction":"in","bytes":9000,"packets":7,"time_ns":1700000000000000000}
	{"kind":"unattributed","ifindex":902,"direction":"out","bytes":10,"packets":1,"time_ns":1700000000000000000}
	END
	tm-parse <events.json >all.tm
	while IFS='|' read -r want inverse expression; do
		assert_keeps "$want" "$expression"
		assert_keeps "$inverse" "not ($expression)"
		assert_keeps "$inverse" --invert "$expression"
	done <<-'END'
	1 2|1 2|net 192.0.2.0/24
	1 2|1 2|host 192.0.2.1
	1 2|1 2|src port 80
	1 2|1 2|bytes > 1
	1 2|1 2|packets > 100
	1 2|1 2|proto tcp
	1 2|1 2|pid 0
	1 2|1 2|comm ''
	1 2|1 2|cgroup /
	1 2|1 2|loopback
	1|2|in
	2|1|out
	1 2|2|uid 1000
	2|1 2|user none
	1|1 2|interface 1
	1 2|1|interface 902
	1 2||since 1700000000
	|1 2|until 1700000000
	1|2|kind lost
	2|1|kind unattributed
	2|1 2|uid 1 and net 192.0.2.0/24
	1 2|1 2|uid 1 or net 192.0.2.0/24
	1 2|2|uid 1000 or net 192.0.2.0/24
	1 2|1 2|net 192.0.2.0/24 and not net 192.0.2.0/24
	END
	for option in -s -x; do
		assert_keeps "1 2" $option 0.0.0.0/0 $option ::/0
		assert_keeps "1 2" $option 0.0.0.0/0 --invert
	done
}

@test "the first operand is the expression unless -e, -s or -x is given" {
	write_events
	tm-filter -q in all.tm >a.tm
	tm-filter -q all.tm -e in >b.tm
	cmp a.tm b.tm
	tm-filter -q -e in - <all.tm >b.tm
	cmp a.tm b.tm
	tm-filter -q -x 0.0.0.0/0 all.tm all.tm >b.tm
	[ "$(wc -c <b.tm)" = $((2 * 7 * 128)) ]
	run tm-filter -q -e in out
	assert_failure 1
	assert_output "tm-filter: out: No such file or directory"
	run tm-filter
	assert_failure 2
	assert_output "tm-filter: nothing to filter by; give an expression, -s or -x
try: tm-filter --help"
	run tm-filter all.tm
	assert_failure 2
	assert_line "tm-filter: the first operand is the expression, and the files come after it"
}

@test "several expressions must all be true" {
	write_events
	assert_keeps 2 -e in -e 'user alice or user bob'
	assert_keeps "1 3 4 5 6" --invert -e in -e 'user alice or user bob'
}

@test "standard input is either one list or the events" {
	write_events
	run tm-filter -s @- <all.tm
	assert_failure 2
	assert_output "tm-filter: standard input can only be read once: name a file"
	run tm-filter -s @- -x @- all.tm </dev/null
	assert_failure 2
	run tm-filter 'in and net @-' all.tm - </dev/null
	assert_failure 2
	assert_line --index 0 "tm-filter: column 12: standard input can only be read once: name a file"
	echo 192.0.2.0/24 | tm-filter -q -s @- all.tm >a.tm
	tm-filter -q -s 192.0.2.0/24 all.tm | cmp - a.tm
}

@test "tm-filter does not write events to a terminal" {
	write_events
	run script -qec 'tm-filter in all.tm' /dev/null
	assert_failure 2
	assert_output --partial 'standard output is a terminal'
}

@test "SIGHUP rereads the lists, and an invalid one changes nothing" {
	write_events
	echo 192.0.2.0/24 >site.txt
	mkfifo pipe
	tm-filter -x @site.txt <pipe >got.tm 2>err.txt 3>&- &
	pid=$!
	exec 9>pipe
	sed -n 1p events.json | tm-parse >&9
	sed -n 3p events.json | tm-parse >&9
	eventually has_size got.tm 128
	echo 2001:db8::/32 >site.txt
	kill -HUP $pid
	eventually grep -q '^tm-filter: read again: 1 networks$' err.txt
	sed -n 1p events.json | tm-parse >&9
	sed -n 3p events.json | tm-parse >&9
	eventually has_size got.tm 256
	echo 300.0.0.0/8 >site.txt
	kill -HUP $pid
	eventually grep -q 'the previous list remains in use$' err.txt
	sed -n 3p events.json | tm-parse >&9
	sed -n 1p events.json | tm-parse >&9
	exec 9>&-
	wait $pid
	{
		sed -n 3p events.json
		sed -n 1p events.json
		sed -n 1p events.json
	} | tm-parse | cmp - got.tm
}
