# tm-store: what processes belong to (workloads, login users, commands), and jobs.

load ../helper
load store

JOB=/system.slice/slurmstepd.scope/job_4711/step_0/user/task_0
OUT='"ifindex":2,"protocol":6,"source":"192.0.2.10","destination":"198.51.100.7"'
IN='"ifindex":2,"protocol":6,"source":"198.51.100.7","destination":"192.0.2.10"'

# A job of two users on one host, a service, a container, and root by a login.
cluster() {
	start 7 0 n017
	name user 0 root
	name user 1000 alice
	name user 1001 bob
	name interface 2 eth0
	name cgroup 11 "$JOB"
	name cgroup 12 /system.slice/nginx.service
	name cgroup 13 /system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope
	name cgroup 14 /user.slice/user-1000.slice/session-3.scope
	name command 41 /usr/bin/python3.11
	name login 41 "1000 3"
	name command 42 /usr/sbin/nginx
	name login 42 ""
	name command 44 /usr/bin/apt
	name login 44 "1000 3"
	moved 1 out 1000 1000 10 "\"pid\":41,\"cgroup_id\":11,\"process\":\"python3\",$OUT"
	moved 61 in 1000 2000 20 "\"pid\":41,\"cgroup_id\":11,\"process\":\"python3\",$IN"
	moved 3601 out 1001 500 5 "\"cgroup_id\":11,\"process\":\"ssh\",$OUT"
	moved 3602 out 33 4000 4 "\"pid\":42,\"cgroup_id\":12,\"process\":\"nginx\",$OUT"
	moved 3603 out 0 300 3 "\"cgroup_id\":13,\"process\":\"node\",$OUT"
	moved 3604 in 0 7000 7 "\"pid\":44,\"cgroup_id\":14,\"process\":\"http\",$IN"
	moved 3605 out 1000 90 1 '"kind":"lost"'
	status end 3606
}

jobs() {
	timeout 60 tm-store jobs --db h.db -q "$@"
}

job() {
	timeout 60 tm-store job --db h.db -q "$@"
}

@test "the history keeps workloads, login users and commands" {
	cluster | tm-parse | store
	run csv --by workload
	assert_output "workload,in,out,total,packets_in,packets_out,packets,lost,lost_packets
session-3.scope,7000,0,7000,7,0,7,0,0
nginx.service,0,4000,4000,0,4,4,0,0
slurmstepd.scope,2000,1500,3500,20,15,35,0,0
docker/0123456789ab,0,300,300,0,3,3,0,0
,0,90,90,0,1,1,90,1"
	run csv --by login
	assert_line alice,9000,1000,10000,27,10,37,0,0
	assert_line none,0,4890,4890,0,13,13,90,1
	run csv --by command,user
	assert_line /usr/bin/apt,0,root,7000,0,7000,7,0,7,0,0
	assert_line ,1001,bob,0,500,500,0,5,5,0,0
	# root's traffic that alice logged in for, and which program it was
	run csv --by user,command,workload --login alice --user root
	assert_line -n 1 0,root,/usr/bin/apt,session-3.scope,7000,0,7000,7,0,7,0,0
	assert_equal "${#lines[@]}" 2
	run csv --by remote --workload nginx.service --command /usr/sbin/nginx
	assert_line -n 1 --partial 198.51.100.7,0,4000
	run csv --by workload,hour --login none
	assert_line --partial nginx.service,2023-11-14T23:00:00+00:00,0,4000
	run query --by login -q --top 1 --format json
	assert_output --partial '"login":"alice"'
	run query --by workload -q --search NGINX
	assert_line --partial nginx.service
	refute_line --partial docker
	assert_equal "$(sqlite3 h.db "SELECT user, login_uid, login, command, in_bytes FROM traffic WHERE workload = 'session-3.scope'")" \
		"root|1000|alice|/usr/bin/apt|7000"
	intact h.db
	# no other column has the number of a login without a name
	{
		start
		name login 41 "1007 3"
		moved 1 in 0 100 1 '"pid":41'
		status end 2
	} | tm-parse | timeout 60 tm-store -q --db unnamed.db
	run -0 timeout 60 tm-store query -q --db unnamed.db --by user,login --output csv
	assert_line 0,,1007,100,0,100,1,0,1,0,0
}

