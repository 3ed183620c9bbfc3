# tm-report by what a process belongs to.

load ../helper
load ../events
load jobs

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	node | tm-parse >node.tm
}

@test "--by job,user has each job's users, and traffic outside of jobs" {
	run tm-report --by job,user node.tm
	assert_success
	assert_output - <<-'END'
	JOB       USER              IN         OUT       TOTAL     SHARE      PACKETS
	slurm/9   bob              0 B     4.9 KiB     4.9 KiB    50.3 %            1
	slurm/11  alice        2.9 KiB      1000 B     3.9 KiB    40.3 %            2
	slurm/9   alice            0 B       700 B       700 B     7.0 %            1
	-         root           141 B         0 B       141 B     1.4 %            3
	-         bob             90 B         0 B        90 B     0.9 %            1
	all                    3.2 KiB     6.5 KiB     9.7 KiB   100.0 %            8
	attributed 9.6 KiB (99.1 %), unowned 0 B (0.0 %), lost 90 B (0.9 %), excluded 0 B (0.0 %)
	END
}

@test "steps, units, containers, workloads, sessions and commands are keys" {
	FIELDS=3
	run rows step node.tm
	assert_output - <<-'END'
	slurm/9.batch,0,5700
	slurm/11.0,3000,1000
	,231,0
	END
	run rows unit node.tm
	assert_output - <<-END
	slurmstepd.scope,3000,6700
	,90,0
	session-3.scope,60,0
	nginx.service,41,0
	docker-$ID.scope,40,0
	END
	run rows container node.tm
	assert_output - <<-'END'
	,3191,6700
	docker/0123456789ab,40,0
	END
	run rows workload node.tm
	assert_output - <<-'END'
	slurmstepd.scope,3000,6700
	,90,0
	session-3.scope,60,0
	nginx.service,41,0
	docker/0123456789ab,40,0
	END
	run rows session node.tm
	assert_output - <<-'END'
	,3171,6700
	3,60,0
	END
	run rows command node.tm
	assert_output - <<-'END'
	/usr/bin/rsync,0,5700
	/usr/bin/python3.11,3000,1000
	,150,0
	/usr/sbin/nginx,81,0
	END
}

@test "what root moves under sudo is root's, by the login that became root" {
	FIELDS=5
	run rows user,login node.tm
	assert_output - <<-'END'
	1001,bob,,90,5000
	1000,alice,,3000,1700
	0,root,,81,0
	0,root,alice,60,0
	END
	run rows user,login -n node.tm
	assert_line '0,0,1000,60,0'
}

@test "a service is the listening port by its name and protocol" {
	FIELDS=3
	run rows service node.tm
	assert_output - <<-'END'
	ssh,0,5000
	https,3000,1000
	domain/udp,0,700
	,90,0
	icmp,60,0
	8443/tcp,41,0
	ntp,40,0
	END
	run rows service -n node.tm
	assert_output - <<-'END'
	22/tcp,0,5000
	443/tcp,3000,1000
	53/udp,0,700
	,90,0
	1,60,0
	8443/tcp,41,0
	123/udp,40,0
	END
}

@test "a key of text is sorted by its text, what has none last" {
	FIELDS=3
	run rows job --sort job node.tm
	assert_output - <<-'END'
	slurm/11,3000,1000
	slurm/9,0,5700
	,231,0
	END
}

@test "JSON has null for what has no job" {
	tm-report -q --json --by job,login,service node.tm >json
	run jq -c '.rows[] | [.job, .login, .service, .total]' json
	assert_output - <<-'END'
	["slurm/9",null,"ssh",5000]
	["slurm/11",null,"https",4000]
	["slurm/9",null,"domain/udp",700]
	[null,null,null,90]
	[null,"alice","icmp",60]
	[null,null,"8443/tcp",41]
	[null,null,"ntp",40]
	END
}

@test "hosts are told apart, and the ids of one say nothing of another's" {
	{
		start 8 10 node2
		packet out 1000 7 20 90 6 40000 443
		name cgroup 90 /system.slice/slurmstepd.scope/job_11/step_0
		name command 20 /usr/bin/curl
		packet out 1000 8 20 90 6 40000 443
		status end 11 8
	} | tm-parse >node2.tm
	FIELDS=5
	run rows host,job,command node.tm node2.tm
	assert_output - <<-'END'
	node1,slurm/9,/usr/bin/rsync,0,5700
	node1,slurm/11,/usr/bin/python3.11,3000,1000
	node1,,,150,0
	node1,,/usr/sbin/nginx,81,0
	node2,slurm/11,/usr/bin/curl,0,8
	node2,,,0,7
	END
	FIELDS=3
	run rows job node.tm node2.tm
	assert_line 'slurm/11,3000,1008'
}

# host NAME UNIT USER INTERFACE: an event of uid 998, cgroup 90, interface 2
host() {
	start 7 0 "$1"
	name cgroup 90 "/$2"
	[ -z "$3" ] || name user 998 "$3"
	name interface 2 "$4"
	name login 20 '998 3'
	moved 1 in 998 "${#2}" 1 '"pid":20,"cgroup_id":90,"ifindex":2'
	status end 5
}

