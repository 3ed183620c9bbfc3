# tm-report by other keys than the user, and its other forms.

load ../helper

setup_file() {
	${CC:-cc} -shared -fPIC -o "$BATS_FILE_TMPDIR/slow-names.so" \
		"$ROOT/tests/preload/slow-names.c"
}

# A day of four processes, with a loss, something of nobody's, what was left
# out and what no socket owns.
day() {
	tm-parse <<-'END'
	{"kind":"start","run_id":7,"time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob","time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":0,"text":"root","time_ns":1700000000000000000}
	{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0","time_ns":1700000000000000000}
	{"kind":"name","of":"cgroup","parts":1,"id":77,"text":"user.slice/ssh.scope","time_ns":1700000000000000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":6,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.10","source_port":40000,"destination":"198.51.100.7","destination_port":443,"time_ns":1700000000100000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":6,"bytes":150000,"packets":100,"direction":"in","source":"198.51.100.7","source_port":443,"destination":"192.0.2.10","destination_port":40000,"time_ns":1700000000200000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":17,"bytes":90,"packets":1,"direction":"out","source":"192.0.2.10","source_port":40001,"destination":"192.0.2.53","destination_port":53,"time_ns":1700000000300000000}
	{"uid":1001,"pid":43,"comm":"rsync","ifindex":3,"protocol":6,"bytes":3000000,"packets":2000,"direction":"out","source":"2001:db8::10","source_port":50000,"destination":"2001:db8:1::7","destination_port":873,"time_ns":1700003601100000000}
	{"uid":0,"pid":1,"comm":"ntpd","ifindex":2,"protocol":17,"bytes":76,"packets":1,"direction":"out","source":"2001:db8::10","source_port":123,"destination":"2001:db8:1::7","destination_port":123,"time_ns":1700003601200000000}
	{"kind":"lost","uid":1001,"pid":43,"comm":"rsync","protocol":6,"bytes":1500,"packets":1,"direction":"in","time_ns":1700007201100000000}
	{"bytes":84,"packets":1,"ifindex":2,"protocol":1,"direction":"in","source":"192.0.2.11","destination":"192.0.2.10","time_ns":1700007201200000000}
	{"kind":"end","direction":"in","run_id":7,"time_ns":1700007203000000000}
	{"kind":"end","direction":"out","run_id":7,"excluded_bytes":500,"excluded_packets":5,"time_ns":1700007203000000000}
	END
}

# The table by these keys, without its last two lines.
rows_by() {
	tm-report --by "$@" day.tm | head -n -2
}

shares="attributed 3.0 MiB (99.9 %), nobody's 84 B (0.0 %), lost 1.5 KiB (0.0 %), excluded 500 B (0.0 %)"

@test "--by user,process is a row for each of both" {
	day >day.tm
	run tm-report --by user,process day.tm
	assert_success
	assert_output - <<-END
	USER      PROCESS           IN         OUT       TOTAL     SHARE      PACKETS
	bob       rsync        1.5 KiB     2.9 MiB     2.9 MiB    95.2 %         2001
	alice     curl       146.5 KiB       150 B   146.6 KiB     4.8 %          102
	none      -               84 B         0 B        84 B     0.0 %            1
	root      ntpd             0 B        76 B        76 B     0.0 %            1
	all                  148.0 KiB     2.9 MiB     3.0 MiB   100.0 %         2105
	$shares
	END
}

@test "a remote is the other end; what was lost has none" {
	day >day.tm
	rows_by remote >rows
	rows_by user,local,local_port,remote,remote_port --output csv | cut -d, -f 1-8 >ends
	cat >expected <<-'END'
	REMOTE                 IN         OUT       TOTAL     SHARE      PACKETS
	2001:db8:1::7         0 B     2.9 MiB     2.9 MiB    95.2 %         2001
	198.51.100.7    146.5 KiB        60 B   146.5 KiB     4.8 %          101
	-                 1.5 KiB         0 B     1.5 KiB     0.0 %            1
	192.0.2.53            0 B        90 B        90 B     0.0 %            1
	192.0.2.11           84 B         0 B        84 B     0.0 %            1
	END
	diff -u expected rows
	tm-report -q --by user,local,local_port,remote,remote_port --output csv day.tm |
		cut -d, -f 1-8 >ends
	cat >expected <<-'END'
	uid,user,local,local_port,remote,remote_port,in,out
	1001,bob,2001:db8::10,50000,2001:db8:1::7,873,0,3000000
	1000,alice,192.0.2.10,40000,198.51.100.7,443,150000,60
	1001,bob,,,,,1500,0
	1000,alice,192.0.2.10,40001,192.0.2.53,53,0,90
	4294967295,none,192.0.2.10,,192.0.2.11,,84,0
	0,root,2001:db8::10,123,2001:db8:1::7,123,0,76
	END
	diff -u expected ends
}

@test "a port is the service's, the lower of both" {
	day >day.tm
	run rows_by port,protocol
	assert_output - <<-'END'
	    PORT  PROTOCOL          IN         OUT       TOTAL     SHARE      PACKETS
	     873  tcp              0 B     2.9 MiB     2.9 MiB    95.2 %         2000
	     443  tcp        146.5 KiB        60 B   146.5 KiB     4.8 %          101
	       -  tcp          1.5 KiB         0 B     1.5 KiB     0.0 %            1
	      53  udp              0 B        90 B        90 B     0.0 %            1
	       -  icmp            84 B         0 B        84 B     0.0 %            1
	     123  udp              0 B        76 B        76 B     0.0 %            1
	END
}

@test "interfaces and cgroups have the recording's names, -n numbers" {
	day >day.tm
	run rows_by interface,cgroup,direction
	assert_output - <<-'END'
	INTERFACE  CGROUP                DIRECTION          IN         OUT       TOTAL     SHARE      PACKETS
	3          -                     out               0 B     2.9 MiB     2.9 MiB    95.2 %         2000
	eth0       user.slice/ssh.scope  in          146.5 KiB         0 B   146.5 KiB     4.8 %          100
	-          -                     in            1.5 KiB         0 B     1.5 KiB     0.0 %            1
	eth0       user.slice/ssh.scope  out               0 B       150 B       150 B     0.0 %            2
	eth0       -                     in               84 B         0 B        84 B     0.0 %            1
	eth0       -                     out               0 B        76 B        76 B     0.0 %            1
	END
	tm-report -q -n --by interface,cgroup,user --output csv day.tm | cut -d, -f 1-4 | sort >rows
	printf '%s\n' ,,1001,1001 2,,0,0 2,,4294967295,none 2,77,1000,1000 \
		3,,1001,1001 interface,cgroup,uid,user | diff -u - rows
}

@test "hours and days are local and in their order; --top shows the largest" {
	day >day.tm
	run rows_by hour
	assert_output - <<-'END'
	HOUR                      IN         OUT       TOTAL     SHARE      PACKETS
	2023-11-14 22:00   146.5 KiB       150 B   146.6 KiB     4.8 %          102
	2023-11-14 23:00         0 B     2.9 MiB     2.9 MiB    95.2 %         2001
	2023-11-15 00:00     1.5 KiB         0 B     1.5 KiB     0.1 %            2
	END
	TZ=Asia/Kolkata run tm-report -q --by day,hour --output csv --sum bytes day.tm
	assert_output - <<-'END'
	day,hour,in,out,total,lost
	2023-11-15,2023-11-15T03:00:00+05:30,150000,150,150150,0
	2023-11-15,2023-11-15T04:00:00+05:30,0,3000076,3000076,0
	2023-11-15,2023-11-15T05:00:00+05:30,1584,0,1584,1500
	END
	TZ=America/New_York run rows_by day --top 1
	assert_output - <<-'END'
	DAY                 IN         OUT       TOTAL     SHARE      PACKETS
	2023-11-14   148.0 KiB     2.9 MiB     3.0 MiB   100.0 %         2105
	END
	run rows_by hour --top 1
	assert_line --index 1 --regexp '^2023-11-14 23:00 '
	assert_line --index 2 --regexp '^\(others\) .* 104$'
}

@test "an hour that the clock has twice is two rows" {
	for t in 1698535800 1698539400 1698543000; do # 01:30, 02:30 CEST, CET
		printf '{"bytes":1,"packets":1,"time_ns":%s000000000}\n' $((t + 0))
	done | tm-parse >twice.tm
	TZ=Europe/Berlin tm-report -q --by hour --output csv twice.tm | cut -d, -f 1,4 >rows
	printf '%s\n' hour,total 2023-10-29T01:00:00+02:00,1 \
		2023-10-29T02:00:00+02:00,1 2023-10-29T02:00:00+01:00,1 |
		diff -u - rows
}

@test "--bin is a row for each such time of the clock and what --by says" {
	day >day.tm
	TZ=Asia/Kolkata run tm-report --bin 1h --by process day.tm
	assert_output - <<-END
	TIME                 PROCESS           IN         OUT       TOTAL     SHARE      PACKETS
	2023-11-15 03:00:00  curl       146.5 KiB       150 B   146.6 KiB     4.8 %          102
	2023-11-15 04:00:00  rsync            0 B     2.9 MiB     2.9 MiB    95.2 %         2000
	2023-11-15 04:00:00  ntpd             0 B        76 B        76 B     0.0 %            1
	2023-11-15 05:00:00  rsync        1.5 KiB         0 B     1.5 KiB     0.0 %            1
	2023-11-15 05:00:00  -               84 B         0 B        84 B     0.0 %            1
	all                             148.0 KiB     2.9 MiB     3.0 MiB   100.0 %         2105
	$shares
	END
	run tm-report -q --bin 90m --output csv day.tm
	assert_line --index 0 bin,uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	# from 21:00 on
	assert_line --index 1 1699995600.000000000,1000,alice,150000,150,150150,100,2,102,0,0
}

@test "--sum packets leaves out the bytes, and the largest has the most packets" {
	day >day.tm
	run tm-report --by process --sum packets day.tm
	assert_output - <<-END
	PROCESS      SHARE   PACKETS IN  PACKETS OUT      PACKETS
	rsync       95.1 %            1         2000         2001
	curl         4.8 %          100            2          102
	-            0.0 %            1            0            1
	ntpd         0.0 %            0            1            1
	all        100.0 %          102         2003         2105
	$shares
	END
	run tm-report -q --by process --sum packets --output csv day.tm
	assert_line --index 0 process,packets_in,packets_out,packets,lost_packets
	assert_line --index 1 rsync,1,2000,2001,1
	run tm-report -q --by process --sum bytes --output csv day.tm
	assert_line --index 0 process,in,out,total,lost
	assert_line --index 1 rsync,1500,3000000,3001500,1500
	run rows_by process --sum bytes
	assert_line --index 0 'PROCESS           IN         OUT       TOTAL     SHARE'
	tm-report --sum packets,bytes day.tm | diff - <(tm-report day.tm)
}

@test "--sort is by a sum, the largest first, or by a key, the smallest first" {
	day >day.tm
	sorted() {
		tm-report -q --by process,port --output csv --sort "$1" day.tm |
			sed 1d | cut -d, -f 1-2 | tr '\n' ' '
	}
	assert_equal "$(sorted in)" 'curl,443 rsync, , rsync,873 curl,53 ntpd,123 '
	assert_equal "$(sorted out)" 'rsync,873 curl,53 ntpd,123 curl,443 rsync, , '
	assert_equal "$(sorted packets)" 'rsync,873 curl,443 rsync, curl,53 , ntpd,123 '
	assert_equal "$(sorted lost)" 'rsync, rsync,873 curl,443 curl,53 , ntpd,123 '
	assert_equal "$(sorted process)" ', curl,443 curl,53 ntpd,123 rsync,873 rsync, '
	assert_equal "$(sorted port)" 'rsync, , curl,53 ntpd,123 curl,443 rsync,873 '
}

@test "networks are /24 and /48, or those of --network-names, the smallest first" {
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

@test "every address has the name that a search of all lines gives it" {
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

@test "a line without a name, or with no network, is refused by its number" {
	refused() {
		printf '192.0.2.0/24 campus\n%b\n' "$1" >names.txt
		run tm-report --by network --network-names names.txt </dev/null
		assert_failure 1
		assert_output --partial "tm-report: --network-names: names.txt:2: $2"
	}
	refused 192.0.2.1 'a name is missing behind the network'
	refused 'campus 192.0.2.1' "'campus', column 1: "
	refused '192.0.2.0/33 x' "'192.0.2.0/33', column "
	run tm-report --network-names no/such </dev/null
	assert_failure 1
	assert_output 'tm-report: --network-names: no/such: No such file or directory'
}

@test "JSON names its keys and has times as text and as number" {
	day >day.tm
	tm-report --by hour,process --top 1 --output json day.tm >json
	run cat json
	assert_output '{"version":1,"from":"2023-11-14T22:13:20.000000000Z","from_ns":1700000000000000000,"to":"2023-11-15T00:13:23.000000000Z","to_ns":1700007203000000000,"by":["hour","process"],"rows":[{"hour":"2023-11-14T23:00:00+00:00","hour_ns":1700002800000000000,"process":"rsync","in":0,"out":3000000,"total":3000000,"packets_in":0,"packets_out":2000,"packets":2000,"lost":0,"lost_packets":0},{"hour":"(others)","process":null,"in":151584,"out":226,"total":151810,"packets_in":102,"packets_out":3,"packets":105,"lost":1500,"lost_packets":1}],"attributed":{"bytes":3150226,"packets":2103},"nobody":{"bytes":84,"packets":1},"lost":{"bytes":1500,"packets":1},"excluded":{"bytes":500,"packets":5}}'
	jq -e . json
}

@test "with -t the rates of the interval are by the same keys" {
	day >day.tm
	run tm-report -t 1h --by user,process day.tm
	assert_output - <<-END
	2023-11-14 23:13:20
	USER      PROCESS            IN          OUT   PACKETS    TOTAL IN   TOTAL OUT
	alice     curl        333 bit/s      0 bit/s       102   146.5 KiB       150 B
	all                   333 bit/s      0 bit/s       102   146.5 KiB       150 B

	2023-11-15 00:13:20
	USER      PROCESS            IN          OUT   PACKETS    TOTAL IN   TOTAL OUT
	bob       rsync         0 bit/s   6.7 kbit/s      2000         0 B     2.9 MiB
	root      ntpd          0 bit/s      0 bit/s         1         0 B        76 B
	all                     0 bit/s   6.7 kbit/s      2001   146.5 KiB     2.9 MiB

	2023-11-14 22:13:20 to 2023-11-15 00:13:23
	USER      PROCESS           IN         OUT       TOTAL     SHARE      PACKETS
	bob       rsync        1.5 KiB     2.9 MiB     2.9 MiB    95.2 %         2001
	alice     curl       146.5 KiB       150 B   146.6 KiB     4.8 %          102
	none      -               84 B         0 B        84 B     0.0 %            1
	root      ntpd             0 B        76 B        76 B     0.0 %            1
	all                  148.0 KiB     2.9 MiB     3.0 MiB   100.0 %         2105
	$shares
	END
}

@test "several files are one report" {
	day >day.tm
	head -c 1280 day.tm >first.tm
	tail -c +1281 day.tm >second.tm
	tm-report --by user,remote,hour first.tm second.tm |
		diff - <(tm-report --by user,remote,hour day.tm)
}

@test "beyond --max-rows sums stay exact, by any keys" {
	awk 'BEGIN {
		for (i = 1; i <= 3000; i++)
			printf "{\"uid\":%d,\"bytes\":%d,\"packets\":1," \
				"\"direction\":\"%s\",\"source\":\"192.0.2.%d\"," \
				"\"destination\":\"198.51.100.%d\",\"time_ns\":%d}\n",
				i % 7, i, i % 2 ? "in" : "out", i % 250, i % 251, i
	}' | tm-parse >many.tm
	for rows in 1 2 10 500 100000; do
		tm-report -q --by remote,user,direction --max-rows $rows --output csv many.tm >csv
		assert [ "$(wc -l <csv)" -le $((rows + 2)) ]
		run awk -F, 'NR > 1 {bytes += $7; packets += $10} END {print bytes, packets}' csv
		assert_output '4501500 3000'
	done
	run grep -c others csv
	assert_output 0
}

@test "rows are those of a plain sum, by every pair of keys" {
	day >day.tm
	cat >sum.py <<-'END'
	import csv, collections, subprocess, sys
	keys = "user pid process local remote network port local_port remote_port protocol interface cgroup direction hour day".split()
	def rows(by):
	    text = subprocess.check_output(["tm-report", "-q", "--by", by, "--output", "csv", "day.tm"], text=True)
	    return list(csv.DictReader(text.splitlines()))
	every = rows(",".join(keys))
	for a in keys:
	    for b in keys:
	        if a == b:
	            continue
	        want = collections.Counter()
	        for row in every:
	            want[row[a], row[b]] += int(row["total"])
	        have = {(row[a], row[b]): int(row["total"]) for row in rows(a + "," + b)}
	        assert want == have, (a, b, want, have)
	END
	python3 sum.py
}

@test "--style processes is the table of a tracker of processes" {
	day >day.tm
	run --separate-stderr tm-report --style processes day.tm
	assert_success
	assert_equal "$stderr" "$shares"
	line=$(printf '=%.0s' $(seq 130))
	cat >expected <<-END

	[2023-11-15 00:13:23] Bandwidth Usage (Total)

	$line
	PID      Process              TX (Total)      RX (Total)      TCP TX       TCP RX       UDP TX       UDP RX       Remote IPs          
	$line
	43       rsync                2.86 MB         1.46 KB         2.86 MB      1.46 KB      0.00 B       0.00 B       2001:db8:1::7       
	42       curl                 150.00 B        146.48 KB       60.00 B      146.48 KB    90.00 B      0.00 B       198.51.100.7|192.0.2.53
	0        unknown              0.00 B          84.00 B         0.00 B       0.00 B       0.00 B       0.00 B       192.0.2.11          
	1        ntpd                 76.00 B         0.00 B          0.00 B       0.00 B       76.00 B      0.00 B       2001:db8:1::7       
	$line
	END
	tm-report -q --style processes day.tm | diff -u expected -
}

@test "with -t it shows rates a second, and all at the end" {
	day >day.tm
	tm-report -q -t 1h --style processes day.tm >table
	run grep -c Bandwidth table
	assert_output 3
	run sed -n '2p; 7p; 10p; 15p; 16p; 19p' table
	assert_output - <<-'END'
	[2023-11-14 23:13:20] Bandwidth Usage (Rate per second)
	42       curl                 0.04 B          41.67 B         0.02 B       41.67 B      0.03 B       0.00 B       198.51.100.7|192.0.2.53
	[2023-11-15 00:13:20] Bandwidth Usage (Rate per second)
	43       rsync                833.33 B        0.00 B          833.33 B     0.00 B       0.00 B       0.00 B       2001:db8:1::7       
	1        ntpd                 0.02 B          0.00 B          0.00 B       0.00 B       0.02 B       0.00 B       2001:db8:1::7       
	[2023-11-15 00:13:23] Bandwidth Usage (Total)
	END
}

@test "it shows 20 processes, or --top, and 20 remotes of each" {
	awk 'BEGIN {
		for (i = 1; i <= 1000; i++)
			printf "{\"uid\":1,\"pid\":%d,\"comm\":\"p%d\",\"bytes\":%d," \
				"\"packets\":1,\"direction\":\"out\"," \
				"\"source\":\"192.0.2.1\"," \
				"\"destination\":\"198.51.100.%d\",\"time_ns\":1}\n",
				i % 30, i % 30, i, i % 250
	}' | tm-parse >many.tm
	tm-report -q --style processes many.tm >table
	assert_equal "$(wc -l <table)" 27
	# process 10 moved 10 + 40 + ... + 1000 bytes, 1000 of them to .0
	run sed -n '7s/.*0.00 B *//p' table
	assert_output "$(for i in $(seq 10 30 1000); do echo $((i % 250)) $i; done |
		awk '{ sum[$1] += $2 } END { for (i in sum) print sum[i], i }' |
		sort -k 1,1nr -k 2,2n | awk 'NR <= 20 { printf "198.51.100.%s|", $2 }
			END { print "+" NR - 20 }')"
	tm-report -q --style processes --top 3 many.tm >table
	assert_equal "$(wc -l <table)" 10
}

@test "--connections adds each connection with its process" {
	day >day.tm
	tm-report -q -t 0 --style pdtt-xdp --connections day.tm >report
	cat >expected <<-'END'

	=== Network Statistics Report [2023-11-15 00:13:23] ===
	UID: 0 | Username: root
	  Total: 76 bytes
	---
	UID: 1000 | Username: alice
	  Total: 150150 bytes
	---
	UID: 1001 | Username: bob
	  Total: 3001500 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1001 | Username: bob
	Process: rsync (PID: 43)
	  Source: [2001:db8::10]:50000
	  Destination: [2001:db8:1::7]:873
	  TX: 3000000 bytes (2000 packets)
	  RX: 0 bytes (0 packets)
	  Total: 3000000 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1000 | Username: alice
	Process: curl (PID: 42)
	  Source: 192.0.2.10:40000
	  Destination: 198.51.100.7:443
	  TX: 60 bytes (1 packets)
	  RX: 150000 bytes (100 packets)
	  Total: 150060 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 1000 | Username: alice
	Process: curl (PID: 42)
	  Source: 192.0.2.10:40001
	  Destination: 192.0.2.53:53
	  TX: 90 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 90 bytes
	---

	=== Per-Connection Statistics [2023-11-15 00:13:23] ===
	UID: 0 | Username: root
	Process: ntpd (PID: 1)
	  Source: [2001:db8::10]:123
	  Destination: [2001:db8:1::7]:123
	  TX: 76 bytes (1 packets)
	  RX: 0 bytes (0 packets)
	  Total: 76 bytes
	---
	END
	diff -u expected report
	# pdtt is its style without a word, and --top is how many
	tm-report -q -t 0 --connections --top 1 day.tm >report
	run grep -c Per-Connection report
	assert_output 1
	run grep -c '  Total: 150150 bytes (102 packets)' report
	assert_output 1
}

@test "--oneline has vnstat's fields: today, the month, all" {
	day >day.tm
	run tm-report --oneline bob day.tm
	assert_success
	assert_output '1;bob;2023-11-15;1500;0;1500;15;2023-11;1500;3000000;3001500;3334;1500;3000000;3001500'
	assert_equal "$(tr -cd ';' <<<"$output" | wc -c)" 14
	run tm-report --oneline 1000 day.tm
	assert_output '1;alice;2023-11-15;0;0;0;0;2023-11;150000;150;150150;167;150000;150;150150'
	TZ=America/New_York run tm-report -n --oneline alice day.tm
	assert_output '1;1000;2023-11-14;150000;150;150150;167;2023-11;150000;150;150150;167;150000;150;150150'
	run tm-report --oneline none day.tm
	assert_output --regexp '^1;none;.*;84;0;84$'
	run tm-report --oneline 4242 day.tm
	assert_output '1;4242;2023-11-15;0;0;0;0;2023-11;0;0;0;0;0;0;0'
	run tm-report --oneline nobodyhere day.tm
	assert_failure 1
	assert_output 'tm-report: --oneline: no such user: nobodyhere'
}

@test "--oneline knows where a month ends" {
	for t in 1698796799 1698796800 1700000000 1701388799; do # 31 October ...
		printf '{"uid":5,"bytes":%d,"packets":1,"direction":"in","time_ns":%s000000000}\n' \
			$((t % 10 + 1)) $t
	done | tm-parse >months.tm
	run tm-report -n --oneline 5 months.tm
	assert_output --regexp '^1;5;2023-11-30;10;0;10;[0-9]+;2023-11;12;0;12;[0-9]+;22;0;22$'
}

# twice: one service that ran twice in cgroups of one path, a second with a long
# one, and three interfaces, two of them in namespaces without names
twice() {
	tm-parse <<-'END'
	{"kind":"name","of":"cgroup","parts":1,"id":90,"text":"/z.slice/one.service","time_ns":1}
	{"uid":1,"cgroup_id":90,"ifindex":2,"netns":7,"bytes":10,"packets":1,"direction":"in","time_ns":2}
	{"kind":"name","of":"interface","parts":1,"id":30064771074,"text":"eth0","time_ns":2}
	{"kind":"name","of":"cgroup","parts":1,"id":80,"text":"/a.slice/kubepods-burstable-pod9.slice/two.scope","time_ns":3}
	{"uid":1,"cgroup_id":80,"ifindex":2,"netns":8,"bytes":300,"packets":1,"direction":"in","time_ns":4}
	{"kind":"name","of":"cgroup","parts":1,"id":70,"text":"/z.slice/one.service","time_ns":5}
	{"uid":1,"cgroup_id":70,"ifindex":2,"netns":9,"bytes":1,"packets":1,"direction":"out","time_ns":6}
	{"uid":1,"cgroup_id":60,"ifindex":2,"netns":7,"bytes":5,"packets":1,"direction":"out","time_ns":7}
	END
}

@test "cgroups of one path are one row, interfaces of two namespaces two" {
	twice >twice.tm
	run tm-report -q --by cgroup --sort cgroup --output csv twice.tm
	assert_output - <<-'END'
	cgroup,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	/a.slice/kubepods-burstable-pod9.slice/two.scope,300,0,300,1,0,1,0,0
	/z.slice/one.service,10,1,11,1,1,2,0,0
	60,0,5,5,0,1,1,0,0
	END
	run tm-report -n -q --by cgroup --sort cgroup --output csv twice.tm
	assert_line --index 1 60,0,5,5,0,1,1,0,0
	assert_equal "${#lines[@]}" 5
	# a path is cut at its beginning
	run bash -c "tm-report --by cgroup twice.tm | cut -c 1-40"
	assert_line --index 1 '~kubepods-burstable-pod9.slice/two.scope'
	run tm-report -q --by interface --sort interface --output csv twice.tm
	assert_output - <<-'END'
	interface,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	eth0,10,5,15,1,1,2,0,0
	2@8,300,0,300,1,0,1,0,0
	2@9,0,1,1,0,1,1,0,0
	END
}

@test "--bin is of the local clock, also on the day on which it changes" {
	# each hour of 2026-10-25 in Berlin, which had 25
	for hour in $(seq 0 24); do
		printf '{"uid":1,"bytes":1,"packets":1,"time_ns":%d}\n' \
			$((1792879200 + hour * 3600))000000000
	done | tm-parse >autumn.tm
	for bin in 1d 12h 7h; do
		TZ=Europe/Berlin tm-report --bin $bin autumn.tm |
			sed -nE "s/^(2026-10-2. .....).* ([0-9]+)$/$bin \1 \2/p"
	done >bins
	diff - bins <<-'END'
	1d 2026-10-25 00:00 25
	12h 2026-10-25 00:00 13
	12h 2026-10-25 12:00 12
	7h 2026-10-24 22:00 6
	7h 2026-10-25 05:00 7
	7h 2026-10-25 12:00 7
	7h 2026-10-25 19:00 5
	END
}

@test "--alert finds who has no row, too" {
	day >day.tm
	run -5 --separate-stderr tm-report -q --max-rows 1 --alert 100K --output csv day.tm
	assert_equal "$stderr" "$(printf '%s\n' \
		'tm-report: bob: 2.9 MiB (3001500 bytes) is over the limit of 100.0 KiB' \
		'tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB')"
}

@test "--network-names without that key is misuse" {
	day >day.tm
	echo "192.0.2.0/24 campus" >names.txt
	run -2 tm-report --by remote --network-names names.txt day.tm
	assert_output "tm-report: --network-names is for --by network
try: tm-report --help"
}

@test "a name that is a word of the table stands in quotes" {
	{
		echo '{"kind":"name","of":"user","parts":1,"id":5,"text":"all","time_ns":1}'
		echo '{"kind":"name","of":"user","parts":1,"id":6,"text":"(others)","time_ns":1}'
		echo '{"uid":5,"comm":"none","bytes":100,"packets":1,"time_ns":2}'
		echo '{"uid":6,"comm":"-","bytes":50,"packets":1,"time_ns":2}'
		echo '{"bytes":10,"packets":1,"time_ns":2}'
	} | tm-parse >words.tm
	run bash -c "tm-report --by user,process words.tm | cut -c 1-20 | sed 's, *$,,' | head -n 5"
	assert_output - <<-'END'
	USER        PROCESS
	"all"       "none"
	"(others)"  "-"
	none        -
	all
	END
	run tm-report -q --output csv words.tm
	assert_line --partial "5,all,"
}

@test "percents of more than an exbibyte, and a connection of no process" {
	echo '{"uid":1,"bytes":18000000000000000000,"packets":1,"source":"192.0.2.1","destination":"192.0.2.2","time_ns":1700000000000000000}' |
		tm-parse >large.tm
	run tm-report large.tm
	assert_line --partial "attributed 15.6 EiB (100.0 %)"
	run tm-report -q --connections -t 0 large.tm
	assert_line "Process: unknown (PID: 0)"
}

@test "--alert names who is over, each once, and exits with 5" {
	day >day.tm
	run --separate-stderr tm-report -q --alert 100K --by port --output csv day.tm
	assert_failure 5
	assert_equal "$stderr" "tm-report: bob: 2.9 MiB (3001500 bytes) is over the limit of 100.0 KiB
tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB"
	assert_line --index 0 --partial port,in,out
	run --separate-stderr tm-report -q -t 30m --style table --alert 100K day.tm
	assert_failure 5
	assert_equal "${#stderr_lines[@]}" 2
	assert_equal "${stderr_lines[0]}" \
		'tm-report: alice: 146.6 KiB (150150 bytes) is over the limit of 100.0 KiB'
	# at the limit is not over it, and nobody is no user
	run --separate-stderr tm-report -q --alert 3001500 day.tm
	assert_success
	assert_equal "$stderr" ''
	for style in pdtt processes; do
		run tm-report -q --style $style --alert 2M day.tm
		assert_failure 5
	done
	run tm-report -q --alert 2M --strict day.tm
	assert_failure 5
}

@test "hostile names of processes, cgroups and networks are harmless in every form" {
	tm-parse >names.tm <<-'END'
	{"kind":"name","of":"cgroup","parts":1,"id":9,"text":"a\nall  9 GiB","time_ns":1}
	{"kind":"name","of":"user","parts":1,"id":1,"text":"x;y\u001b[2J\nUID: 0 | Username: root","time_ns":1}
	{"uid":1,"pid":7,"comm":"=1+\n\u001b]0;x","cgroup_id":9,"bytes":9,"packets":1,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","protocol":6,"time_ns":1}
	{"uid":1,"pid":8,"comm":"\",<b>\u202e","bytes":5,"packets":1,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","time_ns":1}
	END
	printf '192.0.2.0/24 \033[2J=x,"\n' >names.txt
	run tm-report -q --by process,cgroup,network --network-names names.txt --output csv names.tm
	assert_output - <<-'END'
	process,cgroup,network,in,out,total,packets_in,packets_out,packets,lost,lost_packets
	'=1+\x0a\x1b]0;x,a\x0aall  9 GiB,"\x1b[2J=x,""",0,9,9,0,1,1,0,0
	""",<b>\u{202e}",,"\x1b[2J=x,""",0,5,5,0,1,1,0,0
	END
	run tm-report --by process,cgroup,network --network-names names.txt names.tm
	assert_line --index 1 '=1+\x0a\x1b]0;x  a\x0aall  9 GiB  \x1b[2J=x,"         0 B         9 B         9 B    64.3 %            1'
	tm-report --by process,user --output json names.tm | jq -r '.rows[].process' >processes
	printf '=1+\n\033]0;x\n",<b>\342\200\256\n' | diff - processes
	forms=("--style processes" "--connections -t 0" "--oneline 1" "--alert 1"
		"--by user,process,cgroup" "--style table -t 1 --by process")
	for form in "${forms[@]}"; do
		tm-report $form names.tm >out 2>&1 || true
		echo "$form"
		run grep -c -P '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' out
		assert_output 0
		run grep -c -E '^(UID: 0|all  9 GiB)' out
		assert_output 0
	done
	run tm-report --oneline 1 names.tm
	assert_output --regexp '^1;x\\x3by\\x1b\[2J\\x0aUID: 0 \| Username: root;1970-01-01;'
	run tm-report -q --style processes names.tm
	assert_line --index 4 --partial '7        =1+\x0a\x1b]0;x      9.00 B'
}

@test "a name of 5,000 bytes stays in its column in every form" {
	tm-parse >one.tm <<-'END'
	{"uid":7000,"pid":7,"comm":"0123456789abcdef","bytes":9,"packets":1,"direction":"out","source":"192.0.2.1","destination":"192.0.2.7","protocol":6,"time_ns":1}
	END
	export NAME_TEXT LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so"
	NAME_TEXT=$(printf '\346\227\245%.0s' $(seq 1700)) # two columns wide
	tm-report --by user,process one.tm >table
	tm-report --oneline 7000 one.tm >line
	tm-report -q --connections -t 0 one.tm >report
	tm-report -q --by user,process --output csv one.tm >csv
	tm-report --alert 1 one.tm 2>alert >/dev/null || true
	unset LD_PRELOAD
	run sed -n 2p table
	assert_output "$(printf '\346\227\245%.0s' $(seq 19))~   0123456789abcdef         0 B         9 B         9 B   100.0 %            1"
	assert_equal "$(wc -l <line) $(wc -l <report) $(wc -l <csv) $(grep -c over alert)" '1 17 2 1'
	assert_equal "$(cut -d, -f 2 csv | sed -n 2p | wc -c)" $((3 * 1700 + 1))
}

@test "300,000 keys keep to the memory that --max-rows has" {
	python3 - >many.tm <<-'END'
	import random, struct, sys
	random.seed(1)
	for i in range(300000):
	    sys.stdout.buffer.write(struct.pack("<IBBBBQQIIIIHHHH16s16s16sQQQII",
	        0x016d74f5, 0, 1, 6, 0, 1, 60, 1, i % 100, i, 2, 1, 1, 0, 0,
	        b"s" * 16, random.randbytes(16), b"", 0, 0, 0, 0, 0))
	END
	# unbounded they take 48 MB
	python3 - >csv <<-'END'
	import resource, subprocess
	subprocess.check_call("tm-report -q --by user,remote,pid --max-rows 20000 --output csv many.tm".split())
	assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 20000
	END
	run awk -F, 'NR > 1 {packets += $10} END {print packets}' csv
	assert_output 300000
}
