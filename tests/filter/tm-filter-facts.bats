# tm-filter: words about the job, unit, login and the like of a process.

load ../helper
load ../events
load facts

HEX=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

# A node with a job, a service, a container, a session and a process of which
# nothing is known; then pid 12 passes to another process.
write_node() {
	{
		start 7 0 node1.example
		name cgroup 90 /system.slice/slurmstepd.scope/job_4711/step_0/user/task_0
		name cgroup 91 /system.slice/nginx.service
		name cgroup 92 /system.slice/docker-$HEX.scope
		name cgroup 93 /user.slice/user-1000.slice/session-4.scope
		name user 1000 alice
		name user 1001 bob
		name command 12 /usr/bin/python3.11
		name command 13 /usr/sbin/nginx
		name command 15 '/usr/bin/rsync (deleted)'
		name login 12 '1000 3'
		name login 15 '1001 8'
		packet 1 12 90
		packet 2 13 91
		packet 3 14 92
		packet 4 15 93
		packet 5 16
		name command 12 /usr/bin/ssh
		name login 12 ''
		packet 6 12 91
	} >events
	{ cat events && status end 20; } | tm-parse >all.tm
}

@test "each word about a process tests its own fact" {
	write_node
	assert_table <<-'END'
	1 | job slurm/4711
	1 | step slurm/4711.0
	2 6 | unit nginx.service
	3 | container docker/0123456789ab
	2 6 | workload nginx.service
	3 | workload docker/0123456789ab
	1 | session 3
	4 | session 4
	1 | login alice
	4 | login bob
	1 | login 1000
	2 | command /usr/sbin/nginx
	1 2 3 4 5 6 | on node1.example
	 | on node2
	 | job slurm/471
	 | command /usr/sbin/nginx.old
	END
}

@test "a job, a step and a container need no manager, and a host no domain" {
	write_node
	assert_table <<-'END'
	1 | job 4711
	1 | step 4711.0
	1 | step 0
	1 | job 4711 and step 0
	3 | container 0123456789ab
	3 | workload 0123456789ab
	1 2 3 4 5 6 | on node1
	 | job 471
	 | on example
	 | container 0123456789a
	END
	assert_equal "$(kept "container $HEX")" 3
	assert_equal "$(kept "container docker/$HEX")" 3
	assert_equal "$(kept "workload $HEX")" 3
}

@test "a unit without a suffix is a service" {
	write_node
	assert_table <<-'END'
	2 6 | unit nginx
	2 6 | workload nginx
	4 | unit session-4.scope
	 | unit session-4
	 | unit nginx.socket
	END
}

