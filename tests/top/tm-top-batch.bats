# tm-top --batch, rates and sums, and what is refused.

load ../helper
load top

@test "--batch prints one table of a whole recording" {
	day | tm-parse >day.tm
	tm-top --batch -n 1 day.tm | trimmed >out
	assert_file out <<-'END'
	2023-11-14T22:13:32.000000000Z host login1.example events/s 4 nobody 84 unattributed 60 lost 1500
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob                 0            0      4001200            0      3334333            0         5001500               0
	alice          120000      1004000       120000      1000800       120000      1000667          180000         1501000
	none                0            0            0           67            0           56               0              84
	all            120000      1004000      4121200      1000867      3454333      1000723         5181500         1501084
	END
	tm-top --batch --count 1 <day.tm | trimmed | diff out -
}

@test "--batch -t prints at the end of each interval of the stream, -n times" {
	day | tm-parse | tm-top --batch -t 2s -n 2 --sort total | trimmed >out
	assert_file out <<-'END'
	2023-11-14T22:13:22.000000000Z host login1.example events/s 3 nobody 0 unattributed 0 lost 0
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	alice          120000      1000000       120000      1000000       120000      1000000           30000          250000
	all            120000      1000000       120000      1000000       120000      1000000           30000          250000

	2023-11-14T22:13:24.000000000Z host login1.example events/s 4 nobody 0 unattributed 0 lost 0
	USER            IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob          20000000            0     10000000            0     10000000            0         5000000               0
	alice          120000      1000000       120000      1000000       120000      1000000           60000          500000
	all          20120000      1000000     10120000      1000000     10120000      1000000         5060000          500000
	END
}

@test "--batch from a pipe prints every 10 s and at the end" {
	day | tm-parse | tm-top --batch | grep -c ^all >out
	assert_file out <<<2
}

@test "--batch --by has a column for each key, and rates in bytes with --bytes" {
	day | tm-parse >day.tm
	tm-top --batch --by user,pid,process --bytes day.tm | trimmed | tail -n +2 >out
	assert_file out <<-'END'
	USER     PID PROCESS        IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	bob      50  scp                0            0       500000            0       416667            0         5000000               0
	alice    42  curl           12500       125500        12500       125100        12500       125083          150000         1501000
	alice    43  git             2500            0         2500            0         2500            0           30000               0
	bob      -   -                  0            0          150            0          125            0            1500               0
	none     -   -                  0            0            0            8            0            7               0              84
	all      -   -              15000       125500       515150       125108       431792       125090         5181500         1501084
	END
	tm-top --batch --by remote,process -e 'user alice' day.tm | trimmed | tail -n +2 >out
	assert_file out <<-'END'
	REMOTE       PROCESS        IN/2s       OUT/2s       IN/10s      OUT/10s       IN/40s      OUT/40s              IN             OUT
	198.51.100.7 curl          100000      1000000       100000      1000000       100000      1000000          150000         1500000
	2001:db8::7  git            20000            0        20000            0        20000            0           30000               0
	203.0.113.5  curl               0         4000            0          800            0          667               0            1000
	all          -             120000      1004000       120000      1000800       120000      1000667          180000         1501000
	END
	tm-top --batch --by remote day.tm | grep '^(lost) '
}