@test "a name that the history does not have, or a time without records, is reported" {
	cluster | tm-parse | store
	for name in process:nosuch remote:203.0.113.9 interface:eno9 workload:x.service \
		command:/bin/no; do
		run -0 --separate-stderr query --${name%%:*} "${name#*:}"
		assert_equal "$stderr" "--${name%%:*}: ${name#*:}: the history has nothing of that name; --by ${name%%:*} --search finds parts of names"
		run -0 --separate-stderr query -q --${name%%:*} "${name#*:}"
		assert_equal "$stderr" ""
	done
	run -0 --separate-stderr query --since 2024-01-01
	assert_equal "$stderr" "nothing passed in this range; the history is of 2023-11-14 22:13:21 to 2023-11-14 23:13:26"
	run -0 --separate-stderr query --process nginx
	assert_equal "$stderr" ""
	run -2 query --user ""
	assert_line -n 0 "tm-store: --user: no user is named; 'none' selects traffic without one"
	run -2 query yesterday
	assert_line -n 0 "tm-store: query takes no files: yesterday; a time is --since yesterday"
	run -2 query --job 4711
	assert_line -n 0 "tm-store: --job: write tm-store job ID, or tm-store jobs"
	run -2 query --unit nginx.service
	assert_line -n 0 "tm-store: --unit: write --workload NAME"
	run -2 query --by user,job
	assert_output "tm-store: --by: job: write tm-store jobs, or tm-store job ID"
	for key in unit container; do
		run -2 query --by $key
		assert_output "tm-store: --by: $key: write --by workload"
	done
	run -2 query --by service
	assert_output "tm-store: --by: service: only recordings have this key: write tm-report --by service FILE"
	run -2 query --by nosuch
	assert_output --partial "tm-store: --by: no such key: nosuch; they are user, process, "
	run -2 query user
	assert_line -n 0 "tm-store: query takes no files: user; rows by a key are --by user"
}

@test "a query takes commands by their last part, and patterns, as tm-filter does" {
	local filter sums

	{
		cluster
		name command 45 "/tmp/x [y] (deleted)"
		moved 3700 out 33 600 6 "\"pid\":45,\"cgroup_id\":12,\"process\":\"x\",$OUT"
		status end 3701
	} | grep -v lost | tm-parse >cluster.tm
	store <cluster.tm
	for filter in 'command python3.11' 'command /usr/sbin/nginx' 'command py*' \
		'command /usr/*' 'command "x [y]"' 'command "/tmp/x [y]"' \
		'command none' 'command *' 'workload nginx.service' \
		'workload *x*' 'workload docker/*' \
		'workload session-?.scope'; do
		echo "$filter"
		sums=$(tm-filter -q "$filter" cluster.tm | tm-report -q --format csv --by user)
		run csv --by user "--${filter%% *}" "$(sed 's/"//g' <<<"${filter#* }")"
		assert_output "$sums"
		assert [ "${#lines[@]}" -gt 1 ]
	done
	run -0 --separate-stderr query --workload 'none*'
	assert_equal "$stderr" "--workload: none*: the history has nothing of that name; --by workload --search finds parts of names"
	run csv --by user --command /python3.11
	assert_equal "${#lines[@]}" 1
}

