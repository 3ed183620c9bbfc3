# Loaded by the tests of the keys of processes: jobs, units, logins, commands.

ID=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

# packet DIRECTION UID BYTES PID CGROUP PROTOCOL LOCAL_PORT REMOTE_PORT
packet() {
	local source=192.0.2.1 destination=198.51.100.1 ports
	ports="\"source_port\":$7,\"destination_port\":$8"
	if [ "$1" = in ]; then
		source=198.51.100.1 destination=192.0.2.1
		ports="\"source_port\":$8,\"destination_port\":$7"
	fi
	moved 1 "$1" "$2" "$3" 1 "\"pid\":$4,\"cgroup_id\":$5,\"protocol\":$6,\"source\":\"$source\",\"destination\":\"$destination\",$ports"
}

# Two jobs of two users, a container, a unit, a session with sudo, a loss.
node() {
	start 7 0 node1
	name_users
	name group 1000 physics
	name group 1001 biology
	name cgroup 90 /system.slice/slurmstepd.scope/job_11/step_0/user/task_0
	name cgroup 91 /system.slice/slurmstepd.scope/job_9/step_batch/user
	name cgroup 92 "/system.slice/docker-$ID.scope"
	name cgroup 93 /system.slice/nginx.service
	name cgroup 94 /user.slice/user-1000.slice/session-3.scope
	name command 20 /usr/bin/python3.11
	name command 21 /usr/bin/rsync
	name command 22 /usr/sbin/nginx
	name login 23 '1000 3'
	name arguments 21 'rsync --password=xxx a, b'
	packet out 1000 1000 20 90 6 40000 443
	packet in 1000 3000 20 90 6 40000 443
	packet out 1001 5000 21 91 6 40001 22
	packet out 1000 700 21 91 17 40002 53
	packet in 0 40 22 92 17 123 123
	packet in 0 41 22 93 6 50000 8443
	packet in 0 60 23 94 1 0 0
	moved 4 in 1001 90 1 '"kind":"lost"'
	status end 5
}

# The rows of a report as CSV: the keys, received, sent.
rows() {
	tm-report -q --format csv --by "$@" | tail -n +2 | cut -d, -f "1-$FIELDS"
}