@test "--by takes the keys of tm-report, with the same rows" {
	{
		begin
		service 0.1 out 1000 500 192.0.2.7 50000 443
		service 0.2 out 1001 300 192.0.2.7 50001 443
		service 0.3 in 1001 200 192.0.2.8 22 50002
		moved 0.4 in 1001 1500 1 '"kind":"lost"'
		status end 1
	} | tm-parse >some.tm
	all=$(tm-top --batch --by x some.tm 2>&1 |
		sed 's/.*; they are //; s/ or connection$//; s/, /,/g')
	[[ ,$all, == *,user,* && ,$all, == *,remote_port,* ]]
	tm-top --help | tr -d ' \n' | grep -F ":${all}orconnection"
	for key in ${all//,/ }; do
		tm-report --by $key some.tm | awk '$1 == "all" { exit } NR > 1 { print $1 }' |
			sort >report
		tm-top --batch --by $key some.tm | awk 'NR > 2 && $1 != "all" { print $1 }' |
			sed 's/^(lost)$/-/' | sort -u >top
		diff report top
	done
	tm-top --batch --by "$all" some.tm | grep -c 192.0.2 | grep -x 3
	tm-report --by "$all" some.tm | grep -c 192.0.2 | grep -x 3
	tm-top --batch --by connection some.tm | awk 'NR > 1 { print $4, $5, $6, $7 }' >out
	assert_file out <<-'END'
	PROTOCOL LOCAL_PORT REMOTE REMOTE_PORT
	- - (lost) -
	tcp 50000 192.0.2.7 443
	tcp 50001 192.0.2.7 443
	tcp 22 192.0.2.8 50002
	- - - -
	END
}

@test "--top shows the first rows and sums up the others, and 0 is all" {
	day | tm-parse >day.tm
	tm-top --batch --top 1 day.tm | awk 'NR > 2 { print $1, $4, $(NF - 1), $NF }' >out
	assert_file out <<-'END'
	bob 4001200 5001500 0
	(others) 120000 180000 1501084
	all 4121200 5181500 1501084
	END
	tm-top --batch day.tm | cmp - <(tm-top --batch --top 0 day.tm)
}

@test "--sort takes rates, totals, directions, packets, peaks and keys" {
	day | tm-parse >day.tm
	while read -r sort users; do
		echo "$sort"
		assert_equal "$(tm-top --batch --sort $sort day.tm |
			awk 'NR > 2 { printf "%s ", $1 }')" "$users all "
	done <<-'END'
	2s alice bob none
	10s bob alice none
	40s bob alice none
	total bob alice none
	in bob alice none
	out alice none bob
	packets alice bob none
	peak bob alice none
	name alice bob none
	key alice bob none
	user alice bob none
	END
	assert_equal "$(tm-top --batch --by user,process --sort process day.tm |
		awk 'NR > 2 { printf "%s ", $2 }')" "- - curl git scp - "
	run -2 tm-top --batch --sort process day.tm
	assert_line --index 0 "tm-top: --sort: not 2s, 10s, 40s, total, in, out, packets, peak nor a key of --by: process"
}

@test "-n N is --count N, before --batch and after it" {
	day | tm-parse >day.tm
	tm-top --batch -n 2 -t 2s day.tm >wanted
	grep -c ^all wanted | grep -x 2
	tm-top -n 2 --batch -t 2s day.tm | cmp - wanted
	tm-top -t 2s --iterations 2 --batch day.tm | cmp - wanted
	tm-top --batch -n -t 2s --count 1 day.tm | grep '^1000 '
	run -2 tm-top -n 2 day.tm
	assert_line --index 0 "tm-top: -n 2: is --count, which counts the tables of --batch; a file of that name is ./2"
}

@test "--batch shows each user as one word, or as a number with -n" {
	{
		start
		name user 1000 'a b\u001b[31m'
		moved 0.1 in 1000 100
	} | tm-parse >some.tm
	tm-top --batch some.tm | sed -n 3p | cut -c 1-16 >out
	assert_file out <<<'"a b\x1b[31m"   '
	tm-top -n --batch some.tm | sed -n 3p | cut -c 1-8 >out
	assert_file out <<<'1000    '
}

@test "a user or process whose name equals a word of the table is in quotes" {
	{
		begin
		name user 1002 all
		name user 1003 none
		name user 1004 '(others)'
		talked 0.1 in 1002 5000 42 - 192.0.2.7
		moved 0.11 in 1002 500
		talked 0.12 in 1003 4000 43 '(unknown)' 192.0.2.7
		moved 0.13 in 1004 3000
		moved 0.14 in $NO_OWNER 2000
		status end 1
	} | tm-parse >some.tm
	tm-top --batch some.tm | tail -n +3 | sed 's/  .*//' >out
	assert_file out <<-'END'
	"all"
	"none"
	"(others)"
	none
	all
	END
	tm-top --batch --by user,pid,process some.tm | tail -n +3 |
		awk '{ print $1, $2, $3 }' >out
	assert_file out <<-'END'
	"all" 42 "-"
	"none" 43 "(unknown)"
	"(others)" - -
	none - -
	"all" - -
	all - -
	END
	show 80x24 'tm-top --speed max some.tm'
	wait_for ended
	screen | sed -n '6,11s/  .*//p' >out
	assert_file out <<-'END'
	all
	"all"
	"none"
	"(others)"
	none
	END
	press Enter
	wait_for '^"all" › 2 processes$'
	screen | sed -n '7,8s/  .*//p' >out
	assert_file out <<-'END'
	"-"
	(unknown)
	END
}

@test "rates fall to 0 by TICKs alone" {
	{
		begin
		moved 0.1 in 1000 1000000
		for s in $(seq 45); do
			status tick $s
		done
	} | tm-parse >idle.tm
	tm-top --batch -q -t 1 idle.tm 2>/dev/null | awk '/^alice/ {
		print $2, $4, $6, $8 }' | sed -n '1p;2p;3p;10p;11p;40p;41p' >out
	assert_file out <<-'END'
	8000000 8000000 8000000 1000000
	4000000 4000000 4000000 1000000
	0 2666667 2666667 1000000
	0 800000 800000 1000000
	0 0 727273 1000000
	0 0 200000 1000000
	0 0 0 1000000
	END
}