@test "users, interfaces and cgroups have the names that their own host recorded" {
	host node1 a.service polkitd eth0 | tm-parse >1.tm
	host node2 bb.service chrony eno1 | tm-parse >2.tm
	host node3 a.service '' eth0 | tm-parse >3.tm
	FIELDS=5
	run rows host,user,login 1.tm 2.tm 3.tm
	assert_output - <<-'END'
	node2,998,chrony,chrony,10
	node1,998,polkitd,polkitd,9
	node3,998,,998,9
	END
	FIELDS=3
	run rows interface 1.tm 2.tm 3.tm
	assert_output - <<-'END'
	eth0,18,0
	eno1,10,0
	END
	run rows cgroup 1.tm 2.tm 3.tm
	assert_output - <<-'END'
	/a.service,18,0
	/bb.service,10,0
	END
}

@test "a name that comes after its id names what came before it" {
	{
		moved 1 in 998 5 1 '"cgroup_id":90,"ifindex":2'
		name cgroup 90 /a.service
		name interface 2 eth0
		moved 1 in 998 5 1 '"cgroup_id":90,"ifindex":2'
	} | tm-parse >late.tm
	FIELDS=4
	run rows cgroup,interface late.tm
	assert_output /a.service,eth0,10,0
}

@test "a job outlives the cgroup and the pid that it was known by" {
	{
		start
		name cgroup 90 /system.slice/slurmstepd.scope/job_1/step_0
		packet out 1000 1 20 90 6 40000 443
		name cgroup 90 /system.slice/slurmstepd.scope/job_2/step_0
		packet out 1000 20 20 90 6 40000 443
		name cgroup 90 ''
		packet out 1000 300 20 90 6 40000 443
		status end 5
	} | tm-parse >again.tm
	FIELDS=3
	run rows job again.tm
	assert_output - <<-'END'
	,0,300
	slurm/2,0,20
	slurm/1,0,1
	END
}

@test "a project is a job's by its line, else a user's, else the primary group" {
	FIELDS=3
	run rows project node.tm
	assert_output - <<-'END'
	biology,90,5000
	physics,3000,1700
	,141,0
	END
	cat >projects <<-'END'
	# a comment
	user	bob   genes  # and another

	job slurm/11 higgs
	user root never
	user root system
	END
	run rows project --projects projects node.tm
	assert_output - <<-'END'
	genes,90,5000
	higgs,3000,1000
	physics,0,700
	system,141,0
	END
}

@test "a recording of this machine has its users' primary groups" {
	{
		start_here
		packet out 0 5 20 90 6 40000 443
		status end 5
	} | tm-parse >here.tm
	FIELDS=3
	run rows project here.tm
	assert_output "$(id -gn root),0,5"
}

@test "a bad line of --projects is refused with its number" {
	refuses() { # LINE MESSAGE
		printf '# projects\n%s\n' "$1" >projects
		run -1 tm-report --by project --projects projects node.tm
		assert_output "tm-report: --projects: projects:2: $2"
	}
	refuses 'group staff x' 'begins with neither user nor job'
	refuses 'user alice' 'is not: user NAME PROJECT, or job MANAGER/ID PROJECT'
	refuses 'user alice x y' 'is not: user NAME PROJECT, or job MANAGER/ID PROJECT'
	refuses 'user alice # x' 'is not: user NAME PROJECT, or job MANAGER/ID PROJECT'
	refuses 'job 4711 x' 'names a job without its manager; write slurm/4711'
	printf 'user a b\nuser a\0c d\n' >projects
	run -1 tm-report --by project --projects projects node.tm
	assert_output 'tm-report: --projects: projects:2: has a zero byte'
	run -1 tm-report --by project --projects . node.tm
	assert_output 'tm-report: --projects: .: Is a directory'
	run -1 tm-report --by project --projects none node.tm
	assert_output 'tm-report: --projects: none: No such file or directory'
	echo 'user alice x' >projects
	run -2 tm-report --projects projects node.tm
	assert_line 'tm-report: --projects is for --by project'
}

@test "all keys fit one table" {
	local keys=user,process,remote,protocol,interface,direction,hour,day
	keys+=,workload,login,command,pid,local,network,port,local_port
	keys+=,remote_port,cgroup,job,step,unit,container,session,service,host
	keys+=,project
	tm-report -q --format csv --bin 1h --by $keys node.tm >rows
	assert_equal "$(sed 1q rows | cut -d, -f 2-28)" "uid,$keys"
	assert_equal "$(grep -c slurm/11.0 rows)" 2
}

@test "hostile names of jobs, units and commands are escaped" {
	{
		start
		name cgroup 90 '/a\u001b[31m\n,\".service'
		name command 20 '-'
		packet out 1000 1 20 90 6 40000 443
		status end 5
	} | tm-parse >hostile.tm
	run tm-report -q --by unit,command hostile.tm
	assert_line --index 1 --regexp '^a\\x1b\[31m\\x0a,".service +"-" +0 B +1 B'
}
