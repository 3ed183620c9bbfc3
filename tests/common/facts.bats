# What names-check tells of the process behind an event, by the NAME records
# before it.

load ../helper
load ../events

# packet PID [CGROUP [UID]]
packet() {
	moved 1 out "${3:-1000}" 100 1 "\"pid\":$1,\"cgroup_id\":${2:-0}"
}

# facts: of the JSON in the file "events"
facts() {
	tm-parse events >facts.tm
	run names-check facts <facts.tm
	assert_success
}

@test "a process has the facts of its cgroup, of its own records and of its user" {
	{
		start 7 0 node1
		name cgroup 90 /system.slice/slurmstepd.scope/job_4711/step_0/user/task_0
		name command 12 /usr/bin/python3.11
		name login 12 '1000 3'
		name group 1000 physics
		packet 12 90
	} >events
	facts
	assert_output "12: job slurm/4711 step slurm/4711.0 unit slurmstepd.scope session 3 workload slurmstepd.scope command /usr/bin/python3.11 group physics host node1 login 1000"
}

@test "the path of cgroup1 completes that of cgroup2, whose own facts win" {
	{
		name cgroup 90 /system.slice/ssh.service
		name cgroup 91 /system.slice/slurmstepd.scope/job_2/step_1
		name cgroup 92 /user.slice/user-1000.slice/session-4.scope
		name cgroup1 12 /slurm/uid_1000/job_1/step_batch
		name cgroup1 13 /docker/0123456789abcdef
		name login 12 '1000 3'
		packet 12 90
		packet 12 91
		packet 12 92
		packet 13 90
		packet 12
		packet 0 90
	} >events
	facts
	assert_output - <<-'END'
	12: job slurm/1 step slurm/1.batch unit ssh.service session 3 workload ssh.service login 1000
	12: job slurm/2 step slurm/2.1 unit slurmstepd.scope session 3 workload slurmstepd.scope login 1000
	12: job slurm/1 step slurm/1.batch unit session-4.scope session 4 workload session-4.scope login 1000
	13: unit ssh.service container docker/0123456789ab workload docker/0123456789ab
	12: job slurm/1 step slurm/1.batch session 3 login 1000
	0: unit ssh.service workload ssh.service
	END
}

@test "a text of which a part is missing says nothing" {
	local long

	long=$(printf '/%085d' 0)/slurm/uid_5/job_4711
	{
		name cgroup 90 "${long:0:104}" | sed 's/"parts":1/"parts":2/'
		name cgroup1 12 "${long:0:104}" | sed 's/"parts":1/"parts":2/'
		name command 12 "${long:0:104}" | sed 's/"parts":1/"parts":2/'
		packet 12 90
		name cgroup 90 "${long:104}" | sed 's/"parts":1/"part":1,"parts":2/'
		packet 12 90
		name command 12 "${long:0:104}"
		packet 12
	} >events
	facts
	assert_output - <<-END
	12:
	12: job slurm/4711
	12: command ${long:0:104}
	END
}

@test "a pid that passes to another process has that one's facts" {
	{
		name command 12 /bin/one
		name login 12 '1000 3'
		packet 12
		name command 12 /bin/two
		name login 12 ''
		packet 12
		name command 12 ''
		packet 12
	} >events
	facts
	assert_output - <<-'END'
	12: session 3 command /bin/one login 1000
	12: command /bin/two
	12:
	END
}

@test "the ids of one run, or of another host, say nothing in the next" {
	{
		start 7 0 node1
		name command 12 /bin/one
		name cgroup 90 /a.service
		name group 1000 physics
		packet 12 90
		start 8 0 node2
		packet 12 90
		name cgroup 90 /b.service
		packet 12 90
	} >events
	facts
	assert_output - <<-'END'
	12: unit a.service workload a.service command /bin/one group physics host node1
	12: host node2
	12: unit b.service workload b.service host node2
	END
}

@test "a login that is not a uid and a session is none" {
	local text

	for text in '' 1000 '1000 ' ' 3' 'x 3' '-1 3' '1000x 3' '4294967294 1' \
		'4294967295 4294967295' '99999999999999999999 3'; do
		name login 12 "$text"
		packet 12
	done >events
	facts
	assert_output - <<-'END'
	12:
	12: login 1000
	12: login 1000
	12:
	12:
	12:
	12:
	12: session 1 login 4294967294
	12:
	12:
	END
}

@test "a path in several records is one path" {
	local long

	long=$(printf '%0120d' 0)
	{
		printf '{"kind":"name","of":"cgroup","id":90,"part":0,"parts":2,"text":"%s"}\n' \
			"/${long:0:103}"
		printf '{"kind":"name","of":"cgroup","id":90,"part":1,"parts":2,"text":"%s"}\n' \
			'/web.service'
		packet 12 90
	} >events
	facts
	assert_output '12: unit web.service workload web.service'
}

@test "of processes without end the last ones keep their names, and those in use" {
	run names-check processes 800000
	assert_success
	[[ $output =~ ^([0-9]+)' of 800000'$ ]]
	assert [ "${BASH_REMATCH[1]}" -gt 262144 ]
	assert [ "${BASH_REMATCH[1]}" -le 524288 ]
}

@test "so do cgroups, which come without end as jobs do" {
	run names-check cgroups 1100000
	assert_success
	assert_output "1100000 of 1100000, which are listed"
}

@test "after numbers are given anew, facts are the same" {
	run names-check renumber
	assert_success
	assert_output - <<-'END'
	2: command /bin/two
	1: command /bin/one
	number without a meaning: (none)
	1: command /bin/one
	END
}