@test "a command is a path, or a name if it has no slash" {
	write_node
	assert_table <<-'END'
	1 | command /usr/bin/python3.11
	1 | command python3.11
	2 | command nginx
	4 | command rsync
	4 | command /usr/bin/rsync
	6 | command ssh
	 | command bin/ssh
	1 4 6 | command /usr/bin/*
	1 | command python*
	 | command usr*
	END
}

@test "facts take patterns, lists, quotes, none and any" {
	write_node
	assert_table <<-'END'
	1 | job slurm/*
	1 | job 47?1
	1 | job [0-9]*
	 | job "slurm/*"
	1 | job "slurm/4711"
	1 2 4 | command nginx,rsync,python3.11
	1 2 3 4 6 | unit nginx,*.scope
	2 3 4 5 6 | job none
	1 | job any
	 | job "any"
	2 3 4 5 6 | job != slurm/4711
	2 3 4 5 6 | not job 4711
	5 | unit none
	5 | workload none
	3 5 | command none
	2 3 5 6 | login none
	1 4 | login any
	1 4 | login alice,bob
	1 4 | login *b*,alice
	3 | unit any and container any
	 | on none
	END
}

@test "a pid that passes to another process has that one's facts from there on" {
	write_node
	assert_table <<-'END'
	1 | command python3.11
	6 | command ssh
	1 | login alice
	6 | unit nginx and command ssh and login none
	END
}

@test "facts count within their run, and on the host that metered it" {
	{
		start 7 0 node1
		name cgroup 90 /system.slice/nginx.service
		packet 1 12 90
		status end 2
		start 8 3 node2
		packet 4 12 90
		name cgroup 90 /system.slice/ssh.service
		packet 5 12 90
		status end 6 8
	} | tm-parse >all.tm
	assert_table <<-'END'
	1 | unit nginx
	5 | unit ssh
	4 | unit none
	1 | on node1
	4 5 | on node2
	1 4 5 | on node*
	END
}

@test "the path of cgroup1 names a job, too" {
	{
		start
		name cgroup 90 /system.slice/slurmd.service
		name cgroup1 12 /slurm/uid_1000/job_4712/step_batch/task_0
		packet 1 12 90
		packet 2 13 90
		status end 3
	} | tm-parse >all.tm
	assert_table <<-'END'
	1 | job 4712
	1 | step batch
	1 2 | unit slurmd
	2 | job none
	END
}

@test "of a lost event a fact that is not known is kept, and its inverse too" {
	write_node
	{
		cat events
		packet 7 15 93 '"kind":"lost"'
		packet 8 99 0 '"kind":"lost"'
		moved 9 in 4294967295 60 1 '"kind":"unattributed"'
		status end 10
	} | tm-parse >all.tm
	assert_table <<-'END'
	1 7 8 9 | job 4711
	2 3 4 5 6 7 8 9 | not job 4711
	4 7 8 9 | login bob
	1 2 3 5 6 8 9 | not login bob
	4 7 8 9 | session 4
	4 7 8 9 | command rsync
	1 2 3 4 5 6 7 8 9 | on node1
	 | not on node1
	END
}

@test "hostile texts match only what they are" {
	local long
	long=/opt/$(printf 'x%.0s' {1..80})
	{
		start 7 0 'no\nde*'
		name command 12 '/tmp/a\nb'
		name command 13 '/tmp/*'
		name command 14 '/'
		name command 15 ' (deleted)'
		name cgroup 90 '/system.slice/*.service'
		name cgroup 91 '/system.slice/any.service'
		name cgroup 92 '/slurm/uid_1/job_/step_0'
		name cgroup 93 '/user.slice/user-1000.slice/user@1000.service/slurmstepd.scope/job_4711/step_0'
		name command 16 "$long"
		name login 17 '99999999999 3'
		name login 18 '1000'
		packet 1 12 90
		packet 2 13 91
		packet 3 14 92
		packet 4 15 93
		packet 5 16
		packet 6 17
		packet 7 18
		status end 8
	} | tm-parse >all.tm
	assert_table <<-'END'
	2 | command "*"
	2 | command "/tmp/*"
	1 2 | command /tmp/*
	1 | unit "*.service"
	2 | unit any.service
	2 | unit "any"
	1 2 3 4 5 6 7 | job none
	4 | command " (deleted)"
	7 | login 1000
	1 2 3 4 5 6 | login none
	1 2 3 4 5 6 7 | on "no*",no*
	END
	assert_equal "$(kept "command /tmp/a?b")" 1
	assert_equal "$(kept "command 'a"$'\n'"b'")" 1
	assert_equal "$(kept "command $long")" 5
	assert_equal "$(kept "command ${long}y")" ""
	assert_equal "$(kept "command $(printf '*x%.0s' {1..30})")" 5
}

# refuses EXPRESSION MESSAGE
refuses() {
	run -2 tm-filter "$1" /dev/null
	assert_line --index 0 "tm-filter: $2"
}

@test "a mistake in a word about a process is marked with its column" {
	refuses 'in and job' 'column 11: job needs a value'
	refuses 'job > 4' 'column 5: job can only be compared with = and !='
	refuses "unit ''" 'column 7: unit takes a name; without one it is unit none'
	refuses 'command ssh,' 'column 13: command needs a value'
	refuses 'src job 4' 'column 5: expected host, network or port'
	refuses 'login -1' "column 7: login takes a number up to 4294967295 or none, not '-1'"
	refuses 'login > 5' 'column 7: login can only be compared with = and !='
	refuses 'on' 'column 3: on needs a value'
}

@test "facts that never occur or exclude each other are noted" {
	write_node
	note() {
		run --separate-stderr tm-filter "$1" all.tm
		assert_equal "$stderr" "${2:+tm-filter: note: $2}"
	}
	note 'job 4712' 'no job is called 4712 in these events'
	note 'unit ngin or unit ngin' 'no unit is called ngin.service in these events'
	note 'command ssh,scp' 'no command is called scp in these events'
	note 'on node*' ''
	note 'container none' ''
	note 'login carol' 'no user is called carol in these events or here'
	note 'job any and job none' 'this can never be true: job any and job none'
	note 'job any or job none' 'this is always true: job any or job none'
	note 'unit nginx and not unit nginx.service' \
		'this can never be true: unit nginx and not unit nginx.service'
	note 'job 4711 and not job slurm/4711' ''
	note 'job 4711 and job slurm/4711' ''
	note 'login alice and login none' \
		'this can never be true: login alice and login none'
	note 'unit nginx and workload *' ''
	note 'job 4711 and not job slurm/*' ''
}

@test "--explain counts what a fact dropped" {
	write_node
	run bash -c 'tm-filter -q --explain "job none and command nginx" all.tm 2>&1 >/dev/null'
	assert_output - <<-'END'
	tm-filter: dropped 1 events, 1 packets, 100 bytes: job none
	tm-filter: dropped 4 events, 4 packets, 400 bytes: command nginx
	tm-filter: kept 1 events, 1 packets, 100 bytes
	END
}

@test "tm-top selects by facts, from the beginning of a recording" {
	write_node
	tm-top -q --batch -e 'job 4711 or unit nginx' all.tm >got
	grep -qE '^all .* 300$' got
	tm-top -q --batch -e 'login bob' all.tm >got
	grep -qE '^all .* 100$' got
	run --separate-stderr tm-top --batch -e 'unit nosuch' all.tm
	assert_equal "$stderr" \
		"tm-top: note: no unit is called nosuch.service in these events"
}