@test "rates of a live stream without TICKs fall to 0 by the wall clock" {
	mkfifo feed
	{
		begin
		moved 0.1 in 1000 1000000
	} | tm-parse >events.tm
	{ cat events.tm; exec sleep 60; } >feed &
	feeder=$!
	timeout 60 tm-top --batch -t 1 -n 4 feed | awk '/^alice/ { print $2, $8 }' >out
	assert_regex "$(head -n 1 out)" '^[48]000000 1000000$'
	assert_equal "$(tail -n 1 out)" "0 1000000"
}

@test "rows that do not fit in memory are summed up, and sums stay exact" {
	{
		begin
		for i in $(seq 500); do
			talked $((i / 100)) in 1000 1000 42 scan "10.0.$((i / 250)).$((i % 250))"
			talked $((i / 100)) out $((2000 + i % 100)) 10 "$i" "p$i" 192.0.2.1
		done
		status end 6
	} | tm-parse >many.tm
	for by in user process remote connection port,user cgroup; do
		tm-top -n --batch --max-rows 200 --by $by many.tm >out
		grep -E '^all .* 500000 +5000$' out
		awk '/^\(others\)/ { has_others = 1 }
			NR > 2 && !/^all/ { in_sum += $(NF - 1); out_sum += $NF }
			END { print in_sum, out_sum, has_others }' out >sums
		case $by in
		user | cgroup) assert_file sums <<<"500000 5000 " ;;
		*) assert_file sums <<<"500000 5000 1" ;;
		esac
	done
}

@test "500,000 conversations take bounded memory" {
	{
		begin
		awk 'BEGIN { for (i = 0; i < 500000; i++)
			printf "{\"time_ns\":%d000000,\"direction\":\"in\",\"uid\":1000,\"bytes\":100,\"packets\":1,\"source\":\"10.%d.%d.%d\"}\n",
				1700000000000 + i / 100, i / 65536, i / 256 % 256, i % 256 }'
	} | tm-parse >many.tm
	(
		ulimit -v 300000
		tm-top --batch --by remote many.tm | tail -n 1
	) >out
	grep -E '^all .* 50000000 +0$' out
	tm-top --batch many.tm | grep -E '^alice .* 50000000 +0$'
}

@test "output to anything but a terminal, and events from a terminal, are refused" {
	day | tm-parse >day.tm
	run --separate-stderr tm-top day.tm
	assert_failure 2
	assert_equal "$stderr" "tm-top: standard output is not a terminal; for a file or a pipe, use --batch"
	show 80x24 tm-top
	wait_for 'exit 2'
	screen | head -n 4 >out
	assert_file out <<-'END'
	before
	tm-top: nothing to read; to watch this host, type: sudo tm-capture --every 1s |
	tm-top
	exit 2
	END
}

@test "invalid options of tm-top are refused" {
	while read -r options; do
		run tm-top $options /dev/null
		assert_failure 2
	done <<-'END'
		-t 0
		-t x
		--speed 0
		--speed fast
		--by group
		--by user,user
		--top x
		--top 3
		--sort size
		--max-rows 3
		--batch --count 0
		--count 3
		--batch -e port
	END
	run tm-top --batch -e 'user alice and prot tcp' /dev/null
	assert_line --index 0 --partial "tm-top: column 16: unknown word 'prot'; the words are in out"
	assert_line --index 2 "               ^"
}

@test "a missing, invalid or cut recording is reported with its exit code" {
	run tm-top --batch missing.tm
	assert_failure 1
	assert_output "tm-top: missing.tm: No such file or directory"
	day | tm-parse >day.tm
	{ head -c 1280 day.tm; echo 'no event'; } >bad.tm
	run --separate-stderr tm-top --batch bad.tm
	assert_failure 3
	assert_output --partial alice
	assert_equal "$stderr" "tm-top: bad.tm: not an event (offset 1280); tm-event(5) describes what one looks like"
	head -c 1280 day.tm >cut.tm
	run --separate-stderr tm-top --batch cut.tm
	assert_failure 3
	assert_equal "$stderr" "tm-top: cut.tm: was cut: it has a START and no END"
	run tm-top --batch --strict day.tm
	assert_failure 4
}

@test "a tick at the end of time is passed, not waited for" {
	{
		start
		moved 1 out 1000 5
		echo '{"kind":"tick","direction":"out","time_ns":18446744073709551615,"run_id":7}'
		status end 2
	} | tm-parse >day.tm
	run -0 timeout 20 tm-top --batch day.tm
	assert_line --regexp '^1000 .* 5$'
}