@test "a job is summed up by user and host, whatever became of its processes" {
	cluster | tm-parse | store
	for id in 4711 slurm/4711; do
		run job $id
		assert_success
		assert_output "Job: slurm/4711
User: alice, bob
Host: n017
First traffic: 2023-11-14 22:13:21
Last traffic: 2023-11-14 23:13:21
Time between: 01:00:00
Received: 2.0 KiB (2000 B) in 20 packets, on average 4 bit/s
Sent: 1.5 KiB (1500 B) in 15 packets, on average 3 bit/s
Lost: 90 B in 1 packets of these users in this time, whose job is not known"
	done
	run job 4711 --format csv
	assert_output "job,uid,user,host,hosts,first,last,in,out,total,packets_in,packets_out,packets
slurm/4711,1000,alice,n017,1,1700000001.000000000,1700000061.000000000,2000,1000,3000,20,10,30
slurm/4711,1001,bob,n017,1,1700003601.000000000,1700003601.000000000,0,500,500,0,5,5"
	run job 4711 --user bob --json
	assert_output '{"job":"slurm/4711","first_ns":1700003601000000000,"last_ns":1700003601000000000,"seconds":0,"in":0,"out":500,"packets_in":0,"packets_out":5,"users_lost":0,"users_lost_packets":0,"rows":[{"uid":1001,"user":"bob","host":"n017","first_ns":1700003601000000000,"last_ns":1700003601000000000,"in":0,"out":500,"packets_in":0,"packets_out":5}]}'
	run job 4712
	assert_failure 1
	assert_output "tm-store: 4712: the history has no traffic of this job"
	run -1 job 4711 --user root
	assert_output "tm-store: 4711: the history has no traffic of this job by this user"
	run -1 job 4711 --user bob --on n018
	assert_output "tm-store: 4711: the history has no traffic of this job by this user on this host"
	run -2 job
	assert_line -n 0 "tm-store: job takes the ID of one job, such as 4711 or slurm/4711"
	# a run that is read again adds nothing
	cluster | tm-parse | store -q
	assert_equal "$(job 4711 --format csv --user alice | tail -1 | cut -d, -f8-10)" 2000,1000,3000
}

@test "jobs are listed by time, user, host and size, also across hosts and days" {
	cluster | tm-parse >n017.tm
	{
		start 8 80000 n018
		name user 1000 alice
		name cgroup 21 "$JOB"
		name cgroup 22 /slurm_n018/uid_1001/job_99/step_batch/task_0
		name cgroup 23 /pbs_jobs.service/jobid/55.server
		moved 80001 out 1000 9000 9 "\"cgroup_id\":21,$OUT"
		moved 80002 out 1001 70 1 "\"cgroup_id\":22,$OUT"
		moved 80003 out 1001 60 1 "\"cgroup_id\":23,$OUT"
		status end 80004 8
	} | tm-parse | cat n017.tm - | store
	run jobs --format csv
	assert_output "job,uid,user,host,hosts,first,last,in,out,total,packets_in,packets_out,packets
slurm/4711,1000,alice,,2,1700000001.000000000,1700080001.000000000,2000,10000,12000,20,19,39
slurm/4711,1001,bob,n017,1,1700003601.000000000,1700003601.000000000,0,500,500,0,5,5
slurm/99,1001,bob,n018,1,1700080002.000000000,1700080002.000000000,0,70,70,0,1,1
pbs/55.server,1001,bob,n018,1,1700080003.000000000,1700080003.000000000,0,60,60,0,1,1"
	jobs --format csv --user bob --top 1 >top
	assert_equal "$(tail -1 top)" "(others),,,,,,,0,130,130,0,2,2"
	run jobs --format csv --since 2023-11-15 --sort time --reverse
	assert_equal "$(cut -d, -f1 <<<"$output" | xargs)" "job pbs/55.server slurm/99 slurm/4711"
	run jobs --format csv --on n017 --search BOB
	assert_equal "$(cut -d, -f1,3 <<<"$output" | xargs)" "job,user slurm/4711,bob"
	run job 55
	assert_line -n 0 "Job: pbs/55.server"
	run job pbs/55
	assert_line -n 0 "Job: pbs/55.server"
	run job 4711 --on n018
	assert_line "Host: n018"
	run jobs
	assert_line --partial "(2 hosts)"
	run -0 --separate-stderr tm-store jobs --db h.db --since 2023-11-15 --until 2023-11-16
	assert_equal "$stderr" ""
	run -0 --separate-stderr tm-store jobs --db h.db --since '2023-11-15 12:00'
	assert_equal "$stderr" "jobs are kept by day: these are the sums of whole days"
	run -0 --separate-stderr tm-store jobs --db h.db --since 2024-01-01
	assert_equal "$stderr" "the history has no such jobs"
	run -0 --separate-stderr jobs --since 2024-01-01
	assert_equal "$stderr" ""
	run -2 jobs --host n018
	assert_output "tm-store: --host: write --on HOST"
	run -2 jobs --by remote
	assert_output "tm-store: --by: a row is a job and a user; the keys of recordings are tm-report --by job,KEYS FILE"
	run -2 jobs 4711
	assert_line -n 0 "tm-store: jobs takes no names: 4711; 'tm-store job 4711' shows one"
}

