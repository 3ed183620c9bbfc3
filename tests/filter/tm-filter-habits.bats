# tm-filter: expressions as people of other tools type them.

load ../helper
load ../events
load filter

# Reads lines of "numbers | expression", where || in an expression is fine.
assert_table() {
	local line
	while IFS= read -r line; do
		assert_keeps "${line%% | *}" "${line#* | }"
	done
}

@test "&& || and ! are and, or and not" {
	write_events
	assert_table <<-'END'
	2 | in && user alice
	2 4 5 | in || loopback
	2 | in&&user alice
	1 3 5 6 | !in
	1 3 5 6 | ! in
	3 5 6 | !(in || user alice)
	5 6 | out && !user alice && ! user bob
	1 2 | port==443
	END
}

@test "a protocol needs no word, and may qualify an end or a port" {
	write_events
	assert_table <<-'END'
	1 2 5 | tcp
	3 | udp
	1 2 3 5 | tcp or udp
	1 2 | tcp port 443
	2 | tcp src port 443
	3 | udp and dst port 53
	1 2 3 | tcp port 443 or udp port 53
	4 | icmp
	3 4 6 | not tcp
	END
}

@test "values with commas between are alternatives" {
	write_events
	assert_table <<-'END'
	1 2 3 | user alice,bob
	1 2 3 | user alice, bob
	1 2 3 | user alice ,bob
	4 5 6 | user != alice,bob
	1 2 3 | port 443,53
	1 2 3 5 | port 443,53,8080-9000
	1 2 3 5 | protocol tcp,udp
	1 2 3 | host 198.51.100.7,2001:db8::10
	1 2 4 6 | network 192.0.2.0/25,192.0.2.128/25
	1 2 3 | process curl,a-very-long-com
	2 | user alice,bob and in
	 | process "curl,a-very-long-com"
	END
}

@test "a port may be the name of a service" {
	write_events
	assert_table <<-'END'
	1 2 | port https
	3 | port domain
	1 2 3 | port https,domain
	1 | remote port https and out
	END
}

@test "a host may be a name, which is all its addresses" {
	write_events
	assert_keeps 5 'host localhost'
	assert_keeps 5 'remote localhost'
	run -2 tm-filter 'host no-such-host.invalid' all.tm
	assert_line --index 0 --partial "column 6: host no-such-host.invalid: "
	assert_line --index 2 '     ^'
}

@test "an unquoted name with * ? or [ is a pattern" {
	write_events
	assert_table <<-'END'
	1 2 | process cu*
	1 2 | comm *rl
	3 | process a-very*
	1 2 5 | process [ci]*
	1 2 3 | user a*,b?b
	1 2 4 6 | interface uplink*
	3 | interface lan?
	1 2 | cgroup /user.slice/al*
	 | process "cu*"
	3 4 5 6 | not process cu*
	END
}

@test "after src, dst, local and remote a network or an address needs no word" {
	write_events
	echo 192.0.2.0/24 >list.txt
	assert_table <<-'END'
	1 6 | src 192.0.2.0/24
	1 6 | src @list.txt
	2 | src 198.51.100.7
	3 | dst 2001:db8:1::/48
	2 4 6 | dst 192.0.2.0/24
	1 2 4 6 | local 192.0.2.0/24
	1 2 4 | remote 198.51.100.0/24
	1 2 4 | remote "198.51.100.0/24"
	1 2 4 | remote = 198.51.100.0/24
	3 5 6 | remote != '198.51.100.0/24'
	1 6 | src = @list.txt
	5 | src localhost
	END
}

@test "src and dst together mean both ends or either end" {
	write_events
	assert_table <<-'END'
	6 | src and dst network 192.0.2.0/24
	6 | dst and src net 192.0.2.0/24
	1 2 4 6 | src or dst network 192.0.2.0/24
	6 | src and dst 192.0.2.0/24
	5 | src and dst port 1024-65535 and tcp
	1 2 3 | dst or src port 443,53
	END
	run -2 tm-filter 'src and port 53' all.tm
	assert_line --index 0 "tm-filter: column 9: expected dst"
	run -2 tm-filter 'dst or tcp' all.tm
	assert_line --index 0 "tm-filter: column 8: expected src"
	for bad in 'src tcp' 'src user bob' 'src ip6' src; do
		run -2 tm-filter "$bad" all.tm
		assert_line --index 0 --partial ": expected host, network or port"
	done
}

@test "ip and ip6 are the families, and need no word before a word" {
	write_events
	{
		cat names.json events.json
		echo '{"uid":0,"source":"::","destination":"ff02::1"}'
		echo '{"uid":0,"bytes":60}'
		echo '{"kind":"lost","uid":0,"bytes":60}'
	} | tm-parse >all.tm
	lines() { # the numbers of the events that are kept
		tm-filter "$1" all.tm | tm-print --json | grep -v '"kind":"name"' |
			grep -onFxf - <(tm-print --json all.tm |
				grep -v '"kind":"name"') | cut -d: -f1 | paste -sd ' '
	}
	[ "$(lines 'ip and not kind lost')" = "1 2 4 5 6" ]
	[ "$(lines 'ip6 and not kind lost')" = "3 7" ]
	[ "$(lines 'not ip and not ip6 and not kind lost')" = 8 ]
	[ "$(lines 'ip6')" = "3 7 9" ]
	[ "$(lines 'ip port 443 and not kind lost')" = "1 2" ]
	[ "$(lines 'ip6 src host :: and not kind lost')" = 7 ]
	[ "$(lines 'ip proto tcp and not kind lost')" = "1 2 5" ]
	run bash -c 'tm-filter --explain "ip6" all.tm 2>&1 >/dev/null | grep -c dropped'
	assert_output 1
}

@test "portrange, inbound and outbound are tcpdump's words" {
	write_events
	assert_table <<-'END'
	1 2 3 | portrange 1-1000
	2 | src portrange 1-1000
	1 2 | tcp portrange https
	2 4 | inbound
	1 3 5 6 | outbound
	END
}

# refuses EXPRESSION MESSAGE
refuses() {
	run -2 tm-filter "$1" /dev/null
	assert_line --index 0 "tm-filter: $2"
}

@test "a number below 0 and a range without end are named whole" {
	refuses 'uid -1' "column 5: uid takes a number up to 4294967295 or none, not '-1'"
	refuses 'user -1' "column 6: user takes a number up to 4294967295 or none, not '-1'"
	refuses 'port -1' "column 6: port takes a number up to 65535 or a service such as ssh, not '-1'"
	refuses 'pid -5' "column 5: pid takes a number up to 4294967295, not '-5'"
	refuses 'packets > -1' "column 11: packets takes a number up to 4294967295, not '-1'"
	refuses 'bytes -1' "column 7: bytes takes a size such as 1500, 1.5M or 4GB, not '-1'"
	refuses 'pid 5-' "column 6: the range has no end"
	refuses 'port 1--5' "column 8: port takes a number up to 65535 or a service such as ssh, not '-5'"
}
