# tm-report by other keys than the user.

load ../helper
load report-by

@test "--by user,process has a row for each pair" {
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

@test "--by comm,proto is --by process,protocol" {
	day >day.tm
	rows_by process,protocol >rows
	rows_by comm,proto | cmp - rows
}

@test "the remote is the other end; lost traffic has none" {
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

@test "the port is that of the service, the lower of the two" {
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

@test "interfaces and cgroups have recorded names, or numbers with -n" {
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

@test "hours and days are local and in order; --top shows the largest" {
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

@test "an hour that the clock shows twice is two rows" {
	for t in 1698535800 1698539400 1698543000; do # 01:30, 02:30 CEST, CET
		printf '{"bytes":1,"packets":1,"time_ns":%s000000000}\n' $((t + 0))
	done | tm-parse >twice.tm
	TZ=Europe/Berlin tm-report -q --by hour --output csv twice.tm | cut -d, -f 1,4 >rows
	printf '%s\n' hour,total 2023-10-29T01:00:00+02:00,1 \
		2023-10-29T02:00:00+02:00,1 2023-10-29T02:00:00+01:00,1 |
		diff -u - rows
}

@test "--bin has a row for each bin and each key of --by" {
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

@test "--sum packets omits the bytes and puts the most packets first" {
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

@test "--sort by a sum puts the largest first, by a key the smallest" {
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

@test "with -t the rates of each interval are by the same keys" {
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

@test "several files give one report" {
	day >day.tm
	head -c 1280 day.tm >first.tm
	tail -c +1281 day.tm >second.tm
	tm-report --by user,remote,hour first.tm second.tm |
		diff - <(tm-report --by user,remote,hour day.tm)
}

@test "beyond --max-rows the sums stay exact for all keys" {
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

@test "for every pair of keys, rows equal those of a plain sum" {
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

@test "cgroups of one path share a row; interfaces of two namespaces do not" {
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

@test "--bin follows the local clock, also on the day it changes" {
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

@test "300,000 keys stay within the memory that --max-rows allows" {
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

# What bob sends to alice, on their machine, and what alice has from another.
within() {
	local lo='"flags":8,"ifindex":1' eth='"ifindex":2'
	start
	name_users
	moved 1 out 1001 3000 3 "$lo"
	moved 1 in 1000 3000 3 "$lo"
	moved 2 in 1000 500 1 "$eth"
	moved 3 out 1001 70 1 '"kind":"lost"'
	status end 4 7 '' '"excluded_bytes":9,"excluded_packets":1'
}

@test "traffic between two users of a machine is noted, and --no-loopback leaves it out" {
	load ../events
	within | tm-parse >day.tm
	run --separate-stderr tm-report day.tm
	assert_line --regexp '^all +3.4 KiB +3.0 KiB +6.4 KiB'
	assert_equal "$stderr" "tm-report: loopback traffic (5.9 KiB) counts for its sender and for its receiver; --no-loopback leaves it out"
	run --separate-stderr tm-report --no-loopback --format csv day.tm
	assert_output "\
uid,user,in,out,total,packets_in,packets_out,packets,lost,lost_packets
1000,alice,500,0,500,1,0,1,0,0
1001,bob,0,70,70,0,1,1,70,1"
	assert_equal "$stderr" "attributed 500 B (7.6 %), unowned 0 B (0.0 %), lost 70 B (1.1 %), excluded 5.9 KiB (91.3 %)"
	# of one direction nothing is there twice
	tm-filter -q 'out' day.tm >out.tm
	run tm-report -q day.tm
	refute_line --partial loopback
	run tm-report out.tm
	refute_line --partial "--no-loopback"
}