@test "job and jobs refuse a database without a name, and one called -" {
	for command in "job 7" jobs; do
		for name in "" -; do
			# shellcheck disable=SC2086 # words
			run -2 tm-store $command --db "$name"
			assert_line --index 0 --partial "--db"
		done
	done
	assert_not_exist ./-
}

@test "jobs are kept for as long as asked, and prune removes them by day" {
	cluster | tm-parse | store
	{
		start 8 9000000 n018
		name cgroup 22 /slurm/uid_1001/job_99/step_0
		moved 9000001 out 1001 70 1 "\"cgroup_id\":22,$OUT"
		status end 9000002 8
	} | tm-parse >late.tm
	cp h.db old.db
	store -q late.tm
	assert_equal "$(jobs --format csv | wc -l)" 4
	run timeout 60 tm-store prune --db h.db --older-than 100d --dry-run
	assert_line --regexp 'would remove 2 rows of jobs before 2023-11-(18|19|20) 00:00:00$'
	timeout 60 tm-store prune --db h.db -q --older-than 100d
	assert_equal "$(jobs --format csv | cut -d, -f1 | xargs)" "job slurm/99"
	mv old.db h.db
	rm -f h.db-*
	store -q --keep-jobs 50d late.tm
	assert_equal "$(jobs --format csv | cut -d, -f1 | xargs)" "job slurm/99"
	run -2 store --keep-jobs 50 late.tm
	assert_line -n 0 --partial "--keep-jobs"
}

@test "who makes up workloads and commands gets a remainder, and sums stay exact" {
	{
		start
		for i in $(seq 300); do
			name cgroup $((100 + i)) "/system.slice/u$i.service"
			name command $((100 + i)) "/tmp/c$i"
			moved 1 out 1000 $((1000 + i)) 1 "\"pid\":$((100 + i)),\"cgroup_id\":$((100 + i)),$OUT"
		done
		moved 4000 out 1000 5 1 "$OUT"
		status end 4001
	} | tm-parse | store -q --remotes 20
	# a hundred new names are taken, of which the minute keeps 20
	csv --by workload --since @1700000000 --until @1700000060 >minute
	assert_equal "$(grep -c '^u' minute)" 20
	csv --by workload,hour --until @1700003000 >hour
	assert_equal "$(awk -F, 'NR > 1 { sum += $5 } END { print sum }' hour)" 345150
	for key in workload command; do
		assert_equal "$(sqlite3 h.db "SELECT count(*) FROM (SELECT DISTINCT $key FROM traffic_hour WHERE $key > 1)")" 20
		assert_equal "$(sqlite3 h.db "SELECT count(*) FROM (SELECT DISTINCT $key FROM process_hour WHERE $key > 1)")" 20
	done
	intact h.db
	# names that nothing refers to are swept
	sqlite3 h.db "UPDATE about SET value = 0 WHERE key = 'swept'"
	timeout 60 tm-store prune --db h.db -q --older-than 1h
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM workload')" 22
	assert_equal "$(sqlite3 h.db 'SELECT count(*) FROM command')" 22
}

@test "a command of more than 511 bytes is in the remainder" {
	{
		start
		for pid in 41 42; do
			# 5 records of 104 bytes, all of them for the second
			for part in 0 1 2 3 4; do
				text=$(printf '%104s' | tr ' ' a)
				[ "$part" -gt 0 ] || text=/${text#a}
				[ $pid$part != 414 ] || text=${text:0:95}
				printf '{"kind":"name","time_ns":%s000000000,"of":"command","id":%s,"part":%s,"parts":5,"text":"%s"}\n' \
					"$S" $pid "$part" "$text"
			done
			moved 1 out 1000 $pid 1 "\"pid\":$pid,$OUT"
		done
		status end 2
	} | tm-parse | store -q
	run csv --by command
	assert_line --regexp '^/a{510},0,41,'
	assert_line --regexp '^\(others\),0,42,'
}
