# tm-filter: the words of an expression, and errors in it.

load ../helper
load ../events
load filter

# Reads lines of "numbers | expression".
assert_table() {
	local want expression
	while IFS='|' read -r want expression; do
		assert_keeps "$want" "$expression"
	done
}

@test "each word of an expression tests its own field" {
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
	 | process cur
	3 | process a-very-long-com
	3 | process a-very-long-command
	 | process a-very-long-co
	4 6 | process ''
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

@test "comm, net and proto are older names of process, network and protocol" {
	write_events
	assert_table <<-'END'
	1 2 | comm curl
	1 2 4 6 | net 192.0.2.0/24
	1 6 | src net 192.0.2.0/24
	1 2 5 | proto tcp
	END
}

@test "src and dst test one end only" {
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

@test "local and remote ask the end that the direction decides" {
	write_events
	assert_table <<-'END'
	1 2 | remote 198.51.100.7
	 | local 198.51.100.7
	1 2 4 6 | local host 192.0.2.10
	1 2 | remote port 443
	 | local port 443
	1 2 | local port 40000
	3 | remote network 2001:db8:1::/48
	3 4 5 6 | not remote 198.51.100.7
	1 | out and not local port 443 and remote port 443
	END
}

@test "numbers compare, and a missing number is neither below nor above" {
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

@test "\"not\" binds before \"and\", and \"and\" before \"or\"; parentheses change this" {
	write_events
	name user 0 root >>names.json
	cat names.json events.json | tm-parse >all.tm
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

@test "values may be quoted, which makes words of the language values" {
	write_events
	echo '{"comm":"and or not","uid":0}' >>events.json
	echo '{"comm":"and","uid":0}' >>events.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps 7 'comm "and or not"'
	assert_keeps 8 "comm 'and'"
	assert_keeps "1 2" 'user "alice"and comm="curl"'
}

@test "times may have a zone, be local, or be seconds since the epoch" {
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
	 | since 'last month'
	1 2 3 4 5 6 | until yesterday
	1 2 3 4 5 6 | until monday
	3 4 5 6 | since 2023-11-14T22:13:40+0000
	 | since -1h
	 | since 10m
	1 2 3 4 5 6 | until 10m
	END
	TZ=XXX-1 assert_keeps "3 4 5 6" 'since 2023-11-14T23:13:40'
}

@test "a duration means so long before now" {
	: >names.json
	echo '{"time_ns":'"$(date +%s)"'000000000}' >events.json
	tm-parse <events.json >all.tm
	assert_keeps 1 'since 10m'
	assert_keeps "" 'until 10m'
}

@test "an interval that spans the given time is kept by both since and until" {
	write_events
	assert_keeps "2 3 4 5 6" 'since 1700000009'
	assert_keeps "1 2" 'until 1700000009'
	assert_keeps "1" 'until 1700000008'
}

@test "recorded names take precedence over this machine's" {
	{ start_here && status end 0; } >names.json
	echo '{"uid":0,"bytes":1}' >events.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps 1 'user root'
	assert_keeps "" 'user toor'
	echo '{"kind":"name","of":"user","parts":1,"id":0,"text":"toor"}' \
		>>names.json
	cat names.json events.json | tm-parse >all.tm
	assert_keeps "" 'user root'
	assert_keeps 1 'user toor'
}

@test "a name of several records is put together" {
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

@test "tm-filter warns about a name that never occurs, unless quiet" {
	write_events
	run --separate-stderr tm-filter 'user no-such-user' all.tm
	assert_success
	[ "$stderr" = "tm-filter: note: no user is called no-such-user in these events or here" ]
	run --separate-stderr tm-filter 'user alice' all.tm
	[ "$stderr" = "" ]
	run --separate-stderr tm-filter -q 'user no-such-user' all.tm
	[ "$stderr" = "" ]
}

# expression, the message, and the caret below the expression
assert_error() {
	run tm-filter "$1" /dev/null
	assert_failure 2
	assert_output "tm-filter: $2
$1
$3"
}

@test "an error in an expression is marked with a caret" {
	assert_error 'user alice and port abc' \
		"column 21: port takes a number up to 65535 or a service such as ssh, not 'abc'" \
		'                    ^'
	assert_error 'port 1-65536' \
		"column 8: port takes a number up to 65535 or a service such as ssh, not '65536'" \
		'       ^'
	assert_error 'user bob and (in or out' \
		'column 14: this parenthesis is not closed' \
		'             ^'
	assert_error 'in)' 'column 3: this parenthesis was not opened' '  ^'
	assert_error 'in out' 'column 4: expected and, or, or the end' '   ^'
	assert_error 'in and' \
		'column 7: expected a word such as user or network' '      ^'
	assert_error 'not' \
		'column 4: expected a word such as user or network' '   ^'
	assert_error '()' \
		'column 2: expected a word such as user or network' ' ^'
	assert_error 'user' 'column 5: user needs a value' '    ^'
	assert_error 'user and in' 'column 6: user needs a value' '     ^'
	assert_error 'comm "x' 'column 6: unterminated quote' '     ^'
	assert_error 'src user bob' \
		'column 5: expected host, network or port' '    ^'
	assert_error 'user > 5' \
		'column 6: user can only be compared with = and !=' '     ^'
	assert_error 'uid > none' \
		'column 7: none cannot be compared with a number' '      ^'
	assert_error 'bytes < 1-2' \
		'column 9: a range can only be compared with = and !=' '        ^'
	assert_error 'port 9-8' 'column 6: the range ends before it begins' \
		'     ^'
	assert_error 'since = 10m' \
		'column 7: since takes no comparison, only a time' '      ^'
	assert_error '! ' \
		'column 3: expected a word such as user or network' '  ^'
	assert_error 'port ssh,nosuch' \
		"column 10: port takes a number up to 65535 or a service such as ssh, not 'nosuch'" \
		'         ^'
	assert_error 'user alice, and in' 'column 13: user needs a value' \
		'            ^'
	assert_error 'user ,' 'column 7: user needs a value' '      ^'
	assert_error 'remote' 'column 7: expected host, network or port' \
		'      ^'
	assert_error '192.0.2.10' \
		'column 1: an address alone; write host 192.0.2.10' '^'
	assert_error 'host 10.0.0.256' \
		"column 6: host takes an address, not '10.0.0.256'" '     ^'
	assert_error 'bytes 1X' \
		"column 7: bytes takes a size such as 1500, 1.5M or 4GB, not '1X'" \
		'      ^'
	assert_error 'host 10.0.0.0/8' \
		"column 6: host takes an address, not '10.0.0.0/8'; write network" \
		'     ^'
	assert_error 'comm é and kind x' \
		"column 17: kind takes traffic, lost or unattributed, not 'x'" \
		'                ^'
	assert_error '' 'column 1: the expression is empty' '^'
	assert_error '   ' 'column 1: the expression is empty' '^'
	for time in 2023-02-30 2023-13-01 2023-1-1 2023-01-01T24:00 \
		2023-01-01T10 2023-01-01T10:00:00x 2023-01-01T10:00+1 \
		99999999999 1.x 10z 9999-01-01 2026-11-31 2026 10; do
		run tm-filter "since $time" /dev/null
		assert_failure 2
		assert_line --index 0 --partial ": since $time: "
	done
	assert_error "since '2026-11-31'" \
		'column 16: since 2026-11-31: November 2026 has 30 days' \
		'               ^'
}

@test "in a long expression only the part around the error is shown" {
	local long
	long=$(printf 'in or %.0s' {1..50})
	run tm-filter "${long}oops" /dev/null
	assert_failure 2
	assert_line --index 1 "$(printf '%s' "${long}oops" | tail -c 42)"
	assert_line --index 2 "$(printf '%38s^' '')"
}

@test "an invalid network in an expression is marked with a caret too" {
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

@test "absurd expressions are refused or evaluated, and never crash" {
	local i j text
	local tokens=(in out and or not '(' ')' user bob '"' "'" = '!=' '<=' '!'
		'>' port 80 1-2 net ::/0 @ @- @/dev/null host src dst since 1d
		until bytes 1M uid none $'\n' $'\e' $'\xff' é - / comm kind lost)
	write_events
	run tm-filter "$(printf '(%.0s' {1..5000})" all.tm
	assert_failure 2
	assert_line --index 0 'tm-filter: column 201: nested more than 200 levels deep'
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
