# tm-report --by network.

load ../helper
load ../events
load report-by

@test "networks are /24 and /48, or those of --network-names, the most specific first" {
	day >day.tm
	run rows_by network
	assert_output - <<-'END'
	NETWORK                  IN         OUT       TOTAL     SHARE      PACKETS
	2001:db8:1::/48         0 B     2.9 MiB     2.9 MiB    95.2 %         2001
	198.51.100.0/24   146.5 KiB        60 B   146.5 KiB     4.8 %          101
	-                   1.5 KiB         0 B     1.5 KiB     0.0 %            1
	192.0.2.0/24           84 B        90 B       174 B     0.0 %            2
	END
	cat >names.txt <<-'END'
	# ours
	192.0.2.0/24     campus

	198.51.100.0/24  a cloud  # rented
	198.51.100.*     shadowed
	198.51.0.0/16    too wide
	198.51.100.7     s3-sydney
	192.0.2.50-192.0.2.60	servers#1
	END
	run rows_by network --network-names names.txt
	assert_output - <<-'END'
	NETWORK            IN         OUT       TOTAL     SHARE      PACKETS
	(unnamed)         0 B     2.9 MiB     2.9 MiB    95.2 %         2001
	s3-sydney   146.5 KiB        60 B   146.5 KiB     4.8 %          101
	-             1.5 KiB         0 B     1.5 KiB     0.0 %            1
	servers#1         0 B        90 B        90 B     0.0 %            1
	campus           84 B         0 B        84 B     0.0 %            1
	END
	run tm-report -q --by network --sort network --network-names names.txt --output csv day.tm
	assert_output - <<-'END'
	network,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	,1500,0,1500,1,0,1,1500,1
	campus,84,0,84,1,0,1,0,0
	s3-sydney,150000,60,150060,100,1,101,0,0
	servers#1,0,90,90,0,1,1,0,0
	(unnamed),0,3000076,3000076,0,2001,2001,0,0
	END
}

@test "every address has the name that a search through all lines finds" {
	# nested and overlapping networks, against the smallest by brute force
	python3 - >names.txt 3>expected 4>events.json <<-'END'
	import ipaddress, json, os, random
	random.seed(4)
	nets = []
	for i in range(300):
	    size = random.choice([8, 12, 16, 20, 24, 28, 32])
	    base = random.choice([10, 10, 10, 11]) << 24 | random.getrandbits(24) & random.choice([0xff, 0xffff, 0xffffff, 0xff0000])
	    nets.append((ipaddress.ip_network((base, size), strict=False), "n%d" % i))
	for i in range(50):
	    size = random.choice([32, 48, 56, 64, 96, 128])
	    base = 0x20010db8 << 96 | random.getrandbits(8) << 72 | random.getrandbits(4)
	    nets.append((ipaddress.ip_network((base, size), strict=False), "v%d" % i))
	for net, name in nets:
	    print(net, name)
	out, events = os.fdopen(3, "w"), os.fdopen(4, "w")
	for i in range(2000):
	    if i % 4:
	        net = random.choice(nets[:300])[0]
	    else:
	        net = random.choice(nets[300:])[0]
	    end = int(net[0]) + random.choice([0, -1, net.num_addresses - 1, net.num_addresses, random.randrange(net.num_addresses)])
	    a = (ipaddress.IPv4Address if net.version == 4 else ipaddress.IPv6Address)(end)
	    best = None
	    for j, (n, name) in enumerate(nets):
	        if a.version == n.version and a in n and (best is None or n.prefixlen >= best[0]):
	            best = (n.prefixlen, name)
	    print(a, best[1] if best else "(unnamed)", sep="\t", file=out)
	    print(json.dumps({"bytes": 1, "packets": 1, "direction": "out", "source": str(a), "destination": str(a), "time_ns": 1}), file=events)
	END
	tm-parse <events.json | tm-report -q --by remote,network --network-names names.txt --output csv |
		sed 1d | cut -d, -f 1,2 | tr -d '"' | tr ',' '\t' | sort -u >found
	sort -u expected | diff -u - found
}

@test "a line without a name or network is refused, naming its number" {
	refused() {
		printf '192.0.2.0/24 campus\n%b\n' "$1" >names.txt
		run tm-report --by network --network-names names.txt </dev/null
		assert_failure 1
		assert_output --partial "tm-report: --network-names: names.txt:2:$2"
	}
	refused 192.0.2.1 '10: the name after the network is missing'
	refused 'campus 192.0.2.1' '1: '
	refused '192.0.2.0/33 x' '11: '
	run tm-report --network-names no/such </dev/null
	assert_failure 1
	assert_output 'tm-report: --network-names: no/such: No such file or directory'
}

@test "--network-names without the key network is refused" {
	day >day.tm
	echo "192.0.2.0/24 campus" >names.txt
	run -2 tm-report --by remote --network-names names.txt day.tm
	assert_output "tm-report: --network-names is for --by network
try: tm-report --help"
}

@test "names are read as all lists of networks: ranges, tabs, CRLF, a BOM, comments" {
	for a in 192.0.2.10 192.0.2.15 192.0.2.19 192.0.2.20 198.51.100.7 \
		203.0.113.7 10.1.1.1; do
		moved 0 in 1000 1 1 '"source":"'$a'"'
	done | tm-parse >n.tm
	printf '\357\273\277192.0.2.10 - 192.0.2.19 lab\r\n\t198.51.100.0/24\t\tother net # note\r\n203.0.113.5-203.0.113.9  x#1 \r\n  10.0.0.0/8\t\tten\n' >names.txt
	tm-report -q --by remote,network --network-names names.txt --output csv n.tm |
		cut -d, -f1,2 >csv
	sort csv >sorted
	cat >want <<-'END'
	10.1.1.1,ten
	192.0.2.10,lab
	192.0.2.15,lab
	192.0.2.19,lab
	192.0.2.20,(unnamed)
	198.51.100.7,other net
	203.0.113.7,x#1
	remote,network
	END
	diff want sorted
	# the same list without the names
	sed 's/lab//; s/other net//; s/x#1//; s/ten//' names.txt >list.txt
	run -0 ipmask list.txt
	run -0 tm-filter -q "network @list.txt" n.tm
	run -0 bash -c 'tm-filter -q "network @list.txt" n.tm | tm-print | wc -l'
	assert_output 6
}
