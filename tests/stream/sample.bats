# The committed recording of a login node: what can be tried with it.

load ../helper

sample() {
	tm-print "$ROOT/samples/login.tm.gz"
}

@test "the sample is whole, balanced and small" {
	sample >text
	run grep ' end ' text
	assert_equal "${#lines[@]}" 2
	awk '/ end / {
		for (i = 5; i <= NF; i++) {
			split($i, pair, "=")
			n[pair[1]] = pair[2]
		}
		for (unit = 0; unit < 2; unit++) {
			u = unit ? "_bytes" : "_packets"
			if (n["seen" u] < 20000 || n["seen" u] != \
				n["recorded" u] + n["excluded" u] + n["lost" u])
				exit 1
		}
	}' text
	awk '/ traffic / {
		for (i = 1; i <= NF; i++)
			if ($i ~ /^bytes=/)
				sum[$3] += substr($i, 7)
	} / end / { split($6, seen, "="); bad += seen[2] != sum[$3] }
	END { exit bad || !sum["in"] || !sum["out"] }' text
	size=$(stat -c %s "$ROOT/samples/login.tm.gz")
	[ "$size" -gt 100000 ]
	[ "$size" -lt 500000 ]
}

@test "the sample has a login node's users and programs, and work all the time" {
	run tm-report --output csv "$ROOT/samples/login.tm.gz"
	for user in root alice bob carol dave erin mover dnsmasq; do
		assert_line --regexp "$user"
	done
	sample >text
	for process in sshd ssh curl rsync dnsmasq getent ping logger; do
		echo "$process"
		[ "$(grep -c " process=$process " text)" -ge 20 ]
	done
	# seconds in which somebody moved something
	[ "$(grep ' traffic ' text | cut -c 1-19 | sort -u | wc -l)" -ge 60 ]
}

@test "the sample has documentation addresses only, and no name of a machine" {
	cat >addresses.py <<-'END'
	import ipaddress, struct, sys
	allowed = [ipaddress.ip_network(n) for n in (
	    '192.0.2.0/24', '198.51.100.0/24', '127.0.0.0/8', '2001:db8::/32', '::/127', 'fe80::/10', 'ff02::/16')]
	data, seen = sys.stdin.buffer.read(), set()
	for at in range(0, len(data), 128):
	    if data[at + 4] <= 2:
	        seen.update((data[at + 48:at + 64], data[at + 64:at + 80]))
	for packed in seen:
	    address = ipaddress.IPv6Address(packed)
	    address = address.ipv4_mapped or address
	    assert any(address in network for network in allowed), address
	assert len(seen) > 15
	END
	gzip -dc "$ROOT/samples/login.tm.gz" | python3 addresses.py
	sample >text
	assert_equal "$(grep -o ' host=.*' text)" " host=login1.example"
	assert_equal "$(grep ' name interface ' text | grep -o 'text=.*' | sort | xargs)" \
		"text=eth0 text=lo"
	run sed -n 's/.* name cgroup .*text=//p' text
	[ "${#lines[@]}" -ge 10 ]
	for line in "${lines[@]}"; do
		assert_regex "$line" '^/(user|system)[.]slice/[a-z0-9./-]+$'
	done
	# every user of an event has a name
	grep -o ' uid=[0-9]\+' text | sort -u >used
	sed -n 's/.* name user id=\([0-9]*\) .*/ uid=\1/p' text | sort -u | diff used -
}
