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
