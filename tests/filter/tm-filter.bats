bats_require_minimum_version 1.5.0
load ../helper

# The names pass always; the events are numbered by their lines.
write_events() {
	cat >names.json <<-'END'
	{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice"}
	{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob"}
	{"kind":"name","of":"interface","parts":1,"id":902,"text":"uplink0"}
	{"kind":"name","of":"interface","parts":1,"id":903,"text":"lan0"}
	{"kind":"name","of":"cgroup","parts":1,"id":5,"text":"/user.slice/alice"}
	{"kind":"name","of":"cgroup","parts":1,"id":6,"text":"/user.slicer"}
	END
	cat >events.json <<-'END'
	{"time_ns":1700000000000000000,"uid":1000,"pid":11,"comm":"curl","cgroup_id":5,"ifindex":902,"direction":"out","protocol":6,"bytes":1500,"packets":1,"source":"192.0.2.10","source_port":40000,"destination":"198.51.100.7","destination_port":443}
	{"time_ns":1700000010000000000,"span":200,"uid":1000,"pid":11,"comm":"curl","cgroup_id":5,"ifindex":902,"direction":"in","protocol":6,"bytes":2097152,"packets":1400,"source":"198.51.100.7","source_port":443,"destination":"192.0.2.10","destination_port":40000}
	{"time_ns":1700000020000000000,"uid":1001,"pid":22,"comm":"a-very-long-com","cgroup_id":6,"ifindex":903,"direction":"out","protocol":17,"bytes":80,"packets":1,"source":"2001:db8::10","source_port":5353,"destination":"2001:db8:1::53","destination_port":53}
	{"time_ns":1700000030000000000,"ifindex":902,"direction":"in","protocol":1,"bytes":84,"packets":1,"source":"198.51.100.9","destination":"192.0.2.10"}
	{"time_ns":1700000040000000000,"uid":0,"pid":1,"comm":"init","flags":10,"ifindex":1,"direction":"out","protocol":6,"bytes":60,"packets":1,"source":"127.0.0.1","source_port":8080,"destination":"127.0.0.1","destination_port":9090}
	{"time_ns":1700000050000000000,"uid":1002,"pid":0,"ifindex":902,"direction":"out","protocol":132,"bytes":1024,"packets":2,"source":"192.0.2.10","source_port":1023,"destination":"192.0.2.20","destination_port":2000}
	END
	cat names.json events.json | tm-parse >all.tm
}

select_events() { # "1 3"
	cat names.json
	for line in $1; do
		sed -n "${line}p" events.json
	done
}

# What the options keep of all.tm is these events, in order, and nothing else.
assert_keeps() { # "1 3" OPTION...
	local want=$1
	shift
	tm-filter -q "$@" <all.tm >got.tm || fail "$*: exit $?"
	select_events "$want" | tm-parse >want.tm
	cmp want.tm got.tm || {
		tm-print got.tm
		fail "$*: not exactly $want"
	}
}

# Reads lines of "numbers | expression".
assert_table() {
	local want expression
	while IFS='|' read -r want expression; do
		assert_keeps "$want" "$expression"
	done
}

@test "each word asks for its own field" {
	write_events
	assert_table <<-'END'
	2 4 | in
	1 3 5 6 | out
	5 | loopback
	1 2 | user alice
	3 | user bob
	4 | user none
	6 | user 1002
	1 2 | uid 1000
	4 | uid none
	4 | uid 4294967295
	3 | pid 22
	4 6 | pid 0
	1 2 | comm curl
	 | comm cur
	3 | comm a-very-long-com
	3 | comm a-very-long-command
	 | comm a-very-long-co
	4 6 | comm ''
	1 2 | cgroup /user.slice
	1 2 | cgroup user.slice/
	1 2 | cgroup /user.slice/alice
	 | cgroup /user.slice/al
	1 2 3 | cgroup /
	3 | cgroup 6
	1 2 | host 198.51.100.7
	3 | host 2001:db8::10
	1 2 4 6 | net 192.0.2.0/24
	3 | net 2001:db8:1::/48
	1 2 | port 443
	3 | port 53
	4 | port 0
	1 2 5 | proto tcp
	6 | proto sctp
	4 | proto 1
	1 2 4 6 | interface uplink0
	5 | interface 1
	1 | bytes 1500
	6 | packets 2
	1 2 3 4 5 6 | kind traffic
	 | kind lost
	END
}

@test "src and dst ask one end only" {
	write_events
	assert_table <<-'END'
	2 | src host 198.51.100.7
	1 | dst host 198.51.100.7
	1 6 | src net 192.0.2.0/24
	2 4 6 | dst net 192.0.2.0/24
	2 | src port 443
	1 | dst port 443
	END
}

@test "numbers compare, and what has none is neither below nor above" {
	write_events
	assert_table <<-'END'
	2 | bytes > 1M
	1 2 6 | bytes>=1K
	3 4 5 | bytes < 1K
	3 4 5 6 | bytes <= 1024
	2 | bytes 1M-2M
	3 4 5 | bytes 60-84
	2 6 | packets > 1
	1 3 4 5 | packets <= 1
	1 2 3 5 6 | uid >= 0
	1 2 3 6 | uid > 999
	5 | uid < 1000
	1 2 3 4 6 | uid != 0
	3 6 | uid 1001-1002
	1 2 3 5 | pid > 0
	1 2 5 | pid <= 11
	1 2 3 6 | port < 1024
	1 2 3 6 | port 1-1023
	1 2 | port >= 40000
	1 2 3 4 5 6 | bytes >= 0
	 | bytes < 0
	 | bytes > 18446744073709551615
	 | port > 65535
	 | pid < 1
	1 2 4 5 6 | port != 53
	1 2 4 5 6 | not port = 53
	3 4 6 | proto != tcp
	3 4 5 6 | user != alice
	3 4 5 6 | host != 198.51.100.7
	END
}

@test "not binds before and, and before or; parentheses change it" {
	write_events
	assert_table <<-'END'
	2 4 5 | in or loopback and user root
	2 4 | in and not loopback or user bob and in
	4 | (in or out) and user none
	5 | (in or loopback) and not net 192.0.2.0/24
	1 3 6 | not (in or loopback)
	2 4 | not not in
	2 4 5 | not (out and not loopback)
	2 | ((in)) and (((user alice)))
	3 5 | not in and not (net 192.0.2.0/24 and (proto tcp or proto sctp))
	END
}

@test "values may be quoted, also those that are words of the language" {
	write_events
	echo '{"comm":"and or not","uid":0}' >>events.json
	echo '{"comm":"and","uid":0}' >>events.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps 7 'comm "and or not"'
	assert_keeps 8 "comm 'and'"
	assert_keeps "1 2" 'user "alice"and comm="curl"'
}

@test "times have zones, local time, seconds since the epoch" {
	write_events
	assert_table <<-'END'
	3 4 5 6 | since 2023-11-14T22:13:40Z
	3 4 5 6 | since 2023-11-14T23:13:40+01:00
	3 4 5 6 | since 2023-11-14T22:13:40
	3 4 5 6 | since '2023-11-14 22:13:39.999999999'
	4 5 6 | since '2023-11-14 22:13:40.000000001'
	1 2 3 4 5 6 | since 2023-11-14
	 | since 2023-11-15
	 | since '2023-11-14 22:15'
	3 4 5 6 | since 1700000020
	4 5 6 | since 1700000020.5
	1 2 | until 1700000020
	1 2 3 | until 1700000020.000000001
	3 4 | since 1700000020 and until 1700000040
	 | since 10m
	1 2 3 4 5 6 | until 10m
	END
	TZ=XXX-1 assert_keeps "3 4 5 6" 'since 2023-11-14T23:13:40'
}

@test "a duration is before now" {
	: >names.json
	echo '{"time_ns":'"$(date +%s)"'000000000}' >events.json
	tm-parse <events.json >all.tm
	assert_keeps 1 'since 10m'
	assert_keeps "" 'until 10m'
}

@test "an interval that a time divides is kept by since and by until" {
	write_events
	assert_keeps "2 3 4 5 6" 'since 1700000009'
	assert_keeps "1 2" 'until 1700000009'
	assert_keeps "1" 'until 1700000008'
}

@test "a recording's names stand before this machine's" {
	: >names.json
	echo '{"uid":0,"bytes":1}' >events.json
	tm-parse <events.json >all.tm
	assert_keeps 1 'user root'
	assert_keeps "" 'user toor'
	echo '{"kind":"name","of":"user","parts":1,"id":0,"text":"toor"}' \
		>names.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps "" 'user root'
	assert_keeps 1 'user toor'
}

@test "a name of more than one record is put together" {
	local long
	long=/$(printf 'x%.0s' {1..103})
	cat >names.json <<-END
	{"kind":"name","of":"cgroup","part":0,"parts":2,"id":9,"text":"$long"}
	{"kind":"name","of":"cgroup","part":1,"parts":2,"id":9,"text":"/tail"}
	END
	echo '{"cgroup_id":9,"uid":0}' >events.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps 1 "cgroup $long/tail"
	assert_keeps 1 "cgroup $long"
	assert_keeps "" "cgroup $long/other"
}

@test "a name that never comes up is said, unless quiet" {
	write_events
	run --separate-stderr tm-filter 'user no-such-user' all.tm
	assert_success
	[ "$stderr" = "tm-filter: note: no user is called no-such-user in these events or here" ]
	run --separate-stderr tm-filter 'user alice' all.tm
	[ "$stderr" = "" ]
	run --separate-stderr tm-filter -q 'user no-such-user' all.tm
	[ "$stderr" = "" ]
}

# Every combination of an expression, -s, -x and --invert against every pair
# of ends and both directions, from the rule as the page words it.
@test "expression, site, exclude and invert follow their truth table" {
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

@test "IPv4 and IPv6 networks are apart" {
	write_events
	assert_keeps "1 2 4 5 6" -x ::/0
	assert_keeps "3" -x 0.0.0.0/0
	assert_keeps "3" 'net ::/0'
	assert_keeps "1 2 4 5 6" -s ::/0
}

@test "lists come from files, and site lists are one set" {
	write_events
	printf '# ours\n192.0.2.0/24\n\n2001:db8::/32\n' >site.txt
	assert_keeps "1 2 4 5" -s @site.txt
	assert_keeps "5" -x @site.txt
	assert_keeps "1 2 3 4 6" 'net @site.txt'
	assert_keeps "3 5" -s 192.0.2.0/24 -s 198.51.100.0/24
}

@test "what is unknown of a lost event keeps it, in a filter and its inverse" {
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

@test "what is dropped is excluded in ticks and ends, by direction" {
	write_run
	tm-filter -q 'uid 1000' run.tm >a.tm
	run statuses a.tm
	assert_output "1,100 2,200 4,400
0,0 0,0 0,0
1,100 3,201 4,400
0,0 8,800 0,0"
}

@test "a dropped lost event moves from lost, an unattributed one from nowhere" {
	write_run
	tm-filter -q 'kind traffic and not uid 1000' run.tm >a.tm
	run statuses a.tm
	assert_output "2,200 5,500 0,0
0,0 0,0 0,0
2,200 6,501 0,0
8,800 0,0 0,0"
}

@test "the identity holds behind two filters in a row" {
	write_run
	tm-filter -q 'not (uid 1000 and kind traffic)' run.tm |
		tm-filter -q 'in and not kind lost' >a.tm
	run statuses a.tm
	assert_output "2,200 5,500 0,0
0,0 0,0 0,0
2,200 6,501 0,0
0,0 8,800 0,0"
}

@test "each run has its own excluded, also when one starts again" {
	write_run
	sed 's/"run_id":7/"run_id":8/' run.json | tm-parse >other.tm
	tm-filter -q 'uid 1000' run.tm other.tm run.tm >a.tm
	run statuses a.tm
	assert_output "$(for _ in 1 2 3; do
		tm-filter -q 'uid 1000' run.tm >b.tm
		statuses b.tm
	done)"
}

@test "between runs that interleave, drops are of the latest one still open" {
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

@test "in a piece without a start, drops are of the run whose status comes" {
	write_run
	tail -c +129 run.tm | tm-filter -q 'uid 1000' >a.tm
	tm-filter -q 'uid 1000' run.tm | tail -c +129 >b.tm
	cmp a.tm b.tm
}

@test "kinds that are not known pass on, in order" {
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
	assert_output "tm-filter: which events? An expression, -s or -x tells
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

# expression, the message, and the caret below the expression
assert_error() {
	run tm-filter "$1" /dev/null
	assert_failure 2
	assert_output "tm-filter: $2
$1
$3"
}

@test "an error in an expression stands under a caret" {
	assert_error 'user alice and port abc' \
		"column 21: port wants a number up to 65535, not 'abc'" \
		'                    ^'
	assert_error 'port 1-65536' \
		"column 8: port wants a number up to 65535, not '65536'" \
		'       ^'
	assert_error 'user bob and (in or out' \
		'column 14: this parenthesis is never closed' \
		'             ^'
	assert_error 'in)' 'column 3: this parenthesis was never opened' '  ^'
	assert_error 'in out' 'column 4: here belongs and, or or the end' '   ^'
	assert_error 'in and' \
		'column 7: here belongs a word such as user or net' '      ^'
	assert_error 'not' \
		'column 4: here belongs a word such as user or net' '   ^'
	assert_error '()' \
		'column 2: here belongs a word such as user or net' ' ^'
	assert_error 'user' 'column 5: user wants a value here' '    ^'
	assert_error 'user and in' 'column 6: user wants a value here' '     ^'
	assert_error 'comm "x' 'column 6: this quote has no end' '     ^'
	assert_error 'src user bob' \
		'column 5: after src comes host, net or port' '    ^'
	assert_error 'user > 5' \
		'column 6: user can only be compared by = and !=' '     ^'
	assert_error 'uid > none' \
		'column 7: none is neither above nor below a number' '      ^'
	assert_error 'bytes < 1-2' \
		'column 9: a range can only be compared by = and !=' '        ^'
	assert_error 'port 9-8' 'column 6: this range ends before it begins' \
		'     ^'
	assert_error 'since = 10m' \
		'column 7: since takes no comparison, only a time' '      ^'
	assert_error '! in' 'column 1: not is written as a word' '^'
	assert_error 'bytes 1X' \
		"column 7: bytes wants a size such as 1500 or 4M, not '1X'" \
		'      ^'
	assert_error 'host 10.0.0.0/8' \
		"column 6: host wants an address, not '10.0.0.0/8'; a network is net" \
		'     ^'
	assert_error 'comm é and kind x' \
		"column 17: kind wants traffic, lost or unattributed, not 'x'" \
		'                ^'
	assert_error '' 'column 1: the expression is empty' '^'
	assert_error '   ' 'column 1: the expression is empty' '^'
	for time in 2023-02-30 2023-13-01 2023-1-1 2023-01-01T24:00 \
		2023-01-01T10 2023-01-01T10:00:00x 2023-01-01T10:00+1 \
		99999999999 1.x 10y 9999-01-01; do
		run tm-filter "since $time" /dev/null
		assert_failure 2
		assert_line --index 0 --partial 'column 7: since wants a time'
	done
}

@test "of a long expression the part around the error is shown" {
	local long
	long=$(printf 'in or %.0s' {1..50})
	run tm-filter "${long}oops" /dev/null
	assert_failure 2
	assert_line --index 1 "$(printf '%s' "${long}oops" | tail -c 42)"
	assert_line --index 2 "$(printf '%38s^' '')"
}

@test "a bad network in an expression is under the caret too" {
	run tm-filter 'in and net 10.0.0.300/8' /dev/null
	assert_failure 2
	assert_line --index 0 --partial 'tm-filter: column 12: '
	assert_line --index 2 '           ^'
	run tm-filter 'net @missing.txt' /dev/null
	assert_failure 1
	assert_line --index 0 --partial 'missing.txt'
	run tm-filter -s 10.0.0.300/8 /dev/null
	assert_failure 2
	run tm-filter -s @missing.txt /dev/null
	assert_failure 1
}

@test "absurd expressions are refused or answered, and never crash" {
	local i j text
	local tokens=(in out and or not '(' ')' user bob '"' "'" = '!=' '<=' '!'
		'>' port 80 1-2 net ::/0 @ @- @/dev/null host src dst since 1d
		until bytes 1M uid none $'\n' $'\e' $'\xff' é - / comm kind lost)
	write_events
	run tm-filter "$(printf '(%.0s' {1..5000})" all.tm
	assert_failure 2
	assert_line --index 0 'tm-filter: column 201: nested deeper than 200'
	run tm-filter "$(printf 'not %.0s' {1..5000})in" all.tm
	assert_failure 2
	run tm-filter "$(printf 'in or %.0s' {1..20000})in" all.tm
	assert_failure 2
	assert_line --index 0 --partial 'longer than 65536 characters'
	assert_keeps "2 4" "$(printf 'in or %.0s' {1..10000})in"
	assert_keeps "2 4" "$(printf '(in) and %.0s' {1..7000})in"
	assert_keeps "2 4" "$(printf '(%.0s' {1..199})in$(printf ')%.0s' {1..199})"
	RANDOM=1
	for ((i = 0; i < 300; i++)); do
		text=
		for ((j = RANDOM % 9; j >= 0; j--)); do
			text+=${tokens[RANDOM % ${#tokens[@]}]}
			((RANDOM % 4)) && text+=' '
		done
		run tm-filter -q "$text" all.tm
		[[ $status == [012] ]] || fail "exit $status: $text"
	done
}

@test "control characters in an expression do not reach the terminal" {
	run tm-filter $'user \e[31m and x' /dev/null
	assert_failure 2
	refute_output --partial $'\e'
}

@test "explain tells what each rule dropped" {
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

@test "a closed pipe ends quietly" {
	write_events
	for _ in {1..12}; do cat all.tm all.tm >b.tm && mv b.tm all.tm; done
	run bash -c 'set -o pipefail; tm-filter -q "bytes > 0" all.tm | head -c 128 >/dev/null'
	assert_success
	assert_output ""
}

@test "a full disk is said" {
	write_events
	run bash -c 'tm-filter in all.tm >/dev/full'
	assert_failure 1
	assert_output "tm-filter: standard output: No space left on device"
}

@test "a cut input passes on what is whole and exits 3" {
	write_events
	head -c 1000 all.tm >cut.tm
	tm-filter -q 'uid >= 0' cut.tm >got.tm 2>err.txt || status=$?
	[ "$status" = 3 ]
	head -c 896 all.tm | cmp - got.tm
	assert_equal "$(cat err.txt)" \
		"tm-filter: cut.tm: ends inside an event (offset 896)"
}

@test "strict exits 4 when the events tell of lost ones" {
	write_run
	tm-filter -q in run.tm >a.tm
	run tm-filter -q --strict in run.tm
	assert_failure 4
	write_events
	run tm-filter -q --strict in all.tm
	assert_success
}

@test "standard input is one list or the events" {
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

@test "events are not written to a terminal" {
	write_events
	run script -qec 'tm-filter in all.tm' /dev/null
	assert_failure 2
	assert_output --partial 'standard output is a terminal'
}

has_size() { [ "$(wc -c <"$1")" = "$2" ]; }

@test "SIGHUP reads the lists again, and a bad one changes nothing" {
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
	eventually grep -q 'the list stays as it was$' err.txt
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

@test "SIGUSR1 prints a line of statistics" {
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

@test "help and version are on standard output, misuse is not" {
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
