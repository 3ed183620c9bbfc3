# tm-top: what a process belongs to: jobs, units, containers, logins, commands.

load ../helper
load top
load ../report/jobs

# totals: KEY IN OUT of each row of a table of --batch by one key
totals() {
	tail -n +3 | awk '{ print $1, $(NF - 1), $NF }'
}

@test "each key of a process has the rows of tm-report" {
	node | tm-parse >node.tm
	for by in job step unit container session workload login command \
		service host project job,user,command; do
		tm-report -q --format json --by "$by" node.tm |
			grep -o '"in":[0-9]*,"out":[0-9]*' | tr -dc '0-9,\n' | sort >report
		tm-top --batch --by "$by" node.tm | totals | grep -v '^all ' |
			awk '{ print $2 "," $3 }' | sort >top
		diff report top
	done
	tm-top --batch --by job,user --sort job node.tm | tail -n +3 |
		awk '{ print $1, $2, $(NF - 1), $NF }' >out
	assert_file out <<-'END'
	slurm/11 alice 3000 1000
	slurm/9 alice 0 700
	slurm/9 bob 0 5000
	- bob 90 0
	- root 141 0
	all - 3231 6700
	END
	echo 'job slurm/9 telescope' >projects
	tm-top --batch --by project --projects projects node.tm | totals >out
	assert_file out <<-'END'
	telescope 0 5700
	physics 3000 1000
	- 141 0
	biology 90 0
	all 3231 6700
	END
	run -2 tm-top --batch --projects projects --by user node.tm
	assert_output 'tm-top: --projects is for --by project
try: tm-top --help'
}

@test "a pid that passes to another process keeps what the former moved apart" {
	{
		start 7 0 node1
		name cgroup 90 /system.slice/slurmstepd.scope/job_11/step_0
		for second in 1 2 3 4; do
			name command 20 /bin/$((second % 2))
			moved $second out 1000 $((second * 100)) 1 '"pid":20,"cgroup_id":90,"protocol":6,"source":"192.0.2.1","destination":"192.0.2.2","source_port":1,"destination_port":2'
			status tick $((second + 1))
		done
		status end 6
	} | tm-parse >some.tm
	tm-top --batch --by command,pid,remote_port some.tm | totals >out
	assert_file out <<-'END'
	/bin/0 0 600
	/bin/1 0 400
	all 0 1000
	END
	show 80x24 "tm-top --speed max some.tm"
	wait_for ended
	press 9
	wait_for '^2 commands'
	screen | grep '^/bin/[01] '
	press p Enter
	wait_for '^/bin/0 › 1 user'
	press p /
	press -l 'job 11'
	press Enter Escape
	wait_for '^2 commands'
	screen | sed -n '7,8p' | awk '{ print $1, $NF }' >out
	assert_file out <<-'END'
	/bin/0 600
	/bin/1 400
	END
}

@test "6 to 9 list jobs, units, logins and commands; Enter opens them" {
	node | tm-parse >node.tm
	show 80x24 "tm-top --speed max node.tm"
	wait_for ended
	press 6
	wait_for '^3 jobs'
	screen | sed -n '5,9p' | cut -c 1-24 | trimmed >out
	assert_file out <<-'END'
	JOB
	all
	slurm/9
	slurm/11
	-
	END
	press Down Up Enter
	wait_for '^slurm/9 › 2 users'
	press Enter
	wait_for '^slurm/9 › bob › 1 process'
	press Enter
	wait_for '^slurm/9 › bob › \(unknown\) 21 › 1 remote'
	press Enter
	wait_for '^slurm/9 › bob › \(unknown\) 21 › 198.51.100.1 › 1 connection'
	press Escape Escape Escape Escape
	wait_for '^3 jobs'
	press End Enter
	wait_for '^no job › 2 users'
	press Escape 7
	wait_for '^5 units and containers'
	screen | grep '^docker/0123456789ab '
	press 8
	wait_for '^2 logins'
	screen | grep '^alice '
	press Tab
	wait_for '^4 commands'
	press Tab
	wait_for '^3 users'
	press y
	press -l project,host
	press Enter
	wait_for '^PROJECT +HOST'
	wait_for '^biology +node1'
}

@test "long commands are cut at their beginning, and hostile texts are harmless" {
	{
		start 7 0 node1
		name command 1 "/software/easybuild/$(printf 'directory/%.0s' {1..7})bin/python3.11"
		for part in {0..10}; do
			text=/usr$(printf '/directory%.0s' {1..10})
			[ $part != 10 ] || text=/bin/julia
			echo '{"kind":"name","of":"command","id":4,"part":'$part',"parts":11,"text":"'"$text"'"}'
		done
		name command 2 '/tmp/\u001b[2J\u202egnp'
		name command 3 all
		name cgroup 9 '/system.slice/\u001b]0;x\u0007.service'
		for pid in 1 2 3 4; do
			moved 1 out 1000 $((pid * 1000)) 1 '"pid":'$pid',"cgroup_id":9'
		done
		status end 2
	} | tm-parse >some.tm
	show 80x24 "tm-top --speed max some.tm"
	wait_for ended
	press 9
	wait_for '^4 commands'
	screen | sed -n '6,10p' | cut -c 1-25 | trimmed >out
	assert_file out <<-'END'
	all
	…ry/directory/bin/julia
	"all"
	/tmp/\x1b[2J\u{202e}gnp
	…rectory/bin/python3.11
	END
	press Down Down Down Enter
	wait_for '^…tory/directory/directory/bin/python3.11 › 1 user'
	tmux_here resize-window -x 200 -y 24
	press Escape
	wait_for '^…irectory/directory/.*/bin/python3.11  '
	press 7
	wait_for '^\\x1b\]0;x\\x07.service '
	tm-top --batch --by command,unit some.tm | awk '{ print $1, $2 }' | sed 1,3d | head -2 >out
	assert_file out <<-'END'
	"all" "\x1b]0;x\x07.service"
	"/tmp/\x1b[2J\u{202e}gnp" "\x1b]0;x\x07.service"
	END
}

@test "when all rows are in use, jobs and their sums stay exact longer than connections" {
	{
		start 7 0 node1
		for job in 1 2 3; do
			name cgroup $job "/system.slice/slurmstepd.scope/job_$job/step_0"
		done
		for i in $(seq 600); do
			name command $((i % 40)) "/bin/$((i % 7))"
			moved 1 out 1000 $((i % 3 + 1)) 1 "\"pid\":$((i % 40)),\"cgroup_id\":$((i % 3 + 1)),\"protocol\":6,\"source\":\"192.0.2.1\",\"destination\":\"10.0.$((i / 250)).$((i % 250))\",\"source_port\":$i,\"destination_port\":443"
		done
		status end 6
	} | tm-parse >many.tm
	tm-top --batch --by job --max-rows 300 many.tm | totals >out
	assert_file out <<-'END'
	slurm/3 0 600
	slurm/2 0 400
	slurm/1 0 200
	all 0 1200
	END
	tm-top --batch --by command,remote --max-rows 64 many.tm | totals >out
	awk '$1 != "all" { sum += $3 } END { print sum }' out | grep -x 1200
	grep -x 'all 0 1200' out
	grep '^(others) ' out
}
